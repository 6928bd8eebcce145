#include "libs/sql/pool.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/error.h"
#include "libs/base/status_macros.h"

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
    absl::StatusOr<std::unique_ptr<Connection>> made = connect_();
    if (!made.ok()) {
      GiveBack(nullptr);
      return made.status();
    }
    connection = *std::move(made);
  }
  return Lease(std::move(connection),
               [this](std::unique_ptr<Connection> returned) { GiveBack(std::move(returned)); });
}

absl::StatusOr<std::unique_ptr<Connection>> Pool::TakePlace() {
  const auto deadline =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(acquire_limit_);
  MutexLock lock(mutex_);
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

void Pool::GiveBack(std::unique_ptr<Connection> connection) {
  if (connection != nullptr && !connection->usable()) connection.reset();
  MutexLock lock(mutex_);
  if (connection == nullptr) {
    --places_;
  } else {
    idle_.push_back(std::move(connection));
  }
  changed_.NotifyOne();
}

}  // namespace clusterwire::sql
