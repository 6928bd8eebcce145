#include "libs/facts/audience.h"

#include <algorithm>
#include <iterator>

namespace clusterwire::facts {

Audience Audience::Of(const Facts& facts) {
  if (!facts.has_audience()) return Everybody();
  Audience audience(Kind::kSome);
  audience.members_.insert(facts.audience().members().begin(), facts.audience().members().end());
  return audience;
}

Audience Audience::And(const Audience& other) const {
  if (nobody() || other.nobody()) return Nobody();
  if (kind_ == Kind::kEverybody) return other;
  if (other.kind_ == Kind::kEverybody) return *this;
  Audience both(Kind::kSome);
  std::set_intersection(members_.begin(), members_.end(), other.members_.begin(),
                        other.members_.end(), std::inserter(both.members_, both.members_.end()));
  return both;
}

bool Audience::Includes(const Audience& other) const {
  if (kind_ == Kind::kEverybody || other.nobody()) return true;
  if (nobody() || other.kind_ == Kind::kEverybody) return false;
  return std::includes(members_.begin(), members_.end(), other.members_.begin(),
                       other.members_.end());
}

void Audience::WriteTo(Facts* facts) const {
  facts->clear_audience();
  if (kind_ == Kind::kEverybody) return;
  auto* audience = facts->mutable_audience();
  for (const std::string& member : members_) audience->add_members(member);
}

}  // namespace clusterwire::facts
