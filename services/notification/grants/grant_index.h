#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "clusterwire/change/v1/grant_changed.pb.h"

namespace clusterwire::notification {

// By what a grant finds its subjects: the hash of the subject, or of a prefix that patterns end at.
using SubjectKey = std::string;

// The keys by which grants to this subject are found: of its own and of each pattern that takes it
// in. `key` is the one that both services hash by.
std::vector<SubjectKey> KeysOf(std::string_view key, std::string_view subject);

// What is granted to somebody.
struct Granted {
  std::string resource;
  change::v1::GrantChanged::Role role;
  friend auto operator<=>(const Granted&, const Granted&) = default;
};

// The newest record of each grant, and whom it is given to. Per name the record of the highest
// revision counts; another history is newer than what was there. What can't be read gives nothing,
// and takes what was given under its name. Not thread-safe.
class GrantIndex {
 public:
  static constexpr size_t kMostNames = 200'000;  // withdrawn ones too: some 80 MB
  using Keys = std::set<SubjectKey>;

  struct Counts {
    size_t in_force = 0;
    size_t unreadable = 0;  // names whose newest record can't be read
    size_t left_out = 0;    // records of further names than kMostNames
  };

  // Adds to `touched` by which keys other resources are found now; another role alone is none.
  void Take(const change::v1::GrantChanged& grant, Keys& touched);
  // Its name is gone from the topic: nothing stands for it any more.
  void Forget(const std::string& name, Keys& touched);
  // The newest record under this name can't be read.
  void TakeUnreadable(const std::string& name, Keys& touched);

  // In no order; a resource may be there more than once.
  std::vector<Granted> Of(const std::vector<SubjectKey>& keys) const;
  // By which keys the two give other resources.
  static Keys Difference(const GrantIndex& one, const GrantIndex& other);
  const Counts& counts() const { return counts_; }
  // What the record behind all grants says of the key they are hashed by; empty before it came.
  const std::string& complete() const { return complete_; }

 private:
  struct Entry {
    std::string history;
    int64_t revision = 0;
    SubjectKey key;  // empty: it gives nothing
    Granted granted;
    bool unreadable = false;
  };

  // Null when there is no room for another name.
  Entry* EntryOf(const std::string& name);
  // Makes room. What was withdrawn is remembered only so that nothing older brings it back, which
  // could come right after a crash of the catalogue; without an end anybody who owns something
  // could fill the index by giving and withdrawing, and no new grants would be heard of.
  void ForgetWithdrawn();
  void Set(const std::string& name, Entry& entry, Entry next, Keys& touched);

  std::unordered_map<std::string, Entry> entries_;            // by name
  std::unordered_map<SubjectKey, std::set<std::string>> by_;  // names of grants in force
  std::string complete_;
  Counts counts_;
};

}  // namespace clusterwire::notification
