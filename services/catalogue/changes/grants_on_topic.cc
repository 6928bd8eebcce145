#include "services/catalogue/changes/grants_on_topic.h"

#include <algorithm>
#include <utility>

#include "libs/base/crypto.h"
#include "libs/change/grant.h"

namespace clusterwire::catalogue {
namespace {

constexpr size_t kDigestBytes = 15;  // what a string holds without memory of its own
constexpr size_t kMostHistories = 1000;

}  // namespace

std::string GrantsOnTopic::DigestOf(const Record& record) {
  return Sha256(SerializeDeterministic(record)).substr(0, kDigestBytes);
}

void GrantsOnTopic::Take(const kafka::ReceivedMessage& message) {
  if (message.from.partition != 0) return;
  if (const std::string gone = change::ForgottenGrant(message); !gone.empty()) {
    in_force_.erase(gone);
    return;
  }
  auto record = change::DecodeGrant(message);
  if (!record.ok()) return;
  if (newest_.size() < kMostHistories || newest_.contains(record->history())) {
    int64_t& newest = newest_[record->history()];
    newest = std::max<int64_t>(newest, record->revision());
  }
  if (record->name() == change::kGrantsComplete) {
    complete_ = *std::move(record);
  } else if (record->withdrawn()) {
    in_force_.erase(record->name());
  } else {
    in_force_[record->name()] = DigestOf(*record);
  }
}

bool GrantsOnTopic::Settle(const Record& record) {
  const auto known = in_force_.extract(record.name());
  if (record.withdrawn()) return known.empty();
  return !known.empty() && known.mapped() == DigestOf(record);
}

std::string GrantsOnTopic::TakeOne() {
  if (in_force_.empty()) return "";
  return std::move(in_force_.extract(in_force_.begin()).key());
}

int64_t GrantsOnTopic::newest_of(const std::string& history) const {
  const auto known = newest_.find(history);
  return known == newest_.end() ? 0 : known->second;
}

}  // namespace clusterwire::catalogue
