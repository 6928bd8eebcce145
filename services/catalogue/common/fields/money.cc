#include "services/catalogue/common/fields/money.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "libs/base/text/strings.h"

namespace clusterwire::catalogue {
namespace {

using google::type::Money;

constexpr int32_t kNanosOfUnit = 1'000'000'000;
constexpr int32_t kNanosOfCent = 10'000'000;

// Those of Europe and its neighbours, and what partners elsewhere count in; in order.
constexpr std::array<absl::string_view, 31> kCurrencies = {
    "ALL", "AMD", "AUD", "AZN", "BAM", "BGN", "BYN", "CAD", "CHF", "CZK", "DKK",
    "EUR", "GBP", "GEL", "HUF", "ILS", "ISK", "MAD", "MDL", "MKD", "NOK", "PLN",
    "RON", "RSD", "RUB", "SEK", "SGD", "TND", "TRY", "UAH", "USD"};

bool HasCents(std::string_view currency) { return currency != "ISK"; }

void CheckNanos(const std::string& path, const Money& money, FieldErrors& errors) {
  if (money.nanos() <= -kNanosOfUnit || money.nanos() >= kNanosOfUnit) {
    errors.Add(path, absl::StrCat(money.nanos(),
                                  " is a unit or more: nanos are billionths, 500000000 is a half"));
  } else if (money.nanos() < 0) {
    errors.Add(path, absl::StrCat(money.nanos(), " is negative; an amount is 0 or more"));
  } else if (!HasCents(money.currency_code()) && money.nanos() != 0) {
    errors.Add(path, absl::StrCat(money.currency_code(), " has no smaller parts: leave nanos out"));
  } else if (money.nanos() % kNanosOfCent != 0) {
    errors.Add(path, absl::StrCat(money.nanos(), " is no whole cent: 800000000 stands for 80 of ",
                                  "them, 10000000 for one"));
  }
}

}  // namespace

void CheckMoney(std::string_view path, const Money& money, FieldErrors& errors) {
  const std::string prefix(path);
  const std::string& currency = money.currency_code();
  if (currency.empty()) {
    errors.Add(prefix + ".currency_code", "is required: EUR");
  } else if (!std::ranges::binary_search(kCurrencies, ToAbsl(currency))) {
    errors.Add(prefix + ".currency_code",
               absl::StrCat("'", currency, "' is none of the currencies that amounts can be in: ",
                            absl::StrJoin(kCurrencies, ", ")));
  }
  if (money.units() < 0) {
    errors.Add(prefix + ".units",
               absl::StrCat(money.units(), " is negative; an amount is 0 or more"));
  } else if (money.units() > kMostUnits || (money.units() == kMostUnits && money.nanos() > 0)) {
    errors.Add(prefix + ".units", absl::StrCat(money.units(), " is more than ", kMostUnits,
                                               ", the most there may be"));
  }
  CheckNanos(prefix + ".nanos", money, errors);
}

int64_t CentsOf(const Money& money) { return money.units() * 100 + money.nanos() / kNanosOfCent; }

Money MoneyOf(std::string_view currency, int64_t cents) {
  Money money;
  money.set_currency_code(std::string(currency));
  money.set_units(cents / 100);
  money.set_nanos(static_cast<int32_t>(cents % 100) * kNanosOfCent);
  return money;
}

std::string TextOf(const Money& money) { return TextIn(text::Language::kEnglish, money); }

std::string TextIn(text::Language language, const Money& money) {
  const bool german = language == text::Language::kGerman;
  std::string amount = absl::StrCat(money.units());
  for (int at = static_cast<int>(amount.size()) - 3; at > 0; at -= 3) {
    amount.insert(static_cast<size_t>(at), german ? "." : ",");
  }
  const std::string& currency = money.currency_code();
  if (HasCents(currency)) {
    absl::StrAppend(&amount, german ? "," : ".",
                    absl::StrFormat("%02d", money.nanos() / kNanosOfCent));
  }
  return german ? absl::StrCat(amount, " ", currency) : absl::StrCat(currency, " ", amount);
}

}  // namespace clusterwire::catalogue
