#include "libs/identity/encoding.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"

#include "libs/base/text/strings.h"

namespace clusterwire::identity {

std::optional<std::string> FromBase64Url(std::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ToAbsl(text), &bytes)) return std::nullopt;
  if (absl::WebSafeBase64Escape(bytes) != ToAbsl(text)) return std::nullopt;
  return bytes;
}

std::optional<nlohmann::json> ParseObject(std::string_view text) {
  using Event = nlohmann::json::parse_event_t;
  // The parser takes a zero byte for the end, whatever stands behind it.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  std::vector<std::set<std::string>> names;  // of the objects that are open
  bool strict = true;
  const auto watch = [&names, &strict](int depth, Event event, nlohmann::json& parsed) {
    if (depth > kMaxDepth) strict = false;
    if (event == Event::object_start) names.emplace_back();
    if (event == Event::object_end) names.pop_back();
    if (event == Event::key && !names.back().insert(parsed.get<std::string>()).second) {
      strict = false;
    }
    return strict;  // what comes after a mistake isn't kept
  };
  nlohmann::json object = nlohmann::json::parse(text, watch, /*allow_exceptions=*/false);
  if (!strict || !object.is_object()) return std::nullopt;
  return object;
}

std::string TextIn(const nlohmann::json& object, const char* name, bool* valid) {
  const auto found = object.find(name);
  if (found == object.end()) return "";
  if (!found->is_string()) {
    *valid = false;
    return "";
  }
  return found->get<std::string>();
}

}  // namespace clusterwire::identity
