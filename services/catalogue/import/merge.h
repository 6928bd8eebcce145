#pragma once

#include "google/protobuf/message.h"

#include "clusterwire/catalogue/v1/label_scheme.pb.h"

#include "services/catalogue/import/sources.h"

// What an import makes of a resource that is there already, before what was edited by hand is put
// back (common/fields/edited.h). A register is silent on what it doesn't state: another may have
// said it.
namespace clusterwire::catalogue::registers {

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
