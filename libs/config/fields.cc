#include "libs/config/fields.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include <google/protobuf/duration.pb.h>

#include "libs/base/status/error.h"
#include "libs/base/text/nearest.h"
#include "libs/base/text/strings.h"

namespace clusterwire::config {
namespace {

std::string Unknown(std::string_view name, std::string_view where,
                    const std::vector<std::string>& known) {
  return absl::StrCat("there is no '", ToAbsl(name), "' in ", ToAbsl(where),
                      MeantText(name, known));
}

}  // namespace

absl::Status InvalidConfig(std::string_view text) {
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_CONFIG", text);
}

std::string UnknownField(std::string_view name, const google::protobuf::Descriptor& message) {
  std::vector<std::string> known;
  for (int i = 0; i < message.field_count(); ++i) known.push_back(message.field(i)->name());
  return Unknown(name, message.name(), known);
}

std::string UnknownValue(std::string_view name, const google::protobuf::EnumDescriptor& values) {
  std::vector<std::string> known;
  for (int i = 0; i < values.value_count(); ++i) known.push_back(values.value(i)->name());
  return Unknown(name, values.name(), known);
}

bool IsDuration(const google::protobuf::FieldDescriptor& field) {
  return field.message_type() == google::protobuf::Duration::descriptor();
}

absl::StatusOr<std::string> DurationLiteral(std::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(ToAbsl(text), &duration) || duration < absl::ZeroDuration() ||
      duration > absl::Hours(24 * 36525)) {
    return InvalidConfig(
        absl::StrCat("'", ToAbsl(text), "' is no duration; write it like 5s, 250ms or 1h30m"));
  }
  const int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &duration);
  return absl::StrCat("{ seconds: ", seconds, " nanos: ", absl::ToInt64Nanoseconds(duration), " }");
}

}  // namespace clusterwire::config
