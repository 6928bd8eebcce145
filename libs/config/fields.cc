#include "libs/config/fields.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include <google/protobuf/duration.pb.h>

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::config {
namespace {

// Insertions, deletions and replacements from `a` to `b`.
size_t Edits(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string Unknown(std::string_view name, std::string_view where,
                    const std::vector<std::string>& known) {
  const std::string nearest = Nearest(name, known);
  return absl::StrCat("there is no '", ToAbsl(name), "' in ", ToAbsl(where),
                      nearest.empty() ? absl::StrCat("; there are: ", absl::StrJoin(known, ", "))
                                      : absl::StrCat("; did you mean '", nearest, "'?"));
}

}  // namespace

absl::Status InvalidConfig(std::string_view text) {
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_CONFIG", text);
}

std::string Nearest(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr size_t kLongestName = 100;
  if (name.size() > kLongestName) return "";
  std::string nearest;
  size_t fewest = 1 + std::max<size_t>(2, name.size() / 3);
  for (const std::string& candidate : candidates) {
    const size_t edits = Edits(name, candidate);
    if (edits < fewest) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
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
