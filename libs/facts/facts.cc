#include "libs/facts/facts.h"

#include <algorithm>
#include <iterator>

#include "libs/base/status/status_macros.h"

namespace clusterwire::facts {

absl::StatusOr<std::optional<Facts>> Parse(const std::optional<std::string>& stored) {
  if (!stored.has_value()) return std::nullopt;
  Facts facts;
  if (!facts.ParseFromString(*stored)) return absl::DataLossError("stored Facts can't be read");
  return facts;
}

absl::StatusOr<std::optional<Facts>> Get(const store::Reader& reader, std::string_view name) {
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, reader.GetFacts(name));
  return Parse(stored);
}

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
  std::ranges::set_intersection(members_, other.members_,
                                std::inserter(both.members_, both.members_.end()));
  return both;
}

void Audience::WriteTo(Facts* facts) const {
  facts->clear_audience();
  if (kind_ == Kind::kEverybody) return;
  auto* audience = facts->mutable_audience();
  for (const std::string& member : members_) audience->add_members(member);
}

}  // namespace clusterwire::facts
