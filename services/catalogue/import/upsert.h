#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

#include "clusterwire/catalogue/v1/import.pb.h"

#include "libs/base/status/status_macros.h"
#include "services/catalogue/common/fields/edited.h"
#include "services/catalogue/common/resource.h"
#include "services/catalogue/import/batch.h"
#include "services/catalogue/import/field_map.h"
#include "services/catalogue/import/match.h"
#include "services/catalogue/import/merge.h"

// One record into the store, created or updated, the same for all types.
namespace clusterwire::catalogue::registers {

// What the store itself refuses comes too late to refuse one line: others are staged beside it. It
// ends the write, whose lines are then written one by one.
inline absl::Status PutChecked(store::Writer& writer, const store::Message& next,
                               std::string_view kind) {
  const absl::Status status = writer.Put(next, kind);
  if (!absl::IsInvalidArgument(status)) return status;
  return Error(absl::StatusCode::kFailedPrecondition, ReasonOf(status), ToStd(status.message()));
}

// Merges `imported` with what is known, checks, settles and puts it. A refused one
// (INVALID_ARGUMENT, in the words of `fields`) has staged nothing.
template <store::Resource T>
absl::StatusOr<v1::ImportResponse> Upsert(Batch& batch, const Rules<T>& rules, FieldMap fields,
                                          const Match<T>& match, T imported) {
  v1::ImportResponse result;
  result.set_name(match.name);
  result.set_outcome(v1::ImportResponse::OUTCOME_UNCHANGED);
  const T* known = match.known ? &*match.known : nullptr;
  if (match.deleted()) {
    result.add_notes(absl::StrCat(match.name, " was deleted here and stays so"));
    return result;
  }
  if (known != nullptr) {
    KeepUnstated(*known, &imported);
    KeepEdited(*known, rules.output_only, &imported);
  } else {
    imported.set_name(match.name);
  }
  if (known != nullptr && google::protobuf::util::MessageDifferencer::Equals(*known, imported)) {
    RETURN_IF_ERROR(batch.RefuseSecondLine(match.name));
    return result;
  }
  ASSIGN_OR_RETURN(const auto book, CodeBook::Of(batch.writer()));
  static const filter::Viewer kOperators = filter::Viewer::Operator();  // they alone import
  const Context context{{batch.writer(), batch.writer().now(), kOperators}, *book};
  const std::string kind = rules.KindOf(known, imported);
  RETURN_IF_ERROR(
      InWordsOfRegister(rules.CheckAndSettle(known, &imported, context), rules.type, fields));
  RETURN_IF_ERROR(batch.RefuseSecondLine(match.name));
  RETURN_IF_ERROR(PutChecked(batch.writer(), imported, kind));
  result.set_outcome(known == nullptr ? v1::ImportResponse::OUTCOME_CREATED
                                      : v1::ImportResponse::OUTCOME_UPDATED);
  return result;
}

}  // namespace clusterwire::catalogue::registers
