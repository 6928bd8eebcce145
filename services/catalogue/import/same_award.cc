#include "services/catalogue/import/same_award.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "libs/base/time/date.h"
#include "libs/resource/page.h"

namespace clusterwire::catalogue::registers {
namespace {

constexpr absl::civil_diff_t kHalfAYear = 183;

using Dates = std::array<const std::string*, 4>;

Dates DatesOf(const v1::Label& label) {
  return {&label.awarded(), &label.assessed(), &label.announced(), &label.valid_until()};
}

// Two awards that no import has named yet are the same when all they say of the award is.
bool IsSameAward(const v1::Label& a, const v1::Label& b) {
  return a.scheme() == b.scheme() && a.level() == b.level() && a.awarded() == b.awarded() &&
         a.assessed() == b.assessed() && a.announced() == b.announced();
}

// The days between two dates; 0 when they overlap, none when one of them can't be read.
std::optional<absl::civil_diff_t> DaysBetween(const std::string& a, const std::string& b) {
  const auto first = ParseDate(a);
  const auto second = ParseDate(b);
  if (!first.ok() || !second.ok()) return std::nullopt;
  if (first->Overlaps(*second)) return 0;
  return first->last < second->first ? second->first - first->last : first->first - second->last;
}

// How far `line` is from what is known of the award: 0 with a date in common, else the days between
// those dates that lie furthest apart; none when it is another award.
std::optional<absl::civil_diff_t> DistanceOf(const v1::Label& known, const v1::Label& line) {
  std::optional<absl::civil_diff_t> furthest;
  const Dates before = DatesOf(known);
  const Dates after = DatesOf(line);
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i]->empty() || after[i]->empty()) continue;
    const auto days = DaysBetween(*before[i], *after[i]);
    if (days == 0) return 0;
    if (days) furthest = std::max(furthest.value_or(0), *days);
  }
  return furthest && *furthest < kHalfAYear ? furthest : std::nullopt;
}

// Those of the cluster with the scheme and level of `line`, by their names.
absl::StatusOr<std::vector<v1::Label>> LabelsLike(const store::Reader& reader,
                                                  const std::string& cluster,
                                                  const v1::Label& line) {
  std::vector<v1::Label> labels;
  RETURN_IF_ERROR(
      resource::ForEach(reader, {.type = "label", .parent = cluster, .include_deleted = true},
                        [&](const store::Scanned& scanned) {
                          auto& label = static_cast<v1::Label&>(*scanned.resource);
                          if (label.scheme() == line.scheme() && label.level() == line.level()) {
                            labels.push_back(std::move(label));
                          }
                          return true;
                        }));
  return labels;
}

}  // namespace

absl::StatusOr<Match<v1::Label>> FindAward(Batch& batch, const std::string& cluster,
                                           const v1::Label& label, const std::string& id) {
  const std::string& external_id = label.external_ids(0).id();
  ASSIGN_OR_RETURN(std::vector<v1::Label> labels, LabelsLike(batch.writer(), cluster, label));
  const auto found = std::find_if(labels.begin(), labels.end(), [&](const v1::Label& known) {
    return HasExternalId(known.external_ids(), kImportScheme, external_id);
  });
  if (found != labels.end()) return Match<v1::Label>{found->name(), *found};
  ASSIGN_OR_RETURN(
      const auto match,
      FindMatch<v1::Label>(batch.writer(), {.prefix = absl::StrCat(cluster, "/labels/"),
                                            .ids = IdsFor(id),
                                            .external_id = external_id,
                                            .is_same = [&](const v1::Label& known) {
                                              return IsSameAward(known, label);
                                            }}));
  if (match.known) return match;
  const v1::Label* nearest = nullptr;
  std::optional<absl::civil_diff_t> least;
  bool unclear = false;
  for (const v1::Label& known : labels) {
    if (store::IsDeleted(known) || batch.IsAnotherLines(known.name())) continue;
    const auto distance = DistanceOf(known, label);
    if (!distance || (least && *distance > *least)) continue;
    unclear = distance == least;
    least = distance;
    nearest = &known;
  }
  if (nearest == nullptr || unclear) return match;
  return Match<v1::Label>{nearest->name(), *nearest};
}

}  // namespace clusterwire::catalogue::registers
