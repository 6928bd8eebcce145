#include "services/catalogue/resources/grants/grant_rules.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/base/text/subject.h"
#include "libs/base/time/clock.h"
#include "libs/resource/page.h"
#include "libs/resource/update_mask.h"
#include "services/catalogue/resources/grants/grant_access.h"

namespace clusterwire::catalogue {
namespace {

using resource::ReadCall;
using resource::WriteCall;

// Who sees a grant on what isn't theirs: whom it holds for.
bool HoldsFor(std::string_view subject, const filter::Viewer& viewer) {
  return !viewer.subject.empty() && SubjectMatches(subject, viewer.subject);
}

// The grant as it is; NOT_FOUND, as for one that was never given, when it was withdrawn or the
// viewer may not see it.
absl::StatusOr<v1::Grant> LoadSeen(const store::Reader& reader, const filter::Viewer& viewer,
                                   const std::string& name) {
  ASSIGN_OR_RETURN(v1::Grant grant, reader.Get<v1::Grant>(name));
  if (grant.has_delete_time()) return NotFoundError(name);
  if (HoldsFor(grant.subject(), viewer)) return grant;
  ASSIGN_OR_RETURN(const bool owns, OwnsResource(reader, viewer, grant.resource()));
  if (!owns) return NotFoundError(name);
  return grant;
}

// Of a grant that the viewer sees.
absl::Status CheckMayWithdraw(const store::Reader& reader, const filter::Viewer& viewer,
                              const v1::Grant& grant) {
  ASSIGN_OR_RETURN(const bool owns, StillOwns(reader, viewer, grant.resource()));
  if (owns || grant.subject() == viewer.subject) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS",
               absl::StrCat(grant.name(), " is the affair of the owners of ", grant.resource()),
               {{"resource", grant.name()}});
}

absl::Status AlreadyGiven(const v1::Grant& grant) {
  return Error(absl::StatusCode::kAlreadyExists, "RESOURCE_EXISTS",
               absl::StrCat(grant.name(), " gives ", v1::Grant::Role_Name(grant.role()), " on ",
                            grant.resource(), " to ", grant.subject(),
                            " already: UpdateGrant changes the role"),
               {{"resource", grant.name()}});
}

absl::Status TooMany(const std::string& what, size_t most, const std::string& of) {
  return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_GRANTS",
               absl::StrCat(what, " has ", most, " ", of, ", the most there may be: withdraw one ",
                            "(ListGrants shows them), give one to a pattern of subjects, or one on "
                            "an owner, which holds for all that it owns"));
}

absl::StatusOr<v1::Grant> AnswerOf(const absl::StatusOr<store::Written>& written) {
  RETURN_IF_ERROR(written.status());
  return written->Answer<v1::Grant>();
}

}  // namespace

absl::StatusOr<Grants::Page> Grants::Get(const ReadCall& call, const std::string& name) const {
  RETURN_IF_ERROR(kGrantName.Check("name", name));
  ASSIGN_OR_RETURN(const auto reader, store_.Read(call.at_least));
  ASSIGN_OR_RETURN(v1::Grant grant, LoadSeen(*reader, call.viewer, name));
  return Page{.grants = {std::move(grant)}, .next = "", .revision = reader->revision()};
}

absl::StatusOr<bool> Grants::SeesOwnAlone(const ReadCall& call, const std::string& resource) const {
  if (call.viewer.operator_) return false;
  if (resource.empty()) return call.viewer.owns.empty();
  ASSIGN_OR_RETURN(const auto reader, store_.Read(call.at_least));
  ASSIGN_OR_RETURN(const bool owns, OwnsResource(*reader, call.viewer, resource));
  return !owns;
}

absl::StatusOr<std::vector<std::string>> Grants::Candidates(const ReadCall& call,
                                                            const GrantQuery& query) const {
  std::vector<GrantIndex::Entry> entries;
  if (!query.resource.empty()) {
    ASSIGN_OR_RETURN(entries, index_.On(query.resource));
  } else if (!query.subject.empty()) {
    ASSIGN_OR_RETURN(entries, index_.To(query.subject));
  } else {
    ASSIGN_OR_RETURN(entries, index_.Holding(call.viewer.subject));
    ASSIGN_OR_RETURN(auto owned, index_.OnAny(call.viewer.owns));
    std::ranges::move(owned, std::back_inserter(entries));
  }
  ASSIGN_OR_RETURN(const bool own_alone, SeesOwnAlone(call, query.resource));
  std::vector<std::string> names;
  for (GrantIndex::Entry& entry : entries) {
    const bool wanted = !entry.subject.empty() && entry.name > query.after &&
                        (query.subject.empty() || entry.subject == query.subject) &&
                        (!own_alone || HoldsFor(entry.subject, call.viewer));
    if (wanted) names.push_back(std::move(entry.name));
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

absl::StatusOr<Grants::Page> Grants::List(const ReadCall& call, const GrantQuery& query) const {
  FieldErrors errors = query.errors;
  if (!query.resource.empty()) CheckGrantable(errors, "resource", query.resource);
  if (!query.subject.empty()) CheckGrantee(errors, "subject", query.subject, true);
  RETURN_IF_ERROR(errors.ToStatus());
  if (call.viewer.operator_ && query.resource.empty() && query.subject.empty()) {
    return ListAll(call, query);
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, Candidates(call, query));
  ASSIGN_OR_RETURN(const auto reader, store_.Read(call.at_least));
  Page page{.grants = {}, .next = "", .revision = reader->revision()};
  resource::PageRoom room(query.limit);
  for (const std::string& name : names) {
    absl::StatusOr<v1::Grant> grant = LoadSeen(*reader, call.viewer, name);
    if (absl::IsNotFound(grant.status())) continue;
    RETURN_IF_ERROR(grant.status());
    if (!room.Takes(grant->ByteSizeLong())) {
      page.next = page.grants.back().name();
      break;
    }
    page.grants.push_back(*std::move(grant));
  }
  return page;
}

absl::StatusOr<Grants::Page> Grants::ListAll(const ReadCall& call, const GrantQuery& query) const {
  ASSIGN_OR_RETURN(const auto reader, store_.Read(call.at_least));
  Page page{.grants = {}, .next = "", .revision = reader->revision()};
  resource::PageRoom room(query.limit);
  const store::ScanOptions scan{.type = "grant", .after = query.after};
  RETURN_IF_ERROR(resource::ForEach(*reader, scan, [&](const store::Scanned& one) {
    const bool taken = room.Takes(one.resource->ByteSizeLong());
    if (taken) {
      page.grants.push_back(static_cast<const v1::Grant&>(*one.resource));
    } else {
      page.next = page.grants.back().name();
    }
    return taken;
  }));
  return page;
}

absl::Status Grants::CheckRoom(const filter::Viewer& viewer, const std::string& resource,
                               const std::string& subject) const {
  ASSIGN_OR_RETURN(const Entries on, index_.On(resource));
  if (on.size() >= kMost) return TooMany(resource, kMost, "grants");
  return CheckRoomFor(viewer, resource, subject);
}

absl::Status Grants::CheckWithdrawn(const filter::Viewer& viewer, const std::string& resource,
                                    const std::string& subject) const {
  if (viewer.operator_) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto withdrawn, index_.WithdrawnOn(resource));
  const bool has_one = withdrawn.contains(GrantNameOf(subject, resource));
  if (withdrawn.size() < kMostWithdrawn || has_one) return absl::OkStatus();
  return Error(
      absl::StatusCode::kFailedPrecondition, "TOO_MANY_GRANTS",
      absl::StrCat("of the grants on ", resource, " ", kMostWithdrawn, " were withdrawn within ",
                   absl::ToInt64Hours(kGrantRemembered) / 24,
                   " days, the most there may be: give one to who had one before, or ask an "
                   "operator"));
}

absl::Status Grants::CheckRoomFor(const filter::Viewer& viewer, const std::string& resource,
                                  const std::string& subject) const {
  RETURN_IF_ERROR(CheckWithdrawn(viewer, resource, subject));
  ASSIGN_OR_RETURN(const Entries to, index_.To(subject));
  if (to.size() >= kMost) return TooMany("this subject", kMost, "grants");
  if (viewer.operator_ || to.size() < kMostOfOneOwner) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto reader, store_.Read());
  ASSIGN_OR_RETURN(const std::string owner, OwnerIn(*reader, resource));
  size_t of_owner = 0;
  for (const GrantIndex::Entry& entry : to) {
    ASSIGN_OR_RETURN(const std::string other, OwnerIn(*reader, entry.resource));
    of_owner += other == owner ? 1 : 0;
  }
  if (of_owner < kMostOfOneOwner) return absl::OkStatus();
  return TooMany("this subject", kMostOfOneOwner, absl::StrCat("grants on what ", owner, " owns"));
}

absl::StatusOr<v1::Grant> Grants::Create(const WriteCall& call, const v1::Grant& grant) const {
  FieldErrors errors;
  CheckGrant(errors, grant);
  if (!call.viewer.operator_) CheckNotEverybody(errors, grant.subject());
  RETURN_IF_ERROR(errors.ToStatus());
  const absl::Status room = CheckRoom(call.viewer, grant.resource(), grant.subject());
  const auto give = [&](store::Writer& writer) -> absl::Status {
    RETURN_IF_ERROR(CheckStillMayGive(writer, call.viewer, grant.resource()));
    const auto there = LoadGrant(writer, grant.subject(), grant.resource());
    if (there.ok()) return AlreadyGiven(*there);
    if (!absl::IsNotFound(there.status())) return there.status();
    RETURN_IF_ERROR(room);
    return PutGrant(writer, grant.subject(), grant.resource(), grant.role());
  };
  return AnswerOf(store_.Write(call.store, give));
}

absl::StatusOr<v1::Grant> Grants::Update(const WriteCall& call, const v1::Grant& grant,
                                         const google::protobuf::FieldMask& mask) const {
  static constexpr std::string_view kFixed[] = {"subject", "resource"};
  FieldErrors errors;
  errors.AddAll("", kGrantName.Check("grant.name", grant.name()));
  v1::Grant changed;
  errors.AddAll("", resource::ApplyUpdate(grant, mask, kFixed, &changed));
  CheckRole(errors, "grant.role", grant.role());
  RETURN_IF_ERROR(errors.ToStatus());
  ASSIGN_OR_RETURN(const Entries beside, Beside(grant.name()));
  const auto update = [&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Grant next, LoadSeen(writer, call.viewer, grant.name()));
    RETURN_IF_ERROR(CheckStillMayGive(writer, call.viewer, next.resource()));
    RETURN_IF_ERROR(resource::CheckEtag(next, grant.etag()));
    const v1::Grant before = next;
    next.set_role(grant.role());
    FieldErrors wrong;
    CheckGrant(wrong, next);
    RETURN_IF_ERROR(wrong.ToStatus());
    if (next.role() < before.role()) RETURN_IF_ERROR(CheckNotLast(writer, call, before, beside));
    return writer.Put(next, "grant.updated");
  };
  return AnswerOf(store_.Write(call.store, update));
}

absl::StatusOr<v1::Grant> Grants::Delete(const WriteCall& call, const std::string& name,
                                         const std::string& etag) const {
  RETURN_IF_ERROR(kGrantName.Check("name", name));
  ASSIGN_OR_RETURN(const Entries beside, Beside(name));
  const auto withdraw = [&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Grant grant, LoadSeen(writer, call.viewer, name));
    RETURN_IF_ERROR(CheckMayWithdraw(writer, call.viewer, grant));
    RETURN_IF_ERROR(resource::CheckEtag(grant, etag));
    RETURN_IF_ERROR(CheckNotLast(writer, call, grant, beside));
    *grant.mutable_delete_time() = ToTimestamp(writer.now());
    return writer.Put(grant, "grant.deleted");
  };
  return AnswerOf(store_.Write(call.store, withdraw));
}

absl::StatusOr<v1::Grant> Grants::Transfer(const WriteCall& call, const std::string& resource,
                                           const std::string& subject,
                                           const std::string& from) const {
  const std::string& giver = from.empty() ? call.viewer.subject : from;
  FieldErrors errors;
  CheckGrantable(errors, "resource", resource);
  CheckGrantee(errors, "subject", subject, /*may_be_pattern=*/false);
  if (!from.empty()) CheckGrantee(errors, "from", from, /*may_be_pattern=*/false);
  if (subject == giver) errors.Add("subject", "is who owns it already");
  RETURN_IF_ERROR(errors.ToStatus());
  // On the resource one goes for one that comes.
  const absl::Status room = CheckRoomFor(call.viewer, resource, subject);
  const auto transfer = [&](store::Writer& writer) -> absl::Status {
    RETURN_IF_ERROR(CheckStillMayGive(writer, call.viewer, resource));
    absl::StatusOr<v1::Grant> given = LoadGrant(writer, giver, resource);
    const bool missing = absl::IsNotFound(given.status());
    if (!missing) RETURN_IF_ERROR(given.status());
    if (missing || given->role() != v1::Grant::ROLE_OWNER) {
      return Error(
          absl::StatusCode::kFailedPrecondition, "NOT_AN_OWNER",
          absl::StrCat(from.empty() ? "this caller" : from, " has no owner's grant on ", resource,
                       ": name one who has in `from` (ListGrants shows them), "
                       "or make the other one an owner with CreateGrant"));
    }
    const absl::Status there = LoadGrant(writer, subject, resource).status();
    if (absl::IsNotFound(there)) RETURN_IF_ERROR(room);
    RETURN_IF_ERROR(PutGrant(writer, subject, resource, v1::Grant::ROLE_OWNER));
    *given->mutable_delete_time() = ToTimestamp(writer.now());
    return writer.Put(*given, "grant.deleted");
  };
  return AnswerOf(store_.Write(call.store, transfer));
}

absl::StatusOr<Grants::Entries> Grants::Beside(const std::string& name) const {
  ASSIGN_OR_RETURN(const std::string resource, index_.ResourceOf(name));
  return index_.On(resource);
}

absl::Status Grants::CheckNotLast(const store::Reader& reader, const WriteCall& call,
                                  const v1::Grant& grant, const Entries& beside) {
  if (grant.role() != v1::Grant::ROLE_OWNER || call.viewer.operator_) return absl::OkStatus();
  // What something else owns has owners without a grant on itself.
  ASSIGN_OR_RETURN(const auto owners, OwnersIn(reader, grant.resource()));
  if (owners.size() > 1) return absl::OkStatus();
  for (const GrantIndex::Entry& other : beside) {
    if (other.name == grant.name() || other.subject.empty()) continue;
    const auto now = reader.Get<v1::Grant>(other.name);
    if (!now.ok() && !absl::IsNotFound(now.status())) return now.status();
    if (now.ok() && !now->has_delete_time() && now->role() == v1::Grant::ROLE_OWNER) {
      return absl::OkStatus();
    }
  }
  return Error(absl::StatusCode::kFailedPrecondition, "LAST_OWNER",
               absl::StrCat(grant.subject(), " is the last owner of ", grant.resource(),
                            ": TransferOwnership puts another in their place, or CreateGrant makes "
                            "another owner first"),
               {{"resource", grant.resource()}});
}

absl::StatusOr<v1::Grant> LoadGrant(const store::Reader& reader, std::string_view subject,
                                    std::string_view resource) {
  const std::string name = GrantNameOf(subject, resource);
  ASSIGN_OR_RETURN(v1::Grant grant, reader.Get<v1::Grant>(name));
  if (grant.has_delete_time()) return NotFoundError(name);
  return grant;
}

absl::Status PutGrant(store::Writer& writer, std::string_view subject, std::string_view resource,
                      v1::Grant::Role role) {
  v1::Grant grant;
  grant.set_name(GrantNameOf(subject, resource));
  const absl::Status there = writer.Load(grant.name(), &grant);
  if (!there.ok() && !absl::IsNotFound(there)) return there;
  const bool is_new = !there.ok() || grant.has_delete_time();
  grant.clear_delete_time();
  grant.set_subject(std::string(subject));
  grant.set_resource(std::string(resource));
  grant.set_role(role);
  return writer.Put(grant, is_new ? "grant.created" : "grant.updated");
}

absl::StatusOr<bool> IsOwner(const store::Reader& reader, std::string_view subject,
                             const std::string& resource) {
  ASSIGN_OR_RETURN(const std::vector<std::string> owners, OwnersIn(reader, resource));
  for (const std::string& owner : owners) {
    const auto grant = LoadGrant(reader, subject, owner);
    if (!grant.ok() && !absl::IsNotFound(grant.status())) return grant.status();
    if (grant.ok() && grant->role() == v1::Grant::ROLE_OWNER) return true;
  }
  return false;
}

absl::StatusOr<bool> StillOwns(const store::Reader& reader, const filter::Viewer& viewer,
                               const std::string& resource) {
  ASSIGN_OR_RETURN(const bool owns, OwnsResource(reader, viewer, resource));
  if (!owns || viewer.operator_ || viewer.subject.empty()) return owns;
  return IsOwner(reader, viewer.subject, resource);
}

absl::Status CheckStillMayGive(const store::Reader& reader, const filter::Viewer& viewer,
                               const std::string& resource) {
  RETURN_IF_ERROR(CheckMayGive(reader, viewer, resource));
  ASSIGN_OR_RETURN(const bool owns, StillOwns(reader, viewer, resource));
  return owns ? absl::OkStatus() : OwnersAffair(resource);
}

absl::Status GiveOwner(store::Writer& writer, std::string_view subject, std::string_view resource) {
  return PutGrant(writer, subject, resource, v1::Grant::ROLE_OWNER);
}

}  // namespace clusterwire::catalogue
