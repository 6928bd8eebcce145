#include "services/catalogue/resources/bookings/budget_rules.h"

#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/resources/bookings/budget_ledger.h"
#include "services/catalogue/resources/bookings/testing/office.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::Booking;

class BudgetsTest : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  absl::StatusOr<v1::Budget> Create(const std::string& id, int year, google::type::Money given) {
    v1::CreateBudgetRequest request;
    request.set_parent(Office::kProgramme);
    request.set_budget_id(id);
    request.mutable_budget()->set_year(year);
    *request.mutable_budget()->mutable_given() = std::move(given);
    return budgets().CreateOfYear(office_.AsOffice(), request);
  }
  absl::StatusOr<v1::Budget> Give(google::type::Money given, int year = 2026) {
    v1::Budget budget;
    budget.set_name(Office::NameOfBudget(year));
    *budget.mutable_given() = std::move(given);
    google::protobuf::FieldMask mask;
    mask.add_paths("given");
    return budgets().Update(office_.AsOffice(), budget, mask);
  }
  std::string Asked() { return office_.Ask(office_.NewMember(), "silver-label"); }
  Budgets budgets() { return office_.world.Of<Budgets>(); }

  Office office_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Both, BudgetsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(BudgetsTest, EachAmountStandsInOnePartAndTheirSumIsWhatIsGiven) {
  const std::string name = Asked();
  EXPECT_EQ(office_.BudgetText(), "given 10000 = approved 0 + invoiced 0 + paid 0 + free 10000");
  ASSERT_THAT(office_.Approve(name, 4'000'00), IsOk());
  EXPECT_EQ(office_.BudgetText(), "given 10000 = approved 4000 + invoiced 0 + paid 0 + free 6000");
  ASSERT_THAT(office_.Invoice(name, 3'500'00), IsOk());
  EXPECT_EQ(office_.BudgetText(), "given 10000 = approved 0 + invoiced 3500 + paid 0 + free 6500");
  ASSERT_THAT(office_.Move("RecordPayment", name), IsOk());
  EXPECT_EQ(office_.BudgetText(), "given 10000 = approved 0 + invoiced 0 + paid 3500 + free 6500");
}

TEST_P(BudgetsTest, CancellingReleasesWhatWasApproved) {
  const std::string name = Asked();
  ASSERT_THAT(office_.Approve(name, 4'000'00), IsOk());
  ASSERT_THAT(office_.Move("CancelBooking", name), IsOk());
  EXPECT_EQ(office_.BudgetText(), "given 10000 = approved 0 + invoiced 0 + paid 0 + free 10000");
}

TEST_P(BudgetsTest, NothingIsApprovedBeyondWhatIsFree) {
  for (int i = 0; i < 2; ++i) ASSERT_THAT(office_.Approve(Asked(), 4'000'00), IsOk());
  const std::string name = Asked();
  const store::Revision before = *office_.world.store->revision();
  const auto refused = office_.Approve(name, 2'000'01);
  EXPECT_THAT(refused, ReasonIs("BUDGET_EXCEEDED"));
  EXPECT_THAT(refused.status().message(), HasSubstr("EUR 2,000.00 is free"));
  EXPECT_EQ(*office_.world.store->revision(), before);
  EXPECT_EQ(office_.Get(name).state(), Booking::STATE_ASKED);
  EXPECT_THAT(office_.Approve(name, 2'000'00), IsOk());
  EXPECT_EQ(office_.BudgetText(), "given 10000 = approved 10000 + invoiced 0 + paid 0 + free 0");
}

TEST_P(BudgetsTest, OfApprovalsAtTheSameTimeAsManySucceedAsTheBudgetHolds) {
  std::vector<std::string> names;
  for (int i = 0; i < 8; ++i) names.push_back(Asked());
  std::atomic<int> approved = 0;
  std::atomic<int> exceeded = 0;
  std::vector<std::thread> threads;
  for (const std::string& name : names) {
    threads.emplace_back([&, name] {
      const absl::Status status = office_.Approve(name, 3'000'00).status();
      approved += status.ok() ? 1 : 0;
      exceeded += ReasonOf(status) == "BUDGET_EXCEEDED" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(approved, 3);
  EXPECT_EQ(exceeded, 5);
  EXPECT_EQ(office_.BudgetText(), "given 10000 = approved 9000 + invoiced 0 + paid 0 + free 1000");
}

TEST_P(BudgetsTest, AnApprovalMovesToAnotherYearInOneWrite) {
  const std::string name = Asked();
  ASSERT_THAT(office_.Approve(name, 4'000'00), IsOk());
  ASSERT_THAT(office_.Approve(name, 4'000'00, 2027), IsOk());
  EXPECT_EQ(office_.BudgetText(2026),
            "given 10000 = approved 0 + invoiced 0 + paid 0 + free 10000");
  EXPECT_EQ(office_.BudgetText(2027),
            "given 10000 = approved 4000 + invoiced 0 + paid 0 + free 6000");
  EXPECT_EQ(office_.Get(name).coverage().budget_year(), 2027);
  EXPECT_THAT(office_.Approve(name, 4'000'00, 2028), ReasonIs("NO_BUDGET"));
  EXPECT_EQ(office_.Get(name).coverage().budget_year(), 2027);
}

TEST_P(BudgetsTest, AYearWithoutABudgetAndOneInAnotherCurrencyApproveNothing) {
  const std::string name = Asked();
  const auto none = office_.Approve(name, 1'000'00, 2025);
  EXPECT_THAT(none, ReasonIs("NO_BUDGET"));
  EXPECT_THAT(none.status().message(), HasSubstr("CreateBudget"));
  ASSERT_THAT(Create("2028", 0, MoneyOf("CHF", 10'000'00)), IsOk());
  EXPECT_THAT(office_.Approve(name, 1'000'00, 2028), HasFieldError("budget_year"));
  ASSERT_THAT(budgets().Delete(office_.AsOffice(), Office::NameOfBudget(2027), ""), IsOk());
  const auto deleted = office_.Approve(name, 1'000'00, 2027);
  EXPECT_THAT(deleted, ReasonIs("NO_BUDGET"));
  EXPECT_THAT(deleted.status().message(), HasSubstr("UndeleteBudget"));
}

TEST_P(BudgetsTest, WhatIsCommittedCanNeitherBeCutNorDeletedNorMeantInAnotherCurrency) {
  const std::string name = Asked();
  ASSERT_THAT(office_.Approve(name, 4'000'00), IsOk());
  EXPECT_THAT(Give(MoneyOf("EUR", 3'999'99)), ReasonIs("BUDGET_COMMITTED"));
  EXPECT_THAT(Give(MoneyOf("CHF", 20'000'00)), ReasonIs("BUDGET_COMMITTED"));
  EXPECT_THAT(budgets().Delete(office_.AsOffice(), Office::NameOfBudget(2026), ""),
              ReasonIs("BUDGET_COMMITTED"));
  ASSERT_THAT(Give(MoneyOf("", 4'000'00)), IsOk());
  EXPECT_EQ(office_.BudgetText(), "given 4000 = approved 4000 + invoiced 0 + paid 0 + free 0");
  ASSERT_THAT(office_.Move("CancelBooking", name), IsOk());
  EXPECT_THAT(Give(MoneyOf("CHF", 100'00)), IsOk());
  EXPECT_THAT(budgets().Delete(office_.AsOffice(), Office::NameOfBudget(2026), ""), IsOk());
  EXPECT_THAT(budgets().Undelete(office_.AsOffice(), Office::NameOfBudget(2026), ""), IsOk());
}

TEST_P(BudgetsTest, ABudgetIsOfOneYearWhichItsIdOrItsFieldSays) {
  EXPECT_EQ(Create("2029", 0, MoneyOf("EUR", 100))->name(), Office::NameOfBudget(2029));
  EXPECT_EQ(Create("", 2030, MoneyOf("EUR", 100))->name(), Office::NameOfBudget(2030));
  EXPECT_THAT(Create("2031", 2032, MoneyOf("EUR", 100)), HasFieldError("budget_id"));
  EXPECT_THAT(Create("", 0, MoneyOf("EUR", 100)), HasFieldError("budget.year"));
  EXPECT_THAT(Create("next", 0, MoneyOf("EUR", 100)), HasFieldError("budget.year"));
  EXPECT_THAT(Create("02031", 0, MoneyOf("EUR", 100)), HasFieldError("budget_id"));
  EXPECT_THAT(Create("1999", 0, MoneyOf("EUR", 100)), HasFieldError("budget.year"));
  EXPECT_THAT(Create("2029", 0, MoneyOf("EUR", 100)), StatusIs(absl::StatusCode::kAlreadyExists));
  google::type::Money wrong = MoneyOf("EUR", 100);
  wrong.set_nanos(1);
  EXPECT_THAT(Create("2033", 0, wrong), HasFieldError("budget.given.nanos"));
  EXPECT_THAT(Create("2033", 0, {}), HasFieldError("budget.given.currency_code"));
}

TEST_P(BudgetsTest, ItsOfficeAloneSeesIt) {
  const std::string name = Office::NameOfBudget(2026);
  EXPECT_THAT(office_.world.FactsOf(name).audience().members(), ElementsAre(Office::kProgramme));
  const std::string cluster = office_.NewMember();
  for (const filter::Viewer& viewer : {filter::Viewer::Public(), filter::Viewer::As(cluster),
                                       filter::Viewer::As("programmes/other")}) {
    EXPECT_THAT(budgets().Get(office_.world.Read(viewer), name),
                StatusIs(absl::StatusCode::kNotFound));
  }
  EXPECT_THAT(budgets().Get(office_.world.Read(filter::Viewer::As(Office::kProgramme)), name),
              IsOk());
  ASSERT_THAT(office_.Approve(Asked(), 4'000'00), IsOk());
  EXPECT_EQ(office_.world.FactsOf(name).summary(),
            "Of EUR 10,000.00 given: EUR 4,000.00 approved, EUR 0.00 invoiced, EUR 0.00 paid, "
            "EUR 6,000.00 free.");
  EXPECT_EQ(office_.world.FactsOf(name).summary_de(),
            "Von 10.000,00 EUR: 4.000,00 EUR genehmigt, 0,00 EUR in Rechnung gestellt, 0,00 EUR "
            "bezahlt, 6.000,00 EUR frei.");
}

// What coverages take of a year's budget, added up from the bookings alone.
std::map<std::string, int64_t> TakenOf(World& world, int year) {
  std::map<std::string, int64_t> taken = {{"approved", 0}, {"invoiced", 0}, {"paid", 0}};
  const auto reader = *world.store->Read();
  const auto all = *reader->Scan({.type = "booking", .limit = 1000});
  for (const store::Scanned& one : all) {
    const auto& booking = static_cast<const Booking&>(*one.resource);
    const v1::Coverage& coverage = booking.coverage();
    if (coverage.budget_year() != year) continue;
    if (booking.state() == Booking::STATE_APPROVED)
      taken["approved"] += CentsOf(coverage.approved());
    if (booking.state() == Booking::STATE_INVOICED)
      taken["invoiced"] += CentsOf(coverage.invoiced());
    if (booking.state() == Booking::STATE_PAID) taken["paid"] += CentsOf(coverage.invoiced());
  }
  return taken;
}

TEST_P(BudgetsTest, WhateverTheOfficeDoesTheBudgetsAreTheSumsOfTheBookings) {
  SeededRandom dice(TestSeed());
  std::vector<std::string> names;
  for (int i = 0; i < 6; ++i) names.push_back(Asked());
  int done = 0;
  for (int step = 0; step < 150; ++step) {
    const std::string& name = names[dice.Below(names.size())];
    const int64_t cents = static_cast<int64_t>(dice.Below(430'780)) + 1;
    absl::Status status;
    switch (dice.Below(9)) {
      case 0:
        status = Give(MoneyOf("EUR", static_cast<int64_t>(dice.Below(2'000'000))),
                      dice.Below(2) == 0 ? 2026 : 2027)
                     .status();
        break;
      case 1:
        status = office_.Invoice(name, cents).status();
        break;
      case 2:
        status = office_.Move("RecordPayment", name).status();
        break;
      case 3:
        status = office_.Move("RecordNoAward", name).status();
        break;
      case 4:
        status = office_.Move("CancelBooking", name).status();
        if (status.ok()) names.push_back(Asked());
        break;
      case 5:
        status = office_.Move("WithdrawPayment", name).status();
        break;
      default:
        status = office_.Approve(name, cents, dice.Below(2) == 0 ? 2026 : 2027).status();
    }
    done += status.ok() ? 1 : 0;
    for (const int year : {2026, 2027}) {
      const v1::Budget budget = office_.BudgetOf(year);
      auto taken = TakenOf(office_.world, year);
      ASSERT_EQ(CentsOf(budget.approved()), taken["approved"]) << "after step " << step;
      ASSERT_EQ(CentsOf(budget.invoiced()), taken["invoiced"]) << "after step " << step;
      ASSERT_EQ(CentsOf(budget.paid()), taken["paid"]) << "after step " << step;
      ASSERT_EQ(CentsOf(budget.given()), CommittedOf(budget) + CentsOf(budget.free()));
      ASSERT_GE(CentsOf(budget.free()), 0) << "after step " << step;
    }
  }
  EXPECT_GT(done, 30) << "nearly everything was refused: this tests nothing";
}

}  // namespace
}  // namespace clusterwire::catalogue
