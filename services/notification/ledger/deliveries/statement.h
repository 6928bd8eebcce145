#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/sql/connection.h"

namespace clusterwire::notification {

// A statement that grows, with the values of its parameters.
struct Statement {
  std::string text;
  std::vector<sql::Value> values;

  // Each '?' of `part` stands for the next of `parameters`.
  void Add(std::string_view part, const std::vector<sql::Value>& parameters) {
    auto next = parameters.begin();
    for (const char c : part) {
      if (c != '?') {
        text += c;
        continue;
      }
      values.push_back(*next++);
      absl::StrAppend(&text, "$", values.size());
    }
  }
};

}  // namespace clusterwire::notification
