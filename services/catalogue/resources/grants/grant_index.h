#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/grant.pb.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/store/store.h"

namespace clusterwire::catalogue {

// All grants that hold, and all open invitations, in memory: what each call's rights are looked up
// in; and of those withdrawn, while they are remembered, that they are there. A lookup is as new as
// the store was when it began, whichever process wrote: it reads on in the log where it has to.
// That is little, since a thread of its own follows the log all the time, so no call pays for a
// long import. Safe for use from any thread; the lookups read the database.
class GrantIndex {
 public:
  // By grants, sorted: each has those of the next in it.
  struct Rights {
    std::vector<std::string> members, edits, owns;
  };
  struct Entry {
    std::string name;
    std::string subject;  // empty: an invitation
    std::string resource;
    v1::Grant::Role role = v1::Grant::ROLE_UNSPECIFIED;
    bool withdrawn = false;  // then none of the lists has it
  };

  // Reads all grants. `store`, `clock` and `random` outlive the index.
  static absl::StatusOr<std::unique_ptr<GrantIndex>> Open(store::Store& store, Clock& clock,
                                                          Random& random);
  ~GrantIndex();
  GrantIndex(const GrantIndex&) = delete;
  GrantIndex& operator=(const GrantIndex&) = delete;

  // What grants to the subject and to patterns that take it in give.
  absl::StatusOr<Rights> RightsOf(std::string_view subject);

  // In the order of their names: all grants and invitations on the resource, all grants to this
  // very subject or pattern, and all that hold for the subject.
  absl::StatusOr<std::vector<Entry>> On(std::string_view resource);
  absl::StatusOr<std::vector<Entry>> To(std::string_view subject);
  absl::StatusOr<std::vector<Entry>> Holding(std::string_view subject);
  // The same for every one of the resources at once.
  absl::StatusOr<std::vector<Entry>> OnAny(const std::vector<std::string>& resources);
  // The names of those on the resource that were withdrawn and are remembered.
  absl::StatusOr<std::set<std::string>> WithdrawnOn(std::string_view resource);
  // The resource of the grant or invitation with this name; empty when there is none that holds.
  absl::StatusOr<std::string> ResourceOf(std::string_view name);

  store::Store& store() const { return store_; }
  Clock& clock() const { return clock_; }
  Random& random() const { return random_; }

 private:
  using Names = std::map<std::string, std::set<std::string>, std::less<>>;

  GrantIndex(store::Store& store, Clock& clock, Random& random);

  // Reads on until it has what the store has now.
  absl::Status CatchUp();
  // One page of the log; false when there is none left.
  absl::StatusOr<bool> ReadPage() ABSL_EXCLUSIVE_LOCKS_REQUIRED(turn_);
  absl::Status ReadAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(turn_);
  absl::Status ReadAgain(const std::set<std::string>& names);
  void Keep(Entry entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Drop(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Of those in `under` that stand under `key`.
  void Add(const Names& under, std::string_view key, std::map<std::string, Entry>& found) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  store::Store& store_;
  Clock& clock_;
  Random& random_;

  Mutex turn_;  // who reads on, one at a time
  store::Position position_ ABSL_GUARDED_BY(turn_);

  Mutex mutex_;  // never held while the database is asked
  std::map<std::string, Entry, std::less<>> entries_ ABSL_GUARDED_BY(mutex_);  // by name
  Names by_subject_ ABSL_GUARDED_BY(mutex_);
  Names by_resource_ ABSL_GUARDED_BY(mutex_);
  Names withdrawn_ ABSL_GUARDED_BY(mutex_);  // by resource

  std::unique_ptr<Worker> worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::catalogue
