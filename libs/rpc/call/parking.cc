#include "libs/rpc/call/parking.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/rpc/admission/peer.h"

namespace clusterwire::rpc {

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
      calls_(
          metrics.GetGauge("clusterwire_rpc_parked_calls",
                           "Calls that wait for their revision now"),
          {.what = "their revision", .limit = options.limit, .address_limit = options.peer_limit}),
      worker_(clock, random, [this] { return EndOverdue(); }) {}

uint64_t Parking::Park(const Progress& reader, int64_t revision, std::string_view peer,
                       absl::Time until, Resume resume) {
  absl::Status status;
  {
    MutexLock lock(mutex_);
    if (reader.revision() < revision) {
      const uint64_t id =
          calls_.Add(AddressOf(peer),
                     Parked{&reader, revision, clock_.Uptime() + (until - clock_.Now()), resume});
      status = ended_.ok() ? calls_.TakePlace(id) : ended_;
      if (status.ok()) {
        worker_.Wake();  // its time may be the next one
        return id;
      }
      calls_.Take(id);
    }
  }
  resume(status);
  return 0;
}

void Parking::Publish(Progress& reader, int64_t revision) {
  std::vector<Parked> taken;
  {
    MutexLock lock(mutex_);
    if (revision <= reader.revision_) return;
    reader.revision_ = revision;
    taken = calls_.TakeIf(
        [&](const Parked& call) { return call.reader == &reader && call.revision <= revision; });
  }
  for (const Parked& call : taken) call.resume(absl::OkStatus());
}

void Parking::Cancel(uint64_t id) {
  std::optional<Parked> call;
  {
    MutexLock lock(mutex_);
    call = calls_.Take(id);
  }
  if (call) call->resume(absl::CancelledError("the client went away"));
}

void Parking::End(const absl::Status& status) {
  std::vector<Parked> taken;
  {
    MutexLock lock(mutex_);
    ended_ = status;
    taken = calls_.TakeAll();
  }
  for (const Parked& call : taken) call.resume(status);
}

absl::Time Parking::EndOverdue() {
  std::vector<Parked> overdue;
  absl::Duration left = absl::InfiniteDuration();  // until the next one is
  {
    MutexLock lock(mutex_);
    const absl::Duration now = clock_.Uptime();
    overdue = calls_.TakeIf([&](const Parked& call) { return call.until <= now; });
    calls_.ForEach([&](const Parked& call) { left = std::min(left, call.until - now); });
  }
  for (const Parked& call : overdue) call.resume(call.reader->NotReached(call.revision));
  return clock_.Now() + left;
}

}  // namespace clusterwire::rpc
