#include "services/catalogue/resources/grants/grant_access.h"

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/crypto.h"
#include "libs/base/text/subject.h"
#include "services/catalogue/common/access/access.h"
#include "services/catalogue/common/catalogue_type.h"

namespace clusterwire::catalogue {
namespace {

// 14 bytes as hexadecimal digits: two of them fit in a name.
std::string Shortened(std::string_view text) {
  return absl::BytesToHexString(ToAbsl(Sha256(text)).substr(0, 14));
}

// The row of a resource, deleted or not; NOT_FOUND when there is none.
absl::StatusOr<std::unique_ptr<store::Message>> RowOf(const store::Reader& reader,
                                                      const std::string& resource) {
  std::unique_ptr<store::Message> row = EmptyResource(resource);
  if (row == nullptr) return NotFoundError(resource);
  RETURN_IF_ERROR(reader.Load(resource, row.get()));
  return row;
}

}  // namespace

std::string GrantNameOf(std::string_view subject, std::string_view resource) {
  return absl::StrCat("grants/", Shortened(subject), "-", Shortened(resource));
}

void CheckGrantable(FieldErrors& errors, std::string_view path, const std::string& resource) {
  const std::vector<std::string> patterns = GrantablePatterns();
  const bool fits = std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return resource::NamePattern(pattern).Matches(resource);
  });
  if (fits) return;
  errors.Add(path, absl::StrCat(resource.empty() ? "is required" : "holds no grants",
                                ": write one of ", absl::StrJoin(patterns, ", ")));
}

void CheckGrantee(FieldErrors& errors, std::string_view path, std::string_view subject,
                  bool may_be_pattern) {
  const absl::Status status = may_be_pattern ? CheckSubjectPattern(subject) : CheckSubject(subject);
  if (!status.ok()) return errors.Add(path, std::string(status.message()));
  // "public" and "loopback" have none, and neither has an id without its issuer.
  if (absl::StrContains(ToAbsl(subject), ":")) return;
  errors.Add(path,
             "says not who vouches for it: write it as WhoAmI shows it to them, ISSUER:SUB of a "
             "token, spiffe://… or dns:… of a certificate");
}

void CheckNotEverybody(FieldErrors& errors, std::string_view subject) {
  if (!subject.ends_with('*')) return;
  const std::string_view front = subject.substr(0, subject.size() - 1);
  std::string_view rest = front.substr(front.find(':') + 1);  // "corp:", "spiffe://a.org/ns/"
  while (rest.starts_with('/')) rest.remove_prefix(1);
  const bool no_path = rest.empty() || rest.find('/') >= rest.size() - 1;
  if (!rest.empty() && !(front.starts_with("spiffe:") && no_path)) return;
  errors.Add("grant.subject",
             "takes in everybody whom one issuer vouches for, which operators alone may: name a "
             "subject, or a pattern that says more, \"k8s:system:serviceaccount:map:*\"");
}

void CheckRole(FieldErrors& errors, std::string_view path, v1::Grant::Role role) {
  if (role != v1::Grant::ROLE_UNSPECIFIED && v1::Grant::Role_IsValid(role)) return;
  errors.Add(path, "is required: ROLE_VIEWER, ROLE_EDITOR or ROLE_OWNER");
}

void CheckGrant(FieldErrors& errors, const v1::Grant& grant) {
  CheckGrantee(errors, "grant.subject", grant.subject(), /*may_be_pattern=*/true);
  CheckGrantable(errors, "grant.resource", grant.resource());
  CheckRole(errors, "grant.role", grant.role());
  if (grant.role() == v1::Grant::ROLE_OWNER && absl::EndsWith(grant.subject(), "*")) {
    errors.Add("grant.role",
               "a pattern can be ROLE_VIEWER or ROLE_EDITOR; an owner is one subject");
  }
}

absl::StatusOr<bool> OwnsResource(const store::Reader& reader, const filter::Viewer& viewer,
                                  const std::string& resource) {
  if (Owns(viewer, resource, nullptr)) return true;
  if (viewer.owns.empty()) return false;
  const auto row = RowOf(reader, resource);
  if (absl::IsNotFound(row.status())) return false;
  RETURN_IF_ERROR(row.status());
  return Owns(viewer, resource, row->get());
}

absl::Status CheckMayGive(const store::Reader& reader, const filter::Viewer& viewer,
                          const std::string& resource) {
  ASSIGN_OR_RETURN(const auto row, RowOf(reader, resource));
  if (store::IsDeleted(*row)) return NotFoundError(resource);
  RETURN_IF_ERROR(CheckMaySee(reader, viewer, resource));
  ASSIGN_OR_RETURN(const bool owns, OwnsResource(reader, viewer, resource));
  return owns ? absl::OkStatus() : OwnersAffair(resource);
}

absl::Status OwnersAffair(const std::string& resource) {
  return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS",
               absl::StrCat("grants on ", resource,
                            " are its owners' affair: ask one of them, or an operator"),
               {{"resource", resource}});
}

absl::StatusOr<std::vector<std::string>> OwnersIn(const store::Reader& reader,
                                                  const std::string& resource) {
  const auto row = RowOf(reader, resource);
  if (absl::IsNotFound(row.status())) return std::vector<std::string>();
  RETURN_IF_ERROR(row.status());
  return OwnersOf(resource, row->get());
}

absl::StatusOr<std::string> OwnerIn(const store::Reader& reader, const std::string& resource) {
  const std::unique_ptr<store::Message> type = EmptyResource(resource);
  const bool may_be_owned =
      type != nullptr && type->GetDescriptor()->FindFieldByName("owner") != nullptr;
  if (!may_be_owned) return resource;
  ASSIGN_OR_RETURN(std::vector<std::string> owners, OwnersIn(reader, resource));
  return owners.empty() ? resource : std::move(owners.back());
}

}  // namespace clusterwire::catalogue
