// What goes over one server of ours: mails.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "services/notification/delivery/queue/delivery_queue.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kStart = absl::Hours(1);

class ServerQueueTest : public testing::Test {
 protected:
  PendingDelivery To(const std::string& endpoint) {
    ++last_;
    return {.name = absl::StrCat("deliveries/", last_),
            .root = absl::StrCat("clusters/c", last_),
            .endpoint = endpoint,
            .sequence = last_};
  }
  static std::string Mailbox(int number) {
    return absl::StrCat("subscribers/s", number, "/endpoints/mail");
  }
  void OfferMails(int count) {
    for (int i = 0; i < count; ++i) queue_.Offer(To(Mailbox(i)), kStart);
  }
  std::vector<PendingDelivery> Take(absl::Duration now) { return queue_.Take(now, 2000); }
  void EndMail(const PendingDelivery& delivery, absl::Duration now, bool away,
               absl::Duration rest = absl::ZeroDuration()) {
    queue_.Ended(delivery,
                 {.attempt = v1::Attempt(),
                  .took = absl::Milliseconds(10),
                  .rest = rest,
                  .server_away = away},
                 now);
    if (away) {
      queue_.Postpone(delivery, now + absl::Seconds(1));
    } else {
      queue_.Remove(delivery);
    }
  }

  int64_t last_ = 0;
  SeededRandom random_{TestSeed()};
  DeliveryQueue queue_{{.in_flight_per_endpoint = 32, .in_flight = 100, .over_server = 16},
                       [](const std::string&) { return true; },
                       random_,
                       [](const std::string& name) { return absl::EndsWith(name, "/mail"); }};
};

TEST_F(ServerQueueTest, MailsTakeNoPlaceOfOthersAndFewOfTheirOwn) {
  OfferMails(1000);
  EXPECT_THAT(Take(kStart), SizeIs(8));  // new mailboxes: half of the places
  for (int i = 0; i < 50; ++i) {
    queue_.Offer(To(absl::StrCat("subscribers/w", i, "/endpoints/hook")), kStart);
  }
  EXPECT_THAT(Take(kStart), SizeIs(50));
  EXPECT_EQ(queue_.usage().taken, 50);
}

TEST_F(ServerQueueTest, WhileTheServerIsAwayOneMailAtATimeAsksWhetherItIsBack) {
  OfferMails(100);
  for (const PendingDelivery& mail : Take(kStart)) EndMail(mail, kStart, /*away=*/true);
  EXPECT_THAT(Take(kStart + absl::Seconds(2)), IsEmpty());
  const auto waits = queue_.Explain(Mailbox(50), "deliveries/51", kStart + absl::Seconds(2));
  ASSERT_TRUE(waits);
  EXPECT_THAT(waits->reason, HasSubstr("no mail can be sent"));

  absl::Duration now = kStart + absl::Minutes(1);
  ASSERT_LE(queue_.NextDue(), now);
  std::vector<PendingDelivery> probe = Take(now);
  ASSERT_THAT(probe, SizeIs(1));
  EXPECT_THAT(Take(now), IsEmpty());
  EndMail(probe[0], now, /*away=*/true);
  EXPECT_THAT(Take(now), IsEmpty());

  now += absl::Minutes(20);
  probe = Take(now);
  ASSERT_THAT(probe, SizeIs(1));
  EndMail(probe[0], now, /*away=*/false);
  EXPECT_THAT(Take(now), SizeIs(8));
}

TEST_F(ServerQueueTest, AServerThatAsksForARestGetsIt) {
  OfferMails(100);
  std::vector<PendingDelivery> mails = Take(kStart);
  EndMail(mails.back(), kStart, /*away=*/true, absl::Minutes(1));
  mails.pop_back();
  for (const PendingDelivery& mail : mails) EndMail(mail, kStart, /*away=*/false);
  // What it took says that it is there; it asked to be left alone all the same.
  EXPECT_THAT(Take(kStart + absl::Seconds(59)), IsEmpty());
  EXPECT_THAT(Take(kStart + absl::Seconds(61)), SizeIs(8));
}

TEST_F(ServerQueueTest, AThousandMailsGoInTheirTurn) {
  OfferMails(1000);
  int sent = 0;
  for (std::vector<PendingDelivery> taken = Take(kStart); !taken.empty(); taken = Take(kStart)) {
    ASSERT_LE(taken.size(), 16U);
    for (const PendingDelivery& mail : taken) EndMail(mail, kStart, /*away=*/false);
    sent += static_cast<int>(taken.size());
  }
  EXPECT_EQ(sent, 1000);
  EXPECT_EQ(queue_.in_flight(), 0);
}

}  // namespace
}  // namespace clusterwire::notification
