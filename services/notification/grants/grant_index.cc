#include "services/notification/grants/grant_index.h"

#include <utility>

#include "libs/base/text/subject.h"
#include "libs/change/grant.h"

namespace clusterwire::notification {
namespace {

// A pattern and a subject of the same bytes before the "*" are two.
SubjectKey KeyOf(std::string hash, bool is_pattern) {
  hash += is_pattern ? '*' : '=';
  return hash;
}

}  // namespace

std::vector<SubjectKey> KeysOf(std::string_view key, std::string_view subject) {
  std::vector<SubjectKey> keys;
  for (const std::string& pattern : PatternsMatching(subject)) {
    keys.push_back(KeyOf(change::SubjectHash(key, pattern), pattern.back() == '*'));
  }
  return keys;
}

GrantIndex::Entry* GrantIndex::EntryOf(const std::string& name) {
  const auto known = entries_.find(name);
  if (known != entries_.end()) return &known->second;
  if (entries_.size() >= kMostNames) ForgetWithdrawn();
  if (entries_.size() >= kMostNames) return nullptr;
  return &entries_[name];
}

// Not for a few of them, since it looks at all.
void GrantIndex::ForgetWithdrawn() {
  const size_t withdrawn = entries_.size() - counts_.in_force - counts_.unreadable;
  if (withdrawn < kMostNames / 10) return;
  std::erase_if(entries_, [](const auto& named) {
    return named.second.key.empty() && !named.second.unreadable;
  });
}

void GrantIndex::Take(const change::v1::GrantChanged& grant, Keys& touched) {
  if (grant.name() == change::kGrantsComplete) {
    complete_ = grant.subject_hash();
    return;
  }
  Entry* const entry = EntryOf(grant.name());
  if (entry == nullptr) {
    if (!grant.withdrawn()) ++counts_.left_out;
    return;
  }
  // Sent again after a crash, or late. What follows something unreadable has to be newer than all
  // that was read before it.
  const bool same_history = entry->history == grant.history();
  if (same_history && grant.revision() < entry->revision) return;
  if (same_history && entry->unreadable && grant.revision() == entry->revision) return;
  Entry next{.history = grant.history(), .revision = grant.revision(), .key = {}, .granted = {}};
  if (!grant.withdrawn()) {
    next.key = KeyOf(grant.subject_hash(), grant.is_pattern());
    next.granted = {grant.resource(), grant.role()};
  }
  Set(grant.name(), *entry, std::move(next), touched);
}

void GrantIndex::Forget(const std::string& name, Keys& touched) {
  const auto known = entries_.find(name);
  if (known == entries_.end()) return;
  Set(name, known->second, {}, touched);
  entries_.erase(known);
}

void GrantIndex::TakeUnreadable(const std::string& name, Keys& touched) {
  Entry* const entry = EntryOf(name);
  if (entry == nullptr) return;
  Entry next{.history = entry->history, .revision = entry->revision, .key = {}, .granted = {}};
  next.unreadable = true;
  Set(name, *entry, std::move(next), touched);
}

void GrantIndex::Set(const std::string& name, Entry& entry, Entry next, Keys& touched) {
  const bool same = entry.key == next.key && entry.granted.resource == next.granted.resource;
  if (!entry.key.empty()) --counts_.in_force;
  if (!next.key.empty()) ++counts_.in_force;
  if (entry.unreadable) --counts_.unreadable;
  if (next.unreadable) ++counts_.unreadable;
  for (const SubjectKey& key : {entry.key, next.key}) {
    if (!same && !key.empty()) touched.insert(key);
  }
  if (!entry.key.empty()) {
    const auto found = by_.find(entry.key);
    found->second.erase(name);
    if (found->second.empty()) by_.erase(found);
  }
  if (!next.key.empty()) by_[next.key].insert(name);
  entry = std::move(next);
}

std::vector<Granted> GrantIndex::Of(const std::vector<SubjectKey>& keys) const {
  std::vector<Granted> granted;
  for (const SubjectKey& key : keys) {
    const auto found = by_.find(key);
    if (found == by_.end()) continue;
    for (const std::string& name : found->second) granted.push_back(entries_.at(name).granted);
  }
  return granted;
}

GrantIndex::Keys GrantIndex::Difference(const GrantIndex& one, const GrantIndex& other) {
  Keys keys;
  const auto compare = [&keys](const GrantIndex& from, const GrantIndex& to) {
    for (const auto& [name, entry] : from.entries_) {
      if (entry.key.empty()) continue;
      const auto found = to.entries_.find(name);
      const bool same = found != to.entries_.end() && found->second.key == entry.key &&
                        found->second.granted.resource == entry.granted.resource;
      if (!same) keys.insert(entry.key);
    }
  };
  compare(one, other);
  compare(other, one);
  return keys;
}

}  // namespace clusterwire::notification
