#include "services/catalogue/common/fields/money.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

google::type::Money Amount(const char* currency, int64_t units, int32_t nanos = 0) {
  google::type::Money money;
  money.set_currency_code(currency);
  money.set_units(units);
  money.set_nanos(nanos);
  return money;
}

absl::Status Checked(const google::type::Money& money) {
  FieldErrors errors;
  CheckMoney("budget.given", money, errors);
  return errors.ToStatus();
}

TEST(MoneyTest, AnAmountIsWholeCentsOfACurrency) {
  EXPECT_THAT(Checked(Amount("EUR", 4307, 800'000'000)), IsOk());
  EXPECT_THAT(Checked(Amount("EUR", 0, 10'000'000)), IsOk());
  EXPECT_THAT(Checked(Amount("EUR", 0)), IsOk());
  EXPECT_THAT(Checked(Amount("EUR", kMostUnits)), IsOk());
  EXPECT_THAT(Checked(Amount("ISK", 500)), IsOk());
}

TEST(MoneyTest, WhatIsNoAmountIsNamedByItsPartWithWhatWouldBeRight) {
  for (const char* currency : {"", "eur", "EURO", "ZZZ", "€", "E"}) {
    EXPECT_THAT(Checked(Amount(currency, 1)), HasFieldError("budget.given.currency_code"))
        << currency;
  }
  for (const int64_t units : {int64_t{-1}, kMostUnits + 1, INT64_MIN, INT64_MAX}) {
    EXPECT_THAT(Checked(Amount("EUR", units)), HasFieldError("budget.given.units")) << units;
  }
  EXPECT_THAT(Checked(Amount("EUR", kMostUnits, 10'000'000)), HasFieldError("budget.given.units"));
  for (const int32_t nanos : {-1, 1, 5'000'000, 805'000'000, 1'000'000'000, INT32_MIN, INT32_MAX}) {
    EXPECT_THAT(Checked(Amount("EUR", 1, nanos)), HasFieldError("budget.given.nanos")) << nanos;
  }
  EXPECT_THAT(Checked(Amount("ISK", 1, 500'000'000)), HasFieldError("budget.given.nanos"));
  const std::string all(Checked(Amount("eur", -1, -500'000'000)).message());
  EXPECT_THAT(all, AllOf(HasSubstr("currency_code"), HasSubstr("units"), HasSubstr("nanos")));
}

TEST(MoneyTest, CentsAndBackIsTheSameAmount) {
  for (const int64_t cents :
       {int64_t{0}, int64_t{1}, int64_t{99}, int64_t{100}, int64_t{430'780}, kMostUnits * 100}) {
    const google::type::Money money = MoneyOf("EUR", cents);
    EXPECT_THAT(Checked(money), IsOk());
    EXPECT_EQ(CentsOf(money), cents);
  }
}

TEST(MoneyTest, APersonReadsItAsAnOfficeWritesIt) {
  EXPECT_EQ(TextOf(MoneyOf("EUR", 430'780)), "EUR 4,307.80");
  EXPECT_EQ(TextOf(MoneyOf("EUR", 5)), "EUR 0.05");
  EXPECT_EQ(TextOf(MoneyOf("CHF", 123'456'789'00)), "CHF 123,456,789.00");
  EXPECT_EQ(TextOf(Amount("ISK", 1500)), "ISK 1,500");
  EXPECT_EQ(TextIn(text::Language::kGerman, MoneyOf("EUR", 430'780)), "4.307,80 EUR");
  EXPECT_EQ(TextIn(text::Language::kGerman, Amount("ISK", 1500)), "1.500 ISK");
}

}  // namespace
}  // namespace clusterwire::catalogue
