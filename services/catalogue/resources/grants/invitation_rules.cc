#include "services/catalogue/resources/grants/invitation_rules.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/random.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/resources/grants/grant_access.h"
#include "services/catalogue/resources/grants/grant_rules.h"

namespace clusterwire::catalogue {
namespace {

using resource::ReadCall;
using resource::WriteCall;

constexpr resource::NamePattern kInvitationName("invitations/{invitation}");
constexpr size_t kMostTokenBytes = 200;

std::string HashOf(const std::string& name, std::string_view token) {
  return absl::BytesToHexString(ToAbsl(HmacSha256(name, token)));
}

// Which invitation a token is of; perhaps no name.
std::string NameIn(std::string_view token) {
  return absl::StrCat("invitations/", ToAbsl(token.substr(0, token.find('.'))));
}

// One for all tokens that give nothing, so that none can be told from another.
absl::Status NoInvitation() {
  return Error(absl::StatusCode::kNotFound, "INVITATION_INVALID",
               "no invitation can be accepted with this token: it was used or withdrawn, has "
               "expired, or was never made; ask an owner of the resource for another");
}

absl::Duration LifetimeOf(const v1::CreateInvitationRequest& request, FieldErrors& errors) {
  if (!request.has_lifetime()) return Invitations::kLifetime;
  const absl::Duration lifetime =
      absl::Seconds(request.lifetime().seconds()) + absl::Nanoseconds(request.lifetime().nanos());
  if (lifetime < absl::Minutes(1) || lifetime > Invitations::kLongest) {
    errors.Add("lifetime", "must be from 60s to 2592000s, which are 30 days");
  }
  return lifetime;
}

v1::Invitation WithoutToken(v1::Invitation invitation) {
  invitation.clear_token();
  return invitation;
}

}  // namespace

absl::Status Invitations::CheckRoom(const std::string& resource) const {
  ASSIGN_OR_RETURN(const auto on, index_.On(resource));
  size_t open = 0;
  for (const GrantIndex::Entry& entry : on) open += entry.subject.empty() ? 1 : 0;
  if (open < kMost) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_INVITATIONS",
               absl::StrCat(resource, " has ", kMost,
                            " open invitations, the most there may be: withdraw some "
                            "(ListInvitations, DeleteInvitation)"));
}

absl::StatusOr<v1::Invitation> Invitations::Create(
    const WriteCall& call, const v1::CreateInvitationRequest& request) const {
  FieldErrors errors;
  CheckGrantable(errors, "invitation.resource", request.invitation().resource());
  CheckRole(errors, "invitation.role", request.invitation().role());
  const absl::Duration lifetime = LifetimeOf(request, errors);
  RETURN_IF_ERROR(errors.ToStatus());
  const absl::Status room = CheckRoom(request.invitation().resource());
  v1::Invitation next;
  const std::string id = RandomId(index_.random());
  const std::string token = absl::StrCat(id, ".", RandomId(index_.random()));
  next.set_name(absl::StrCat("invitations/", id));
  next.set_resource(request.invitation().resource());
  next.set_role(request.invitation().role());
  next.set_token(HashOf(next.name(), token));
  const auto create = [&](store::Writer& writer) -> absl::Status {
    // What has no inviter is worth as much as an operator's: who isn't one must still own it.
    RETURN_IF_ERROR(CheckStillMayGive(writer, call.viewer, next.resource()));
    RETURN_IF_ERROR(room);
    v1::Invitation made = next;
    // Empty where an operator looks through the eyes of an owner.
    if (!call.viewer.operator_) made.set_inviter(call.viewer.subject);
    *made.mutable_expire_time() = ToTimestamp(writer.now() + lifetime);
    return writer.Put(made, "invitation.created");
  };
  ASSIGN_OR_RETURN(const store::Written written, store_.Write(call.store, create));
  ASSIGN_OR_RETURN(v1::Invitation made, written.Answer<v1::Invitation>());
  made.set_token(token);
  return made;
}

absl::StatusOr<v1::ListInvitationsResponse> Invitations::List(const ReadCall& call,
                                                              const std::string& resource) const {
  FieldErrors errors;
  CheckGrantable(errors, "resource", resource);
  RETURN_IF_ERROR(errors.ToStatus());
  ASSIGN_OR_RETURN(const auto on, index_.On(resource));
  ASSIGN_OR_RETURN(const auto reader, store_.Read(call.at_least));
  RETURN_IF_ERROR(CheckMayGive(*reader, call.viewer, resource));
  v1::ListInvitationsResponse response;
  response.set_revision(reader->revision().value);
  for (const GrantIndex::Entry& entry : on) {
    if (!entry.subject.empty()) continue;
    auto invitation = reader->Get<v1::Invitation>(entry.name);
    if (absl::IsNotFound(invitation.status())) continue;
    RETURN_IF_ERROR(invitation.status());
    if (ToTime(invitation->expire_time()) <= index_.clock().Now()) continue;
    *response.add_invitations() = WithoutToken(*std::move(invitation));
  }
  return response;
}

absl::StatusOr<v1::Invitation> Invitations::Delete(const WriteCall& call,
                                                   const std::string& name) const {
  RETURN_IF_ERROR(kInvitationName.Check("name", name));
  v1::Invitation withdrawn;
  const auto withdraw = [&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(withdrawn, writer.Get<v1::Invitation>(name));
    ASSIGN_OR_RETURN(const bool owns, OwnsResource(writer, call.viewer, withdrawn.resource()));
    if (!owns) return NotFoundError(name);
    return writer.Purge(name, "invitation.deleted");
  };
  RETURN_IF_ERROR(store_.Write(call.store, withdraw).status());
  return WithoutToken(std::move(withdrawn));
}

absl::StatusOr<v1::Invitation> Invitations::Find(const store::Writer& writer,
                                                 const std::string& token) {
  const std::string name = NameIn(token);
  if (token.size() > kMostTokenBytes || !kInvitationName.Matches(name)) return NoInvitation();
  auto invitation = writer.Get<v1::Invitation>(name);
  if (absl::IsNotFound(invitation.status())) return NoInvitation();
  RETURN_IF_ERROR(invitation.status());
  if (!SameBytes(invitation->token(), HashOf(name, token)) ||
      ToTime(invitation->expire_time()) <= writer.now()) {
    return NoInvitation();
  }
  const absl::Status there =
      CheckMayGive(writer, filter::Viewer::Operator(), invitation->resource());
  if (absl::IsNotFound(there)) return NoInvitation();
  RETURN_IF_ERROR(there);
  if (invitation->inviter().empty()) return *std::move(invitation);
  ASSIGN_OR_RETURN(const bool owns, IsOwner(writer, invitation->inviter(), invitation->resource()));
  if (!owns) return NoInvitation();
  return *std::move(invitation);
}

absl::StatusOr<v1::Grant> Invitations::Accept(const WriteCall& call,
                                              const std::string& token) const {
  const std::string& subject = call.viewer.subject;
  FieldErrors errors;
  if (token.empty()) errors.Add("token", "is required");
  CheckGrantee(errors, "token", subject, /*may_be_pattern=*/false);
  if (token.empty()) return errors.ToStatus();
  if (!errors.empty()) {
    return Error(absl::StatusCode::kFailedPrecondition, "NO_SUBJECT",
                 "this caller shows no identity that a grant could be given to: call with a token "
                 "or a client certificate");
  }
  ASSIGN_OR_RETURN(const std::string resource, index_.ResourceOf(NameIn(token)));
  const absl::Status room = Grants(index_).CheckRoom(call.viewer, resource, subject);
  const auto accept = [&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(const v1::Invitation invitation, Find(writer, token));
    const auto there = LoadGrant(writer, subject, invitation.resource());
    if (there.ok() && there->role() >= invitation.role()) {
      return Error(absl::StatusCode::kAlreadyExists, "RESOURCE_EXISTS",
                   absl::StrCat("this caller has ", v1::Grant::Role_Name(there->role()), " on ",
                                invitation.resource(), " already, by ", there->name(),
                                "; the invitation stays for somebody else"),
                   {{"resource", there->name()}});
    }
    if (!there.ok() && !absl::IsNotFound(there.status())) return there.status();
    if (!there.ok()) RETURN_IF_ERROR(room);
    RETURN_IF_ERROR(PutGrant(writer, subject, invitation.resource(), invitation.role()));
    return writer.Purge(invitation.name(), "invitation.accepted");
  };
  ASSIGN_OR_RETURN(const store::Written written, store_.Write(call.store, accept));
  return written.Answer<v1::Grant>();
}

}  // namespace clusterwire::catalogue
