#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

#include "libs/facts/facts.h"
#include "libs/filter/viewer.h"
#include "libs/store/reader.h"

// Who may see and who may write. Decided here and nowhere else.
namespace clusterwire::catalogue {

// What has Facts is seen by those in its audience: filter::Sees. What has none is deleted, or about
// something deleted: operators alone see it.
bool MaySee(const filter::Viewer& viewer, const std::optional<facts::Facts>& facts);
// NOT_FOUND unless the resource `name` is there and the viewer may see it.
absl::Status CheckMaySee(const store::Reader& reader, const filter::Viewer& viewer,
                         std::string_view name);
// Whether `name` is there for who would refer to it: seen, and not deleted; loads it into `out`. An
// operator's import may have made it in the same write, where it has no Facts yet.
bool IsThereFor(const filter::Viewer& viewer, const store::Reader& reader, std::string_view name,
                google::protobuf::Message* out);

// The resources of which a right on any is a right on this one, operators' apart: a membership's
// programme; the scheme of a label; a root itself, and its `owner` where it has that field. Null:
// of which only the name is known.
std::vector<std::string> OwnersOf(std::string_view name, const google::protobuf::Message* resource);

// Whether the viewer is an operator or owns one of those: may say who else may what with it, and
// know who did what to it.
bool Owns(const filter::Viewer& viewer, std::string_view name,
          const google::protobuf::Message* resource);

// PERMISSION_DENIED, reason NOT_YOURS, unless the viewer may write the resource, which is at `name`
// now or is to be there: who edits one of its owners.
absl::Status CheckMayWrite(const filter::Viewer& viewer, std::string_view name,
                           const google::protobuf::Message* resource);
// PERMISSION_DENIED, reason NOT_YOURS, where the viewer may write the resource by nothing but a
// right on its owner, which is deleted: who edited that edits it no more, until it is back.
absl::Status CheckOwnerStands(const store::Reader& reader, const filter::Viewer& viewer,
                              const google::protobuf::Message& resource);
// The same as CheckMayWrite() for what doesn't exist yet. Everybody who has signed in may create
// drafts of clusters, and who edits a cluster or programme what that owns; other roots are
// operators' to create.
absl::Status CheckMayCreate(const filter::Viewer& viewer, std::string_view name,
                            const google::protobuf::Message& next);

}  // namespace clusterwire::catalogue
