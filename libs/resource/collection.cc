#include "libs/resource/collection.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/resource/moved.h"
#include "libs/resource/name.h"
#include "libs/resource/update_mask.h"

namespace clusterwire::resource {
namespace {

constexpr int kMostScans = 10;  // of a page of those in one state, however few there are

std::unique_ptr<Message> CopyOf(const Message& message) {
  std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  return copy;
}

const google::protobuf::FieldDescriptor* FieldOf(const Message& resource, const char* name) {
  return resource.GetDescriptor()->FindFieldByName(name);
}

// No client takes an answer of any size, so those that don't fit are asked for apart.
absl::Status TooLarge(size_t fitting, size_t asked) {
  return Error(
      absl::StatusCode::kResourceExhausted, "ANSWER_TOO_LARGE",
      absl::StrCat("the answer would have more than ", kMaxPageBytes >> 20, " MiB: of the ", asked,
                   " names the first ", fitting, " fit; ask for those and then for the others"),
      {{"fitting_names", absl::StrCat(fitting)}});
}

std::string OwnerOf(const Message& resource) {
  return resource.GetReflection()->GetString(resource, FieldOf(resource, "owner"));
}

int StateOf(const Message& resource) {
  return resource.GetReflection()->GetEnumValue(resource, FieldOf(resource, "state"));
}

}  // namespace

absl::StatusOr<Collection::Found> Collection::Get(const ReadCall& call,
                                                  const std::vector<std::string>& names,
                                                  std::string_view path) const {
  FieldErrors errors;
  for (size_t i = 0; i < names.size(); ++i) {
    errors.AddAll(
        "", CheckName(path == "name" ? "name" : absl::StrCat(ToAbsl(path), "[", i, "]"), names[i]));
  }
  RETURN_IF_ERROR(errors.ToStatus());
  for (const std::string& name : names) {
    if (!service_.looks_first) {
      RETURN_IF_ERROR(service_.may_read(call.viewer, name, std::nullopt));
    }
  }
  ASSIGN_OR_RETURN(const auto reader, store_.Read(call.at_least));
  Found found{.resources = {}, .next = "", .revision = reader->revision()};
  PageRoom room(names.size());
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    Owned resource(rules_.prototype->New());
    absl::Status status = LoadRow(*reader, name, resource.get());
    if (status.ok() && service_.looks_first) status = CheckSeen(*reader, call.viewer, *resource);
    if (service_.looks_first && absl::IsNotFound(status)) {
      missing.push_back(name);
      continue;
    }
    RETURN_IF_ERROR(status);
    if (rules_.show) rules_.show(call.viewer, resource.get());
    if (!room.Takes(resource->ByteSizeLong())) {
      return TooLarge(found.resources.size(), names.size());
    }
    found.resources.push_back(std::move(resource));
  }
  if (!missing.empty()) return NotFoundError(absl::StrJoin(missing, ", "));
  return found;
}

absl::StatusOr<Collection::Found> Collection::List(const ReadCall& call,
                                                   const ListQuery& query) const {
  ASSIGN_OR_RETURN(const bool all, EnterList(call, query));
  ASSIGN_OR_RETURN(const auto reader, store_.Read(call.at_least));
  std::string parent;
  if (!all) {
    ASSIGN_OR_RETURN(const Owned row, RowNow(*reader, store_.registry(), query.parent));
    parent = row == nullptr ? query.parent : store::NameOf(*row);
    const absl::Status seen = CheckNameSeen(*reader, call.viewer, parent);
    // What a name leads to is nobody's to know who doesn't see that.
    RETURN_IF_ERROR(absl::IsNotFound(seen) ? NotFoundError(query.parent) : seen);
  }
  Found found{.resources = {}, .next = "", .revision = reader->revision()};
  // Of many only a few may be listed, so that more are looked at in one go.
  const bool narrowed = query.state != 0 || !query.owner.empty() || query.as_of ||
                        (rules_.seen_by && !call.viewer.operator_);
  const absl::Time now = store_.Now();
  store::ScanOptions scan{.type = std::string(rules_.type),
                          .parent = parent,
                          .after = query.after,
                          .limit = narrowed ? kScanLimit : std::min(query.limit + 1, kScanLimit),
                          .include_deleted = query.show_deleted};
  PageRoom room(static_cast<size_t>(query.limit), query.bytes);
  for (int scans = 1;; ++scans) {
    ASSIGN_OR_RETURN(auto page, ScanRows(*reader, scan));
    for (store::Scanned& scanned : page) {
      scan.after = store::NameOf(*scanned.resource);
      AsOf as_of;
      if (query.as_of) as_of = rules_.as_of(*scanned.resource, *query.as_of, now);
      if (query.as_of && as_of.answer == AsOf::Answer::kNo) continue;
      ASSIGN_OR_RETURN(const bool listed, IsListed(call, query, scanned));
      if (!listed) continue;
      if (rules_.show) rules_.show(call.viewer, scanned.resource.get());
      if (query.state != 0 && StateOf(*scanned.resource) != query.state) continue;
      if (!room.Takes(scanned.resource->ByteSizeLong())) {
        found.next = store::NameOf(*found.resources.back());
        return found;
      }
      found.resources.push_back(std::move(scanned.resource));
      if (query.as_of) found.unknown.push_back(std::move(as_of.reason));
    }
    if (page.size() < static_cast<size_t>(scan.limit)) return found;
    if (narrowed && scans == kMostScans) {
      found.next = scan.after;
      return found;
    }
    // Most of what is there may be hidden: a small page takes no scan for every few of it.
    scan.limit = std::min(2 * scan.limit, kScanLimit);
  }
}

store::WriteOptions Collection::OptionsOf(const WriteCall& call) const {
  store::WriteOptions options = call.store;
  options.may_replay = [this, viewer = call.viewer](const Message& answer) {
    return CheckMayWrite(viewer, answer, Way::kMove);
  };
  return options;
}

absl::StatusOr<Collection::Answer> Collection::Run(Plan plan) const {
  RETURN_IF_ERROR(plan.status());
  return AnswerOf(plan->call.viewer, plan->shown, store_.Write(OptionsOf(plan->call), plan->body));
}

void Collection::Run(Plan plan, std::function<void(absl::StatusOr<Answer>)> done) const {
  if (!plan.ok()) return done(plan.status());
  store_.Write(OptionsOf(plan->call), std::move(plan->body),
               [this, viewer = std::move(plan->call.viewer), shown = plan->shown,
                done = std::move(done)](const absl::StatusOr<store::Written>& written) {
                 done(AnswerOf(viewer, shown, written));
               });
}

Collection::Plan Collection::PlanCreate(const WriteCall& call, std::string_view parent,
                                        const Message& resource, std::string_view id,
                                        const Change& prepare) const {
  const std::shared_ptr<Message> first = CopyOf(resource);
  ClearOutputOnly(rules_.output_only, first.get());
  FieldErrors errors;
  const absl::Status is_parent = CheckParentName(parent);
  errors.AddAll("", is_parent);
  const std::string name = NewName(call.viewer, parent, *first, id, errors);
  absl::Status may = service_.may_create(call.viewer, service_.looks_first ? name : parent, *first);
  if (!may.ok() && rules_.moved_by && rules_.moved_by(call.viewer, *first)) may = absl::OkStatus();
  if (!may.ok()) return is_parent.ok() ? may : is_parent;
  first->GetReflection()->SetString(first.get(), FieldOf(*first, "name"), name);
  if (rules_.before_create) RETURN_IF_ERROR(rules_.before_create(first.get(), errors));
  MarkEdited(nullptr, first.get());
  const auto create = [this, viewer = call.viewer, under = std::string(parent),
                       is_parent = is_parent.ok(), first, errors, prepare,
                       is_chosen = !id.empty()](store::Writer& writer) -> absl::Status {
    if (!under.empty() && is_parent) RETURN_IF_ERROR(CheckParent(writer, viewer, under));
    const Owned next = CopyOf(*first);
    return service_.with_context(writer, viewer, [&](const Context& context) -> absl::Status {
      FieldErrors wrong = errors;
      if (prepare) RETURN_IF_ERROR(wrong.AddFrom(prepare(context, next.get())));
      if (!is_chosen && wrong.empty()) RETURN_IF_ERROR(StepAside(writer, viewer, next.get()));
      Notes notes;
      RETURN_IF_ERROR(rules_.check_and_settle(nullptr, next.get(), context, wrong, &notes));
      RETURN_IF_ERROR(CheckNew(writer, viewer, next.get()));
      const bool is_new = store::EtagOf(*next).empty();
      if (is_new) RETURN_IF_ERROR(CheckRoom(writer, under));
      RETURN_IF_ERROR(writer.Put(*next, rules_.kind(nullptr, *next)));
      if (is_new && rules_.bring) RETURN_IF_ERROR(rules_.bring(writer, nullptr, *next, context));
      return Tell(writer, *next, notes);
    });
  };
  return Prepared{call, create, Shown::kAsStored};
}

Collection::Plan Collection::PlanUpdate(const WriteCall& call, const Message& resource,
                                        const google::protobuf::FieldMask& mask, const Change& also,
                                        const Bring& bring) const {
  const auto update = [this, &resource, &mask, also](const Context& context,
                                                     Message* next) -> absl::Status {
    const Owned before = CopyOf(*next);
    FieldErrors errors;
    RETURN_IF_ERROR(errors.AddFrom(ApplyUpdate(resource, mask, rules_.fixed, next)));
    // What is wrong besides the mask is named too.
    if (!errors.empty()) RETURN_IF_ERROR(ApplyUpdate(resource, {}, rules_.fixed, next));
    if (rules_.correct) RETURN_IF_ERROR(errors.AddFrom(rules_.correct(*before, next)));
    if (also) RETURN_IF_ERROR(errors.AddFrom(also(context, next)));
    return errors.ToStatus();
  };
  return Rewrite(Way::kStandard, call, store::NameOf(resource), store::EtagOf(resource), "", update,
                 absl::StrCat(ToAbsl(rules_.type), ".name"), Shown::kAsRead, bring);
}

absl::StatusOr<Collection::Answer> Collection::Modify(
    const WriteCall& call, const std::string& name, const std::string& etag, std::string_view kind,
    const Change& change, std::string_view path, Shown shown, const Bring& bring) {
  return Run(Rewrite(Way::kMove, call, name, etag, kind, change, path, shown, bring));
}

Collection::Plan Collection::Rewrite(Way way, const WriteCall& call, const std::string& name,
                                     const std::string& etag, std::string_view kind,
                                     const Change& change, std::string_view path, Shown shown,
                                     const Bring& bring) const {
  const absl::Status entered = EnterWrite(call, path, name);
  if (!entered.ok() && !service_.looks_first) return entered;
  const auto modify = [this, way, viewer = call.viewer, name, etag, kind = std::string(kind),
                       change, bring, entered](store::Writer& writer) -> absl::Status {
    Owned before(rules_.prototype->New());
    if (entered.ok()) {
      ASSIGN_OR_RETURN(before, LoadForWrite(writer, viewer, name, etag, way));
    }
    const Owned next = CopyOf(*before);
    return service_.with_context(writer, viewer, [&](const Context& context) -> absl::Status {
      FieldErrors errors;
      errors.AddAll("", entered);
      const absl::Status changed = errors.AddFrom(change(context, next.get()));
      // What else is wrong with the request is named beside its name.
      if (!entered.ok()) return errors.ToStatus();
      RETURN_IF_ERROR(changed);
      const std::string put_as = kind.empty() ? rules_.kind(before.get(), *next) : kind;
      if (errors.empty() && store::SameButForStamps(*before, *next)) {
        if (!store::EtagOf(*before).empty()) return writer.Put(*before, put_as);
        writer.SetAnswer(CopyOf(*before));  // it isn't stored, and stays so
        return absl::OkStatus();
      }
      MarkEdited(before.get(), next.get());
      Notes notes;
      RETURN_IF_ERROR(rules_.check_and_settle(before.get(), next.get(), context, errors, &notes));
      if (service_.looks_first) RETURN_IF_ERROR(CheckMayWrite(viewer, *next, way));
      RETURN_IF_ERROR(writer.Put(*next, put_as));
      if (rules_.bring) RETURN_IF_ERROR(rules_.bring(writer, before.get(), *next, context));
      if (bring) RETURN_IF_ERROR(bring(writer, context, *next, notes));
      return Tell(writer, *next, notes);
    });
  };
  return Prepared{call, modify, shown};
}

Collection::Plan Collection::PlanDelete(const WriteCall& call, const std::string& name,
                                        const std::string& etag) const {
  RETURN_IF_ERROR(EnterWrite(call, "name", name));
  RETURN_IF_ERROR(CheckDeletable(name));
  const auto remove = [this, viewer = call.viewer, name,
                       etag](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(const Owned next, LoadForWrite(writer, viewer, name, etag, Way::kStandard));
    if (store::NameOf(*next) != name) return MovedError(name, *next);
    if (rules_.check_unused) {
      RETURN_IF_ERROR(service_.with_context(writer, viewer, [&](const Context& context) {
        return rules_.check_unused(*next, context);
      }));
    }
    if (rules_.purge) return Purge(writer, name);
    next->GetReflection()
        ->MutableMessage(next.get(), FieldOf(*next, "delete_time"))
        ->CopyFrom(ToTimestamp(writer.now()));
    return writer.Put(*next, rules_.deleted);
  };
  return Prepared{call, remove, rules_.purge ? Shown::kNothing : Shown::kAsRead};
}

Collection::Plan Collection::PlanUndelete(const WriteCall& call, const std::string& name,
                                          const std::string& etag) const {
  RETURN_IF_ERROR(EnterWrite(call, "name", name));
  const auto undelete = [this, viewer = call.viewer, name,
                         etag](store::Writer& writer) -> absl::Status {
    const Owned before(rules_.prototype->New());
    const std::string parent(store::ParentOf(name));
    if (!parent.empty()) RETURN_IF_ERROR(CheckParent(writer, viewer, parent));
    const absl::Status loaded = LoadRow(writer, name, before.get());
    // Who may not gets the same refusal whether or not there is anything.
    RETURN_IF_ERROR(service_.may_write(viewer, name, loaded.ok() ? before.get() : nullptr));
    RETURN_IF_ERROR(loaded);
    if (service_.holds != nullptr) RETURN_IF_ERROR(service_.holds(writer, viewer, *before));
    if (!store::IsDeleted(*before)) {
      if (service_.looks_first) RETURN_IF_ERROR(CheckSeen(writer, viewer, *before));
      if (store::NameOf(*before) != name) return MovedError(name, *before);
      return Error(absl::StatusCode::kFailedPrecondition, "NOT_DELETED",
                   absl::StrCat(name, " is not deleted"), {{"resource", name}});
    }
    const Owned next = CopyOf(*before);
    next->GetReflection()->ClearField(next.get(), FieldOf(*next, "delete_time"));
    return service_.with_context(writer, viewer, [&](const Context& context) -> absl::Status {
      Notes notes;
      RETURN_IF_ERROR(rules_.check_and_settle(before.get(), next.get(), context, {}, &notes));
      // The rules have said by now whether the viewer may know of it.
      RETURN_IF_ERROR(CheckEtag(*before, etag));
      RETURN_IF_ERROR(writer.Put(*next, rules_.undeleted));
      return Tell(writer, *next, notes);
    });
  };
  return Prepared{call, undelete, Shown::kAsRead};
}

absl::StatusOr<std::vector<store::Scanned>> Collection::ScanRows(
    const store::Reader& reader, const store::ScanOptions& options) const {
  return reader.Scan(options);
}

absl::Status Collection::CheckDeletable(const std::string&) const { return absl::OkStatus(); }

absl::Status Collection::EnterWrite(const WriteCall& call, std::string_view path,
                                    const std::string& name) const {
  RETURN_IF_ERROR(CheckName(path, name));
  return service_.looks_first ? absl::OkStatus() : service_.may_write(call.viewer, name, nullptr);
}

absl::Status Collection::CheckName(std::string_view path, const std::string& name) const {
  return NamePattern(stored_type().pattern).Check(path, name);
}

absl::Status Collection::CheckParentName(std::string_view parent) const {
  if (rules_.parent.empty()) return absl::OkStatus();
  return NamePattern(rules_.parent).Check("parent", parent);
}

absl::StatusOr<bool> Collection::EnterList(const ReadCall& call, const ListQuery& query) const {
  if (query.show_deleted && !call.viewer.operator_) {
    return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS",
                 "only operators may list what is deleted; leave out show_deleted");
  }
  const std::string_view above = rules_.parent.substr(0, rules_.parent.find('/'));
  const bool all = rules_.parent.empty() ||
                   (rules_.lists_all && query.parent == absl::StrCat(ToAbsl(above), "/-"));
  FieldErrors errors = query.errors;
  if (!all) errors.AddAll("", CheckParentName(query.parent));
  RETURN_IF_ERROR(errors.ToStatus());
  if (!service_.looks_first) {
    RETURN_IF_ERROR(service_.may_read(call.viewer, query.parent, std::nullopt));
  }
  return all;
}

absl::Status Collection::CheckNameSeen(const store::Reader& reader, const filter::Viewer& viewer,
                                       const std::string& name) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, reader.GetFacts(name));
  ASSIGN_OR_RETURN(const auto facts, facts::ParseAudience(stored));
  return service_.may_read(viewer, name, facts);
}

absl::Status Collection::CheckSeen(const store::Reader& reader, const filter::Viewer& viewer,
                                   const Message& row) const {
  const std::string name = store::NameOf(row);
  if (!rules_.seen_by) return CheckNameSeen(reader, viewer, name);
  return rules_.seen_by(viewer, row) ? absl::OkStatus() : NotFoundError(name);
}

absl::StatusOr<bool> Collection::IsListed(const ReadCall& call, const ListQuery& query,
                                          const store::Scanned& scanned) const {
  if (!query.owner.empty() && OwnerOf(*scanned.resource) != query.owner) return false;
  if (!service_.looks_first) return true;
  if (rules_.seen_by) return rules_.seen_by(call.viewer, *scanned.resource);
  ASSIGN_OR_RETURN(const auto facts, facts::ParseAudience(scanned.facts));
  if (store::IsDeleted(*scanned.resource) || (rules_.has_facts && !facts)) {
    return query.show_deleted;
  }
  return service_.may_read(call.viewer, store::NameOf(*scanned.resource), facts).ok();
}

absl::Status Collection::CheckParent(const store::Reader& reader, const filter::Viewer& viewer,
                                     const std::string& parent) const {
  ASSIGN_OR_RETURN(const Owned row, RowNow(reader, store_.registry(), parent));
  const bool moved = row != nullptr && store::NameOf(*row) != parent;
  if (moved && CheckNameSeen(reader, viewer, store::NameOf(*row)).ok()) {
    return MovedError(parent, *row);
  }
  RETURN_IF_ERROR(CheckNameSeen(reader, viewer, parent));
  if (row == nullptr) return NotFoundError(parent);
  if (!store::IsDeleted(*row)) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "PARENT_DELETED",
               absl::StrCat(parent, " is deleted; undelete it first"), {{"resource", parent}});
}

absl::Status Collection::CheckRoom(const store::Reader& reader, const std::string& parent) const {
  const int most = rules_.most_of_a_parent;
  if (most == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const auto others,
      reader.Scan({.type = std::string(rules_.type), .parent = parent, .limit = most}));
  if (others.size() < static_cast<size_t>(most)) return absl::OkStatus();
  const std::string several(rules_.collection);
  return Error(absl::StatusCode::kFailedPrecondition,
               absl::StrCat("TOO_MANY_", absl::AsciiStrToUpper(several)),
               absl::StrCat(parent, " has ", most, " ", several,
                            ", the most there may be: delete one first"));
}

absl::StatusOr<Collection::Owned> Collection::LoadForWrite(const store::Reader& reader,
                                                           const filter::Viewer& viewer,
                                                           const std::string& name,
                                                           const std::string& etag, Way way) const {
  Owned row(rules_.prototype->New());
  RETURN_IF_ERROR(LoadRow(reader, name, row.get()));
  if (store::IsDeleted(*row)) return GoneError(viewer, *row);
  if (service_.looks_first) {
    if (rules_.has_facts) {
      ASSIGN_OR_RETURN(const auto facts, facts::Get(reader, store::NameOf(*row)));
      if (!facts) return GoneError(viewer, *row);
    }
    RETURN_IF_ERROR(CheckSeen(reader, viewer, *row));
    RETURN_IF_ERROR(CheckMayWrite(viewer, *row, way));
    if (service_.holds != nullptr) RETURN_IF_ERROR(service_.holds(reader, viewer, *row));
  }
  RETURN_IF_ERROR(CheckEtag(*row, etag));
  return row;
}

absl::Status Collection::CheckMayWrite(const filter::Viewer& viewer, const Message& resource,
                                       Way way) const {
  if (way == Way::kMove && rules_.moved_by && rules_.moved_by(viewer, resource)) {
    return absl::OkStatus();
  }
  return service_.may_write(viewer, store::NameOf(resource), &resource);
}

absl::Status Collection::GoneError(const filter::Viewer& viewer, const Message& row) const {
  const std::string name = store::NameOf(row);
  if (!viewer.operator_) return NotFoundError(name);
  return Error(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND",
               store::IsDeleted(row)
                   ? absl::StrCat(name, " is deleted; ", Method("Undelete"), " brings it back")
                   : absl::StrCat(name, " is about something deleted; undelete that first"),
               {{"resource", name}});
}

absl::Status Collection::Tell(store::Writer& writer, const Message& next,
                              const Notes& notes) const {
  const auto* field = FieldOf(next, "notes");
  if (notes.empty() || field == nullptr) return absl::OkStatus();
  Owned answer(next.New());
  RETURN_IF_ERROR(writer.Load(store::NameOf(next), answer.get()));
  for (const std::string& note : notes) {
    answer->GetReflection()->AddString(answer.get(), field, note);
  }
  writer.SetAnswer(std::move(answer));
  return absl::OkStatus();
}

absl::Status Collection::Purge(store::Writer& writer, const std::string& name) const {
  std::vector<std::pair<std::string, std::string>> under;  // names, kinds of change
  RETURN_IF_ERROR(
      ForEach(writer, {.parent = name, .include_deleted = true}, [&](const store::Scanned& one) {
        const store::ResourceType& type = *store_.registry().ForMessage(*one.resource);
        under.emplace_back(store::NameOf(*one.resource), absl::StrCat(type.type, ".deleted"));
        return true;
      }));
  for (const auto& [child, kind] : under) RETURN_IF_ERROR(writer.Purge(child, kind));
  return writer.Purge(name, rules_.deleted);
}

void Collection::MarkEdited(const Message* before, Message* next) const {
  if (service_.mark_edited != nullptr) service_.mark_edited(before, rules_.output_only, next);
}

absl::StatusOr<Collection::Answer> Collection::AnswerOf(
    const filter::Viewer& viewer, Shown shown,
    const absl::StatusOr<store::Written>& written) const {
  RETURN_IF_ERROR(written.status());
  if (shown == Shown::kNothing) return Answer();
  const Answer& answer = written->answer;
  if (answer == nullptr || answer->GetDescriptor() != rules_.prototype->GetDescriptor()) {
    return absl::InternalError("the write has no answer of this type");
  }
  if (shown == Shown::kAsStored || !rules_.show) return answer;
  Owned hidden = CopyOf(*answer);
  rules_.show(viewer, hidden.get());
  return Answer(std::move(hidden));
}

const store::ResourceType& Collection::stored_type() const {
  return *store_.registry().ForType(rules_.type);
}

}  // namespace clusterwire::resource
