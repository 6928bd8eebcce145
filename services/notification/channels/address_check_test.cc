#include "services/notification/channels/address_check.h"

#include <optional>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kPath[] = "endpoint.webhook.uri";

// What the caller hears when a look-up came to `found`.
absl::Status Hears(const filter::Viewer& viewer, const absl::Status& found) {
  FakeClock clock;
  AddressCheck check(
      [&](const std::string&, absl::Duration, const AddressCheck::Done& done) {
        done(found);
        return absl::OkStatus();
      },
      clock);
  std::optional<absl::Status> heard;
  EXPECT_THAT(check.Start(viewer, kPath, "https://db.internal/", absl::InfiniteFuture(),
                          [&](absl::Status status) { heard = std::move(status); }),
              IsOk());
  return heard.value_or(absl::InternalError("nothing was heard"));
}

absl::Status Inside() {
  return Error(absl::StatusCode::kPermissionDenied, "ADDRESS_REFUSED",
               "10.1.2.3 may not be reached: it is private");
}
absl::Status Unknown() {
  return Error(absl::StatusCode::kUnavailable, "NAME_NOT_RESOLVED",
               "Could not resolve host: db.internal");
}

TEST(AddressCheckTest, AStrangerHearsTheSameOfANameInsideAndOfOneThatIsNowhere) {
  const filter::Viewer stranger = filter::Viewer::As("subscribers/x");
  EXPECT_EQ(Hears(stranger, Inside()), Hears(stranger, Unknown()));
  EXPECT_THAT(Hears(stranger, Inside()), HasFieldError(kPath));
  EXPECT_THAT(Hears(stranger, Inside()).ToString(), Not(HasSubstr("10.1.2.3")));
  EXPECT_THAT(Hears(stranger, absl::OkStatus()), IsOk());
}

TEST(AddressCheckTest, AnOperatorHearsWhatANameLeadsToAndWhatAllowsIt) {
  const filter::Viewer self = filter::Viewer::Operator();
  EXPECT_THAT(
      Hears(self, Inside()),
      StatusIs(absl::StatusCode::kInvalidArgument,
               testing::AllOf(HasSubstr("10.1.2.3"), HasSubstr("webhooks.allowed_networks"))));
  EXPECT_THAT(Hears(self, Unknown()), HasFieldError(kPath));
}

TEST(AddressCheckTest, NameServersThatDontAnswerInTimeAreNoFaultOfTheAddress) {
  const absl::Status slow = Error(absl::StatusCode::kDeadlineExceeded, "TIMEOUT", "timed out");
  EXPECT_THAT(Hears(filter::Viewer::As("subscribers/x"), slow),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("try again")));
}

TEST(AddressCheckTest, WithoutAWebAddressThereIsNothingToLookUp) {
  FakeClock clock;
  AddressCheck check([](const std::string&, absl::Duration,
                        const AddressCheck::Done&) { return absl::InternalError("asked"); },
                     clock);
  std::optional<absl::Status> heard;
  EXPECT_THAT(check.Start(filter::Viewer::As("subscribers/x"), "", "", absl::InfiniteFuture(),
                          [&](absl::Status status) { heard = std::move(status); }),
              IsOk());
  EXPECT_EQ(heard, absl::OkStatus());
}

TEST(AddressCheckTest, EndsByTheCallersDeadlineAndItsOwnPatience) {
  FakeClock clock;
  std::vector<absl::Duration> given;
  AddressCheck check(
      [&](const std::string&, absl::Duration limit, const AddressCheck::Done&) {
        given.push_back(limit);
        return absl::OkStatus();
      },
      clock);
  for (const absl::Duration patience : {absl::Seconds(1), absl::Hours(1)}) {
    EXPECT_THAT(check.Start(filter::Viewer::Operator(), kPath, "https://a.example/",
                            clock.Now() + patience, [](const absl::Status&) {}),
                IsOk());
  }
  EXPECT_THAT(given, testing::ElementsAre(absl::Seconds(1), AddressCheck::kPatience));
}

TEST(AddressCheckTest, OneSubscriberHoldsFewPlacesAndNoneOfAnothers) {
  FakeClock clock;
  std::vector<AddressCheck::Place> places;
  {
    AddressCheck check({}, clock);
    for (int i = 0; i < AddressCheck::kMostOfOne; ++i) {
      places.push_back(check.TakePlace("subscribers/x"));
      ASSERT_NE(places.back(), nullptr);
    }
    EXPECT_EQ(check.TakePlace("subscribers/x"), nullptr);
    EXPECT_NE(check.TakePlace("subscribers/y"), nullptr);
    places.pop_back();
    EXPECT_NE(check.TakePlace("subscribers/x"), nullptr);
    EXPECT_THAT(AddressCheck::NoPlace("subscribers/x"), ReasonIs("TOO_MANY_LOOKUPS"));
  }
  places.clear();  // what is under way may outlive the check
}

}  // namespace
}  // namespace clusterwire::notification
