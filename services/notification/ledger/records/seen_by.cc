#include "services/notification/ledger/records/seen_by.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

constexpr char kOperatorsAlone[] = " ";

}  // namespace

std::string SeenBy(const type::v1::Facts& facts) {
  if (!facts.has_audience()) return "";
  std::string seen_by = kOperatorsAlone;
  for (const std::string& name : facts.audience().members()) {
    // No name has a space or a zero byte in it, and what is none lets no subscriber in.
    const bool is_name = name.find_first_of(std::string_view(" \0", 2)) == std::string::npos;
    if (is_name && !name.empty()) absl::StrAppend(&seen_by, name, " ");
  }
  return seen_by;
}

std::string SeenBy(const change::v1::ResourceChanged& change) {
  if (!change.has_before()) return change.has_after() ? SeenBy(change.after()) : kOperatorsAlone;
  const std::string before = SeenBy(change.before());
  if (!change.has_after() || before.empty()) return before;
  const std::string after = SeenBy(change.after());
  return after.empty() || after == before ? after : before + after.substr(1);
}

std::optional<std::string> SeenSince(const change::v1::ResourceChanged& change) {
  if (!change.has_before() && !change.has_after()) return std::nullopt;
  return SeenBy(change.has_after() ? change.after() : change.before());
}

bool IsSeen(const filter::Viewer& viewer, std::string_view seen_by) {
  if (viewer.operator_ || seen_by.empty()) return true;
  return std::ranges::any_of(viewer.members, [&](const std::string& member) {
    return absl::StrContains(ToAbsl(seen_by), absl::StrCat(" ", member, " "));
  });
}

}  // namespace clusterwire::notification
