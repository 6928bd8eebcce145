#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/change/v1/person_erased.pb.h"
#include "clusterwire/type/v1/contacts.pb.h"

#include "libs/base/threads/mutex.h"
#include "libs/store/store.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/erasures/erasure_key.h"

namespace clusterwire::catalogue {

// What the store and the timers know of what stays of an erased person. It is no resource of the
// interface: no rpc reads or writes one by itself.
CatalogueType ErasureType();

// A contact that names a person.
struct ContactOf {
  std::string resource;
  type::v1::PersonRole role;
};
// All of them, deleted resources' too. Looks at every resource that may have some, so it is for
// what is rare.
absl::StatusOr<std::vector<ContactOf>> ContactsOf(const store::Reader& reader,
                                                  const store::Registry& registry,
                                                  const std::string& person);

// What is to be erased, and what stays of it.
struct Erasure {
  std::string person;                     // the resource's name
  std::string owner;                      // of the record; empty: operators
  KnownBy known = {};                     // empty: may be recorded again
  std::vector<std::string> earlier = {};  // what it was known by before, as ErasureKey::Of gives it
  std::vector<std::string> consents = {};  // as ErasureKey::OfConsent gives them
  std::set<std::string> named_by = {};     // resources with contacts that name them
};

// Erases people, and knows who was. Safe for use from any thread.
//
// What was erased is also on a topic that outlives the database (ErasureLog). Until that was read
// once, the database may be a restored backup, and CheckOpen() refuses.
class Erasures {
 public:
  using Records = std::map<std::string, change::v1::PersonErased>;  // by name

  // `store` outlives it.
  Erasures(store::Store& store, ErasureKey key);

  store::Store& store() const { return store_; }
  const ErasureKey& key() const { return key_; }

  // UNAVAILABLE, reason ERASURES_UNREAD, until Open().
  absl::Status CheckOpen() const;
  void Open();
  bool is_open() const { return CheckOpen().ok(); }

  // Erases, inside a write: the resource, the contacts that name it, and what can be told of it.
  // The answer of the write is what stays. Who names it is looked for before the write, since that
  // takes its time and others would wait for it: DropLateContacts() follows.
  absl::Status Erase(store::Writer& writer, const Erasure& erasure) const;
  // Takes out the contacts that came between a look at `since` and the erasure of `person`; none
  // come later.
  absl::Status DropLateContacts(const std::string& person, store::Revision since) const;
  // When somebody known by one of these was erased last; none when none was. `owner`: only what
  // was erased of this owner's records counts; none: all.
  absl::StatusOr<std::optional<absl::Time>> ErasedAt(const store::Reader& reader,
                                                     const KnownBy& known,
                                                     const std::optional<std::string>& owner) const;
  // Whether this consent of `person` was recorded when it was erased, as far as that is kept.
  absl::StatusOr<bool> WasRecorded(const store::Reader& reader, const std::string& person,
                                   const std::string& consent_hash) const;

  // What is known of, in the order of names, behind `after`: `limit` at most.
  absl::StatusOr<Records> Some(std::string_view after, int limit) const;
  // FAILED_PRECONDITION, reason ERASURE_KEY_UNKNOWN, when another key made it.
  absl::Status CheckKey(const change::v1::PersonErased& record) const;
  // Takes over what others know and the store doesn't, and erases whom it still has of them. A few
  // hundred at a time are best. Errors as CheckKey().
  absl::Status Replay(const Records& records) const;

  // Called after each erasure, from any thread.
  void OnErased(std::function<void()> then);
  void Erased() const;

  // Up to which revision the topic has what was erased here.
  void SetOnTopic(store::Revision revision) { on_topic_ = revision.value; }
  bool IsOnTopic(store::Revision revision) const { return revision.value <= on_topic_; }

 private:
  absl::Status Keep(store::Writer& writer, change::v1::PersonErased record) const;
  using Page = std::vector<const change::v1::PersonErased*>;
  absl::Status ReplayPage(const Page& page) const;
  absl::Status ReplayAtOnce(const Page& page) const;
  // Gives how many resources lost some.
  absl::StatusOr<size_t> DropSomeContacts(const Page& page) const;
  static store::WriteOptions OwnCall();
  static std::set<std::string> NamesOf(const Page& page);

  store::Store& store_;
  const ErasureKey key_;
  mutable Mutex mutex_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<int64_t> on_topic_ = -1;
  std::function<void()> on_erased_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::catalogue
