#include "services/catalogue/resources/bookings/coverage.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/resources/bookings/testing/office.h"
#include "services/catalogue/resources/labels/label_rules.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::HasSubstr;
using v1::Booking;
using v1::Coverage;

class CoverageTest : public ::testing::Test {
 protected:
  absl::StatusOr<Booking> Ask(const v1::AskForBookingRequest& request) {
    return office_.bookings().Ask(office_.AsTeam(cluster_), request);
  }
  absl::StatusOr<Booking> AskSilver() { return Ask(Office::Wish(cluster_, "silver-label")); }
  // A share of a Bronze label's price.
  absl::StatusOr<Booking> AskShare(int64_t price, const std::string& level = "bronze") {
    v1::AskForBookingRequest wish = Office::Wish(cluster_, "share");
    wish.set_level(level);
    *wish.mutable_price() = MoneyOf("EUR", price);
    return Ask(wish);
  }
  // A coverage whose invoice is paid; the label was awarded in May 2026.
  Booking Paid() {
    const std::string name = AskSilver()->name();
    for (const char* method : {"ApproveBooking", "RecordInvoice", "RecordPayment"}) {
      EXPECT_THAT(office_.Move(method, name), IsOk());
    }
    EXPECT_THAT(office_.Move("RecordAward", name, "", office_.NewSilver(cluster_)), IsOk());
    return office_.Get(name);
  }
  World& world() { return office_.world; }

  Office office_;
  const std::string cluster_ = office_.NewMember();
};

TEST_F(CoverageTest, WhatIsLeftOutIsWhatTheOfferingGivesThisYear) {
  const auto asked = AskSilver();
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->coverage().scheme(), "labelSchemes/ecei");
  EXPECT_EQ(asked->coverage().level(), "silver");
  EXPECT_EQ(TextOf(asked->coverage().asked()), "EUR 4,307.80");
  EXPECT_EQ(asked->coverage().budget_year(), 2026);
  EXPECT_EQ(asked->coverage().outcome(), Coverage::OUTCOME_OPEN);
  const auto approved = office_.Move("ApproveBooking", asked->name());
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(TextOf(approved->coverage().approved()), "EUR 4,307.80");
  EXPECT_EQ(TextOf(office_.Move("RecordInvoice", asked->name())->coverage().invoiced()),
            "EUR 4,307.80");
}

TEST_F(CoverageTest, AShareIsOfThePriceAndRoundedDownToTheCent) {
  const auto bronze = AskShare(2'677'50);
  ASSERT_THAT(bronze, IsOk());
  EXPECT_EQ(TextOf(bronze->coverage().asked()), "EUR 2,142.00");
  ASSERT_THAT(office_.Move("CancelBooking", bronze->name()), IsOk());
  EXPECT_EQ(TextOf(AskShare(1'00'01, "gold")->coverage().asked()), "EUR 80.00");
  v1::AskForBookingRequest wish = Office::Wish(cluster_, "share");
  EXPECT_THAT(Ask(wish), HasFieldError("price"));
  EXPECT_THAT(Ask(wish), HasFieldError("level"));
  EXPECT_THAT(AskShare(1), HasFieldError("price"));
}

TEST_F(CoverageTest, AnAmountIsAboveNothingAndAtMostWhatTheOfferingGives) {
  v1::AskForBookingRequest wish = Office::Wish(cluster_, "silver-label");
  for (const int64_t cents : {int64_t{0}, int64_t{4'307'81}}) {
    *wish.mutable_amount() = MoneyOf("EUR", cents);
    EXPECT_THAT(Ask(wish), HasFieldError("amount")) << cents;
  }
  *wish.mutable_amount() = MoneyOf("USD", 100);
  EXPECT_THAT(Ask(wish), HasFieldError("amount.currency_code"));
  wish.mutable_amount()->set_units(-1);
  EXPECT_THAT(Ask(wish), HasFieldError("amount.units"));
  *wish.mutable_price() = MoneyOf("EUR", 3'000'00);
  *wish.mutable_amount() = MoneyOf("EUR", 3'000'01);
  EXPECT_THAT(Ask(wish), HasFieldError("amount"));
  *wish.mutable_amount() = MoneyOf("", 3'000'00);
  EXPECT_EQ(TextOf(Ask(wish)->coverage().asked()), "EUR 3,000.00");
}

TEST_F(CoverageTest, TheLevelIsOneThatTheOfferingCovers) {
  v1::AskForBookingRequest wish = Office::Wish(cluster_, "silver-label");
  wish.set_level("gold");
  const auto refused = Ask(wish);
  EXPECT_THAT(refused, HasFieldError("level"));
  EXPECT_THAT(refused.status().message(), HasSubstr("pays for silver"));
  wish.clear_level();
  for (const int year : {2024, 2032, -1}) {
    wish.set_budget_year(year);
    EXPECT_THAT(Ask(wish), HasFieldError("budget_year")) << year;
  }
}

TEST_F(CoverageTest, AnInvoiceAboveTheApprovalNeedsANewOne) {
  const std::string name = AskSilver()->name();
  ASSERT_THAT(office_.Approve(name, 4'000'00), IsOk());
  const auto above = office_.Invoice(name, 4'000'01);
  EXPECT_THAT(above, ReasonIs("ABOVE_APPROVAL"));
  EXPECT_THAT(above.status().message(), HasSubstr("ApproveBooking"));
  EXPECT_THAT(office_.Invoice(name, 0), HasFieldError("amount"));
  ASSERT_THAT(office_.Approve(name, 4'100'00), IsOk());
  ASSERT_THAT(office_.Invoice(name, 4'000'01), IsOk());
  // The invoice was wrong: approved anew, it is to be recorded again.
  const auto anew = office_.Approve(name, 4'200'00);
  ASSERT_THAT(anew, IsOk());
  EXPECT_FALSE(anew->coverage().has_invoiced());
  EXPECT_EQ(office_.BudgetText(), "given 10000 = approved 4200 + invoiced 0 + paid 0 + free 5800");
  ASSERT_THAT(office_.Invoice(name, 4'200'00), IsOk());
  EXPECT_THAT(office_.Move("RecordPayment", name), IsOk());
}

TEST_F(CoverageTest, AFailedAssessmentIsInvoicedAndPaidToo) {
  const std::string name = AskSilver()->name();
  ASSERT_THAT(office_.Move("ApproveBooking", name), IsOk());
  ASSERT_THAT(office_.Move("RecordNoAward", name), IsOk());
  EXPECT_THAT(office_.Move("RecordInvoice", name), IsOk());
  EXPECT_THAT(office_.Move("RecordPayment", name), IsOk());
  EXPECT_EQ(office_.Get(name).coverage().outcome(), Coverage::OUTCOME_NOT_AWARDED);
}

TEST_F(CoverageTest, ItNamesALabelOfTheSameClusterSchemeAndLevel) {
  const std::string name = AskSilver()->name();
  ASSERT_THAT(office_.Move("ApproveBooking", name), IsOk());
  const std::string silver = office_.NewSilver(cluster_);
  v1::Label bronze;
  bronze.set_scheme("labelSchemes/ecei");
  bronze.set_level("bronze");
  bronze.set_valid_until("2027");
  const std::string wrong_level =
      world().Of<Labels>().Award(world().AsOperator(), cluster_, bronze, "")->name();
  const std::string foreign = office_.NewSilver(office_.NewMember());
  for (const std::string& label :
       {std::string("silver"), cluster_ + "/labels/none", wrong_level, foreign, std::string()}) {
    EXPECT_THAT(office_.Move("RecordAward", name, "", label), HasFieldError("label")) << label;
  }
  const auto not_renewed = office_.Move("RecordRenewal", name, "", silver);
  EXPECT_THAT(not_renewed, HasFieldError("label"));
  EXPECT_THAT(not_renewed.status().message(), HasSubstr("RenewLabel comes first"));
  const auto awarded = office_.Move("RecordAward", name, "", silver);
  ASSERT_THAT(awarded, IsOk());
  EXPECT_EQ(awarded->coverage().label(), silver);
  EXPECT_EQ(awarded->coverage().period_end(), "2028-05-31");
}

TEST_F(CoverageTest, ALabelPeriodIsCoveredOnce) {
  const std::string first = Paid().name();
  const auto early = AskSilver();
  EXPECT_THAT(early, ReasonIs("COVERED_ALREADY"));
  EXPECT_THAT(early.status().message(), HasSubstr("until 2028-05-31"));
  EXPECT_THAT(early.status().message(), HasSubstr("from 2027-11-30 on"));
  const auto bronze = AskShare(1'000'00);
  ASSERT_THAT(bronze, IsOk()) << "another level";
  ASSERT_THAT(office_.Move("CancelBooking", bronze->name()), IsOk());
  world().SetToday("2027-11-29");
  EXPECT_THAT(AskSilver(), ReasonIs("COVERED_ALREADY"));
  world().SetToday("2027-11-30");
  const auto next = AskSilver();
  ASSERT_THAT(next, IsOk());
  EXPECT_THAT(AskSilver(), ReasonIs("COVERED_ALREADY")) << "one is open";
  // The old period was paid for by the first.
  const std::string label = office_.Get(first).coverage().label();
  EXPECT_THAT(office_.Move("RecordAward", next->name(), "", label), HasFieldError("label"));
  v1::RenewLabelRequest renew;
  renew.set_name(label);
  renew.set_renewed("2027-11-30");
  ASSERT_THAT(world().Of<Labels>().Renew(world().AsOperator(), renew), IsOk());
  ASSERT_THAT(office_.Move("RecordRenewal", next->name(), "", label), IsOk());
  EXPECT_EQ(office_.Get(next->name()).coverage().period_end(), "2030-05-31");
}

TEST_F(CoverageTest, WhatWasRefusedCancelledOrFailedTakesNoPeriod) {
  ASSERT_THAT(office_.Move("RefuseBooking", AskSilver()->name()), IsOk());
  ASSERT_THAT(office_.Move("CancelBooking", AskSilver()->name()), IsOk());
  const std::string name = AskSilver()->name();
  EXPECT_THAT(AskSilver(), ReasonIs("COVERED_ALREADY"));
  ASSERT_THAT(office_.Move("ApproveBooking", name), IsOk());
  ASSERT_THAT(office_.Move("RecordNoAward", name), IsOk());
  EXPECT_EQ(office_.Get(name).coverage().period_end(), "");
  EXPECT_THAT(AskSilver(), IsOk()) << "the cluster may try again";
}

TEST_F(CoverageTest, OfOneSchemeOneAssessmentIsOpenWhateverItsLevel) {
  const std::string silver = AskSilver()->name();
  EXPECT_THAT(AskShare(1'000'00, "gold"), ReasonIs("COVERED_ALREADY"));
  ASSERT_THAT(office_.Move("CancelBooking", silver), IsOk());
  EXPECT_THAT(AskShare(1'000'00, "gold"), IsOk());
}

TEST_F(CoverageTest, WhoseAssessmentTookPlaceIsCalledOffByTheOfficeAlone) {
  const std::string name = AskSilver()->name();
  ASSERT_THAT(office_.Move("ApproveBooking", name), IsOk());
  ASSERT_THAT(office_.Move("RecordNoAward", name), IsOk());
  const auto refused = office_.MoveAs(office_.AsTeam(cluster_), "CancelBooking", name);
  EXPECT_THAT(refused, ReasonIs("OUTCOME_RECORDED"));
  EXPECT_THAT(refused.status().message(), HasSubstr("the office alone"));
  EXPECT_EQ(office_.Get(name).state(), Booking::STATE_APPROVED);
  EXPECT_THAT(office_.Move("CancelBooking", name), IsOk());
}

TEST_F(CoverageTest, APaymentByMistakeIsTakenBackWithANoteAndItsInvoiceIsOpenAgain) {
  const std::string name = AskSilver()->name();
  for (const char* method : {"ApproveBooking", "RecordInvoice", "RecordPayment"}) {
    ASSERT_THAT(office_.Move(method, name), IsOk());
  }
  v1::WithdrawPaymentRequest without;
  without.set_name(name);
  EXPECT_THAT(office_.bookings().WithdrawPayment(office_.AsOffice(), without),
              HasFieldError("note"));
  EXPECT_THAT(office_.MoveAs(office_.AsTeam(cluster_), "WithdrawPayment", name),
              ReasonIs("NOT_YOURS"));
  const auto back = office_.Move("WithdrawPayment", name, "Paid to another cluster.");
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->state(), Booking::STATE_INVOICED);
  EXPECT_EQ(TextOf(office_.BudgetOf(2026).invoiced()), "EUR 4,307.80");
  EXPECT_EQ(TextOf(office_.BudgetOf(2026).paid()), "EUR 0.00");
  EXPECT_THAT(office_.Move("RecordPayment", name), IsOk());
}

TEST_F(CoverageTest, APaymentIsTakenBackAndMadeAgainOnlySoOften) {
  const std::string name = AskSilver()->name();
  for (const char* method : {"ApproveBooking", "RecordInvoice", "RecordPayment"}) {
    ASSERT_THAT(office_.Move(method, name), IsOk());
  }
  absl::Status last;
  for (int i = 0; i < 30 && last.ok(); ++i) {
    last = office_.Move("WithdrawPayment", name).status();
    if (last.ok()) last = office_.Move("RecordPayment", name).status();
  }
  EXPECT_THAT(last, ReasonIs("TOO_MANY_MOVES"));
  EXPECT_LE(office_.Get(name).moves_size(), 50);
}

TEST_F(CoverageTest, WhatTheBudgetCanNotPayIsRefusedWhenItIsAskedFor) {
  v1::AskForBookingRequest wish = Office::Wish(cluster_, "share");
  wish.set_level("gold");
  *wish.mutable_price() = MoneyOf("USD", 1'000'00);
  const auto refused = Ask(wish);
  EXPECT_THAT(refused, HasFieldError("price.currency_code")) << "which is what was sent";
  EXPECT_THAT(refused.status().message(), HasSubstr("pays in EUR"));
  wish.set_budget_year(2028);  // there is none of that year
  EXPECT_THAT(Ask(wish), IsOk());
}

TEST_F(CoverageTest, AShareOfTheHighestPriceIsWhatItShouldBe) {
  const auto asked = AskShare(1'000'000'000'00, "gold");
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->coverage().asked().units(), 800'000'000);
}

TEST_F(CoverageTest, OfTheSameWishAtTheSameTimeOneIsTaken) {
  const auto wish = Office::Wish(cluster_, "silver-label");
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] { taken += Ask(wish).ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 1);
}

}  // namespace
}  // namespace clusterwire::catalogue
