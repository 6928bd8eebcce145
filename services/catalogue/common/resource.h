#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/field_mask.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/timestamp.h"
#include "libs/change/record.h"
#include "libs/resource/call.h"
#include "libs/resource/id.h"
#include "libs/resource/name.h"
#include "libs/resource/update_mask.h"
#include "libs/store/store.h"
#include "services/catalogue/common/access/access.h"
#include "services/catalogue/common/codes/code_book.h"
#include "services/catalogue/common/fields/edited.h"

// The standard methods (AIP-131 to 135, 164, 231) once for all types of resource. What a type adds
// are its Rules; what it does differently is in its own file.
namespace clusterwire::catalogue {

// What rules may look at besides the resource: everything as it stands inside the write. What the
// writer doesn't see, `sight` says; an error may not tell that it is there.
struct Context {
  const store::Reader& reader;
  const CodeBook& book;
  absl::Time now;
  const Sight& sight;
};

template <store::Resource T>
struct Rules {
  std::string_view type;         // "cluster": of the store, of Facts, and the field of requests
  std::string_view collection;   // "clusters"
  std::string_view parent = "";  // "programmes/{programme}"; empty for a root
  change::ChangeKind created;
  change::ChangeKind updated;
  change::ChangeKind deleted;
  change::ChangeKind undeleted;
  // Set by the rules alone, and those that only a creation may set.
  std::vector<std::string_view> output_only;
  std::vector<std::string_view> create_only;
  // The last part of the name when a creation gives none; empty when there is nothing to make it
  // of.
  std::string (*suggest_id)(const T&) = nullptr;
  // Names everything that is wrong. `before` is null on creation. Paths begin with `type`.
  void (*check)(const T* before, const T& next, const Context&, FieldErrors&) = nullptr;
  // Derives what follows from the rest; `next` has passed the check.
  void (*settle)(const Context&, T* next) = nullptr;
  // Why it can't be deleted: what needs it.
  absl::Status (*check_unused)(const T&, const Context&) = nullptr;
  // Where an update is more than `updated` says: another date is event.moved.
  change::ChangeKind (*kind_of_update)(const T& before, const T& next) = nullptr;
};

struct ListQuery {
  std::string parent;  // "clusters/x", "clusters/-" for all, or empty for a root
  std::string after;   // names greater than this one
  int limit = 50;
  size_t bytes = SIZE_MAX;  // a page ends before it holds more, or with its first resource
  bool show_deleted = false;
};

template <store::Resource T>
struct Listed {
  std::vector<T> resources;
  std::string next;  // `after` of the next page; empty on the last
  store::Revision revision;
};

// Safe for use from any thread. `store` outlives it.
template <store::Resource T>
class Resources {
 public:
  Resources(store::Store& store, Rules<T> rules) : store_(store), rules_(std::move(rules)) {}

  struct Found {
    std::vector<T> resources;
    store::Revision revision;
  };
  // NOT_FOUND names those that aren't there or that the viewer may not see.
  absl::StatusOr<Found> BatchGet(const ReadCall& call, const std::vector<std::string>& names) const;
  absl::StatusOr<Listed<T>> List(const ReadCall& call, const ListQuery& query) const;

  // A change of the resource in hand, inside the write. It may refuse.
  using Change = std::function<absl::Status(const Context&, T*)>;
  // `prepare`, where given, completes what the caller sent.
  absl::StatusOr<T> Create(const WriteCall& call, std::string_view parent, T resource,
                           std::string_view id, const Change& prepare = nullptr);
  absl::StatusOr<T> Update(const WriteCall& call, const T& resource,
                           const google::protobuf::FieldMask& mask);
  absl::StatusOr<T> Delete(const WriteCall& call, const std::string& name, const std::string& etag);
  absl::StatusOr<T> Undelete(const WriteCall& call, const std::string& name,
                             const std::string& etag);

  // Any other change of one resource that exists. The result is checked, settled and put under
  // `kind`.
  absl::StatusOr<T> Modify(const WriteCall& call, const std::string& name, const std::string& etag,
                           change::ChangeKind kind, const Change& change);

  // Inside a write: the resource as it is, seen by the viewer, neither deleted nor about something
  // deleted.
  absl::StatusOr<T> Load(const store::Reader& reader, const Sight& sight,
                         const std::string& name) const;
  // Inside a write: checks, settles and stages. `before` is null on creation; `errors` is what is
  // known to be wrong already.
  absl::Status Stage(store::Writer& writer, const Sight& sight, const T* before, T next,
                     change::ChangeKind kind, FieldErrors errors = {}) const;

  const Rules<T>& rules() const { return rules_; }
  store::Store& store() const { return store_; }

 private:
  std::string NewName(std::string_view parent, const T& resource, std::string_view id,
                      FieldErrors& errors) const;
  std::string AnyParent() const;  // "clusters/-"
  // Whether `parent` is one that this type lives under.
  absl::Status CheckParentName(std::string_view parent) const;

  store::Store& store_;
  const Rules<T> rules_;
};

// Nothing is created under what isn't there, isn't seen, or is deleted.
inline absl::Status CheckParent(const store::Reader& reader, const Sight& sight,
                                std::string_view parent) {
  RETURN_IF_ERROR(sight.Check(reader, parent));
  ASSIGN_OR_RETURN(const std::optional<facts::Facts> facts, facts::Get(reader, parent));
  if (facts) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "PARENT_DELETED",
               absl::StrCat(ToAbsl(parent), " is deleted; undelete it first"),
               {{"resource", std::string(parent)}});
}

template <store::Resource T>
absl::StatusOr<typename Resources<T>::Found> Resources<T>::BatchGet(
    const ReadCall& call, const std::vector<std::string>& names) const {
  ASSIGN_OR_RETURN(auto reader, store_.Read(call.at_least));
  const Sight sight(call.viewer);
  Found found{.resources = {}, .revision = reader->revision()};
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    const absl::Status seen = sight.Check(*reader, name);
    if (absl::IsNotFound(seen)) {
      missing.push_back(name.empty() ? "'' (a name is required)" : name);
      continue;
    }
    RETURN_IF_ERROR(seen);
    ASSIGN_OR_RETURN(T resource, reader->template Get<T>(name));
    found.resources.push_back(std::move(resource));
  }
  if (!missing.empty()) return NotFoundError(absl::StrJoin(missing, ", "));
  return found;
}

template <store::Resource T>
absl::StatusOr<Listed<T>> Resources<T>::List(const ReadCall& call, const ListQuery& query) const {
  const Sight sight(call.viewer);
  if (query.show_deleted && !sight.is_operator()) {
    return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS",
                 "only operators may list what is deleted; leave out show_deleted");
  }
  ASSIGN_OR_RETURN(auto reader, store_.Read(call.at_least));
  const bool everywhere = rules_.parent.empty() || query.parent == AnyParent();
  if (!everywhere) {
    RETURN_IF_ERROR(CheckParentName(query.parent));
    RETURN_IF_ERROR(sight.Check(*reader, query.parent));
  }
  Listed<T> listed{.resources = {}, .next = "", .revision = reader->revision()};
  store::ScanOptions scan{.type = std::string(rules_.type),
                          .parent = everywhere ? "" : query.parent,
                          .after = query.after,
                          .limit = std::min(query.limit + 1, 1000),
                          .include_deleted = query.show_deleted};
  size_t bytes = 0;
  while (true) {
    ASSIGN_OR_RETURN(auto page, reader->Scan(scan));
    for (store::Scanned& scanned : page) {
      T& resource = static_cast<T&>(*scanned.resource);
      scan.after = resource.name();
      ASSIGN_OR_RETURN(const std::optional<facts::Facts> facts, facts::Parse(scanned.facts));
      if (!(facts ? sight.Sees(facts) : query.show_deleted)) continue;
      bytes += resource.ByteSizeLong();
      if (listed.resources.size() == static_cast<size_t>(query.limit) ||
          (bytes > query.bytes && !listed.resources.empty())) {
        listed.next = listed.resources.back().name();
        return listed;
      }
      listed.resources.push_back(std::move(resource));
    }
    if (page.size() < static_cast<size_t>(scan.limit)) return listed;
  }
}

template <store::Resource T>
absl::StatusOr<T> Resources<T>::Load(const store::Reader& reader, const Sight& sight,
                                     const std::string& name) const {
  ASSIGN_OR_RETURN(const std::optional<facts::Facts> facts, facts::Get(reader, name));
  if (!facts || !sight.Sees(facts)) return NotFoundError(name);
  return reader.template Get<T>(name);
}

template <store::Resource T>
absl::Status Resources<T>::Stage(store::Writer& writer, const Sight& sight, const T* before, T next,
                                 change::ChangeKind kind, FieldErrors errors) const {
  ASSIGN_OR_RETURN(const auto book, CodeBook::Of(writer));
  const Context context{writer, *book, writer.now(), sight};
  rules_.check(before, next, context, errors);
  RETURN_IF_ERROR(errors.ToStatus());
  if (rules_.settle != nullptr) rules_.settle(context, &next);
  return writer.Put(next, change::KindText(kind));
}

template <store::Resource T>
std::string Resources<T>::NewName(std::string_view parent, const T& resource, std::string_view id,
                                  FieldErrors& errors) const {
  std::string last(id);
  if (last.empty() && rules_.suggest_id != nullptr) last = rules_.suggest_id(resource);
  if (!resource::IsId(last)) {
    errors.Add(absl::StrCat(ToAbsl(rules_.type), "_id"),
               absl::StrCat("'", last, id.empty() ? "', made from the rest," : "'",
                            " is no id: 1 to 60 lower case letters, digits and '-', not beginning "
                            "or ending with '-'"));
  }
  return absl::StrCat(ToAbsl(parent), parent.empty() ? "" : "/", ToAbsl(rules_.collection), "/",
                      last);
}

template <store::Resource T>
std::string Resources<T>::AnyParent() const {
  return absl::StrCat(ToAbsl(rules_.parent.substr(0, rules_.parent.find('/'))), "/-");
}

template <store::Resource T>
absl::Status Resources<T>::CheckParentName(std::string_view parent) const {
  if (rules_.parent.empty()) return absl::OkStatus();
  return resource::NamePattern(rules_.parent).Check("parent", parent);
}

template <store::Resource T>
absl::StatusOr<T> Resources<T>::Create(const WriteCall& call, std::string_view parent, T resource,
                                       std::string_view id, const Change& prepare) {
  resource::ClearOutputOnly(rules_.output_only, &resource);
  RETURN_IF_ERROR(CheckParentName(parent));
  FieldErrors errors;
  const std::string name = NewName(parent, resource, id, errors);
  RETURN_IF_ERROR(CheckMayWrite(call.viewer, name));
  resource.set_name(name);
  MarkEdited(nullptr, rules_.output_only, &resource);
  const Sight sight(call.viewer);
  ASSIGN_OR_RETURN(const store::Written written,
                   store_.Write(call.store, [&](store::Writer& writer) -> absl::Status {
                     if (!parent.empty()) RETURN_IF_ERROR(CheckParent(writer, sight, parent));
                     T next = resource;
                     if (prepare) {
                       ASSIGN_OR_RETURN(const auto book, CodeBook::Of(writer));
                       RETURN_IF_ERROR(prepare(Context{writer, *book, writer.now(), sight}, &next));
                     }
                     return Stage(writer, sight, nullptr, next, rules_.created, errors);
                   }));
  return written.Answer<T>();
}

template <store::Resource T>
absl::StatusOr<T> Resources<T>::Modify(const WriteCall& call, const std::string& name,
                                       const std::string& etag, change::ChangeKind kind,
                                       const Change& change) {
  const Sight sight(call.viewer);
  ASSIGN_OR_RETURN(const store::Written written,
                   store_.Write(call.store, [&](store::Writer& writer) -> absl::Status {
                     ASSIGN_OR_RETURN(const T before, Load(writer, sight, name));
                     RETURN_IF_ERROR(CheckMayWrite(call.viewer, name));
                     RETURN_IF_ERROR(resource::CheckEtag(before, etag));
                     T next = before;
                     ASSIGN_OR_RETURN(const auto book, CodeBook::Of(writer));
                     RETURN_IF_ERROR(change(Context{writer, *book, writer.now(), sight}, &next));
                     MarkEdited(&before, rules_.output_only, &next);
                     const bool update = kind == rules_.updated && rules_.kind_of_update != nullptr;
                     return Stage(writer, sight, &before, next,
                                  update ? rules_.kind_of_update(before, next) : kind);
                   }));
  return written.Answer<T>();
}

template <store::Resource T>
absl::StatusOr<T> Resources<T>::Update(const WriteCall& call, const T& resource,
                                       const google::protobuf::FieldMask& mask) {
  std::vector<std::string_view> fixed = rules_.output_only;
  fixed.insert(fixed.end(), rules_.create_only.begin(), rules_.create_only.end());
  return Modify(
      call, resource.name(), resource.etag(), rules_.updated,
      [&](const Context&, T* next) { return resource::ApplyUpdate(resource, mask, fixed, next); });
}

template <store::Resource T>
absl::StatusOr<T> Resources<T>::Delete(const WriteCall& call, const std::string& name,
                                       const std::string& etag) {
  const Sight sight(call.viewer);
  ASSIGN_OR_RETURN(
      const store::Written written,
      store_.Write(call.store, [&](store::Writer& writer) -> absl::Status {
        ASSIGN_OR_RETURN(T next, Load(writer, sight, name));
        RETURN_IF_ERROR(CheckMayWrite(call.viewer, name));
        RETURN_IF_ERROR(resource::CheckEtag(next, etag));
        if (rules_.check_unused != nullptr) {
          ASSIGN_OR_RETURN(const auto book, CodeBook::Of(writer));
          RETURN_IF_ERROR(rules_.check_unused(next, Context{writer, *book, writer.now(), sight}));
        }
        *next.mutable_delete_time() = ToTimestamp(writer.now());
        return writer.Put(next, change::KindText(rules_.deleted));
      }));
  return written.Answer<T>();
}

template <store::Resource T>
absl::StatusOr<T> Resources<T>::Undelete(const WriteCall& call, const std::string& name,
                                         const std::string& etag) {
  const Sight sight(call.viewer);
  ASSIGN_OR_RETURN(const store::Written written,
                   store_.Write(call.store, [&](store::Writer& writer) -> absl::Status {
                     // First, so that nobody learns from the error what there was.
                     RETURN_IF_ERROR(CheckMayWrite(call.viewer, name));
                     ASSIGN_OR_RETURN(T next, writer.Get<T>(name));
                     if (!store::IsDeleted(next)) {
                       return Error(absl::StatusCode::kFailedPrecondition, "NOT_DELETED",
                                    absl::StrCat(name, " is not deleted"), {{"resource", name}});
                     }
                     RETURN_IF_ERROR(resource::CheckEtag(next, etag));
                     const T before = next;
                     next.clear_delete_time();
                     return Stage(writer, sight, &before, next, rules_.undeleted);
                   }));
  return written.Answer<T>();
}

}  // namespace clusterwire::catalogue
