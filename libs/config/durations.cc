#include "libs/config/durations.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::config {

absl::StatusOr<google::protobuf::Duration> ParseDuration(std::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(ToAbsl(text), &duration) || duration < absl::ZeroDuration() ||
      duration > absl::Hours(24 * 36525)) {
    return Error(
        absl::StatusCode::kInvalidArgument, "INVALID_CONFIG",
        absl::StrCat("'", ToAbsl(text), "' is no duration; write it like 5s, 250ms or 1h30m"));
  }
  google::protobuf::Duration result;
  result.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  result.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return result;
}

bool IsDuration(const google::protobuf::FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type() == google::protobuf::Duration::descriptor();
}

}  // namespace clusterwire::config
