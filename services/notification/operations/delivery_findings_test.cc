#include "services/notification/operations/delivery_findings.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/notification/v1/hold.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/deliveries/troubles.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/ledger/testing/rows.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

using service::Finding;
using testing::HasSubstr;

DeliveryQueue::Holder Holder(int number, int places, Pace::Kind kind) {
  return {.endpoint = absl::StrCat("subscribers/x/endpoints/w", number),
          .places = places,
          .waiting = 7,
          .kind = kind};
}

TEST(PlacesFindingTest, NamesWhoHoldsThem) {
  const Finding finding =
      LookAtPlaces({.places = 1000, .taken = 40, .holders = {Holder(1, 32, Pace::Kind::kQuick)}});
  EXPECT_EQ(finding.severity(), Finding::SEVERITY_OK);
  EXPECT_EQ(finding.finding(),
            "40 of 1000 places are taken, most by subscribers/x/endpoints/w1 32 (7 wait; answers)");
}

TEST(PlacesFindingTest, WarnsOfThoseThatDontAnswerAndOfNoRoom) {
  DeliveryQueue::Usage usage{.places = 1000, .taken = 8, .holders = {}};
  for (int i = 1; i <= 8; ++i) usage.holders.push_back(Holder(i, 1, Pace::Kind::kSilent));
  Finding finding = LookAtPlaces(usage);
  EXPECT_EQ(finding.severity(), Finding::SEVERITY_WARNING);
  EXPECT_THAT(finding.finding(), HasSubstr("no answer from subscribers/x/endpoints/w1"));
  EXPECT_THAT(finding.finding(), HasSubstr("and 3 more"));
  usage.taken = 900;
  finding = LookAtPlaces(usage);
  EXPECT_EQ(finding.severity(), Finding::SEVERITY_WARNING);
  EXPECT_THAT(finding.remedy(), HasSubstr("delivery.in_flight"));
}

class ReceiversFindingTest : public LedgerTest {
 protected:
  ReceiversFindingTest() {
    store_.AddSubscriber("x");
    endpoint_ = store_.AddWebhook("subscribers/x", "w");
    store_.CatchUp();
  }
  // Refused at the start and so much later.
  void Refuse(absl::Duration span, int64_t revision) {
    for (const absl::Duration after : {absl::ZeroDuration(), span}) {
      ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
        return Troubles(connection)
            .Add({.endpoint = endpoint_.name(),
                  .revision = revision,
                  .time = absl::FromUnixSeconds(1'700'000'000) + after,
                  .refused = true,
                  .detail = "HTTP 422"},
                 absl::Hours(1))
            .status();
      }),
                  IsOk());
    }
  }
  Finding Look() { return LookAtReceivers(*ledger_, *store_.interests); }

  TestStore store_;
  v1::Endpoint endpoint_;
};
INSTANTIATE_TEST_SUITE_P(Both, ReceiversFindingTest, sql::kBothDatabases, sql::DialectName);

TEST_P(ReceiversFindingTest, AnEndpointThatRefusesEverythingForADayIsNamed) {
  Refuse(absl::Hours(25), endpoint_.revision());
  const Finding finding = Look();
  EXPECT_EQ(finding.severity(), Finding::SEVERITY_WARNING);
  store_.endpoints->CompleteBy(
      [this](std::span<v1::Endpoint* const> endpoints) { TellTroubles(*ledger_, endpoints); });
  EXPECT_EQ(store_.endpoints->Get(Reading(As("subscribers/x")), endpoint_.name())->trouble(),
            "since 2023-11-14T22:13:20+00:00, 2 events refused, 0 tries failed; last: HTTP 422");
  const auto listed =
      store_.List(*store_.endpoints, As("subscribers/x"), {.parent = "subscribers/x", .limit = 10});
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->at(0).trouble(), "");  // the inbox
  EXPECT_NE(listed->at(1).trouble(), "");
  EXPECT_EQ(finding.finding(),
            "nothing was accepted by subscribers/x/endpoints/w (since 2023-11-14T22:13:20+00:00, 2 "
            "events refused, 0 tries failed; last: HTTP 422)");
}

TEST_P(ReceiversFindingTest, OneOfAnHourIsNotNorOneThatItsOwnerHasWrittenSince) {
  Refuse(absl::Hours(1), endpoint_.revision());
  EXPECT_EQ(Look().severity(), Finding::SEVERITY_OK);
  Refuse(absl::Hours(25), endpoint_.revision() - 1);
  EXPECT_EQ(Look().severity(), Finding::SEVERITY_OK);
}

TEST(HoldsFindingTest, NamesThoseThatStandAndWhatTheyHold) {
  TestStore store;
  EXPECT_EQ(LookAtHolds(*store.interests).severity(), Finding::SEVERITY_OK);
  v1::Hold hold;
  hold.set_name("holds/a1");
  hold.set_change_kind("label.awarded");
  *hold.mutable_expire_time() = ToTimestamp(absl::FromUnixSeconds(1'700'000'000));
  store.interests->SetHolds({std::make_shared<const v1::Hold>(hold)});
  const Finding finding = LookAtHolds(*store.interests);
  EXPECT_EQ(finding.severity(), Finding::SEVERITY_WARNING);
  EXPECT_THAT(finding.finding(), HasSubstr("holds/a1 (change_kind: \"label.awarded\""));
  EXPECT_THAT(finding.finding(), HasSubstr("until 2023-11-14T22:13:20+00:00"));
}

TEST(PausesFindingTest, NamesThoseThatHaveBeenPausedForAWeek) {
  TestStore store;
  store.AddSubscriber("x");
  const std::string endpoint = store.AddWebhook("subscribers/x", "w").name();
  ASSERT_THAT(store.endpoints->SetPaused(AsOperator(), endpoint, "", true), IsOk());
  store.clock.Advance(absl::Hours(24));
  ASSERT_THAT(store.subscribers->SetPaused(AsOperator(), "subscribers/x", "", true), IsOk());
  store.CatchUp();
  const auto look = [&] { return LookAtPauses(*store.interests, store.clock.Now()); };
  EXPECT_EQ(look().severity(), Finding::SEVERITY_OK);
  store.clock.Advance(absl::Hours(6 * 24));
  EXPECT_EQ(look().severity(), Finding::SEVERITY_WARNING);
  EXPECT_THAT(look().finding(), HasSubstr(endpoint));
  store.clock.Advance(absl::Hours(24));
  EXPECT_THAT(look().finding(), HasSubstr("subscribers/x, subscribers/x/endpoints/w"));
}

using InboxesFindingTest = LedgerTest;
INSTANTIATE_TEST_SUITE_P(Both, InboxesFindingTest, sql::kBothDatabases, sql::DialectName);

TEST_P(InboxesFindingTest, NamesThoseThatLostUnreadItemsUntilTheirOwnersReadOn) {
  EXPECT_EQ(LookAtInboxes(*ledger_).severity(), Finding::SEVERITY_OK);
  const auto run = [&](const auto& body) { ASSERT_THAT(ledger_->Write(body), IsOk()); };
  run([](sql::Connection& connection) -> absl::Status {
    RETURN_IF_ERROR(Inbox(connection).Append({{.subscriber = "subscribers/x"}}));
    return connection.Execute("UPDATE inbox SET dropped = 3, dropped_through = 1");
  });
  const Finding full = LookAtInboxes(*ledger_);
  EXPECT_EQ(full.severity(), Finding::SEVERITY_WARNING);
  EXPECT_THAT(full.finding(), HasSubstr("subscribers/x"));
  EXPECT_THAT(full.remedy(), HasSubstr("MarkInboxRead"));
  run([](sql::Connection& connection) {
    return Inbox(connection).MarkReadThrough("subscribers/x", 1);
  });
  EXPECT_EQ(LookAtInboxes(*ledger_).severity(), Finding::SEVERITY_OK);
}

}  // namespace
}  // namespace clusterwire::notification
