#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

#include "libs/base/status/error.h"
#include "libs/resource/call.h"
#include "libs/resource/page.h"
#include "libs/resource/rules.h"
#include "libs/store/store.h"

namespace clusterwire::resource {

struct ListQuery {
  std::string parent = {};  // "clusters/x", "clusters/-" for all, or empty for a root
  std::string after = {};   // names greater than this one
  int limit = 50;
  size_t bytes = SIZE_MAX;  // a page ends before it holds more, or with its first resource
  int state = 0;            // only those whose field `state` is shown as this; 0: all
  std::string owner = {};   // only those whose field `owner` is this; empty: all
  std::optional<absl::CivilDay> as_of = {};  // only those that hold on that day, or may
  bool show_deleted = false;
  FieldErrors errors = {};  // what is known to be wrong with the request already
};

// Rules whose C++ type is erased: see Rules, which says what each is for.
struct AnyRules {
  std::string_view type, collection, parent;
  std::string deleted, undeleted;
  std::vector<std::string_view> output_only, fixed;  // `fixed`: for updates, with create_only
  const Message* prototype;
  Random* random_ids;
  bool purge, creates_once, has_facts, lists_all;
  int most_of_a_parent;
  std::function<absl::Status(const Message*, Message*, const Context&, FieldErrors, Notes*)>
      check_and_settle = nullptr;
  std::function<std::string(const Message* before, const Message& next)> kind = nullptr;
  // These may be empty.
  std::function<std::string(const Message&)> suggest_id = nullptr;
  std::function<std::string(const Message&, int n)> another_id = nullptr;
  std::function<absl::Status(Message*, FieldErrors)> before_create = nullptr;
  std::function<absl::Status(const Message& before, Message* next)> correct = nullptr;
  std::function<absl::Status(const Message&, const Context&)> check_unused = nullptr;
  std::function<absl::Status(store::Writer&, const Message* before, const Message& next,
                             const Context&)>
      bring = nullptr;
  std::function<void(const filter::Viewer&, Message*)> show = nullptr;
  std::function<bool(const filter::Viewer&, const Message&)> seen_by = nullptr;
  std::function<AsOf(const Message&, absl::CivilDay, absl::Time)> as_of = nullptr;
  std::function<bool(const filter::Viewer&, const Message&)> moved_by = nullptr;
};

// The resources of one type under the standard methods (AIP-131 to 135, 164, 231), written once for
// all types: what differs is in the rules. Handlers call it as it is; code that knows the type
// calls Resources<T>. Safe for use from any thread; writes wait for their commit.
//
// A name of another form is INVALID_ARGUMENT. The answer of a write has, in the field `notes` that
// is not stored, what the caller should know of it.
class Collection {
 public:
  virtual ~Collection() = default;

  using Answer = std::shared_ptr<const Message>;
  struct Found {
    std::vector<std::unique_ptr<Message>> resources;
    // Of a list as of a day, one each: why it isn't known whether it holds then; empty: it does.
    std::vector<std::string> unknown = {};
    std::string next = "";  // of a list: `after` of the next page; empty on the last
    store::Revision revision = {};
  };

  // NOT_FOUND names those that aren't there or that the viewer may not see; RESOURCE_EXHAUSTED,
  // reason ANSWER_TOO_LARGE, when they have more than kMaxPageBytes, says how many of the first
  // fit. `path` is the request's field of the names: "names" has several, "name" one.
  absl::StatusOr<Found> Get(const ReadCall& call, const std::vector<std::string>& names,
                            std::string_view path) const;
  absl::StatusOr<Found> List(const ReadCall& call, const ListQuery& query) const;

  // A change of the resource in hand, inside the write. It may refuse: its violations are named
  // with those of the rules. One that changes nothing is no change.
  using Change = std::function<absl::Status(const Context&, Message*)>;
  // What one change of a resource brings along in the same write, once it is put: other resources.
  // It may add to what the caller should know.
  using Bring =
      std::function<absl::Status(store::Writer&, const Context&, const Message& next, Notes&)>;
  // What the answer of a write holds: what readers get; as after a creation, all; or there is none,
  // since it was deleted for good.
  enum class Shown { kAsRead, kAsStored, kNothing };
  // A write that is ready to be run, or why it isn't. What it was made of by reference lives until
  // it is done.
  struct Prepared {
    WriteCall call;
    store::Store::Body body;
    Shown shown = Shown::kAsRead;
  };
  using Plan = absl::StatusOr<Prepared>;
  // `prepare`, where given, completes what the caller sent.
  Plan PlanCreate(const WriteCall& call, std::string_view parent, const Message& resource,
                  std::string_view id, const Change& prepare = nullptr) const;
  // `also`, where given, is asked of what is to be put.
  Plan PlanUpdate(const WriteCall& call, const Message& resource,
                  const google::protobuf::FieldMask& mask, const Change& also = nullptr,
                  const Bring& bring = nullptr) const;
  Plan PlanDelete(const WriteCall& call, const std::string& name, const std::string& etag) const;
  Plan PlanUndelete(const WriteCall& call, const std::string& name, const std::string& etag) const;
  // Runs it and waits for its commit. Null when it has deleted something for good.
  absl::StatusOr<Answer> Run(Plan plan) const;
  // The same without waiting: `done` gets the answer, as Store::Write() gives it.
  void Run(Plan plan, std::function<void(absl::StatusOr<Answer>)> done) const;

  absl::StatusOr<Answer> Create(const WriteCall& call, std::string_view parent,
                                const Message& resource, std::string_view id,
                                const Change& prepare = nullptr) {
    return Run(PlanCreate(call, parent, resource, id, prepare));
  }
  absl::StatusOr<Answer> Update(const WriteCall& call, const Message& resource,
                                const google::protobuf::FieldMask& mask,
                                const Change& also = nullptr, const Bring& bring = nullptr) {
    return Run(PlanUpdate(call, resource, mask, also, bring));
  }
  absl::StatusOr<Answer> Delete(const WriteCall& call, const std::string& name,
                                const std::string& etag) {
    return Run(PlanDelete(call, name, etag));
  }
  absl::StatusOr<Answer> Undelete(const WriteCall& call, const std::string& name,
                                  const std::string& etag) {
    return Run(PlanUndelete(call, name, etag));
  }
  // Any other change of one resource that exists: a move. The result is checked, settled and put
  // under `kind`; empty: the one that the rules say. `path` is the request's field of the name.
  absl::StatusOr<Answer> Modify(const WriteCall& call, const std::string& name,
                                const std::string& etag, std::string_view kind,
                                const Change& change, std::string_view path = "name",
                                Shown shown = Shown::kAsRead, const Bring& bring = nullptr);

  std::string_view type() const { return rules_.type; }
  store::Store& store() const { return store_; }

 protected:
  Collection(store::Store& store, const Service& service, AnyRules rules)
      : store_(store), service_(service), rules_(std::move(rules)) {}

  // What an update leaves as it is.
  std::span<const std::string_view> fixed_fields() const { return rules_.fixed; }

  // The row of a name, or, of a type with a field `moved_to`, of the one that the name leads to;
  // and those of a page, who sees such a row, and whether that name may ever be deleted: for a type
  // that has resources which are not stored.
  virtual absl::Status LoadRow(const store::Reader& reader, const std::string& name,
                               Message* out) const;
  virtual absl::StatusOr<std::vector<store::Scanned>> ScanRows(
      const store::Reader& reader, const store::ScanOptions& options) const;
  virtual absl::Status CheckDeletable(const std::string& name) const;
  // As it is stored.
  virtual absl::Status CheckSeen(const store::Reader& reader, const filter::Viewer& viewer,
                                 const Message& row) const;

 private:
  using Owned = std::unique_ptr<Message>;

  // Before anything is read: whether it is a name, and the service's refusal where it refuses
  // first.
  absl::Status EnterWrite(const WriteCall& call, std::string_view path,
                          const std::string& name) const;
  absl::Status CheckName(std::string_view path, const std::string& name) const;
  absl::Status CheckParentName(std::string_view parent) const;
  // Gives whether all are listed and not those of one parent.
  absl::StatusOr<bool> EnterList(const ReadCall& call, const ListQuery& query) const;

  // Of what is there; NOT_FOUND when it isn't.
  absl::Status CheckNameSeen(const store::Reader& reader, const filter::Viewer& viewer,
                             const std::string& name) const;
  absl::StatusOr<bool> IsListed(const ReadCall& call, const ListQuery& query,
                                const store::Scanned& scanned) const;
  // Nothing is created under what isn't there, isn't seen, or is deleted.
  absl::Status CheckParent(const store::Reader& reader, const filter::Viewer& viewer,
                           const std::string& parent) const;
  absl::Status CheckRoom(const store::Reader& reader, const std::string& parent) const;
  // Whether a write is one of the standard methods or a move of the type's own.
  enum class Way { kStandard, kMove };
  Plan Rewrite(Way way, const WriteCall& call, const std::string& name, const std::string& etag,
               std::string_view kind, const Change& change, std::string_view path, Shown shown,
               const Bring& bring) const;
  // As it is, to be written: seen by the viewer, neither deleted nor about something deleted.
  absl::StatusOr<Owned> LoadForWrite(const store::Reader& reader, const filter::Viewer& viewer,
                                     const std::string& name, const std::string& etag,
                                     Way way) const;
  // Service::may_write, and for a move AnyRules::moved_by.
  absl::Status CheckMayWrite(const filter::Viewer& viewer, const Message& resource, Way way) const;
  // NOT_FOUND, in words that tell an operator how to get it back.
  absl::Status GoneError(const filter::Viewer& viewer, const Message& row) const;
  // Nothing stands under the name of what is created, but for the same where a type creates once:
  // then `next` gets its etag. ALREADY_EXISTS says by which method to go on, to who may.
  absl::Status CheckNew(const store::Reader& reader, const filter::Viewer& viewer,
                        Message* next) const;
  // Whether the viewer may know that this row is there: sees it, or may write it though it is
  // deleted.
  absl::StatusOr<bool> IsKnown(const store::Reader& reader, const filter::Viewer& viewer,
                               const Message& row) const;
  // Gives what is created another name where its own, which was drawn, is that of something the
  // viewer doesn't know of, and where the type has further ids, the first that is free.
  absl::Status StepAside(const store::Reader& reader, const filter::Viewer& viewer,
                         Message* next) const;
  // Of a name that leads elsewhere: what it means is deleted by its own.
  static absl::Status MovedError(const std::string& name, const Message& row);
  // What the caller is answered: `next`, as it was put, with the notes.
  absl::Status Tell(store::Writer& writer, const Message& next, const Notes& notes) const;
  absl::Status Purge(store::Writer& writer, const std::string& name) const;

  std::string NewName(const filter::Viewer& viewer, std::string_view parent,
                      const Message& resource, std::string_view id, FieldErrors& errors) const;
  void MarkEdited(const Message* before, Message* next) const;
  // How the store is to run it. A repeated call gets its first answer while the viewer may write
  // what that was about.
  store::WriteOptions OptionsOf(const WriteCall& call) const;
  // "UpdateCluster" of "Update".
  std::string Method(std::string_view verb) const;
  absl::StatusOr<Answer> AnswerOf(const filter::Viewer& viewer, Shown shown,
                                  const absl::StatusOr<store::Written>& written) const;
  const store::ResourceType& stored_type() const;

  store::Store& store_;
  const Service& service_;
  const AnyRules rules_;
};

}  // namespace clusterwire::resource
