#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/search/testing/indexed.h"

namespace clusterwire::search {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

FactsUpdate At(const std::string& name, double latitude, double longitude,
               const std::string& more = "", const char* precision = "CITY") {
  return Update(name, absl::StrCat("title: '", name, "' point { latitude: ", latitude,
                                   " longitude: ", longitude, " precision: POINT_PRECISION_",
                                   precision, " } ", more));
}

MapAnswer Mapped(const Snapshot& snapshot, const MapOptions& options,
                 const std::string& filter = "") {
  auto answer = snapshot.Map(Asking(filter), options);
  EXPECT_THAT(answer, IsOk());
  return answer.ok() ? *std::move(answer) : MapAnswer();
}

std::vector<std::string> NamesOf(const std::vector<Facts>& all) {
  std::vector<std::string> names;
  for (const Facts& facts : all) names.push_back(facts.name());
  return names;
}

constexpr filter::Bounds kGermany{.south = 47, .west = 5, .north = 55, .east = 16};

TEST(MapTest, FewAreShownOneByOne) {
  const auto snapshot = SnapshotOf({At("a/dresden", 51.05, 13.74), At("a/berlin", 52.52, 13.40),
                                    At("a/paris", 48.85, 2.35), Update("a/nowhere", "size: 1")});
  const MapAnswer answer = Mapped(*snapshot, {.bounds = kGermany, .zoom = 5, .singles = 2});
  EXPECT_EQ(answer.total, 2u);
  EXPECT_THAT(NamesOf(answer.singles), ElementsAre("a/berlin", "a/dresden"));
  EXPECT_THAT(answer.cells, IsEmpty());
}

TEST(MapTest, ManyAreCellsWithTheStrongestNamed) {
  const auto snapshot =
      SnapshotOf({At("a/small", 52.52, 13.40, "size: 10"), At("a/large", 52.53, 13.41, "size: 500"),
                  At("a/labelled", 52.51, 13.40, "size: 5 label_levels: 'ecei:gold'"),
                  At("a/vague", 52.52, 13.39, "size: 20", "REGION"), At("a/munich", 48.14, 11.58)});
  const MapAnswer answer = Mapped(*snapshot, {.bounds = kGermany, .zoom = 7, .singles = 0});
  EXPECT_EQ(answer.total, 5u);
  ASSERT_THAT(answer.cells, SizeIs(2));
  const MapCell& berlin = answer.cells[0].count == 4 ? answer.cells[0] : answer.cells[1];
  EXPECT_EQ(berlin.count, 4u);
  EXPECT_EQ(berlin.vague, 1u);
  EXPECT_NEAR(berlin.center.latitude, 52.52, 1e-6);
  EXPECT_NEAR(berlin.center.longitude, 13.40, 1e-6);
  EXPECT_THAT(NamesOf(berlin.strongest), ElementsAre("a/labelled", "a/large", "a/vague"));
}

TEST(MapTest, ACellStaysTheSameWhileTheMapIsMoved) {
  std::vector<FactsUpdate> updates;
  for (int i = 0; i < 400; ++i) {
    updates.push_back(At(absl::StrCat("a/", i), 48 + i % 20 * 0.3, 6 + i / 20 * 0.4));
  }
  const auto snapshot = SnapshotOf(updates);
  std::map<uint64_t, size_t> seen;
  for (double moved = 0; moved < 3; moved += 0.1) {
    const filter::Bounds bounds{
        .south = 48 + moved, .west = 6 + moved, .north = 51 + moved, .east = 10 + moved};
    for (const MapCell& cell :
         Mapped(*snapshot, {.bounds = bounds, .zoom = 6, .singles = 0}).cells) {
      const auto [at, first] = seen.try_emplace(cell.id, cell.count);
      EXPECT_EQ(at->second, cell.count);
    }
  }
  EXPECT_GT(seen.size(), 5u);
}

TEST(MapTest, BoundsReachOverTheDateLine) {
  const auto snapshot = SnapshotOf(
      {At("a/fiji", -17.8, 179.9), At("a/samoa", -17.9, -179.8), At("a/berlin", 52.52, 13.40)});
  const filter::Bounds pacific{.south = -30, .west = 170, .north = 0, .east = -170};
  EXPECT_THAT(NamesOf(Mapped(*snapshot, {.bounds = pacific, .zoom = 4}).singles),
              ElementsAre("a/fiji", "a/samoa"));
  const MapAnswer answer = Mapped(*snapshot, {.bounds = pacific, .zoom = 0, .singles = 0});
  ASSERT_THAT(answer.cells, SizeIs(1));
  EXPECT_NEAR(std::abs(answer.cells[0].center.longitude), 179.95, 1e-6);
}

TEST(MapTest, ShowsWhatTheFilterFindsAndTheViewerMaySee) {
  const auto snapshot =
      SnapshotOf({At("a/one", 52.5, 13.4, "codes: 'esca:ict'"), At("a/two", 52.5, 13.4),
                  At("a/draft", 52.5, 13.4, "codes: 'esca:ict' audience { members: 'a/x' }")});
  EXPECT_THAT(NamesOf(Mapped(*snapshot, {.bounds = kGermany}, "sectors: 'esca:ict'").singles),
              ElementsAre("a/one"));
}

TEST(MapTest, WholeGlobeAtTheDeepestZoomHasABoundedNumberOfCells) {
  std::vector<FactsUpdate> updates;
  for (int i = 0; i < 20'000; ++i) {
    updates.push_back(At(absl::StrCat("a/", i), -80 + i % 160, -170 + i / 160 * 2.5));
  }
  const MapAnswer answer =
      Mapped(*SnapshotOf(updates), {.bounds = {}, .zoom = kMaxZoom, .singles = 0});
  EXPECT_EQ(answer.total, 20'000u);
  EXPECT_LE(answer.cells.size(), 2 * kMaxMapCells);
}

TEST(MapTest, RefusesBoundsThatAreNone) {
  const auto snapshot = SnapshotOf({});
  const MapOptions options{.bounds = {.south = 91, .west = 181, .north = std::nan(""), .east = 0},
                           .zoom = 23,
                           .singles = kMaxPage + 1};
  EXPECT_THAT(
      snapshot->Map(Asking(""), options),
      AllOf(HasFieldError("bounds.south"), HasFieldError("bounds.west"),
            HasFieldError("bounds.north"), HasFieldError("zoom"), HasFieldError("singles")));
}

}  // namespace
}  // namespace clusterwire::search
