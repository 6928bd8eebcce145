#include "services/notification/ledger/consent/asks.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr char kText[] = "text-1";

Ask AskOf(const std::string& id, const std::string& address, absl::Time asked = kNow) {
  return {.id = id,
          .address_key = "key of " + address,
          .address = address,
          .language = "de",
          .target = "subscribers/x/endpoints/" + id,
          .made = 7,
          .asked_by = "corp:1",
          .network = "ipv4:192.0.2.7",
          .asked = asked};
}

class AsksTest : public LedgerTest {
 protected:
  template <typename Body>
  auto In(Body body) {
    auto result =
        ledger_->Write([&](sql::Connection& connection) { return body(Asks(connection)); });
    if constexpr (std::is_same_v<decltype(result), absl::Status>) {
      EXPECT_THAT(result, IsOk());
    } else {
      EXPECT_THAT(result, IsOk());
      return *std::move(result);
    }
  }
  void Add(const Ask& ask, absl::Time now = kNow) {
    In([&](Asks asks) { return asks.Add(ask, now); });
  }
  int MakeMails(absl::Time now) {
    return In([&](Asks asks) {
      return asks.MakeMails(kText, now, 100, [&] { return "mail" + std::to_string(++mails_); });
    });
  }
  std::vector<ConfirmationMail> TakeDue(absl::Time now) {
    return In([&](Asks asks) { return asks.TakeDue(now, absl::Minutes(10), 100); });
  }

  int mails_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Both, AsksTest, sql::kBothDatabases, sql::DialectName);

TEST_P(AsksTest, AnAddressGetsOneMailADayWhichTellsAllThatWasAsked) {
  Add(AskOf("a", "anna@example.org"));
  Add(AskOf("b", "anna@example.org", kNow + absl::Seconds(1)));
  Add(AskOf("c", "bert@example.org"));
  EXPECT_EQ(MakeMails(kNow), 2);
  EXPECT_EQ(MakeMails(kNow), 0);
  const auto mails = TakeDue(kNow);
  ASSERT_THAT(mails, SizeIs(2));
  EXPECT_EQ(mails[0].text, kText);
  EXPECT_EQ(mails[0].language, "de");
  const auto of_anna = mails[0].address == "anna@example.org" ? mails[0].id : mails[1].id;
  EXPECT_THAT(In([&](Asks asks) { return asks.ToldBy(of_anna); }),
              ElementsAre(Field(&Ask::id, "a"), Field(&Ask::id, "b")));

  Add(AskOf("d", "anna@example.org", kNow + absl::Hours(1)));
  EXPECT_EQ(MakeMails(kNow + absl::Hours(23)), 0) << "one for each address and day";
  EXPECT_EQ(In([&](Asks asks) { return asks.LastMail("key of anna@example.org"); }), kNow);
  EXPECT_EQ(MakeMails(kNow + absl::Hours(24)), 1);
}

TEST_P(AsksTest, TheSameAskIsThereOnceAndAnAskerHasFewOfAnAddress) {
  Add(AskOf("a", "anna@example.org"));
  Add(AskOf("a", "anna@example.org"));
  for (int i = 0; i < 50; ++i) Add(AskOf("n" + std::to_string(i), "anna@example.org"));
  const auto open = [&] {
    return In([&](Asks asks) { return asks.OpenOf("key of anna@example.org", kNow); }).size();
  };
  EXPECT_EQ(open(), static_cast<size_t>(Asks::kMostOfAsker));
  Ask own = AskOf("own", "anna@example.org");
  own.asked_by = "";
  own.network = "ipv4:203.0.113.5";
  Add(own);
  EXPECT_EQ(open(), Asks::kMostOfAsker + 1u) << "others don't keep hers out";
  for (int i = 0; i < 2 * Asks::kMostOfAddress; ++i) {
    own.id = "o" + std::to_string(i);
    own.network = own.id;
    Add(own);
  }
  EXPECT_EQ(open(), static_cast<size_t>(Asks::kMostOfAddress));
}

TEST_P(AsksTest, SomeAskersKeepNoOtherOutOfAnAddressByTheirNumber) {
  const auto asked_by = [](int asker, int i) {
    Ask ask = AskOf(absl::StrCat("a", asker, ".", i), "anna@example.org", kNow + absl::Seconds(i));
    ask.asked_by = "";
    ask.network = absl::StrCat("ipv4:192.0.2.", asker);
    return ask;
  };
  for (int asker = 0; asker < Asks::kMostOfAddress / Asks::kMostOfAsker; ++asker) {
    for (int i = 0; i < Asks::kMostOfAsker; ++i) Add(asked_by(asker, i));
  }
  const auto open = [&] {
    return In([&](Asks asks) { return asks.OpenOf("key of anna@example.org", kNow); });
  };
  ASSERT_THAT(open(), SizeIs(Asks::kMostOfAddress));
  Add(asked_by(100, 0));
  EXPECT_THAT(open(), SizeIs(Asks::kMostOfAddress));
  EXPECT_THAT(open(), testing::Contains(Field(&Ask::id, "a100.0"))) << "her own sign-up";
  for (int asker = 0; asker < 10; ++asker) {
    for (int i = 0; i < Asks::kMostOfAsker; ++i) Add(asked_by(asker, 100 + i));
  }
  EXPECT_THAT(open(), testing::Contains(Field(&Ask::id, "a100.0")));
  EXPECT_THAT(open(), SizeIs(Asks::kMostOfAddress));
}

TEST_P(AsksTest, AMailThatTellsNothingAnyMoreHasNoAddressAndStillCounts) {
  Add(AskOf("a", "anna@example.org"));
  Add(AskOf("b", "bert@example.org"));
  MakeMails(kNow);
  const auto left = ledger_->Write([](sql::Connection& connection) -> absl::StatusOr<sql::Result> {
    RETURN_IF_ERROR(connection.Execute("DELETE FROM consent_ask WHERE id = 'a'"));
    RETURN_IF_ERROR(Asks(connection).ForgetEmptyMails());
    return connection.Query("SELECT address FROM consent_mail ORDER BY address");
  });
  ASSERT_THAT(left, IsOk());
  ASSERT_THAT(left->rows, SizeIs(2));
  EXPECT_EQ(left->rows[0].Text(0), "");
  EXPECT_EQ(left->rows[1].Text(0), "bert@example.org");
  Add(AskOf("c", "anna@example.org"));
  EXPECT_EQ(MakeMails(kNow), 0);
}

TEST_P(AsksTest, AMailComesAgainUntilItIsSent) {
  Add(AskOf("a", "anna@example.org"));
  MakeMails(kNow);
  const auto mails = TakeDue(kNow);
  ASSERT_THAT(mails, SizeIs(1));
  EXPECT_THAT(TakeDue(kNow), IsEmpty()) << "another process has it";
  EXPECT_THAT(TakeDue(kNow + absl::Minutes(10)), SizeIs(1)) << "which may have died";
  In([&](Asks asks) { return asks.TryAgain(mails[0].id, kNow + absl::Hours(1)); });
  EXPECT_THAT(TakeDue(kNow + absl::Minutes(59)), IsEmpty());
  const auto again = TakeDue(kNow + absl::Hours(1));
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].attempts, 1);
  In([&](Asks asks) { return asks.SetSent(mails[0].id); });
  EXPECT_THAT(TakeDue(kNow + absl::Hours(48)), IsEmpty());
}

TEST_P(AsksTest, AfterSevenDaysNothingIsOpenAndNothingIsKept) {
  Add(AskOf("a", "anna@example.org"));
  MakeMails(kNow);
  const absl::Time before = kNow + Ask::kLife - absl::Seconds(1);
  const absl::Time after = kNow + Ask::kLife;
  EXPECT_THAT(In([&](Asks asks) { return asks.OpenOf("key of anna@example.org", before); }),
              SizeIs(1));
  EXPECT_THAT(In([&](Asks asks) { return asks.OpenOf("key of anna@example.org", after); }),
              IsEmpty());
  In([&](Asks asks) { return asks.RemoveOld(after); });
  EXPECT_FALSE(
      ledger_->Read([&](sql::Connection& connection) { return Asks(connection).Find("a"); }).ok());
  EXPECT_FALSE(ledger_
                   ->Read([&](sql::Connection& connection) {
                     return Asks(connection).FindMail("mail1", before);
                   })
                   .ok());
}

TEST_P(AsksTest, WhatWasAnsweredIsOpenNoMoreAndNotMailed) {
  Add(AskOf("a", "anna@example.org"));
  In([&](Asks asks) { return asks.Answer("a"); });
  EXPECT_THAT(In([&](Asks asks) { return asks.OpenOf("key of anna@example.org", kNow); }),
              IsEmpty());
  EXPECT_EQ(MakeMails(kNow), 0);
}

}  // namespace
}  // namespace clusterwire::notification
