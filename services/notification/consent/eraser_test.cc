#include "services/notification/consent/eraser.h"

#include <gmock/gmock.h>

#include "libs/base/testing/eventually.h"
#include "services/notification/consent/testing/consent_fixture.h"

namespace clusterwire::notification {
namespace {

using testing::Contains;
using testing::IsEmpty;

class EraserTest : public ConsentFixture {
 protected:
  Eraser::Dependencies EraserParts() {
    return {.store = *store_.store,
            .ledger = *ledger_,
            .interests = *store_.interests,
            .subscribers = *store_.subscribers,
            .address_key = key_,
            .clock = store_.clock,
            .random = store_.random,
            .suppress = [this](const std::string& name, std::string_view reason) {
              Suppress(name, reason);
            }};
  }
  v1::EraseSubscriberRequest Request(const std::string& etag = "") {
    v1::EraseSubscriberRequest request;
    request.set_name("subscribers/x");
    request.set_etag(etag);
    return request;
  }
  bool IsRemembered() {
    const auto known = ledger_->Read([&](sql::Connection& connection) {
      return Erasures(connection).RemembersSince(key_.Of(kAnna));
    });
    EXPECT_THAT(known, IsOk());
    return *known != absl::InfinitePast();
  }
  size_t Unfinished() {
    const auto unfinished = ledger_->Read(
        [](sql::Connection& connection) { return Erasures(connection).Unfinished(10); });
    EXPECT_THAT(unfinished, IsOk());
    return unfinished->size();
  }
};
INSTANTIATE_TEST_SUITE_P(Both, EraserTest, sql::kBothDatabases, sql::DialectName);

TEST_P(EraserTest, NothingIsLeftButAHashThatKeepsImportsOut) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  const v1::Subscription own = Subscribe(AsOwner(), "own", endpoint);
  const KeptRecord record = MakeRecord("clusters/a", 1);
  Keep(record, {MakeDelivery(record, own.name())});
  Eraser eraser(EraserParts());
  ASSERT_THAT(eraser.Erase(AsOwner(), Request()), IsOk());
  EXPECT_TRUE(absl::IsNotFound(
      store_.subscribers->Get({.viewer = filter::Viewer::Operator()}, "subscribers/x").status()));
  EXPECT_THAT(store_.interests->EndpointsWith(kAnna), IsEmpty());
  EXPECT_THAT(ProofsOf("subscribers/x"), IsEmpty());
  EXPECT_THAT(suppressed(), Contains("subscribers/x wanted: the subscriber was erased"));
  const auto left = ledger_->Read([](sql::Connection& connection) {
    return connection.Query(
        "SELECT (SELECT COUNT(*) FROM consent_ask), (SELECT COUNT(*) FROM consent_mail)");
  });
  ASSERT_THAT(left, IsOk());
  EXPECT_EQ(left->rows[0].Int(0), 0);
  EXPECT_EQ(left->rows[0].Int(1), 0);
  EXPECT_TRUE(IsRemembered());
  v1::Endpoint again;
  again.mutable_email()->set_address(kAnna);
  EXPECT_THAT(consents_.CheckMayEnter(AsOperator().viewer, again), ReasonIs("ADDRESS_ERASED"));
  EXPECT_THAT(eraser.Erase(AsOperator(), Request()), IsOk()) << "an operator may repeat it";
}

TEST_P(EraserTest, AnAddressThatAStrangerEnteredIsForgottenAndNotKeptOut) {
  AddMailbox("me");
  MakeMails();
  Eraser eraser(EraserParts());
  ASSERT_THAT(eraser.Erase(AsOwner(), Request()), IsOk());
  EXPECT_FALSE(IsRemembered()) << "nobody has shown that it is theirs";
  const auto left = ledger_->Read([](sql::Connection& connection) {
    return connection.Query(
        "SELECT (SELECT COUNT(*) FROM consent_ask),"
        " (SELECT COUNT(*) FROM consent_mail WHERE address <> '')");
  });
  ASSERT_THAT(left, IsOk());
  EXPECT_EQ(left->rows[0].Int(0), 0);
  EXPECT_EQ(left->rows[0].Int(1), 0);
}

TEST_P(EraserTest, WhatIsRefusedErasesNothing) {
  AddMailbox("me");
  Eraser eraser(EraserParts());
  EXPECT_THAT(eraser.Erase(AsOwner(), Request("no etag")), ReasonIs("ETAG_MISMATCH"));
  EXPECT_TRUE(absl::IsPermissionDenied(eraser.Erase(As("subscribers/y"), Request())));
  WriteCall dry = AsOwner();
  dry.store.validate_only = true;
  EXPECT_THAT(eraser.Erase(dry, Request()), IsOk());
  EXPECT_FALSE(IsRemembered());
  EXPECT_EQ(Unfinished(), 0u);
  EXPECT_THAT(store_.subscribers->Get({.viewer = filter::Viewer::Operator()}, "subscribers/x"),
              IsOk());
}

TEST_P(EraserTest, WhatACrashLeftIsErasedByTheNextProcess) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Erasures(connection).Begin({"subscribers/x", store_.clock.Now(), {key_.Of(kAnna)}});
  }),
              IsOk());
  ASSERT_THAT(store_.subscribers->Delete(AsOwner(), "subscribers/x", ""), IsOk());
  store_.CatchUp();
  Eraser eraser(EraserParts());
  EXPECT_TRUE(Eventually([&] { return ProofsOf("subscribers/x").empty() && IsRemembered(); }));
  EXPECT_EQ(Unfinished(), 1u) << "another process may still have matched for it";
  store_.clock.Advance(absl::Minutes(3));
  EXPECT_TRUE(Eventually([&] {
    Eraser next(EraserParts());
    return Unfinished() == 0u;
  }));
}

}  // namespace
}  // namespace clusterwire::notification
