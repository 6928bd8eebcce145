#include "libs/resource/standing.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace clusterwire::resource {
namespace {

// "cluster.regions[]" of "cluster.regions[2]".
std::string WithoutIndices(const std::string& path) {
  std::string plain;
  bool inside = false;
  for (const char c : path) {
    if (c == ']') inside = false;
    if (!inside) plain += c;
    if (c == '[') inside = true;
  }
  return plain;
}

}  // namespace

FieldErrors WithoutStanding(const FieldErrors& now, const FieldErrors& before, Notes* notes) {
  std::map<std::pair<std::string, std::string>, int> known;  // how many of each there were
  const google::rpc::BadRequest then = BadRequestOf(before.ToStatus());
  for (const auto& violation : then.field_violations()) {
    ++known[{WithoutIndices(violation.field()), violation.description()}];
  }
  FieldErrors added;
  const google::rpc::BadRequest wrong = BadRequestOf(now.ToStatus());
  for (const auto& violation : wrong.field_violations()) {
    const auto found = known.find({WithoutIndices(violation.field()), violation.description()});
    if (found == known.end() || found->second-- <= 0) {
      added.Add(violation.field(), violation.description());
    } else if (notes != nullptr) {
      notes->push_back(absl::StrCat(
          violation.field(), " stands as it was, and is wrong by now: ", violation.description()));
    }
  }
  return added;
}

}  // namespace clusterwire::resource
