#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"

#include "libs/filter/terms/cells.h"

// Inside the library: where the documents of a segment are.
namespace clusterwire::search {

struct Point {
  uint64_t leaf;
  filter::LatLng at;
  uint32_t ordinal;
  uint32_t strength;  // filter::Columns::strength
};

// Points sorted by leaf: those of a cell of any level stand together.
class Points {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  Points() = default;
  Points(std::vector<Point> points, uint32_t documents);

  const std::vector<Point>& all() const { return points_; }
  // The point of a document; null where it has none.
  const Point* Of(uint32_t ordinal) const;

  // Calls with each point that is no further from `from` than so many metres.
  void Within(const filter::LatLng& from, double meters,
              absl::FunctionRef<void(const Point&)> call) const;
  // Calls with points and their distance until `far_enough` says that nothing so far away is
  // wanted; what is nearer than `at_least` may be left out. Nearer cells first, so that few are
  // looked at.
  void Nearest(const filter::LatLng& from, double at_least,
               absl::FunctionRef<bool(double)> far_enough,
               absl::FunctionRef<void(const Point&, double)> call) const;
  // The points of a cell, by leaf.
  std::span<const Point> Inside(uint64_t cell) const;

 private:
  // Points in a cell: places in points_.
  struct Run {
    uint64_t cell;
    size_t first, last;  // the second one past
    filter::Reach reach;
    bool single() const;
  };
  Run RunOf(uint64_t cell, size_t first, size_t last) const;
  std::vector<Run> Parts(const Run& run) const;
  std::vector<Run> Largest() const;

  std::vector<Point> points_;
  std::vector<uint32_t> positions_;  // by ordinal
};

}  // namespace clusterwire::search
