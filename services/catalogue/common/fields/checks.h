#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "google/protobuf/repeated_field.h"

#include "clusterwire/catalogue/v1/taxonomy.pb.h"
#include "clusterwire/type/v1/periods.pb.h"
#include "clusterwire/type/v1/places.pb.h"
#include "clusterwire/type/v1/sources.pb.h"

#include "libs/base/status/error.h"
#include "services/catalogue/common/codes/code_book.h"
#include "services/catalogue/common/fields/words.h"

// The rules of single fields that several resources share. Each adds one violation for each thing
// that is wrong, with the path of the field and what would be right.
namespace clusterwire::catalogue {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

// 1 to 200 characters.
void CheckTitle(std::string_view path, std::string_view text, FieldErrors& errors);
// At most `limit` of them, none empty, none twice, each a text of at most `length` characters.
void CheckTexts(std::string_view path, const Strings& texts, int limit, size_t length,
                FieldErrors& errors);
// The id of a part of a resource: of the form of ids, and none of `seen`, which it joins.
void CheckPartId(std::string_view path, const std::string& id, std::set<std::string>& seen,
                 FieldErrors& errors);
// Empty is fine for all of these.
void CheckDate(std::string_view path, std::string_view date, FieldErrors& errors);
// That it has begun by `now`; of what is no date CheckDate() says so.
void CheckNotAhead(std::string_view path, std::string_view date, absl::Time now,
                   FieldErrors& errors);
void CheckPeriod(std::string_view path, const type::v1::Period& period, FieldErrors& errors);
void CheckUri(std::string_view path, std::string_view uri, FieldErrors& errors);
void CheckLanguages(std::string_view path, const Strings& languages, FieldErrors& errors);
void CheckPlace(std::string_view path, const type::v1::Place& place, const CodeBook& book,
                FieldErrors& errors);

// An ISO 3166-1 alpha-2 code of taxonomies/iso-countries.
void CheckCountry(std::string_view path, std::string_view country, const CodeBook& book,
                  FieldErrors& errors);
// The same, or "EU".
void CheckCountryOrEu(std::string_view path, std::string_view country, const CodeBook& book,
                      FieldErrors& errors);
// list:code of a taxonomy on that subject, at most 50; sectors may also be "named:…".
void CheckCodes(std::string_view path, const Strings& codes, v1::Taxonomy::Subject subject,
                const CodeBook& book, FieldErrors& errors);

// "sources" and "external_ids" of `prefix`.
void CheckOrigin(std::string_view prefix,
                 const google::protobuf::RepeatedPtrField<type::v1::Source>& sources,
                 const google::protobuf::RepeatedPtrField<type::v1::ExternalId>& ids,
                 FieldErrors& errors);

void CheckLocalizedTexts(std::string_view path,
                         const google::protobuf::RepeatedPtrField<type::v1::LocalizedText>& texts,
                         FieldErrors& errors);

// Whether the name of another resource has the form that it must have: else a violation with the
// pattern. Whether it is there is asked apart.
bool CheckReference(std::string_view path, std::string_view pattern, std::string_view name,
                    FieldErrors& errors);

// A number that may be absent: `has` and at least `least`.
void CheckAtLeast(std::string_view path, bool has, double value, double least, FieldErrors& errors);

// One of the values this release knows; the zero value is fine too.
template <typename Enum>
void CheckEnum(std::string_view path, Enum value, FieldErrors& errors) {
  if (value == 0 || !WordOf(value).empty()) return;
  errors.Add(path, absl::StrCat(static_cast<int>(value), " is none of ", WordsOf<Enum>()));
}

// The same of one that has to be said.
template <typename Enum>
void CheckRequiredEnum(std::string_view path, Enum value, FieldErrors& errors) {
  if (!WordOf(value).empty()) return;
  errors.Add(path, absl::StrCat("is required: ", WordsOf<Enum>(), ", written KIND_…"));
}

// "cluster.sectors" of "cluster" and "sectors"; "cluster.sectors[2]" with an index.
std::string PathTo(std::string_view prefix, std::string_view field);
std::string PathTo(std::string_view prefix, std::string_view field, int index);

}  // namespace clusterwire::catalogue
