#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/sql/connection.h"

namespace clusterwire::sql {

// One statement for hundreds of rows, where one each would be a round trip each:
//
//   static const ManyRows kInsert("INSERT INTO item (id, size) VALUES {rows}", "(?, ?)");
//   static const ManyRows kUpdate("WITH result(named, now) AS (VALUES {rows}) UPDATE item"
//                                 " SET size = now FROM result WHERE id = named",
//                                 "(?, CAST(? AS BIGINT))");
//   RETURN_IF_ERROR(kInsert.Run(connection, {"a", 1, "b", 2}).status());
//
// `AddRow(values, "a", 1)` adds a row to what is run.
//
// PostgreSQL takes a parameter for text where nothing says otherwise, so outside of INSERT a number
// is cast. Immutable.
class ManyRows {
 public:
  static constexpr size_t kTexts = 5;

  // `text` has "{rows}" where the rows stand, and no parameters besides; `row` is one of them.
  ManyRows(std::string_view text, std::string_view row);

  // `values`, row by row, in as few statements as a few constant texts allow: what they give put
  // together, nothing where there is no row.
  absl::StatusOr<Result> Run(Connection& connection, std::vector<Value> values) const;

 private:
  struct Text {
    size_t rows = 0;
    std::string sql;
  };

  size_t columns_ = 0;
  std::array<Text, kTexts> texts_;  // the largest first; each stays prepared
};

// Without the copies that a list in braces makes of its texts.
template <typename... Columns>
void AddRow(std::vector<Value>& values, Columns&&... columns) {
  (values.emplace_back(std::forward<Columns>(columns)), ...);
}

}  // namespace clusterwire::sql
