#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/json_fwd.h"

namespace clusterwire::catalogue::registers {

// A JSON object of a register, read field by field. A field that is missing gives an empty value;
// one of the wrong type, and one that was never read, is an error, so that a typo is never taken
// for a missing value. All errors are collected, with the paths of the register's own fields. A
// longer list than its limit is one error and gives nothing.
class JsonRecord {
 public:
  // INVALID_ARGUMENT when it is no JSON object, can be read in two ways (strict_json.h), or is
  // larger than kMaxBytes.
  static absl::StatusOr<JsonRecord> Parse(std::string_view json);

  // Whether there is a value, of any type.
  bool Has(const std::string& field) { return Find(field) != nullptr; }
  // Without the spaces around it.
  std::string Text(const std::string& field);
  std::string RequiredText(const std::string& field);
  std::vector<std::string> Texts(const std::string& field);
  // A date as text, or a year as a number.
  std::string Date(const std::string& field);
  // 120, 120.0 and 1.2e2 are one number.
  std::optional<int32_t> Whole(const std::string& field);
  std::vector<int32_t> Wholes(const std::string& field);
  std::optional<double> Number(const std::string& field);
  std::optional<bool> Flag(const std::string& field);
  // The members of an object, whose values are texts, numbers or booleans, as text.
  std::vector<std::pair<std::string, std::string>> Scalars(const std::string& field);
  // An object; none where it is missing.
  std::optional<JsonRecord> Object(const std::string& field);
  // The objects of a list.
  std::vector<JsonRecord> Objects(const std::string& field);

  // `field` is relative to this object; the error gets its path in the whole record:
  // "codes[3].title".
  void AddError(std::string_view field, std::string_view description);

  // Names the fields that were not read. Object() and Objects() do it for none of theirs.
  void RefuseUnknown();
  // RefuseUnknown(), and all errors of the record.
  absl::Status Finish();

  static constexpr size_t kMaxBytes = 1 << 20;
  static constexpr size_t kMaxTexts = 200;     // of a list, and members of an object
  static constexpr size_t kMaxObjects = 5000;  // of a list: the codes of a taxonomy

 private:
  struct Document;
  using TypeTest = bool (nlohmann::json::*)() const noexcept;

  JsonRecord(std::shared_ptr<Document> document, const nlohmann::json* node, std::string path)
      : document_(std::move(document)), node_(node), path_(std::move(path)) {}
  // Null when it is missing or null.
  const nlohmann::json* Find(const std::string& field);
  // The same, and null with an error when it is of another type.
  const nlohmann::json* Find(const std::string& field, TypeTest is_wanted, const char* wanted);
  // The same for a list of at most `most` items.
  const nlohmann::json* FindList(const std::string& field, const char* wanted, size_t most);
  std::string PathOf(std::string_view field) const;

  std::shared_ptr<Document> document_;
  const nlohmann::json* node_;
  std::string path_;  // of this object in the whole record; empty for the record itself
  std::set<std::string> read_;
};

}  // namespace clusterwire::catalogue::registers
