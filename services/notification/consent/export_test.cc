#include "services/notification/consent/export.h"

#include <set>

#include <gmock/gmock.h>

#include "services/notification/consent/testing/consent_fixture.h"

namespace clusterwire::notification {
namespace {

using testing::SizeIs;

class ExportTest : public ConsentFixture {};
INSTANTIATE_TEST_SUITE_P(Both, ExportTest, sql::kBothDatabases, sql::DialectName);

TEST_P(ExportTest, AllThatIsHeldIsHandedOverInPages) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  const v1::Subscription own = Subscribe(AsOwner(), "own", endpoint);
  for (int i = 1; i <= 5; ++i) {
    const KeptRecord record = MakeRecord("clusters/a", i);
    Keep(record, {MakeDelivery(record, own.name())});
  }
  SubscriberExporter exporter({.ledger = *ledger_,
                               .interests = *store_.interests,
                               .subscribers = *store_.subscribers,
                               .endpoints = *store_.endpoints,
                               .subscriptions = *store_.subscriptions});
  const ReadCall call = {.viewer = filter::Viewer::Operator()};
  std::set<std::string> deliveries;
  std::optional<PageKey> after;
  int pages = 0;
  do {
    const auto page = exporter.Export(call, "subscribers/x", after, 2);
    ASSERT_THAT(page, IsOk());
    if (++pages == 1) {
      EXPECT_EQ(page->exported.subscriber().subject(), "corp:anna");
      EXPECT_EQ(page->exported.endpoints_size(), 2) << "the inbox too";
      EXPECT_EQ(page->exported.subscriptions_size(), 1);
      EXPECT_EQ(page->exported.proofs_size(), 2);
    } else {
      EXPECT_FALSE(page->exported.has_subscriber());
    }
    for (const auto& sent : page->exported.deliveries()) {
      EXPECT_TRUE(deliveries.insert(sent.delivery().name()).second);
    }
    after = page->next;
  } while (after && pages < 10);
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(deliveries, SizeIs(5));
  EXPECT_TRUE(absl::IsPermissionDenied(
      exporter.Export(Reading(As("subscribers/y")), "subscribers/x", {}, 2).status()));
}

}  // namespace
}  // namespace clusterwire::notification
