#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

#include "libs/base/status/status_macros.h"
#include "services/catalogue/common/fields/edited.h"
#include "services/catalogue/common/resource.h"
#include "services/catalogue/import/batch.h"
#include "services/catalogue/import/merge.h"

// One record into the store, the same for all types.
namespace clusterwire::catalogue::registers {

// Where a record may be, and how it is recognised there.
template <store::Resource T>
struct Aim {
  std::string prefix = "";            // "clusters/"
  std::vector<std::string> ids = {};  // in the order of IdsFor()
  std::string key = "";               // under kImportScheme
  // Whether one that no import has named yet, made by hand, is the same thing.
  std::function<bool(const T&)> same;
};

template <store::Resource T>
struct Spot {
  std::string name;
  std::optional<T> known;  // may be deleted
};

// The resource that is meant, or else the first name that is free; a few look-ups by name.
template <store::Resource T>
absl::StatusOr<Spot<T>> FindSpot(const store::Reader& reader, const Aim<T>& aim) {
  for (const std::string& id : aim.ids) {
    const std::string name = absl::StrCat(aim.prefix, id);
    absl::StatusOr<T> known = reader.template Get<T>(name);
    if (absl::IsNotFound(known.status())) return Spot<T>{name, std::nullopt};
    RETURN_IF_ERROR(known.status());
    const bool named = HasScheme(known->external_ids(), kImportScheme);
    if (named ? HasExternalId(known->external_ids(), kImportScheme, aim.key) : aim.same(*known)) {
      return Spot<T>{name, *std::move(known)};
    }
  }
  return FieldError("name", aim.ids.empty()
                                ? "has no letter or digit to make an id of"
                                : absl::StrCat("all ids from ", aim.prefix, aim.ids.front(), " to ",
                                               aim.ids.back(), " are other records'"));
}

// What the store itself refuses comes too late to refuse one line: others are staged beside it. It
// ends the write, whose lines are then written one by one.
inline absl::Status PutChecked(store::Writer& writer, const store::Message& next,
                               std::string_view kind) {
  const absl::Status status = writer.Put(next, kind);
  if (!absl::IsInvalidArgument(status)) return status;
  return Error(absl::StatusCode::kFailedPrecondition, ReasonOf(status), ToStd(status.message()));
}

// Puts `imported` at its spot: merged with what is known there, checked, settled. A refused one
// (INVALID_ARGUMENT) has staged nothing.
template <store::Resource T>
absl::StatusOr<Taken> TakeAt(Batch& batch, const Rules<T>& rules, const Spot<T>& spot, T imported) {
  Taken taken{.name = spot.name};
  const T* known = spot.known ? &*spot.known : nullptr;
  if (known != nullptr && store::IsDeleted(*known)) {
    taken.notes.push_back(absl::StrCat(spot.name, " was deleted here and stays so"));
    return taken;
  }
  if (known != nullptr) {
    KeepUnstated(*known, &imported);
    KeepEdited(*known, rules.output_only, &imported);
  } else {
    imported.set_name(spot.name);
  }
  if (known == nullptr || !google::protobuf::util::MessageDifferencer::Equals(*known, imported)) {
    ASSIGN_OR_RETURN(const auto book, CodeBook::Of(batch.writer()));
    static const filter::Viewer kOperators = filter::Viewer::Operator();  // they alone import
    const Context context{{batch.writer(), batch.writer().now(), kOperators}, *book};
    const std::string kind = rules.KindOf(known, imported);
    RETURN_IF_ERROR(rules.CheckAndSettle(known, &imported, context));
    RETURN_IF_ERROR(batch.Claim(spot.name));
    RETURN_IF_ERROR(PutChecked(batch.writer(), imported, kind));
    taken.outcome = known == nullptr ? v1::ImportResponse::OUTCOME_CREATED
                                     : v1::ImportResponse::OUTCOME_UPDATED;
    return taken;
  }
  RETURN_IF_ERROR(batch.Claim(spot.name));
  return taken;
}

template <store::Resource T>
absl::StatusOr<Taken> Take(Batch& batch, const Rules<T>& rules, const Aim<T>& aim, T imported) {
  ASSIGN_OR_RETURN(const Spot<T> spot, FindSpot(batch.writer(), aim));
  return TakeAt(batch, rules, spot, std::move(imported));
}

}  // namespace clusterwire::catalogue::registers
