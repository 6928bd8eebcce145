#include "libs/search/segment/points.h"

#include <algorithm>
#include <queue>
#include <utility>

namespace clusterwire::search {
namespace {

// So few points are measured one by one faster than their cell's parts.
constexpr size_t kFew = 32;

}  // namespace

Points::Points(std::vector<Point> points, uint32_t documents) : points_(std::move(points)) {
  std::ranges::sort(points_, {}, [](const Point& a) { return std::pair(a.leaf, a.ordinal); });
  points_.shrink_to_fit();
  if (points_.empty()) return;
  positions_.assign(documents, kNone);
  for (size_t i = 0; i < points_.size(); ++i) {
    positions_[points_[i].ordinal] = static_cast<uint32_t>(i);
  }
}

const Point* Points::Of(uint32_t ordinal) const {
  if (positions_.empty() || positions_[ordinal] == kNone) return nullptr;
  return &points_[positions_[ordinal]];
}

bool Points::Run::single() const { return last - first <= kFew || filter::PartsOf(cell).empty(); }

Points::Run Points::RunOf(uint64_t cell, size_t first, size_t last) const {
  const filter::Leaves leaves = filter::LeavesOf(cell);
  const auto begin = points_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = points_.begin() + static_cast<std::ptrdiff_t>(last);
  const auto from = std::ranges::lower_bound(begin, end, leaves.first, {}, &Point::leaf);
  const auto to = std::ranges::upper_bound(from, end, leaves.last, {}, &Point::leaf);
  return {.cell = cell,
          .first = static_cast<size_t>(from - points_.begin()),
          .last = static_cast<size_t>(to - points_.begin()),
          .reach = {}};
}

std::vector<Points::Run> Points::Parts(const Run& run) const {
  std::vector<Run> runs;
  for (const uint64_t part : filter::PartsOf(run.cell)) {
    runs.push_back(RunOf(part, run.first, run.last));
    if (runs.back().first == runs.back().last) runs.pop_back();
  }
  return runs;
}

std::vector<Points::Run> Points::Largest() const {
  std::vector<Run> runs;
  for (const uint64_t cell : filter::LargestCells()) {
    runs.push_back(RunOf(cell, 0, points_.size()));
    if (runs.back().first == runs.back().last) runs.pop_back();
  }
  return runs;
}

void Points::Within(const filter::LatLng& from, double meters,
                    absl::FunctionRef<void(const Point&)> call) const {
  std::vector<Run> open = Largest();
  while (!open.empty()) {
    const Run run = open.back();
    open.pop_back();
    const filter::Reach reach = filter::ReachOf(run.cell, from);
    if (reach.nearest > meters) continue;
    const bool all = reach.farthest <= meters;
    if (!all && !run.single()) {
      std::ranges::move(Parts(run), std::back_inserter(open));
      continue;
    }
    for (size_t i = run.first; i < run.last; ++i) {
      if (all || filter::DistanceMeters(from, points_[i].at) <= meters) call(points_[i]);
    }
  }
}

void Points::Nearest(const filter::LatLng& from, double at_least,
                     absl::FunctionRef<bool(double)> far_enough,
                     absl::FunctionRef<void(const Point&, double)> call) const {
  const auto further = [](const Run& a, const Run& b) { return a.reach.nearest > b.reach.nearest; };
  std::priority_queue<Run, std::vector<Run>, decltype(further)> open(further);
  const auto add = [&](std::vector<Run> runs) {
    for (Run& run : runs) {
      run.reach = filter::ReachOf(run.cell, from);
      if (run.reach.farthest >= at_least && !far_enough(run.reach.nearest)) open.push(run);
    }
  };
  add(Largest());
  while (!open.empty() && !far_enough(open.top().reach.nearest)) {
    const Run run = open.top();
    open.pop();
    if (!run.single()) {
      add(Parts(run));
      continue;
    }
    for (size_t i = run.first; i < run.last; ++i) {
      call(points_[i], filter::DistanceMeters(from, points_[i].at));
    }
  }
}

std::span<const Point> Points::Inside(uint64_t cell) const {
  const Run run = RunOf(cell, 0, points_.size());
  return std::span(points_).subspan(run.first, run.last - run.first);
}

}  // namespace clusterwire::search
