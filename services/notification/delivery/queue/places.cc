#include "services/notification/delivery/queue/places.h"

#include <algorithm>

namespace clusterwire::notification {

using Kind = Pace::Kind;

int Places::Limit(Kind kind) const {
  if (kind == Kind::kSilent) return kOfSilent;
  return kind == Kind::kNew ? std::min(kOfNew, per_endpoint_) : per_endpoint_;
}

bool Places::HasRoom(Kind kind) const {
  if (taken_ >= all_) return false;
  if (kind == Kind::kQuick) return true;
  const auto of = [this](Kind one) {
    const auto found = by_kind_.find(one);
    return found == by_kind_.end() ? 0 : found->second;
  };
  if (of(Kind::kNew) + of(Kind::kSlow) + of(Kind::kSilent) >= std::max(1, all_ / 2)) return false;
  return kind != Kind::kSilent || of(Kind::kSilent) < std::max(1, all_ / 4);
}

bool Places::MayTake(Kind kind, int held, const std::string& subscriber) const {
  if (!HasRoom(kind) || held >= Limit(kind)) return false;
  const int free = all_ - taken_;
  const int of_subscriber = TakenBy(subscriber);
  return (held == 0 || held < free / 4) && (of_subscriber == 0 || of_subscriber < free / 2);
}

void Places::Take(Kind kind, const std::string& subscriber) {
  ++taken_;
  ++by_kind_[kind];
  ++by_subscriber_[subscriber];
}

void Places::GiveBack(Kind kind, const std::string& subscriber) {
  --taken_;
  --by_kind_[kind];
  const auto found = by_subscriber_.find(subscriber);
  if (--found->second == 0) by_subscriber_.erase(found);
}

int Places::TakenBy(const std::string& subscriber) const {
  const auto found = by_subscriber_.find(subscriber);
  return found == by_subscriber_.end() ? 0 : found->second;
}

}  // namespace clusterwire::notification
