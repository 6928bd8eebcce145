#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

#include "clusterwire/catalogue/v1/import.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/catalogue/common/fields/edited.h"
#include "services/catalogue/common/resource.h"
#include "services/catalogue/import/batch.h"
#include "services/catalogue/import/field_map.h"
#include "services/catalogue/import/names.h"
#include "services/catalogue/import/sources.h"

// One record into the store, the same for all types: which resource it is about, the one that an
// import made of it before or one that was made by hand; then created or updated.
namespace clusterwire::catalogue::registers {

// The ids that a record may have, the one that it should have first: a slug of `text`; where that
// is another record's, with the country; then numbered up to 20. Each is an id (at most 60
// characters) and a pure function of the record, so that it is found again under the same one. None
// when `text` has no letter or digit.
std::vector<std::string> IdsFor(std::string_view text, std::string_view country = "");

// Where a record may be, and how it is recognised there.
template <store::Resource T>
struct Lookup {
  std::string prefix = "";            // "clusters/"
  std::vector<std::string> ids = {};  // in the order of IdsFor()
  std::string external_id = "";       // under kImportScheme
  // Whether a resource that no import has named yet, made by hand, is the same thing.
  std::function<bool(const T&)> is_same;
};

// Of what is known by its title and country. `ids_from` is what its id is made of.
template <store::Resource T>
Lookup<T> LookupByTitle(std::string prefix, std::string_view ids_from, const std::string& country,
                        const std::string& title) {
  return {.prefix = std::move(prefix),
          .ids = IdsFor(ids_from, country),
          .external_id = absl::StrCat(country, "/", title),
          .is_same = [country, title](const T& known) {
            return known.country() == country && IsSameName(known.title(), title);
          }};
}

template <store::Resource T>
struct Match {
  std::string name;        // of `known`, else the first that is free
  std::optional<T> known;  // may be deleted
  bool deleted() const { return known && store::IsDeleted(*known); }
};

// A few look-ups by name, never a scan.
template <store::Resource T>
absl::StatusOr<Match<T>> FindMatch(const store::Reader& reader, const Lookup<T>& lookup) {
  for (const std::string& id : lookup.ids) {
    const std::string name = absl::StrCat(lookup.prefix, id);
    absl::StatusOr<T> known = reader.template Get<T>(name);
    if (absl::IsNotFound(known.status())) return Match<T>{name, std::nullopt};
    RETURN_IF_ERROR(known.status());
    const auto& external_ids = known->external_ids();
    if (HasScheme(external_ids, kImportScheme)
            ? HasExternalId(external_ids, kImportScheme, lookup.external_id)
            : lookup.is_same(*known)) {
      return Match<T>{name, *std::move(known)};
    }
  }
  return FieldError("name", lookup.ids.empty()
                                ? "has no letter or digit to make an id of"
                                : absl::StrCat("all ids from ", lookup.prefix, lookup.ids.front(),
                                               " to ", lookup.ids.back(), " are other records'"));
}

// Imports publish what is new and nothing else.
template <store::Resource T>
void NoteDraft(const Match<T>& match, std::string_view publish, v1::ImportResponse* report) {
  if (!match.known || match.deleted() || match.known->state() != T::STATE_DRAFT) return;
  report->add_notes(
      absl::StrCat(match.name, " is a draft and stays one; ", ToAbsl(publish), " publishes it"));
}

// What the store itself refuses comes too late to refuse one line: others are staged beside it. It
// ends the write, whose lines are then written one by one.
absl::Status PutChecked(store::Writer& writer, const store::Message& next, std::string_view kind);

// Merges `imported` with what is known, checks, settles and puts it. A refused one
// (INVALID_ARGUMENT, in the words of `fields`) has staged nothing. `merged`, where given, completes
// what has been made of `known` and the line.
template <store::Resource T>
absl::StatusOr<v1::ImportResponse> Upsert(
    Batch& batch, const Rules<T>& rules, FieldMap fields, const Match<T>& match, T imported,
    const std::function<absl::Status(const T& known, T* next)>& merged = nullptr) {
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
    if (merged) {
      RETURN_IF_ERROR(InWordsOfRegister(merged(*known, &imported), rules.type, fields));
    }
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
