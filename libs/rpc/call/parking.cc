#include "libs/rpc/call/parking.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/rpc/admission/peer.h"

namespace clusterwire::rpc {
namespace {

absl::Status TooMany(size_t limit, std::string_view whose) {
  return WithRetryDelay(
      Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_WAITING",
            absl::StrCat(limit, ToAbsl(whose), " calls wait for their revision, as many as may; ",
                         "try again in a second")),
      absl::Seconds(1));
}

}  // namespace

absl::Status Parking::Progress::CheckWritten(int64_t revision) const {
  const absl::StatusOr<int64_t> newest = options_.newest();
  if (!newest.ok()) return newest.status();
  if (revision <= *newest) return absl::OkStatus();
  return Error(absl::StatusCode::kOutOfRange, "FUTURE_REVISION",
               absl::StrCat("revision ", revision, " isn't written yet; the newest is ", *newest));
}

absl::Status Parking::Progress::NotReached(int64_t revision) const {
  const std::string reached = absl::StrCat(revision_.load());
  return WithRetryDelay(Error(absl::StatusCode::kUnavailable, options_.reason,
                              absl::StrCat(options_.name, " shows revision ", reached, ", not yet ",
                                           revision, "; try again"),
                              {{"revision", reached}}),
                        absl::Milliseconds(100));
}

Parking::Parking(telemetry::Metrics& metrics, Clock& clock, Random& random, Options options)
    : clock_(clock),
      options_(options),
      gauge_(metrics.GetGauge("clusterwire_rpc_parked_calls",
                              "Calls that wait for their revision now")),
      worker_(clock, random, [this] { return EndOverdue(); }) {}

uint64_t Parking::Park(const Progress& reader, int64_t revision, std::string_view peer,
                       absl::Time until, Resume resume) {
  absl::Status status;
  {
    MutexLock lock(mutex_);
    std::string address = AddressOf(peer);
    const bool there = reader.revision() >= revision;
    if (!there) status = LockedCheckRoom(address);
    if (!there && status.ok()) {
      calls_.emplace(++last_id_,
                     Parked{&reader, revision, std::move(address),
                            clock_.Uptime() + (until - clock_.Now()), std::move(resume)});
      gauge_.Set(static_cast<double>(calls_.size()));
      worker_.Wake();  // its time may be the next one
      return last_id_;
    }
  }
  resume(status);
  return 0;
}

absl::Status Parking::LockedCheckRoom(const std::string& address) const {
  if (!ended_.ok()) return ended_;
  if (calls_.size() >= options_.limit) return TooMany(options_.limit, "");
  const auto same = std::count_if(calls_.begin(), calls_.end(),
                                  [&](const auto& call) { return call.second.address == address; });
  if (static_cast<size_t>(same) >= options_.peer_limit) {
    return TooMany(options_.peer_limit, " of your");
  }
  return absl::OkStatus();
}

template <typename Ends>
std::vector<Parking::Parked> Parking::LockedTake(Ends ends) {
  std::vector<Parked> taken;
  std::erase_if(calls_, [&](auto& call) {
    if (!ends(call.first, call.second)) return false;
    taken.push_back(std::move(call.second));
    return true;
  });
  gauge_.Set(static_cast<double>(calls_.size()));
  return taken;
}

void Parking::Publish(Progress& reader, int64_t revision) {
  std::vector<Parked> taken;
  {
    MutexLock lock(mutex_);
    if (revision <= reader.revision_) return;
    reader.revision_ = revision;
    if (calls_.empty()) return;
    taken = LockedTake([&](uint64_t, const Parked& call) {
      return call.reader == &reader && call.revision <= revision;
    });
  }
  for (const Parked& call : taken) call.resume(absl::OkStatus());
}

void Parking::Cancel(uint64_t id) {
  std::vector<Parked> taken;
  {
    MutexLock lock(mutex_);
    taken = LockedTake([&](uint64_t parked, const Parked&) { return parked == id; });
  }
  for (const Parked& call : taken) call.resume(absl::CancelledError("the client went away"));
}

void Parking::End(const absl::Status& status) {
  std::vector<Parked> taken;
  {
    MutexLock lock(mutex_);
    ended_ = status;
    taken = LockedTake([](uint64_t, const Parked&) { return true; });
  }
  for (const Parked& call : taken) call.resume(status);
}

absl::Time Parking::EndOverdue() {
  std::vector<Parked> overdue;
  absl::Duration left = absl::InfiniteDuration();  // until the next one is
  {
    MutexLock lock(mutex_);
    const absl::Duration now = clock_.Uptime();
    overdue = LockedTake([&](uint64_t, const Parked& call) { return call.until <= now; });
    for (const auto& [id, call] : calls_) left = std::min(left, call.until - now);
  }
  for (const Parked& call : overdue) call.resume(call.reader->NotReached(call.revision));
  return clock_.Now() + left;
}

}  // namespace clusterwire::rpc
