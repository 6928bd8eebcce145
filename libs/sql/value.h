#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clusterwire::sql {

// A value with a byte string in it: what the databases call BLOB or BYTEA.
struct Bytes {
  std::string data;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

// A parameter or a column: null, a 64-bit integer, text (UTF-8 without U+0000) or bytes.
class Value {
 public:
  Value(std::nullopt_t = std::nullopt) {}
  Value(int64_t value) : value_(value) {}
  Value(int value) : value_(int64_t{value}) {}
  Value(bool value) : value_(int64_t{value}) {}
  Value(const char* text) : value_(std::string(text)) {}
  Value(std::string_view text) : value_(std::string(text)) {}
  Value(std::string text) : value_(std::move(text)) {}
  Value(Bytes bytes) : value_(std::move(bytes)) {}

  bool is_null() const { return value_.index() == 0; }
  // The wrong kind answers zero or the empty string: a query names its columns, so that is a
  // mistake in the query, which its test shows.
  int64_t integer() const;
  const std::string& text() const;
  const std::string& bytes() const;

  const std::variant<std::monostate, int64_t, std::string, Bytes>& variant() const {
    return value_;
  }
  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, int64_t, std::string, Bytes> value_;
};

// One row of a result, columns in the order of the query.
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

  size_t size() const { return values_.size(); }
  bool IsNull(size_t column) const { return values_[column].is_null(); }
  int64_t Int(size_t column) const { return values_[column].integer(); }
  const std::string& Text(size_t column) const { return values_[column].text(); }
  const std::string& Bytes(size_t column) const { return values_[column].bytes(); }

 private:
  std::vector<Value> values_;
};

struct Result {
  std::vector<Row> rows;
  int64_t affected = 0;  // rows inserted, updated or deleted
};

}  // namespace clusterwire::sql
