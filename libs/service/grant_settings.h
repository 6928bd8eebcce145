#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/config/v1/callers.pb.h"

#include "libs/base/random.h"
#include "libs/base/status/error.h"

namespace clusterwire::service {

// How grants get from the catalogue to notification, with the defaults filled in.
struct GrantSettings {
  std::string topic;
  std::string key_file;  // empty: they don't travel
  absl::Duration hold_after;
};

// Adds what is wrong to `errors`, by its path: "grants.hold_after". The topic is another than that
// of changes.
GrantSettings ReadGrants(const config::v1::Grants& grants, const std::string& topic_of_changes,
                         FieldErrors& errors);

inline constexpr std::string_view kSubjectKeyFile = "grants.subject_key_file";

// The key that subjects are hashed by, from the file that `grants.subject_key_file` names; made
// where there is none, so that two services of one machine need nothing else.
absl::StatusOr<std::string> LoadSubjectKey(const std::string& file, Random& random);

}  // namespace clusterwire::service
