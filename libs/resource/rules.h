#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

#include "libs/base/random.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/facts/facts.h"
#include "libs/filter/viewer.h"
#include "libs/resource/as_of.h"
#include "libs/resource/standing.h"
#include "libs/store/reader.h"

namespace clusterwire::resource {

using google::protobuf::Message;

// What rules may look at besides the resource: everything as it stands inside the write. An error
// may not tell the viewer that something is there which it doesn't see. A service derives its own.
struct Context {
  const store::Reader& reader;
  absl::Time now;
  const filter::Viewer& viewer;
};

// What holds for all types of a service. Its functions are pure.
struct Service {
  // True: a resource that the viewer may not read is NOT_FOUND, then may_write is asked. False: who
  // may not is refused before anything is looked at, so the refusal tells nothing either; names of
  // a wrong form are INVALID_ARGUMENT.
  bool looks_first = true;
  // Whether the viewer may read what is at `name`. With looks_first it is asked about what was
  // found, with the audience of its Facts: none for what is deleted, about something deleted, or
  // has none. Without, before, and about the parent of a list: "" for roots, "subscribers/-" for
  // all.
  absl::Status (*may_read)(const filter::Viewer&, std::string_view name,
                           const std::optional<facts::Facts>&);
  // The same for writing. With looks_first it is asked about the resource as it is, and about what
  // is to become of it; null where there is none. Without, before, about the name alone.
  absl::Status (*may_write)(const filter::Viewer&, std::string_view name, const Message* resource);
  // With looks_first, of what may_write allows and is there: why it can't be written all the same,
  // by what else is there. May be null.
  absl::Status (*holds)(const store::Reader&, const filter::Viewer&, const Message& row) = nullptr;
  // The same for creating `next`, of which nothing has been checked but its type; without
  // looks_first about the parent.
  absl::Status (*may_create)(const filter::Viewer&, std::string_view name, const Message& next);
  // Whether operators alone choose the ids of roots. Others' get a random end: an id that they
  // chose would ask whether something is there that they don't see.
  bool roots_named_by_operators = false;
  // Runs `work` with the service's own context.
  using Work = absl::FunctionRef<absl::Status(const Context&)>;
  absl::Status (*with_context)(const store::Writer&, const filter::Viewer&, Work work);
  // Notes in `next` what a person has edited. `before` is null on creation. May be null.
  void (*mark_edited)(const Message* before, std::span<const std::string_view> output_only,
                      Message* next) = nullptr;
};

// What a type adds to the standard methods. `OwnContext` is its service's.
template <store::Resource T, typename OwnContext = Context>
struct Rules {
  std::string_view type;         // "cluster": of the store, of Facts, and the field of requests
  std::string_view collection;   // "clusters"
  std::string_view parent = "";  // "programmes/{programme}"; empty for a root
  // Kinds of change; an empty one is made of the type: "cluster.created".
  std::string_view created = "";
  std::string_view updated = "";
  std::string_view deleted = "";
  std::string_view undeleted = "";
  // Set by the rules alone, and those that only a creation may set.
  std::vector<std::string_view> output_only = {};
  std::vector<std::string_view> create_only = {};
  // The last part of the name when a creation gives none; empty when there is nothing to make it
  // of. Or a random one.
  std::string (*suggest_id)(const T&) = nullptr;
  // The n-th, from 1, to try where the suggested one is taken; without, a creation that gave none
  // is refused then. Of at most 60 characters.
  std::string (*another_id)(const T&, int n) = nullptr;
  Random* random_ids = nullptr;
  // Completes and checks what a creation sent before the write, since it takes its time; `errors`
  // is what is known to be wrong already.
  std::function<absl::Status(T* next, FieldErrors errors)> before_create = nullptr;
  // Names everything that is wrong. `before` is null on creation. Paths begin with `type`. An error
  // that is no violation ends the write. Where there is a `before`, the same is asked of it, and
  // what is wrong with it too refuses nothing: see WithoutStanding.
  std::function<absl::Status(const T* before, const T& next, const OwnContext&, FieldErrors&)>
      check = nullptr;
  // What an update has to bring along, or may not do: `next` is `before` with what was sent.
  std::function<absl::Status(const T& before, T* next)> correct = nullptr;
  // Derives what follows from the rest; `next` has passed the check.
  void (*settle)(const OwnContext&, T* next) = nullptr;
  // What the caller should know of what was written, though it is right: what was chosen where the
  // request said nothing, what isn't known. Of what is settled.
  void (*note)(const T* before, const T& next, const OwnContext&, Notes& notes) = nullptr;
  // Why it can't be deleted: what needs it.
  absl::Status (*check_unused)(const T&, const OwnContext&) = nullptr;
  // Where a creation is more than `created` says: the move that made it.
  std::string_view (*kind_of_creation)(const T&) = nullptr;
  // Where an update is more than `updated` says: another date is event.moved.
  std::string_view (*kind_of_update)(const T& before, const T& next) = nullptr;
  // What a creation or a change brings along in the same write, once it is put: other resources. It
  // may refuse the whole. `before` is null on creation.
  absl::Status (*bring)(store::Writer& writer, const T* before, const T& next,
                        const OwnContext&) = nullptr;
  // What readers get of it. The answer to its creation alone is as it is stored: so a secret is
  // shown once.
  void (*show)(T*) = nullptr;
  // The same by who reads, for what some readers alone may know.
  void (*show_to)(const filter::Viewer&, T*) = nullptr;
  // Deleted for good, with all that lies under it: no undelete, no image in the log.
  bool purge = false;
  // So many under one parent; 0: as many as there are.
  int most_of_a_parent = 0;
  // Whether the same creation again gives the same answer as long as the resource is as it was
  // made. Else the second one is ALREADY_EXISTS.
  bool creates_once = false;
  // Whether it has Facts, so that one without is about something deleted.
  bool has_facts = true;
  // Of a type without Facts: who sees a resource, operators apart. Asked in place of
  // Service::may_read, with the resource as it is stored.
  bool (*seen_by)(const filter::Viewer&, const T&) = nullptr;
  // Whether it holds on a day, by the dates of its record: what a list as of that day asks. `now`:
  // what the record says nothing of has gone on until then. Pure.
  AsOf (*as_of)(const T&, absl::CivilDay day, absl::Time now) = nullptr;
  // Who may make its moves, which are not the standard methods, besides those who may write it: the
  // other side of what stands between two. Asked of what is there, and of what a move makes. Each
  // move then asks whose it is.
  bool (*moved_by)(const filter::Viewer&, const T&) = nullptr;
  // Whether "clusters/-" lists those of all parents.
  bool lists_all = true;

  // The kind of change from `before` to `next`; null on creation.
  std::string KindOf(const T* before, const T& next) const {
    if (before == nullptr) {
      return Kind(kind_of_creation ? kind_of_creation(next) : created, "created");
    }
    return Kind(kind_of_update ? kind_of_update(*before, next) : updated, "updated");
  }
  std::string Kind(std::string_view given, std::string_view verb) const {
    return given.empty() ? absl::StrCat(ToAbsl(type), ".", ToAbsl(verb)) : std::string(given);
  }
  // What every write does to `next` before it is put. `errors` is what is known to be wrong
  // already; `notes`, where wanted, gets what the caller should know though it is done.
  absl::Status CheckAndSettle(const T* before, T* next, const OwnContext& context,
                              FieldErrors errors = {}, Notes* notes = nullptr) const {
    if (check != nullptr) {
      FieldErrors found;
      RETURN_IF_ERROR(check(before, *next, context, found));
      if (before != nullptr && !found.empty()) {
        FieldErrors known;
        RETURN_IF_ERROR(check(before, *before, context, known));
        found = WithoutStanding(found, known, notes);
      }
      errors.AddAll("", found.ToStatus());
    }
    RETURN_IF_ERROR(errors.ToStatus());
    if (settle != nullptr) settle(context, next);
    if (note != nullptr && notes != nullptr) note(before, *next, context, *notes);
    return absl::OkStatus();
  }
};

}  // namespace clusterwire::resource
