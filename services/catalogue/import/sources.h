#pragma once

#include <string>
#include <string_view>

#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"

#include "clusterwire/catalogue/v1/label_scheme.pb.h"
#include "clusterwire/type/v1/sources.pb.h"

#include "services/catalogue/import/json/json_record.h"

// The pages that a record was read on, and what its register calls it.
namespace clusterwire::catalogue::registers {

using Sources = google::protobuf::RepeatedPtrField<type::v1::Source>;
using ExternalIds = google::protobuf::RepeatedPtrField<type::v1::ExternalId>;

// The scheme of external ids under which a record is found again: what the register calls it.
inline constexpr std::string_view kImportScheme = "import";

// Reads `source` and `more_sources`, which are all of a record's pages; `source` is the first.
void ReadSources(JsonRecord& record, const std::string& read_date, Sources* sources);
// A value that has no field of its own in the resource, so that nothing of the record is lost. It
// was read on the first page unless `uri` names its own. Nothing for an empty value.
void KeepInSources(std::string_view field, std::string_view value, Sources* sources,
                   std::string_view uri = "");

void AddExternalId(std::string_view scheme, std::string_view id, ExternalIds* ids);
// Of kImportScheme, compared by NameKey(): a register may spell a name in two ways.
bool HasExternalId(const ExternalIds& ids, std::string_view scheme, std::string_view id);
bool HasScheme(const ExternalIds& ids, std::string_view scheme);

// What an import makes of a resource that is there already, before what was edited by hand is put
// back (common/fields/edited.h). A register is silent on what it doesn't state: another may have
// said it.

void JoinSources(const Sources& known, Sources* imported);
void JoinExternalIds(const ExternalIds& known, ExternalIds* imported);
// Fields of `known` that `imported` doesn't set.
void KeepUnstatedFields(const google::protobuf::Message& known,
                        google::protobuf::Message* imported);

// Fields of `known` that `imported` doesn't set stay; those that it sets replace. `sources` and
// `external_ids` are joined: a page that says something else about a field now replaces what it
// said before.
template <typename T>
void KeepUnstated(const T& known, T* imported) {
  JoinSources(known.sources(), imported->mutable_sources());
  JoinExternalIds(known.external_ids(), imported->mutable_external_ids());
  KeepUnstatedFields(known, imported);
}

// The same inside the levels of a scheme: one line names the levels, another their validity.
void KeepUnstatedOfLevels(const v1::LabelScheme& known, v1::LabelScheme* imported);

}  // namespace clusterwire::catalogue::registers
