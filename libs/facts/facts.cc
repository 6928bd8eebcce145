#include "libs/facts/facts.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/reflection.h"

#include "libs/base/status/error.h"

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

void Normalize(Facts* facts) {
  const auto* reflection = facts->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(*facts, &fields);
  for (const auto* field : fields) {
    if (!field->is_repeated() || field->cpp_type() != field->CPPTYPE_STRING) continue;
    const auto values = reflection->GetRepeatedFieldRef<std::string>(*facts, field);
    const std::set<std::string> sorted(values.begin(), values.end());
    reflection->ClearField(facts, field);
    for (const std::string& value : sorted) reflection->AddString(facts, field, value);
  }
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
