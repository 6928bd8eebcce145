#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/filter/clauses.h"
#include "libs/filter/terms/geo.h"

namespace clusterwire::filter {
namespace {

bool HasUnknownFields(const Filter& filter) {
  Filter known = filter;
  known.DiscardUnknownFields();
  return known.ByteSizeLong() != filter.ByteSizeLong();
}

// One filter, or one of its none_of: collects what is wrong under `path`.
class Checker {
 public:
  Checker(const CompileOptions& options, FieldErrors& errors)
      : allow_prefix_words_(options.allow_prefix_words), errors_(errors) {}

  void Check(const Filter& filter, const std::string& path, bool nested) {
    for (const ListField& field : ListFields()) CheckList(filter, field, path);
    if (filter.has_within()) CheckCircle(filter.within(), Under(path, "within"));
    if (filter.has_period()) CheckPeriod(filter.period(), Under(path, "period"));
    if (filter.has_deadline()) CheckPeriod(filter.deadline(), Under(path, "deadline"));
    if (filter.has_size()) CheckRange(filter.size(), Under(path, "size"));
    if (!filter.words().empty()) CheckWords(filter.words(), Under(path, "words"));
    CheckNoneOf(filter, Under(path, "none_of"), nested);
  }

 private:
  static std::string Under(const std::string& path, std::string_view field) {
    return path.empty() ? std::string(field) : absl::StrCat(path, ".", ToAbsl(field));
  }

  void CheckList(const Filter& filter, const ListField& field, const std::string& path) {
    const std::string list = Under(path, field.name);
    const Values& values = (filter.*field.values)();
    if (static_cast<size_t>(values.size()) > field.limit) {
      errors_.Add(list, absl::StrCat("has ", values.size(), " values; at most ", field.limit));
    }
    for (int i = 0; i < values.size(); ++i) {
      const std::string at = absl::StrCat(list, "[", i, "]");
      if (values[i].size() > kMaxValueBytes) {
        errors_.Add(at, absl::StrCat("has ", values[i].size(), " bytes; at most ", kMaxValueBytes));
      } else if (!IsUtf8(values[i]) || !field.well_formed(field.fold(values[i]))) {
        errors_.Add(at,
                    absl::StrCat("'", values[i], "' can't be read; write ", ToAbsl(field.form)));
      }
    }
  }

  void CheckCircle(const type::v1::Circle& circle, const std::string& path) {
    // Written so that a NaN fails.
    if (!(std::abs(circle.latitude()) <= 90)) {
      errors_.Add(Under(path, "latitude"), "is in degrees, from -90 to 90");
    }
    if (!(std::abs(circle.longitude()) <= 180)) {
      errors_.Add(Under(path, "longitude"), "is in degrees, from -180 to 180");
    }
    if (!(circle.radius_meters() > 0 && circle.radius_meters() <= kMaxRadiusMeters)) {
      errors_.Add(Under(path, "radius_meters"), "is in metres, above 0 and at most 1000000");
    }
  }

  void CheckPeriod(const type::v1::Period& period, const std::string& path) {
    const auto days = ParsePeriod(period.start(), period.end());
    if (!days.ok()) {
      errors_.AddAll(path, days.status());
    } else if (!days->has_value()) {
      errors_.Add(path, "has neither start nor end; set one, or leave the field out");
    }
  }

  void CheckRange(const type::v1::IntRange& range, const std::string& path) {
    if (!range.has_min() && !range.has_max()) {
      errors_.Add(path, "has neither min nor max; set one, or leave the field out");
    } else if (range.has_min() && range.has_max() && range.max() < range.min()) {
      errors_.Add(Under(path, "max"), "is below min");
    }
  }

  void CheckWords(const std::string& words, const std::string& path) {
    const auto length = Utf8Length(words);
    if (!length) return errors_.Add(path, "is not UTF-8");
    if (*length > kMaxWordsCharacters) {
      return errors_.Add(
          path, absl::StrCat("has ", *length, " characters; at most ", kMaxWordsCharacters));
    }
    const Words parsed = ParseWords(words);
    if (parsed.lone_star) {
      errors_.Add(path, "has a '*' on its own; write the start of a word before it");
    } else if (parsed.empty()) {
      errors_.Add(path, "has no word in it: no letter or digit");
    }
    if (parsed.size() > kMaxWords) {
      errors_.Add(path, absl::StrCat("has ", parsed.size(), " words; at most ", kMaxWords));
    }
    if (!parsed.prefixes.empty() && !allow_prefix_words_) {
      errors_.Add(path, absl::StrCat("'", parsed.prefixes[0].written,
                                     "*' is the start of a word; write whole words here"));
    }
  }

  void CheckNoneOf(const Filter& filter, const std::string& path, bool nested) {
    if (nested) {
      if (filter.none_of_size() > 0) errors_.Add(path, "can't stand inside another none_of");
      return;
    }
    if (filter.none_of_size() > kMaxNoneOf) {
      errors_.Add(path,
                  absl::StrCat("has ", filter.none_of_size(), " filters; at most ", kMaxNoneOf));
      return;
    }
    for (int i = 0; i < filter.none_of_size(); ++i) {
      const std::string at = absl::StrCat(path, "[", i, "]");
      if (filter.none_of(i).ByteSizeLong() == 0) {
        errors_.Add(at, "is empty and would exclude everything; set a field or leave it out");
      }
      Check(filter.none_of(i), at, /*nested=*/true);
    }
  }

  const bool allow_prefix_words_;
  FieldErrors& errors_;
};

// What can't be read needn't be refused for its meaning too.
void AddWords(const Filter& filter, const CompileOptions& options, FieldErrors& errors) {
  std::set<std::string> named;
  const google::rpc::BadRequest written = BadRequestOf(errors.ToStatus());
  for (const auto& violation : written.field_violations()) {
    named.insert(violation.field());
  }
  FieldErrors words;
  CheckVocabulary(filter, *options.vocabulary, options.path, words);
  const google::rpc::BadRequest meant = BadRequestOf(words.ToStatus());
  for (const auto& violation : meant.field_violations()) {
    if (named.contains(violation.field())) continue;
    errors.Add(violation.field(), violation.description());
  }
}

}  // namespace

absl::Status CheckFilter(const Filter& filter, const CompileOptions& options) {
  if (HasUnknownFields(filter)) {
    return Error(absl::StatusCode::kFailedPrecondition, "FILTER_UNKNOWN_FIELDS",
                 absl::StrCat(ToAbsl(options.path),
                              ": has fields that this release doesn't know. They may narrow it, so "
                              "it is not evaluated without them; upgrade, or write it anew"));
  }
  FieldErrors errors;
  Checker(options, errors).Check(filter, std::string(options.path), /*nested=*/false);
  if (options.vocabulary != nullptr) AddWords(filter, options, errors);
  return errors.ToStatus();
}

Filter Canonical(Filter filter) {
  for (const ListField& field : ListFields()) {
    Values& values = *(filter.*field.mutable_values)();
    for (std::string& value : values) value = field.fold(value);
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
  }
  filter.set_words(ParseWords(filter.words()).ToString());

  // Sorted by their bytes, which are the same for the same canonical filter within one program.
  std::map<std::string, Filter> none_of;
  for (const Filter& excluded : filter.none_of()) {
    const Filter canonical = Canonical(excluded);
    none_of.emplace(canonical.SerializeAsString(), canonical);
  }
  filter.clear_none_of();
  for (const auto& [bytes, excluded] : none_of) *filter.add_none_of() = excluded;
  return filter;
}

}  // namespace clusterwire::filter
