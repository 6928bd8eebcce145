#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"

#include "clusterwire/notification/v1/subscription.pb.h"

namespace clusterwire::notification {

// What is done with a subscription.
enum class Use : uint8_t {
  kAsked,    // about each change
  kPaused,   // nothing, by its subscriber's wish
  kSaved,    // nothing: it has no endpoint
  kHeld,     // nothing: a newer release wrote its filter
  kRefused,  // nothing: the matcher has no room
};
inline constexpr size_t kUses = 5;

// All subscriptions in memory, a million of them: each in little more than it has on the wire, and
// under a number that no other one had or gets. Not for several threads.
class SubscriptionIndex {
 public:
  struct Known {
    int64_t number = 0;
    Use use = Use::kAsked;
    std::string_view bytes;  // of one that is asked: it, serialized; valid until the next change
  };

  // Adds or replaces; one that was there keeps its number, which is given.
  int64_t Put(const v1::Subscription& subscription, Use use);
  // Whether it was there.
  bool Remove(std::string_view name);

  std::optional<Known> Find(std::string_view name) const;
  std::optional<Known> At(int64_t number) const;
  // In the order of their names.
  void ForEachOf(std::string_view subscriber, absl::FunctionRef<void(const Known&)> visit) const;
  size_t CountOf(Use use) const { return counts_[static_cast<size_t>(use)]; }

 private:
  using Slot = uint32_t;
  using Slots = std::vector<Slot>;
  struct Entry {
    std::string id;  // the last part of its name
    std::string bytes;
    uint32_t generation = 0;  // no two have the same
    Use use = Use::kAsked;
    bool there = false;
  };

  Known KnownAt(Slot slot) const;
  // Where it is or would be among those of its subscriber.
  Slots::const_iterator PlaceIn(const Slots& slots, std::string_view id) const;
  // kNone when it isn't there.
  static constexpr Slot kNone = ~Slot{0};
  Slot SlotOf(std::string_view name) const;
  Slot FreeSlot();
  void GiveBack();

  std::vector<Entry> entries_;
  absl::btree_set<Slot>
      free_;  // the lowest is taken first, so that the last ones can be given back
  uint32_t last_generation_ = 0;
  absl::flat_hash_map<std::string, Slots> by_subscriber_;  // in the order of names
  std::array<size_t, kUses> counts_ = {};
};

}  // namespace clusterwire::notification
