#include "libs/config/check.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"

namespace clusterwire::config {

absl::Duration ToDuration(const google::protobuf::Duration& value) {
  return absl::Seconds(value.seconds()) + absl::Nanoseconds(value.nanos());
}

void CheckSet(FieldErrors& errors, std::string_view path, std::string_view value) {
  if (value.empty()) errors.Add(path, "is not set; give a value");
}

void CheckRange(FieldErrors& errors, std::string_view path, int64_t value, int64_t least,
                int64_t most) {
  if (value >= least && value <= most) return;
  errors.Add(path, absl::StrCat("is ", value, "; give ", least, " to ", most));
}

void CheckRange(FieldErrors& errors, std::string_view path, const google::protobuf::Duration& value,
                absl::Duration least, absl::Duration most) {
  const absl::Duration duration = ToDuration(value);
  if (duration >= least && duration <= most) return;
  errors.Add(path, absl::StrCat("is ", absl::FormatDuration(duration), "; give ",
                                absl::FormatDuration(least), " to ", absl::FormatDuration(most)));
}

void CheckAddress(FieldErrors& errors, std::string_view path, std::string_view value) {
  const size_t colon = value.rfind(':');
  int port = -1;
  const bool bracketed = !value.empty() && value.front() == '[';
  const std::string_view host = value.substr(0, colon);
  if (colon == std::string_view::npos || host.empty() ||
      !absl::SimpleAtoi(ToAbsl(value.substr(colon + 1)), &port) || port < 0 || port > 65535 ||
      (bracketed ? host.back() != ']' : host.find(':') != std::string_view::npos)) {
    errors.Add(path, absl::StrCat("'", ToAbsl(value),
                                  "' is no address; give host:port, as in 127.0.0.1:50051"));
  }
}

}  // namespace clusterwire::config
