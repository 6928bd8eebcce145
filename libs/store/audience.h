#pragma once

#include <set>
#include <string>

#include "libs/store/registry.h"

namespace clusterwire::store {

// Who may see a resource, operators apart: everybody, some, or nobody at all because it has no
// Facts. Two audiences are compared by their members' names.
class Sight {
 public:
  static Sight Everybody() { return Sight(Kind::kEverybody); }
  static Sight Nobody() { return Sight(Kind::kNobody); }
  static Sight Of(const Facts& facts);

  bool nobody() const { return kind_ == Kind::kNobody; }
  // Who is in both.
  Sight And(const Sight& other) const;
  // Whether everybody in `other` is in this one.
  bool Includes(const Sight& other) const;
  // Writes it to the Facts of a resource that somebody may see.
  void WriteTo(Facts* facts) const;

  friend bool operator==(const Sight&, const Sight&) = default;

 private:
  enum class Kind { kNobody, kSome, kEverybody };
  explicit Sight(Kind kind) : kind_(kind) {}

  Kind kind_;
  std::set<std::string> members_;  // of kSome; none: operators alone
};

}  // namespace clusterwire::store
