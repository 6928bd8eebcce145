#include "libs/sql/many_rows.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::sql {
namespace {

constexpr std::array<size_t, ManyRows::kTexts> kSizes = {256, 64, 16, 4, 1};

// "$5" and so on for each '?' of `row`, from behind `last` on.
std::string Numbered(std::string_view row, size_t last) {
  std::string numbered;
  for (const char c : row) {
    if (c == '?') {
      absl::StrAppend(&numbered, "$", ++last);
    } else {
      numbered += c;
    }
  }
  return numbered;
}

}  // namespace

ManyRows::ManyRows(std::string_view text, std::string_view row)
    : columns_(static_cast<size_t>(std::ranges::count(row, '?'))) {
  for (size_t i = 0; i < kSizes.size(); ++i) {
    std::vector<std::string> rows;
    for (size_t j = 0; j < kSizes.at(i); ++j) rows.push_back(Numbered(row, j * columns_));
    texts_.at(i) = {
        .rows = kSizes.at(i),
        .sql = absl::StrReplaceAll(ToAbsl(text), {{"{rows}", absl::StrJoin(rows, ",")}})};
  }
}

absl::StatusOr<Result> ManyRows::Run(Connection& connection, std::vector<Value> values) const {
  Result all;
  auto next = values.begin();
  for (const Text& text : texts_) {
    const auto size = static_cast<std::ptrdiff_t>(text.rows * columns_);
    while (values.end() - next >= size) {
      std::vector<Value> some(std::make_move_iterator(next), std::make_move_iterator(next + size));
      next += size;
      ASSIGN_OR_RETURN(Result result, connection.Query(text.sql, std::move(some)));
      all.affected += result.affected;
      std::ranges::move(result.rows, std::back_inserter(all.rows));
    }
  }
  return all;
}

}  // namespace clusterwire::sql
