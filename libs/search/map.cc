#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/search/hits.h"

namespace clusterwire::search {
namespace {

// The shorter way around, of less than two turns.
double Wrapped(double degrees) {
  return degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees;
}

// A hit that is to be shown.
struct ShownPoint {
  uint32_t strength = 0;
  uint32_t ordinal = 0;
  const Segment* segment = nullptr;

  Facts Read() const {
    Facts facts;
    facts.ParseFromString(segment->records.Facts(ordinal));
    facts.set_name(std::string(segment->records.name(ordinal)));
    return facts;
  }
  bool TitleBefore(const ShownPoint& other) const {
    if (segment == other.segment) return ordinal < other.ordinal;
    const Records& own = segment->records;
    const Records& others = other.segment->records;
    return std::pair(own.key(ordinal), own.name(ordinal)) <
           std::pair(others.key(other.ordinal), others.name(other.ordinal));
  }
  bool Before(const ShownPoint& other) const {
    return strength != other.strength ? strength > other.strength : TitleBefore(other);
  }
};

struct Cell {
  size_t count = 0;
  size_t vague = 0;
  bool in_bounds = false;  // one of its hits is
  filter::LatLng first;
  double north = 0;  // sums of the way from the first
  double east = 0;
  std::array<ShownPoint, kStrongest> strongest;  // up to count

  void Add(const Point& point, bool exact, const Segment& segment) {
    if (count == 0) first = point.at;
    north += point.at.latitude - first.latitude;
    east += Wrapped(point.at.longitude - first.longitude);
    vague += exact ? 0 : 1;
    const size_t had = std::min(count++, kStrongest);
    if (had == kStrongest && point.strength < strongest.back().strength) return;
    ShownPoint shown{point.strength, point.ordinal, &segment};
    if (had == kStrongest && !shown.Before(strongest.back())) return;
    size_t at = std::min(had, kStrongest - 1);
    for (; at > 0 && shown.Before(strongest[at - 1]); --at) strongest[at] = strongest[at - 1];
    strongest[at] = shown;
  }
  filter::LatLng Center() const {
    const auto hits = static_cast<double>(count);
    return {first.latitude + north / hits, Wrapped(first.longitude + east / hits)};
  }
};

double WidthOf(const filter::Bounds& bounds) {
  return bounds.west <= bounds.east ? bounds.east - bounds.west : bounds.east - bounds.west + 360;
}

// A cell of a level is as wide as 64 to 100 pixels at the zoom of that number. It is made larger
// where the bounds, which a map on a screen never does, would hold too many.
int LevelOf(const MapOptions& options) {
  constexpr double kWidthOfLargest = 90;
  const double across = std::sqrt(static_cast<double>(kMaxMapCells));
  const double width =
      std::max({WidthOf(options.bounds), options.bounds.north - options.bounds.south, 1e-9});
  const int level = static_cast<int>(std::floor(std::log2(across * kWidthOfLargest / width)));
  return std::clamp(options.zoom, 0, std::max(level, 0));
}

class Mapper {
 public:
  explicit Mapper(const MapOptions& options)
      : options_(options),
        level_(LevelOf(options)),
        covering_(filter::CellsOf(options.bounds, level_)) {}

  void Add(const Hits& hits) {
    if (hits.count() == 0) return;
    Add(hits, hits.segment().exact, true);
    Add(hits, hits.segment().vague, false);
  }

  MapAnswer Answer() {
    MapAnswer answer;
    answer.total = total_;
    if (total_ <= options_.singles) {
      std::ranges::sort(singles_,
                        [](const ShownPoint& a, const ShownPoint& b) { return a.TitleBefore(b); });
      for (const ShownPoint& shown : singles_) answer.singles.push_back(shown.Read());
      return answer;
    }
    for (const auto& [id, cell] : cells_) {
      if (!cell.in_bounds) continue;
      MapCell& shown = answer.cells.emplace_back();
      shown.id = id;
      shown.count = cell.count;
      shown.vague = cell.vague;
      shown.center = cell.Center();
      for (size_t i = 0; i < std::min(cell.count, kStrongest); ++i) {
        shown.strongest.push_back(cell.strongest[i].Read());
      }
    }
    std::ranges::sort(answer.cells, {}, &MapCell::id);
    return answer;
  }

 private:
  void Add(const Hits& hits, const Points& points, bool exact) {
    const bool every = hits.count() == hits.segment().size();
    for (const uint64_t covered : covering_) {
      uint64_t last = 0;  // leaf of the cell at hand
      Cell* cell = nullptr;
      for (const Point& point : points.Inside(covered)) {
        if (!every && !hits.Has(point.ordinal)) continue;
        if (point.leaf > last) {
          const uint64_t id = filter::CellAround(point.leaf, level_);
          last = filter::LeavesOf(id).last;
          cell = &cells_[id];
        }
        cell->Add(point, exact, hits.segment());
        if (!options_.bounds.Has(point.at)) continue;
        cell->in_bounds = true;
        if (total_++ < options_.singles) {
          singles_.push_back({point.strength, point.ordinal, &hits.segment()});
        }
      }
    }
  }

  const MapOptions& options_;
  const int level_;
  const std::vector<uint64_t> covering_;
  absl::flat_hash_map<uint64_t, Cell> cells_;
  size_t total_ = 0;
  std::vector<ShownPoint> singles_;
};

void CheckEdge(std::string_view name, double degrees, double most, FieldErrors& errors) {
  if (std::abs(degrees) <= most) return;  // not of what is no number
  errors.Add(absl::StrCat("bounds.", std::string(name)),
             absl::StrCat("is ", degrees, "; from -", most, " to ", most));
}

}  // namespace

absl::Status CheckOptions(const MapOptions& options) {
  FieldErrors errors;
  CheckEdge("south", options.bounds.south, 90, errors);
  CheckEdge("west", options.bounds.west, 180, errors);
  CheckEdge("north", options.bounds.north, 90, errors);
  CheckEdge("east", options.bounds.east, 180, errors);
  if (options.bounds.south > options.bounds.north) {
    errors.Add("bounds.south", "is north of bounds.north");
  }
  if (options.zoom < 0 || options.zoom > kMaxZoom) {
    errors.Add("zoom", absl::StrCat("is ", options.zoom, "; from 0 to ", kMaxZoom));
  }
  if (options.singles > kMaxPage) {
    errors.Add("singles", absl::StrCat("is ", options.singles, "; at most ", kMaxPage));
  }
  return errors.ToStatus();
}

absl::StatusOr<MapAnswer> Snapshot::Map(const Predicate& predicate,
                                        const MapOptions& options) const {
  RETURN_IF_ERROR(CheckOptions(options));
  Mapper mapper(options);
  const Query query = QueryOf(predicate);
  for (const Part& part : parts_->list) {
    Hits hits(part);
    hits.Narrow(query);
    mapper.Add(hits);
  }
  return mapper.Answer();
}

}  // namespace clusterwire::search
