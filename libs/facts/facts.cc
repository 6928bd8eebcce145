#include "libs/facts/facts.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/reflection.h"
#include "google/protobuf/wire_format_lite.h"

#include "libs/base/status/error.h"

namespace clusterwire::facts {
namespace {

bool IsSet(const google::protobuf::RepeatedFieldRef<std::string>& values) {
  const std::string* last = nullptr;
  for (const std::string& value : values) {
    if (last != nullptr && *last >= value) return false;
    last = &value;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::optional<Facts>> Parse(const std::optional<std::string>& stored) {
  if (!stored.has_value()) return std::nullopt;
  Facts facts;
  if (!facts.ParseFromString(*stored)) return absl::DataLossError("stored Facts can't be read");
  return facts;
}

absl::StatusOr<std::optional<Facts>> ParseOnly(const std::optional<std::string>& stored,
                                               std::initializer_list<int> fields) {
  using google::protobuf::internal::WireFormatLite;
  if (!stored.has_value()) return std::nullopt;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(stored->data()),
                                            static_cast<int>(stored->size()));
  std::string wanted;
  bool read = true;
  for (int begin = 0; read; begin = in.CurrentPosition()) {
    const uint32_t tag = in.ReadTag();
    if (tag == 0) break;
    read = WireFormatLite::SkipField(&in, tag);
    if (std::ranges::count(fields, WireFormatLite::GetTagFieldNumber(tag)) == 0) continue;
    const auto size = static_cast<size_t>(in.CurrentPosition() - begin);
    wanted.append(*stored, static_cast<size_t>(begin), size);
  }
  Facts facts;
  if (!read || !in.ConsumedEntireMessage() || !facts.ParseFromString(wanted)) {
    return absl::DataLossError("stored Facts can't be read");
  }
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
    if (IsSet(values)) continue;
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
