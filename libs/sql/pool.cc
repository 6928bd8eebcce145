#include "libs/sql/pool.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"

namespace clusterwire::sql {

Lease::Lease(Lease&& other) noexcept
    : connection_(std::move(other.connection_)), give_back_(std::move(other.give_back_)) {}

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  Return();
  connection_ = std::move(other.connection_);
  give_back_ = std::move(other.give_back_);
  return *this;
}

void Lease::Return() {
  if (connection_ == nullptr) return;
  connection_->Reset();
  give_back_(std::move(connection_));
}

absl::StatusOr<Lease> Pool::Acquire() {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, TakePlace());
  if (connection == nullptr) {
    ASSIGN_OR_RETURN(connection, Make());
  }
  return Lease(std::move(connection),
               [this](std::unique_ptr<Connection> returned) { GiveBack(std::move(returned)); });
}

absl::StatusOr<std::unique_ptr<Connection>> Pool::TakePlace() {
  const auto deadline =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(acquire_limit_);
  MutexLock lock(mutex_);
  if (const auto left = away_until_ - std::chrono::steady_clock::now();
      !away_.ok() && left > std::chrono::nanoseconds(0)) {
    return WithRetryDelay(away_, absl::FromChrono(left));
  }
  while (idle_.empty() && places_ >= limit_) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) {
      return WithRetryDelay(
          Error(absl::StatusCode::kUnavailable, "CONNECTIONS_BUSY",
                absl::StrCat("all ", limit_, " database connections are in use; try again")),
          absl::Seconds(1));
    }
    changed_.WaitFor(mutex_, left);
  }
  if (idle_.empty()) {
    ++places_;
    return nullptr;
  }
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

absl::StatusOr<std::unique_ptr<Connection>> Pool::Make() {
  absl::StatusOr<std::unique_ptr<Connection>> made = connect_();
  MutexLock lock(mutex_);
  away_ = made.status();
  if (made.ok()) {
    backoff_.Reset();
    return made;
  }
  const absl::Duration pause = backoff_.Next();
  away_until_ = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(pause);
  --places_;
  changed_.NotifyOne();
  return WithRetryDelay(away_, pause);
}

void Pool::GiveBack(std::unique_ptr<Connection> connection) {
  std::vector<std::unique_ptr<Connection>> lost;  // closed without the lock
  MutexLock lock(mutex_);
  if (connection->usable()) {
    idle_.push_back(std::move(connection));
    changed_.NotifyOne();
    return;
  }
  lost.swap(idle_);
  lost.push_back(std::move(connection));
  places_ -= static_cast<int>(lost.size());
  changed_.NotifyAll();
}

}  // namespace clusterwire::sql
