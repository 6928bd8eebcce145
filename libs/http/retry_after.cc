#include "libs/http/retry_after.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

#include "libs/base/text/strings.h"

namespace clusterwire::http {
namespace {

constexpr absl::Duration kMost = absl::Hours(365 * 24);

// RFC 9110's three forms of a date; all are in GMT, whatever they say.
constexpr const char* kForms[] = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                                  "%a %b %e %H:%M:%S %Y"};

}  // namespace

std::optional<absl::Time> ParseRetryAfter(std::string_view value, absl::Time now) {
  const std::string text(absl::StripAsciiWhitespace(ToAbsl(value)));
  if (text.empty()) return std::nullopt;
  const absl::Time latest = now + kMost;
  const bool number =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  if (number) {
    int64_t seconds = 0;
    if (!absl::SimpleAtoi(text, &seconds)) return latest;  // more digits than fit
    return std::min(latest, now + absl::Seconds(seconds));
  }
  for (const char* form : kForms) {
    absl::Time time;
    if (absl::ParseTime(form, text, &time, nullptr)) return std::min(time, latest);
  }
  return std::nullopt;
}

}  // namespace clusterwire::http
