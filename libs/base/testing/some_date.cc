#include "libs/base/testing/some_date.h"

#include "absl/strings/str_cat.h"

#include "libs/base/time/date.h"

namespace clusterwire {

std::string SomeDate(Random& random, int first_year, int years) {
  const int year = first_year + static_cast<int>(random.Below(static_cast<uint64_t>(years)));
  const int month = 1 + static_cast<int>(random.Below(12));
  switch (random.Below(5)) {
    case 0:
      return "";
    case 1:
      return absl::StrCat(year);
    case 2:
      return absl::StrCat(year, "-Q", 1 + random.Below(4));
    case 3:
      return absl::StrCat(year, "-", absl::Dec(month, absl::kZeroPad2));
    default:
      return FormatDay(absl::CivilDay(year, month, 1 + static_cast<int>(random.Below(28))));
  }
}

}  // namespace clusterwire
