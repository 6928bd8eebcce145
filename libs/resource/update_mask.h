#pragma once

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace clusterwire::resource {

inline constexpr int kMaxMaskPaths = 100;

// Copies what an update names from `from` into `into`, the stored resource of the same type, as
// AIP-134 has it. "*" means all fields, else the mask has paths of fields ("seat", "seat.city"): a
// field named and not set is cleared, a message named is replaced whole. An empty mask means every
// field that is set, those inside messages by their own paths: it clears nothing. Only a message
// whose numbers can't be absent (a point, a circle, a timestamp) is taken whole, since 0 counts in
// it. Repeated fields and maps are replaced whole in any case.
//
// What is Output only stays as it is, named or not: name, etag, revision, the three times, notes,
// and the paths in `output_only` ("state", "webhook.secret"). A path that doesn't exist is
// INVALID_ARGUMENT on update_mask, all of them at once; `into` is then unchanged.
absl::Status ApplyUpdate(const google::protobuf::Message& from,
                         const google::protobuf::FieldMask& mask,
                         std::span<const std::string_view> output_only,
                         google::protobuf::Message* into);

// Clears what a create request must not set: the same Output only fields.
void ClearOutputOnly(std::span<const std::string_view> output_only,
                     google::protobuf::Message* resource);

}  // namespace clusterwire::resource
