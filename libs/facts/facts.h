#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "clusterwire/type/v1/facts.pb.h"

#include "libs/store/reader.h"

namespace clusterwire::facts {

using Facts = type::v1::Facts;

// The Facts in what the store keeps; DATA_LOSS when it holds anything else.
absl::StatusOr<std::optional<Facts>> Parse(const std::optional<std::string>& stored);

// The same with nothing but these fields, by their numbers; what else there is, is passed over.
// DATA_LOSS as far as that shows.
absl::StatusOr<std::optional<Facts>> ParseOnly(const std::optional<std::string>& stored,
                                               std::initializer_list<int> fields);
// The audience alone is all that says who may see what they are of.
inline absl::StatusOr<std::optional<Facts>> ParseAudience(
    const std::optional<std::string>& stored) {
  return ParseOnly(stored, {Facts::kAudienceFieldNumber});
}

// The Facts of the resource `name`, as Reader::GetFacts.
absl::StatusOr<std::optional<Facts>> Get(const store::Reader& reader, std::string_view name);

// Each list of texts in Facts is a set: sorts them, and leaves each text once.
void Normalize(Facts* facts);

// Who may see a resource, operators apart: everybody, some, or none at all because it has no
// Facts. Two audiences are compared by their members' names.
class Audience {
 public:
  static Audience Everybody() { return Audience(Kind::kEverybody); }
  static Audience Nobody() { return Audience(Kind::kNobody); }
  static Audience Of(const Facts& facts);

  bool nobody() const { return kind_ == Kind::kNobody; }
  // Who is in both.
  Audience And(const Audience& other) const;
  // Whether everybody in `other` is in this one.
  bool Includes(const Audience& other) const { return And(other) == other; }
  // Writes it to the Facts of a resource that somebody may see.
  void WriteTo(Facts* facts) const;

  friend bool operator==(const Audience&, const Audience&) = default;

 private:
  enum class Kind { kNobody, kSome, kEverybody };
  explicit Audience(Kind kind) : kind_(kind) {}

  Kind kind_;
  std::set<std::string> members_;  // of kSome; none: operators alone
};

}  // namespace clusterwire::facts
