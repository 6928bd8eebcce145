#include "libs/store/audience.h"

#include <algorithm>
#include <iterator>

namespace clusterwire::store {

Sight Sight::Of(const Facts& facts) {
  if (!facts.has_audience()) return Everybody();
  Sight sight(Kind::kSome);
  sight.members_.insert(facts.audience().members().begin(), facts.audience().members().end());
  return sight;
}

Sight Sight::And(const Sight& other) const {
  if (nobody() || other.nobody()) return Nobody();
  if (kind_ == Kind::kEverybody) return other;
  if (other.kind_ == Kind::kEverybody) return *this;
  Sight both(Kind::kSome);
  std::set_intersection(members_.begin(), members_.end(), other.members_.begin(),
                        other.members_.end(), std::inserter(both.members_, both.members_.end()));
  return both;
}

bool Sight::Includes(const Sight& other) const {
  if (kind_ == Kind::kEverybody || other.nobody()) return true;
  if (nobody() || other.kind_ == Kind::kEverybody) return false;
  return std::includes(members_.begin(), members_.end(), other.members_.begin(),
                       other.members_.end());
}

void Sight::WriteTo(Facts* facts) const {
  facts->clear_audience();
  if (kind_ == Kind::kEverybody) return;
  auto* audience = facts->mutable_audience();
  for (const std::string& member : members_) audience->add_members(member);
}

}  // namespace clusterwire::store
