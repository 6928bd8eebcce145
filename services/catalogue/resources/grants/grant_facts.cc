#include "clusterwire/catalogue/v1/grant.pb.h"
#include "clusterwire/catalogue/v1/invitation.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/resources/grants/grant_rules.h"

// Grants and invitations have no Facts: who may see one is decided by its resource and its subject,
// and nothing is searched or told by them.
namespace clusterwire::catalogue {
namespace {

std::vector<store::Timer> TimersOf(const v1::Grant& grant) {
  if (!grant.has_delete_time()) return {};
  return {{.time = ToTime(grant.delete_time()) + kGrantRemembered, .what = "forget"}};
}

absl::Status Forget(store::Writer& writer, const std::string& name, absl::Time due) {
  ASSIGN_OR_RETURN(const auto grant, writer.Get<v1::Grant>(name));
  const bool is_due =
      grant.has_delete_time() && ToTime(grant.delete_time()) + kGrantRemembered <= due;
  return is_due ? writer.Purge(name, "grant.forgotten") : absl::OkStatus();
}

std::vector<store::Timer> TimersOf(const v1::Invitation& invitation) {
  return {{.time = ToTime(invitation.expire_time()), .what = "expire"}};
}

absl::Status Expire(store::Writer& writer, const std::string& name, absl::Time due) {
  ASSIGN_OR_RETURN(const auto invitation, writer.Get<v1::Invitation>(name));
  if (ToTime(invitation.expire_time()) > due) return absl::OkStatus();
  return writer.Purge(name, "invitation.expired");
}

}  // namespace

CatalogueType GrantType() {
  CatalogueType type{.type = facts::MakeType<v1::Grant, CodeBook>("grant", "grants/{grant}",
                                                                  {.timers = &TimersOf}),
                     .step = &Forget};
  type.type.deleted_has_timers = true;
  return type;
}

CatalogueType InvitationType() {
  CatalogueType type{.type = facts::MakeType<v1::Invitation, CodeBook>(
                         "invitation", "invitations/{invitation}", {.timers = &TimersOf}),
                     .step = &Expire};
  // What is in the log of one that was accepted or withdrawn is of no use to anybody.
  type.type.images_in_log = false;
  return type;
}

}  // namespace clusterwire::catalogue
