#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "libs/telemetry/metrics.h"

namespace clusterwire::rpc {

// RESOURCE_EXHAUSTED, reason TOO_MANY_WAITING, with a delay: `limit` calls wait for `what`, as many
// as may. `whose` is "" or " of your".
absl::Status TooManyWaiting(size_t limit, std::string_view whose, std::string_view what);

// Places of calls that wait without a thread: so many in all, and so many from one address. Its
// owner locks.
class WaitingPlaces {
 public:
  struct Options {
    std::string what = "";  // they wait for, in the text of errors
    size_t limit = 1000;
    size_t address_limit = 50;
  };
  // `gauge` shows how many are taken.
  WaitingPlaces(telemetry::Gauge gauge, Options options)
      : gauge_(std::move(gauge)), options_(std::move(options)) {}

  absl::Status Take(const std::string& address);
  void GiveBack(const std::string& address);

 private:
  telemetry::Gauge gauge_;
  const Options options_;
  size_t taken_ = 0;
  std::map<std::string, size_t> by_address_;
};

// The calls that wait, each with what resumes it. Its owner locks, and resumes those that it takes
// out under no lock.
template <typename Call>
class WaitingCalls {
 public:
  WaitingCalls(telemetry::Gauge gauge, WaitingPlaces::Options options)
      : places_(std::move(gauge), std::move(options)) {}

  // Takes no place as yet. The result is never 0.
  uint64_t Add(std::string address, Call call) {
    calls_.emplace(++last_id_, Entry{std::move(address), std::move(call)});
    return last_id_;
  }
  // Gives a call its place. OK also when it waits no more.
  absl::Status TakePlace(uint64_t id) {
    const auto found = calls_.find(id);
    if (found == calls_.end() || found->second.has_place) return absl::OkStatus();
    absl::Status taken = places_.Take(found->second.address);
    found->second.has_place = taken.ok();
    return taken;
  }

  // Null when it waits no more.
  const Call* Find(uint64_t id) const {
    const auto found = calls_.find(id);
    return found == calls_.end() ? nullptr : &found->second.call;
  }
  // Takes one out; nothing when it waits no more.
  std::optional<Call> Take(uint64_t id) {
    const auto found = calls_.find(id);
    if (found == calls_.end()) return std::nullopt;
    std::optional<Call> call(std::move(found->second.call));
    Erase(found);
    return call;
  }
  // Takes out all that `goes`.
  template <typename Goes>
  std::vector<Call> TakeIf(Goes goes) {
    std::vector<Call> taken;
    for (auto entry = calls_.begin(); entry != calls_.end();) {
      const auto next = std::next(entry);
      if (goes(std::as_const(entry->second.call))) {
        taken.push_back(std::move(entry->second.call));
        Erase(entry);
      }
      entry = next;
    }
    return taken;
  }
  std::vector<Call> TakeAll() {
    return TakeIf([](const Call&) { return true; });
  }
  template <typename See>
  void ForEach(See see) const {
    for (const auto& [id, entry] : calls_) see(entry.call);
  }

 private:
  struct Entry {
    std::string address;
    Call call;
    bool has_place = false;
  };
  using Entries = std::map<uint64_t, Entry>;

  void Erase(typename Entries::iterator entry) {
    if (entry->second.has_place) places_.GiveBack(entry->second.address);
    calls_.erase(entry);
  }

  WaitingPlaces places_;
  uint64_t last_id_ = 0;
  Entries calls_;
};

}  // namespace clusterwire::rpc
