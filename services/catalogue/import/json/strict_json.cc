#include "services/catalogue/import/json/strict_json.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/json.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::catalogue::registers {
namespace {

using Json = nlohmann::json;

constexpr char kWhole[] = "json";  // the path of what is wrong with the text as a whole
constexpr int kOutOfRange = 406;   // nlohmann's id of that error

bool HasNul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

// Sees every value and key in turn; the first one that is wrong ends the reading.
class Checker final : public nlohmann::json_sax<Json> {
 public:
  const absl::Status& status() const { return status_; }

  bool null() override { return Value(); }
  bool boolean(bool) override { return Value(); }
  bool number_integer(int64_t) override { return Value(); }
  bool number_unsigned(uint64_t) override { return Value(); }
  bool number_float(double, const std::string&) override { return Value(); }
  bool string(std::string& text) override {
    return Value() && (!HasNul(text) || Refuse("has a NUL character in it; leave it out"));
  }
  bool binary(Json::binary_t&) override { return Value(); }

  bool start_object(size_t) override { return Value() && Enter(/*list=*/false); }
  bool start_array(size_t) override { return Value() && Enter(/*list=*/true); }
  bool end_object() override { return Leave(); }
  bool end_array() override { return Leave(); }

  bool key(std::string& key) override {
    Level& object = levels_.back();
    object.key = key;
    if (HasNul(key)) return Refuse("has a NUL character in its name");
    return object.keys.insert(key).second || Refuse("is there twice; write it once");
  }

  bool parse_error(size_t position, const std::string& last,
                   const nlohmann::detail::exception& error) override {
    status_ = FieldError(kWhole, error.id == kOutOfRange
                                     ? absl::StrCat("the number ", last, " is out of range")
                                     : absl::StrCat("is no JSON at byte ", position,
                                                    "; write one object a line, in UTF-8"));
    return false;
  }

 private:
  // Where the reading is inside one object or list.
  struct Level {
    bool list;
    size_t items = 0;      // of a list, with the one that is being read
    std::string key = "";  // of an object
    std::set<std::string> keys = {};
  };

  bool Value() {
    if (!levels_.empty() && levels_.back().list) ++levels_.back().items;
    return true;
  }
  bool Enter(bool list) {
    if (levels_.size() == kMaxDepth) {
      status_ = FieldError(kWhole, absl::StrCat("is nested more than ", kMaxDepth, " deep"));
      return false;
    }
    levels_.push_back({.list = list});
    return true;
  }
  bool Leave() {
    levels_.pop_back();
    return true;
  }
  bool Refuse(std::string_view why) {
    status_ = FieldError(Path(), why);
    return false;
  }
  // Of the value or key that is being read: "codes[3].title".
  std::string Path() const {
    std::string path;
    for (const Level& level : levels_) {
      if (level.list) {
        absl::StrAppend(&path, "[", level.items - 1, "]");
      } else {
        absl::StrAppend(&path, path.empty() ? "" : ".", level.key);
      }
    }
    return path.empty() ? kWhole : path;
  }

  std::vector<Level> levels_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<Json> ParseStrictly(std::string_view json) {
  const size_t nul = json.find('\0');
  if (nul != std::string_view::npos) {
    return FieldError(kWhole, absl::StrCat("has a NUL at byte ", nul + 1, "; leave it out"));
  }
  Checker checker;
  if (!Json::sax_parse(json, &checker)) return checker.status();
  return Json::parse(json, nullptr, /*allow_exceptions=*/false);
}

}  // namespace clusterwire::catalogue::registers
