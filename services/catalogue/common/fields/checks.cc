#include "services/catalogue/common/fields/checks.h"

#include "absl/strings/ascii.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"
#include "libs/http/url.h"
#include "libs/resource/name.h"
#include "libs/text/text.h"
#include "services/catalogue/common/dates/calendar.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMaxCodes = 50;
constexpr int kMaxSources = 50;
constexpr int kMaxExternalIds = 20;
constexpr int kMaxLanguages = 40;
constexpr size_t kMaxTitle = 200;

void CheckLimit(std::string_view path, int count, int limit, FieldErrors& errors) {
  if (count > limit) errors.Add(path, absl::StrCat(count, " of at most ", limit));
}

// A word in lower case with '-' for spaces: what Slug() leaves as it is.
bool IsNamed(std::string_view code) {
  return !code.empty() && code.size() <= 60 && text::Slug(code) == code;
}

void CheckCode(const std::string& path, const std::string& code, v1::Taxonomy::Subject subject,
               const CodeBook& book, FieldErrors& errors) {
  const bool sector = subject == v1::Taxonomy::SUBJECT_SECTOR;
  const size_t colon = code.find(':');
  if (colon == std::string::npos) {
    errors.Add(path, absl::StrCat("'", code, "' is no code; write list:code, such as ",
                                  sector ? "esca:ict" : "nuts:DED2"));
    return;
  }
  const std::string list = code.substr(0, colon);
  if (list == kNamedList && sector) {
    if (!IsNamed(code.substr(colon + 1))) {
      errors.Add(path,
                 absl::StrCat("'", code, "': after named: write the word in lower case ASCII, ",
                              "with '-' for spaces"));
    }
    return;
  }
  const v1::Taxonomy* taxonomy = book.FindList(list);
  if (taxonomy == nullptr || taxonomy->subject() != subject) {
    errors.Add(path, absl::StrCat("'", list, "' is no list of ", sector ? "sector" : "region",
                                  " codes; TaxonomyService/ListTaxonomies shows the lists"));
  } else if (book.Find(code) == nullptr) {
    errors.Add(path, absl::StrCat("'", code, "' is not in ", taxonomy->name(),
                                  "; TaxonomyService/SearchCodes finds codes by name"));
  }
}

void CheckPoint(std::string_view path, const type::v1::Point& point, FieldErrors& errors) {
  if (!(point.latitude() >= -90 && point.latitude() <= 90)) {
    errors.Add(PathTo(path, "latitude"), "must be from -90 to 90 degrees");
  }
  if (!(point.longitude() >= -180 && point.longitude() <= 180)) {
    errors.Add(PathTo(path, "longitude"), "must be from -180 to 180 degrees");
  }
  if (point.precision() == type::v1::POINT_PRECISION_UNSPECIFIED) {
    errors.Add(PathTo(path, "precision"), "is required: how exactly the point is known");
  }
  CheckEnum(PathTo(path, "precision"), point.precision(), errors);
}

}  // namespace

std::string PathTo(std::string_view prefix, std::string_view field) {
  return absl::StrCat(ToAbsl(prefix), ".", ToAbsl(field));
}

std::string PathTo(std::string_view prefix, std::string_view field, int index) {
  return absl::StrCat(ToAbsl(prefix), ".", ToAbsl(field), "[", index, "]");
}

void CheckTitle(std::string_view path, std::string_view text, FieldErrors& errors) {
  if (absl::StripAsciiWhitespace(ToAbsl(text)).empty()) {
    errors.Add(path, absl::StrCat("is required, 1 to ", kMaxTitle, " characters"));
  } else {
    resource::CheckText(errors, path, text, 0, kMaxTitle);
  }
}

void CheckTexts(std::string_view path, const Strings& texts, int limit, size_t length,
                FieldErrors& errors) {
  CheckLimit(path, texts.size(), limit, errors);
  std::set<std::string> seen;
  for (int i = 0; i < texts.size(); ++i) {
    const std::string item = absl::StrCat(ToAbsl(path), "[", i, "]");
    if (texts[i].empty()) errors.Add(item, "is empty");
    if (!seen.insert(texts[i]).second) {
      errors.Add(item, absl::StrCat("'", texts[i], "' is there twice"));
    }
    resource::CheckText(errors, item, texts[i], 0, length);
  }
}

void CheckPartId(std::string_view path, const std::string& id, std::set<std::string>& seen,
                 FieldErrors& errors) {
  if (!resource::IsId(id)) {
    errors.Add(path, absl::StrCat("'", id, "' must be 1 to 60 lower case letters, digits and '-', ",
                                  "not beginning or ending with '-'"));
  } else if (!seen.insert(id).second) {
    errors.Add(path, absl::StrCat("'", id, "' is there twice"));
  }
}

void CheckDate(std::string_view path, std::string_view date, FieldErrors& errors) {
  if (!date.empty()) errors.AddAll(path, ParseDate(date).status());
}

void CheckNotAhead(std::string_view path, std::string_view date, absl::Time now,
                   FieldErrors& errors) {
  const auto range = ParseDate(date);
  if (range.ok() && range->first > DayOf(now, kDefaultZone)) {
    errors.Add(path, absl::StrCat("'", ToAbsl(date), "' is in the future"));
  }
}

void CheckPeriod(std::string_view path, const type::v1::Period& period, FieldErrors& errors) {
  errors.AddAll(path, ParsePeriod(period.start(), period.end()).status());
}

void CheckUri(std::string_view path, std::string_view uri, FieldErrors& errors) {
  if (!uri.empty()) errors.AddAll(path, http::Url::Parse(uri).status());
}

void CheckLanguages(std::string_view path, const Strings& languages, FieldErrors& errors) {
  CheckTexts(path, languages, kMaxLanguages, text::kMaxLanguageTag, errors);
  for (int i = 0; i < languages.size(); ++i) {
    if (!text::IsLanguageTag(languages[i])) {
      errors.Add(absl::StrCat(ToAbsl(path), "[", i, "]"),
                 absl::StrCat("'", languages[i], "' is no BCP 47 tag; write de, en or sr-Latn"));
    }
  }
}

void CheckPlace(std::string_view path, const type::v1::Place& place, const CodeBook& book,
                FieldErrors& errors) {
  resource::CheckText(errors, PathTo(path, "venue"), place.venue(), 0, kMaxTitle);
  resource::CheckText(errors, PathTo(path, "city"), place.city(), 0, kMaxTitle);
  resource::CheckText(errors, PathTo(path, "region"), place.region(), 0, kMaxTitle);
  if (!place.country().empty()) {
    CheckCountry(PathTo(path, "country"), place.country(), book, errors);
  }
  if (place.has_point()) CheckPoint(PathTo(path, "point"), place.point(), errors);
}

void CheckCountry(std::string_view path, std::string_view country, const CodeBook& book,
                  FieldErrors& errors) {
  if (book.Find(absl::StrCat(ToAbsl(kCountryList), ":", ToAbsl(country))) != nullptr) return;
  if (book.FindList(kCountryList) == nullptr) {
    errors.Add(path,
               "can't be checked: the catalogue has no list of countries yet; import "
               "taxonomies.ndjson first");
    return;
  }
  errors.Add(
      path,
      absl::StrCat("'", ToAbsl(country),
                   "' is no country; write its ISO 3166-1 alpha-2 code in capitals: DE, GR, GB"));
}

void CheckCountryOrEu(std::string_view path, std::string_view country, const CodeBook& book,
                      FieldErrors& errors) {
  if (country != "EU") CheckCountry(path, country, book, errors);
}

void CheckCodes(std::string_view path, const Strings& codes, v1::Taxonomy::Subject subject,
                const CodeBook& book, FieldErrors& errors) {
  CheckTexts(path, codes, kMaxCodes, 100, errors);
  for (int i = 0; i < codes.size(); ++i) {
    CheckCode(absl::StrCat(ToAbsl(path), "[", i, "]"), codes[i], subject, book, errors);
  }
}

void CheckOrigin(std::string_view prefix,
                 const google::protobuf::RepeatedPtrField<type::v1::Source>& sources,
                 const google::protobuf::RepeatedPtrField<type::v1::ExternalId>& ids,
                 FieldErrors& errors) {
  CheckLimit(PathTo(prefix, "sources"), sources.size(), kMaxSources, errors);
  for (int i = 0; i < sources.size(); ++i) {
    const std::string path = PathTo(prefix, "sources", i);
    resource::CheckText(errors, PathTo(path, "field"), sources[i].field(), 0, 100);
    resource::CheckText(errors, PathTo(path, "value"), sources[i].value(), 0, 500);
    if (sources[i].uri().empty()) errors.Add(PathTo(path, "uri"), "is required");
    CheckUri(PathTo(path, "uri"), sources[i].uri(), errors);
    CheckDate(PathTo(path, "read_date"), sources[i].read_date(), errors);
  }
  CheckLimit(PathTo(prefix, "external_ids"), ids.size(), kMaxExternalIds, errors);
  for (int i = 0; i < ids.size(); ++i) {
    const std::string path = PathTo(prefix, "external_ids", i);
    if (ids[i].scheme().empty() || text::Slug(ids[i].scheme()) != ids[i].scheme()) {
      errors.Add(PathTo(path, "scheme"), "must be lower case letters, digits and '-'");
    }
    if (ids[i].id().empty()) errors.Add(PathTo(path, "id"), "is required");
    resource::CheckText(errors, PathTo(path, "id"), ids[i].id(), 0, 300);
  }
}

void CheckLocalizedTexts(std::string_view path,
                         const google::protobuf::RepeatedPtrField<type::v1::LocalizedText>& texts,
                         FieldErrors& errors) {
  CheckLimit(path, texts.size(), kMaxLanguages, errors);
  std::set<std::string> seen;
  for (int i = 0; i < texts.size(); ++i) {
    const std::string item = absl::StrCat(ToAbsl(path), "[", i, "]");
    if (!text::IsLanguageTag(texts[i].language())) {
      errors.Add(PathTo(item, "language"),
                 absl::StrCat("'", texts[i].language(), "' is no BCP 47 tag; write de or en"));
    } else if (!seen.insert(texts[i].language()).second) {
      errors.Add(PathTo(item, "language"),
                 absl::StrCat("'", texts[i].language(), "' is there twice"));
    }
    CheckTitle(PathTo(item, "text"), texts[i].text(), errors);
  }
}

bool CheckReference(std::string_view path, std::string_view pattern, std::string_view name,
                    FieldErrors& errors) {
  const absl::Status status = resource::NamePattern(pattern).Check(path, name);
  errors.AddAll("", status);
  return status.ok();
}

void CheckAtLeast(std::string_view path, bool has, double value, double least,
                  FieldErrors& errors) {
  if (has && !(value >= least)) errors.Add(path, absl::StrCat("must be at least ", least));
}

}  // namespace clusterwire::catalogue
