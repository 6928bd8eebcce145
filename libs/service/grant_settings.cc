#include "libs/service/grant_settings.h"

#include "libs/kafka/check.h"
#include "libs/service/open.h"
#include "libs/service/settings.h"

namespace clusterwire::service {

GrantSettings ReadGrants(const config::v1::Grants& grants, const std::string& topic_of_changes,
                         FieldErrors& errors) {
  const google::protobuf::Duration& hold = grants.hold_after();
  const bool is_set = hold.seconds() != 0 || hold.nanos() != 0;
  GrantSettings settings{
      .topic = grants.topic().empty() ? "clusterwire.grants.v1" : grants.topic(),
      .key_file = grants.subject_key_file(),
      // The topic is looked at four times a second.
      .hold_after = ReadDuration(errors, "grants.hold_after", is_set, hold, absl::Seconds(1),
                                 absl::Hours(1), absl::Seconds(10))};
  errors.AddAll("grants.topic", kafka::CheckTopicName(settings.topic));
  if (settings.topic == topic_of_changes) {
    errors.Add("grants.topic", "is the topic of changes: it needs one of its own");
  }
  return settings;
}

absl::StatusOr<std::string> LoadSubjectKey(const std::string& file, Random& random) {
  return LoadKey(kSubjectKeyFile, file, random, "; it must be the same for both services");
}

}  // namespace clusterwire::service
