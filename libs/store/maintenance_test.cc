#include "libs/store/maintenance.h"

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/store/testing/store_test.h"

namespace clusterwire::store {
namespace {

using testing::Club;
using testing::MakeClub;
using testing::StoreTest;

class MaintenanceTest : public StoreTest {
 protected:
  // Lets the fake time run until the condition holds.
  template <typename Condition>
  bool RunUntil(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      clock_.Advance(absl::Seconds(1));
      std::this_thread::yield();
    }
    return true;
  }
};
INSTANTIATE_TEST_SUITE_P(Both, MaintenanceTest, sql::kBothDatabases, sql::DialectName);

TEST_P(MaintenanceTest, CompactsWhatIsOldEnough) {
  Club club = MustPut(MakeClub("a"));
  club.set_title("b");
  MustPut(club);
  clock_.Advance(absl::Hours(24 * 91));
  const Maintenance maintenance(*store_, clock_, random_);
  EXPECT_TRUE(RunUntil([this] { return store_->HistoryOf("clubs/a", {}, 10)->size() == 1; }));
}

TEST_P(MaintenanceTest, SaysWhatFailedAndTriesAgain) {
  faulty_->Inject({"FROM request", absl::UnavailableError("away"), /*after=*/false, /*skip=*/0});
  const Maintenance maintenance(*store_, clock_, random_);
  EXPECT_TRUE(RunUntil([this] { return faulty_->pending() == 0; }));
  EXPECT_TRUE(RunUntil([&] { return maintenance.status().ok(); }));
}

}  // namespace
}  // namespace clusterwire::store
