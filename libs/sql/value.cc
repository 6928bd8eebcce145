#include "libs/sql/value.h"

namespace clusterwire::sql {

int64_t Value::integer() const {
  const int64_t* integer = std::get_if<int64_t>(&value_);
  return integer == nullptr ? 0 : *integer;
}

const std::string& Value::text() const {
  static const std::string* const kEmpty = new std::string;
  const std::string* text = std::get_if<std::string>(&value_);
  return text == nullptr ? *kEmpty : *text;
}

const std::string& Value::bytes() const {
  static const std::string* const kEmpty = new std::string;
  const Bytes* bytes = std::get_if<Bytes>(&value_);
  return bytes == nullptr ? *kEmpty : bytes->data;
}

}  // namespace clusterwire::sql
