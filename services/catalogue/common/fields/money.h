#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "google/type/money.pb.h"

#include "libs/base/status/error.h"
#include "libs/text/language.h"

// Amounts of money as offices write them: whole cents of one currency.
namespace clusterwire::catalogue {

// The largest amount in whole units: sums of many stay far within 64 bits.
inline constexpr int64_t kMostUnits = 1'000'000'000;

// One violation for each part that is wrong: `path`.currency_code, `path`.units, `path`.nanos. An
// amount isn't negative, is at most kMostUnits, and has no parts smaller than the currency's: two
// decimals, of ISK none.
void CheckMoney(std::string_view path, const google::type::Money& money, FieldErrors& errors);

// Of what CheckMoney() lets pass: in hundredths of the unit, for every currency.
int64_t CentsOf(const google::type::Money& money);
google::type::Money MoneyOf(std::string_view currency, int64_t cents);

// "EUR 4,307.80".
std::string TextOf(const google::type::Money& money);
// The same, or in German "4.307,80 EUR".
std::string TextIn(text::Language language, const google::type::Money& money);

}  // namespace clusterwire::catalogue
