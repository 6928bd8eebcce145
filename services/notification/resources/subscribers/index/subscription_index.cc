#include "services/notification/resources/subscribers/index/subscription_index.h"

#include <algorithm>

#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

struct NameParts {
  std::string_view subscriber;
  std::string_view id;
};

// A name that is no subscription's is an id without a subscriber.
NameParts PartsOf(std::string_view name) {
  constexpr std::string_view kMiddle = "/subscriptions/";
  const size_t middle = name.find(kMiddle);
  if (middle == name.npos) return {{}, name};
  return {name.substr(0, middle), name.substr(middle + kMiddle.size())};
}

}  // namespace

int64_t SubscriptionIndex::Put(const v1::Subscription& subscription, Use use) {
  const std::string& name = subscription.name();
  Slot slot = SlotOf(name);
  if (slot == kNone) {
    slot = FreeSlot();
    const auto [subscriber, id] = PartsOf(name);
    entries_[slot].id = std::string(id);
    entries_[slot].there = true;
    Slots& slots = by_subscriber_[std::string(subscriber)];
    slots.insert(PlaceIn(slots, id), slot);
  } else {
    --counts_[static_cast<size_t>(entries_[slot].use)];
  }
  Entry& entry = entries_[slot];
  entry.bytes = use == Use::kAsked ? subscription.SerializeAsString() : std::string();
  entry.use = use;
  ++counts_[static_cast<size_t>(use)];
  return KnownAt(slot).number;
}

bool SubscriptionIndex::Remove(std::string_view name) {
  const Slot slot = SlotOf(name);
  if (slot == kNone) return false;
  const auto [subscriber, id] = PartsOf(name);
  const auto of = by_subscriber_.find(ToAbsl(subscriber));
  of->second.erase(PlaceIn(of->second, id));
  if (of->second.empty()) by_subscriber_.erase(of);
  --counts_[static_cast<size_t>(entries_[slot].use)];
  entries_[slot] = {};
  free_.insert(slot);
  GiveBack();
  return true;
}

std::optional<SubscriptionIndex::Known> SubscriptionIndex::Find(std::string_view name) const {
  const Slot slot = SlotOf(name);
  if (slot == kNone) return std::nullopt;
  return KnownAt(slot);
}

std::optional<SubscriptionIndex::Known> SubscriptionIndex::At(int64_t number) const {
  const auto slot = static_cast<Slot>(number);
  if (slot >= entries_.size() || !entries_[slot].there) return std::nullopt;
  const Known known = KnownAt(slot);
  if (known.number != number) return std::nullopt;
  return known;
}

void SubscriptionIndex::ForEachOf(std::string_view subscriber,
                                  absl::FunctionRef<void(const Known&)> visit) const {
  const auto of = by_subscriber_.find(ToAbsl(subscriber));
  if (of == by_subscriber_.end()) return;
  for (const Slot slot : of->second) visit(KnownAt(slot));
}

SubscriptionIndex::Known SubscriptionIndex::KnownAt(Slot slot) const {
  const Entry& entry = entries_[slot];
  return {.number = static_cast<int64_t>(uint64_t{entry.generation} << 32 | slot),
          .use = entry.use,
          .bytes = entry.bytes};
}

SubscriptionIndex::Slots::const_iterator SubscriptionIndex::PlaceIn(const Slots& slots,
                                                                    std::string_view id) const {
  return std::ranges::lower_bound(
      slots, id, {}, [this](Slot slot) { return std::string_view(entries_[slot].id); });
}

SubscriptionIndex::Slot SubscriptionIndex::SlotOf(std::string_view name) const {
  const auto [subscriber, id] = PartsOf(name);
  const auto of = by_subscriber_.find(ToAbsl(subscriber));
  if (of == by_subscriber_.end()) return kNone;
  const auto place = PlaceIn(of->second, id);
  return place != of->second.end() && entries_[*place].id == id ? *place : kNone;
}

SubscriptionIndex::Slot SubscriptionIndex::FreeSlot() {
  if (free_.empty()) {
    free_.insert(static_cast<Slot>(entries_.size()));
    entries_.emplace_back();
  }
  const Slot slot = *free_.begin();
  free_.erase(free_.begin());
  entries_[slot].generation = ++last_generation_;
  return slot;
}

void SubscriptionIndex::GiveBack() {
  while (!entries_.empty() && !entries_.back().there) {
    entries_.pop_back();
    free_.erase(static_cast<Slot>(entries_.size()));
  }
  if (entries_.size() * 4 < entries_.capacity()) entries_.shrink_to_fit();
  if (by_subscriber_.size() * 8 < by_subscriber_.capacity()) by_subscriber_.rehash(0);
}

}  // namespace clusterwire::notification
