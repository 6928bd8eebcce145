#include "libs/rpc/call/parking.h"

#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/eventually.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire::rpc {
namespace {

using ::testing::HasSubstr;

constexpr char kPeer[] = "ipv4:192.0.2.1:50112";

class ParkingTest : public ::testing::Test {
 protected:
  // The end of one parked call, as soon as it has come.
  struct End {
    Mutex mutex;
    std::optional<absl::Status> status ABSL_GUARDED_BY(mutex);
  };

  uint64_t Park(int64_t revision, End& end, absl::Duration patience = absl::Seconds(10),
                std::string_view peer = kPeer) {
    return parking_.Park(reader_, revision, peer, clock_.Now() + patience,
                         [&end](const absl::Status& status) {
                           MutexLock lock(end.mutex);
                           EXPECT_FALSE(end.status.has_value()) << "resumed twice";
                           end.status = status;
                         });
  }
  static bool IsParked(End& end) {
    MutexLock lock(end.mutex);
    return !end.status.has_value();
  }
  static absl::Status StatusOf(End& end) {
    EXPECT_TRUE(Eventually([&] { return !IsParked(end); }));
    MutexLock lock(end.mutex);
    return end.status.value_or(absl::UnknownError("is still parked"));
  }

  FakeClock clock_;
  telemetry::Metrics metrics_;
  Parking parking_{metrics_, clock_, Random::System(), {.limit = 3, .peer_limit = 2}};
  Parking::Progress reader_{
      parking_, {.name = "the index", .reason = "INDEX_BEHIND", .newest = [] { return 7; }}};
};

TEST_F(ParkingTest, ARevisionThatIsThereIsNotWaitedFor) {
  reader_.Publish(3);
  End end;
  Park(2, end);
  EXPECT_FALSE(IsParked(end));
  EXPECT_THAT(StatusOf(end), IsOk());
}

TEST_F(ParkingTest, PublishingResumesThoseWhoseRevisionIsReached) {
  End second, fourth;
  Park(2, second);
  Park(4, fourth);
  reader_.Publish(1);
  EXPECT_TRUE(IsParked(second));
  EXPECT_THAT(metrics_.Render(), HasSubstr("clusterwire_rpc_parked_calls 2\n"));
  reader_.Publish(3);
  EXPECT_THAT(StatusOf(second), IsOk());
  EXPECT_TRUE(IsParked(fourth));
  reader_.Publish(4);
  EXPECT_THAT(StatusOf(fourth), IsOk());
  EXPECT_THAT(metrics_.Render(), HasSubstr("clusterwire_rpc_parked_calls 0\n"));
}

TEST_F(ParkingTest, ARevisionOfOneReaderIsNotOneOfAnother) {
  Parking::Progress other(parking_, {.name = "", .reason = "", .newest = nullptr});
  End end;
  Park(2, end);
  other.Publish(5);
  EXPECT_TRUE(IsParked(end));
  reader_.Publish(2);
  EXPECT_THAT(StatusOf(end), IsOk());
}

TEST_F(ParkingTest, WhoseTimeIsUpIsToldWithADelayHowFarTheReaderIs) {
  reader_.Publish(1);
  End soon, later;
  Park(2, later, absl::Seconds(10));
  Park(2, soon, absl::Seconds(1));
  clock_.Advance(absl::Seconds(1));
  const absl::Status status = StatusOf(soon);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("revision 1, not yet 2")));
  EXPECT_THAT(status, ReasonIs("INDEX_BEHIND"));
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  EXPECT_TRUE(IsParked(later));
  clock_.Advance(absl::Seconds(9));
  EXPECT_THAT(StatusOf(later), ReasonIs("INDEX_BEHIND"));
}

TEST_F(ParkingTest, AWallClockThatIsSetBackHoldsNoCallLonger) {
  End end;
  Park(2, end, absl::Seconds(10));
  clock_.Set(clock_.Now() - absl::Hours(1));
  EXPECT_TRUE(IsParked(end));
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(StatusOf(end), ReasonIs("INDEX_BEHIND"));
}

TEST_F(ParkingTest, ACancelledCallLeavesItsPlaceAtOnce) {
  End end;
  const uint64_t id = Park(2, end);
  parking_.Cancel(id + 1);  // another's
  EXPECT_TRUE(IsParked(end));
  parking_.Cancel(id);
  EXPECT_THAT(StatusOf(end), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(metrics_.Render(), HasSubstr("clusterwire_rpc_parked_calls 0\n"));
  parking_.Cancel(id);  // which does nothing more
}

TEST_F(ParkingTest, TheEndResumesAllAndLetsNoMoreIn) {
  End before, after;
  Park(2, before);
  parking_.End(absl::UnavailableError("closing time"));
  EXPECT_THAT(StatusOf(before), StatusIs(absl::StatusCode::kUnavailable, "closing time"));
  Park(2, after);
  EXPECT_THAT(StatusOf(after), StatusIs(absl::StatusCode::kUnavailable, "closing time"));
}

TEST_F(ParkingTest, OneAddressParksNoMoreThanItsShareWhateverItsPorts) {
  End first, second, third, other;
  Park(2, first, absl::Seconds(10), "ipv4:192.0.2.1:1");
  Park(2, second, absl::Seconds(10), "ipv4:192.0.2.1:2");
  Park(2, third, absl::Seconds(10), "ipv4:192.0.2.1:3");
  const absl::Status status = StatusOf(third);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("2 of your")));
  EXPECT_THAT(status, ReasonIs("TOO_MANY_WAITING"));
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  Park(2, other, absl::Seconds(10), "ipv4:192.0.2.2:1");
  EXPECT_TRUE(IsParked(other));
  reader_.Publish(2);
  EXPECT_THAT(StatusOf(first), IsOk());
  EXPECT_THAT(StatusOf(other), IsOk());
}

TEST_F(ParkingTest, AllTogetherParkNoMoreThanTheLimit) {
  std::map<int, End> ends;
  for (int i = 0; i < 3; ++i)
    Park(2, ends[i], absl::Seconds(10), absl::StrCat("ipv4:192.0.2.", i, ":1"));
  Park(2, ends[3], absl::Seconds(10), "ipv4:192.0.2.3:1");
  EXPECT_THAT(StatusOf(ends[3]), ReasonIs("TOO_MANY_WAITING"));
  reader_.Publish(2);
  Park(3, ends[4], absl::Seconds(10), "ipv4:192.0.2.3:1");
  EXPECT_TRUE(IsParked(ends[4])) << "there is room again";
  reader_.Publish(3);
}

TEST_F(ParkingTest, WhatIsNotWrittenYetIsOutOfRange) {
  EXPECT_THAT(reader_.CheckWritten(7), IsOk());
  EXPECT_THAT(reader_.CheckWritten(8), StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(reader_.CheckWritten(8), ReasonIs("FUTURE_REVISION"));
}

}  // namespace
}  // namespace clusterwire::rpc
