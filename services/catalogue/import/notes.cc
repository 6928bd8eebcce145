#include "services/catalogue/import/notes.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"

namespace clusterwire::catalogue::registers {
namespace {

// A field of a resource, and what registers call it. Longer ones first.
constexpr std::pair<const char*, const char*> kFields[] = {
    {"cluster.seat.point", "latitude, longitude"},
    {"cluster.seat.", ""},
    {"cluster.title", "name"},
    {"cluster.former_titles", "former_names"},
    {"cluster.founded", "founded_year"},
    {"cluster.members.total", "member_count"},
    {"cluster.sources[0].uri", "source"},
    {"cluster.", ""},
    {"label.title_then", "name_then"},
    {"label.score.percent", "score_percent"},
    {"label.score.points", "score_points"},
    {"label.score.max_points", "score_max"},
    {"label.sources[0].uri", "source"},
    {"label.", ""},
    {"label_scheme.title", "name"},
    {"label_scheme.levels", "label_levels"},
    {"label_scheme.period.start", "started"},
    {"label_scheme.period.end", "ended"},
    {"label_scheme.sources[0].uri", "source"},
    {"label_scheme.", ""},
    {"programme.title", "name"},
    {"programme.period.start", "started"},
    {"programme.period.end", "ended"},
    {"programme.sources[0].uri", "source"},
    {"programme.", ""},
    {"event.period.", ""},
    {"event.time_zone", "timezone"},
    {"event.place.point", "latitude, longitude"},
    {"event.place.", ""},
    {"event.sources[0].uri", "source"},
    {"event.", ""},
    {"taxonomy.sources[0].uri", "source"},
    {"taxonomy.", ""},
};

std::string InRegister(const std::string& path) {
  for (const auto& [field, name] : kFields) {
    if (absl::StartsWith(path, field)) {
      return absl::StrCat(name, path.substr(std::string_view(field).size()));
    }
  }
  return path;
}

}  // namespace

std::vector<std::string> NotesOf(const absl::Status& status) {
  std::vector<std::string> notes;
  const google::rpc::BadRequest bad_request = BadRequestOf(status);
  for (const auto& violation : bad_request.field_violations()) {
    notes.push_back(absl::StrCat(InRegister(violation.field()), ": ", violation.description()));
  }
  if (notes.empty()) notes.emplace_back(status.message());
  return notes;
}

}  // namespace clusterwire::catalogue::registers
