#pragma once

#include <set>
#include <string>

#include "libs/facts/facts.h"

namespace clusterwire::facts {

// Who may see a resource, operators apart: everybody, some, or nobody at all because it has no
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
  bool Includes(const Audience& other) const;
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
