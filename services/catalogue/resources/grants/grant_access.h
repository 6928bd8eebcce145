#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/grant.pb.h"

#include "libs/base/status/error.h"
#include "libs/filter/viewer.h"
#include "libs/resource/name.h"
#include "libs/store/reader.h"

// On what grants can be given, by whom, and to whom.
namespace clusterwire::catalogue {

inline constexpr resource::NamePattern kGrantName("grants/{grant}");

// The name of the only grant of this subject, or pattern, on this resource. It tells neither to who
// doesn't know both, and begins alike for all grants of one subject.
std::string GrantNameOf(std::string_view subject, std::string_view resource);

// Adds a violation unless grants can be given on a resource with such a name: a root of a type that
// has Facts.
void CheckGrantable(FieldErrors& errors, std::string_view path, const std::string& resource);

// Adds a violation unless it is written as the subject of a grant.
void CheckGrantee(FieldErrors& errors, std::string_view path, std::string_view subject,
                  bool may_be_pattern);

// Adds a violation where the pattern takes in all whom an issuer or a trust domain vouches for:
// such a grant changes what everybody sees, and is operators' to give.
void CheckNotEverybody(FieldErrors& errors, std::string_view subject);

void CheckRole(FieldErrors& errors, std::string_view path, v1::Grant::Role role);

// The same for both, and that a pattern is no owner.
void CheckGrant(FieldErrors& errors, const v1::Grant& grant);

// Whether the viewer owns the resource, there or deleted: itself, or what owns it.
absl::StatusOr<bool> OwnsResource(const store::Reader& reader, const filter::Viewer& viewer,
                                  const std::string& resource);

// OK when the viewer may give grants on the resource. NOT_FOUND, as for one that isn't there, when
// it is deleted or the viewer may not see it; else PERMISSION_DENIED, reason NOT_YOURS.
absl::Status CheckMayGive(const store::Reader& reader, const filter::Viewer& viewer,
                          const std::string& resource);

// PERMISSION_DENIED, reason NOT_YOURS, to who sees the resource and doesn't own it.
absl::Status OwnersAffair(const std::string& resource);

// On what an owner's grant makes an owner of the resource, there or deleted: itself, and what owns
// it. None when there is no such resource.
absl::StatusOr<std::vector<std::string>> OwnersIn(const store::Reader& reader,
                                                  const std::string& resource);

// Whose it is: what owns it, else itself; the same for all that one owner has.
absl::StatusOr<std::string> OwnerIn(const store::Reader& reader, const std::string& resource);

}  // namespace clusterwire::catalogue
