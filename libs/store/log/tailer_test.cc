#include "libs/store/log/tailer.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/store/testing/store_test.h"

namespace clusterwire::store {
namespace {

using testing::MakeClub;
using testing::StoreTest;

class TailerTest : public StoreTest {
 protected:
  ~TailerTest() override { tailer_.reset(); }

  void Start(Position after = {}, absl::Duration poll = absl::Hours(100)) {
    Tailer::Options options;
    options.after = after;
    options.batch = 2;
    options.poll = poll;
    tailer_ =
        std::make_unique<Tailer>(*store_, clock_, random_, options,
                                 [this](std::span<const Change> changes) { return Take(changes); });
  }
  absl::Status Take(std::span<const Change> changes) {
    MutexLock lock(mutex_);
    ++calls_;
    changed_.NotifyAll();
    if (fail_) return absl::UnavailableError("not now");
    for (const Change& change : changes) seen_.push_back(change.position);
    return absl::OkStatus();
  }
  template <typename Condition>
  bool WaitFor(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    MutexLock lock(mutex_);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      changed_.WaitFor(mutex_, std::chrono::milliseconds(50));
    }
    return true;
  }
  void SetFail(bool fail) {
    MutexLock lock(mutex_);
    fail_ = fail;
  }
  void PutPair(int i) {
    ASSERT_THAT(store_->Write(MakeCall(),
                              [&](Writer& writer) {
                                auto status = writer.Put(MakeClub(absl::StrCat(i, "a")), "put");
                                if (!status.ok()) return status;
                                return writer.Put(MakeClub(absl::StrCat(i, "b")), "put");
                              }),
                IsOk());
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<Position> seen_;
  int calls_ = 0;
  bool fail_ = false;
  std::unique_ptr<Tailer> tailer_;
};
INSTANTIATE_TEST_SUITE_P(Both, TailerTest, sql::kBothDatabases, sql::DialectName);

TEST_P(TailerTest, HandsEveryRevisionOnInOrderAndOnce) {
  PutPair(1);
  Start();
  for (int i = 2; i <= 20; ++i) PutPair(i);
  ASSERT_TRUE(WaitFor([this] { return seen_.size() >= 40; }));
  MutexLock lock(mutex_);
  ASSERT_EQ(seen_.size(), 40u);
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(seen_[static_cast<size_t>(i)], (Position{{i / 2 + 1}, i % 2 + 1}));
  }
}

TEST_P(TailerTest, BeginsWhereItIsTold) {
  for (int i = 1; i <= 3; ++i) PutPair(i);
  Start({{2}, 2});
  ASSERT_TRUE(WaitFor([this] { return seen_.size() >= 2; }));
  EXPECT_EQ(seen_.front(), (Position{{3}, 1}));
}

TEST_P(TailerTest, AnErrorOfTheHandlerBringsTheSameChangesAgain) {
  SetFail(true);
  PutPair(1);
  Start();
  ASSERT_TRUE(WaitFor([this] {
    clock_.Advance(absl::Seconds(60));
    return calls_ >= 2;
  }));
  EXPECT_EQ(tailer_->position(), Position{});
  SetFail(false);
  ASSERT_TRUE(WaitFor([this] {
    clock_.Advance(absl::Seconds(60));
    return seen_.size() >= 2;
  }));
  EXPECT_EQ(seen_.front(), (Position{{1}, 1}));
}

TEST_P(TailerTest, CommitsDoNotShortenThePauseAfterAnError) {
  SetFail(true);
  PutPair(1);
  Start();
  ASSERT_TRUE(WaitFor([this] { return calls_ >= 1; }));
  for (int i = 2; i <= 20; ++i) PutPair(i);
  MutexLock lock(mutex_);
  EXPECT_EQ(calls_, 1);
}

TEST_P(TailerTest, AnotherProcessIsSeenAtThePoll) {
  Start({}, absl::Seconds(1));
  const auto other = *Store::Open(*database_, testing::ClubRegistry(), clock_, random_);
  ASSERT_THAT(
      other->Write(MakeCall(), [](Writer& writer) { return writer.Put(MakeClub("a"), "put"); }),
      IsOk());
  EXPECT_TRUE(WaitFor([this] {
    clock_.Advance(absl::Seconds(1));
    return !seen_.empty();
  }));
}

TEST_P(TailerTest, StandsStillWhenItsPlaceIsGoneAndSaysWhy) {
  Start({{5}, 1});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (tailer_->status().ok() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_THAT(tailer_->status(), ReasonIs("FUTURE_REVISION"));
}

}  // namespace
}  // namespace clusterwire::store
