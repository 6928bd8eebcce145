#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "clusterwire/type/v1/facts.pb.h"
#include "clusterwire/type/v1/filter.pb.h"

#include "libs/filter/terms/terms.h"
#include "libs/filter/terms/words.h"
#include "libs/filter/viewer.h"
#include "libs/filter/vocabulary.h"
#include "libs/text/language.h"

namespace clusterwire::filter {

using type::v1::Filter;

// Facts to be asked by many predicates: splits their words once, when the first predicate asks for
// them. Keeps the Facts by reference. For one thread.
class FactsView {
 public:
  explicit FactsView(const Facts& facts) : facts_(facts) {}
  // With the tokens of columns that were made before; kept by reference too.
  FactsView(const Facts& facts, const Columns& columns) : facts_(facts), tokens_(&columns.tokens) {}
  FactsView(const FactsView&) = delete;
  FactsView& operator=(const FactsView&) = delete;

  const Facts& facts() const { return facts_; }
  const std::vector<std::string>& tokens() const;

 private:
  const Facts& facts_;
  mutable std::vector<std::string> own_tokens_;
  mutable const std::vector<std::string>* tokens_ = nullptr;
};

// The fields that can be counted by value, named as in Filter: "types", "sectors", "regions",
// "programmes", "label_levels", "labels_held", "kinds", "states", "languages".
const std::vector<std::string_view>& FacetFields();
// Where such a field's values stand in Facts, and which of those values count: codes are a region's
// when their list is one of places, else a sector's. Null for any other field.
struct FacetField {
  TermField term;
  bool (*counts)(std::string_view value);
};
const FacetField* FacetFieldOf(std::string_view field);
// What the Facts count for in one of them. Lives as long as the Facts.
std::vector<std::string_view> FacetValues(std::string_view field, const Facts& facts);

// "Saxony (nuts:DED)": a value of the Facts as a person reads it; the bare value where they don't
// say what it is called.
std::string TitleWithValue(const std::string& value, const Facts& facts);

// What a change of a resource means to a predicate. An image that the viewer may not see doesn't
// match, so publishing a draft is kEntered to the public.
enum class Transition {
  kNone,     // matches neither before nor after
  kEntered,  // matches now
  kLeft,     // matched before
  kChanged,  // matches before and after, whether or not the Facts differ (a reminder changes none)
};

inline Transition TransitionOf(bool matched_before, bool matches_after) {
  if (matched_before) return matches_after ? Transition::kChanged : Transition::kLeft;
  return matches_after ? Transition::kEntered : Transition::kNone;
}

// What one field of a filter says about given Facts.
struct Verdict {
  std::string field;  // as in Filter: "sectors", "none_of[1]"; "audience" for the viewer's rights
  bool matched = false;
  std::string text;  // for a person, what the subject is left out of: "is in Saxony (nuts:DED)"
};

// How verdicts are told. Titles are as the Facts have them, in any language.
struct Telling {
  text::Language language = text::Language::kEnglish;
  // What a value of "types", "kinds" or "states" is called, of Facts of that type: "a label",
  // "gültig". Null, or an empty answer: as it is written. change::TellingIn() has one.
  std::string (*called)(std::string_view field, std::string_view type, std::string_view value,
                        text::Language language) = nullptr;
};

struct CompileOptions {
  // Words ending in '*'. Subscriptions refuse them: a prefix has no term to file them under.
  bool allow_prefix_words = true;
  // What field paths in errors start with.
  std::string_view path = "filter";
  // Refuses words of closed lists that aren't in it; null: any word of the right form is taken.
  const Vocabulary* vocabulary = nullptr;
};

// What a filter asks, field by field, for those who answer it faster: all of it holds where the
// filter does. Refers to the predicate that it is of.
struct Conditions {
  struct OneOf {
    TermField field;
    std::vector<std::string_view> values;
  };
  // The Facts have one of the values; a word is one of its spellings among their words.
  std::vector<OneOf> one_of;
  const type::v1::Circle* within = nullptr;
  std::optional<DayRange> period;
  std::optional<DayRange> deadline;
  const type::v1::IntRange* size = nullptr;
  std::span<const Word> prefixes;  // their words begin with each of these
  std::vector<Conditions> none_of;
};

// A filter, checked and canonical, seen through a viewer's rights. Immutable and cheap to copy;
// safe for use from any thread.
class Predicate {
 public:
  // INVALID_ARGUMENT with every breach of a limit or form and its path: "filter.sectors[2]",
  // "filter.none_of[1].words". FAILED_PRECONDITION, reason FILTER_UNKNOWN_FIELDS, for a filter that
  // a newer release wrote: to ignore its condition would show what was not asked for.
  static absl::StatusOr<Predicate> Compile(const Filter& filter, const Viewer& viewer,
                                           const CompileOptions& options = {});
  static absl::StatusOr<Predicate> Compile(const Filter& filter,
                                           std::shared_ptr<const Viewer> viewer,
                                           const CompileOptions& options = {});

  // The definition. Facts that the viewer may not see never match.
  bool Matches(const Facts& facts) const;
  bool Matches(const FactsView& view) const;

  // A verdict for each field that is set, in the order of Filter, after one for the audience. The
  // Facts match when all verdicts do. For callers that see the Facts anyway.
  std::vector<Verdict> Explain(const Facts& facts, const Telling& telling = {}) const;

  // For indexes.
  Conditions conditions() const;

  // Sorted, without repeats, words folded. Two filters that differ in nothing else are equal here.
  const Filter& filter() const;
  const Viewer& viewer() const;
  std::shared_ptr<const Viewer> shared_viewer() const;

  // The same without the field of that name, for facets that ignore their own field. `field` is one
  // of FacetFields().
  Predicate Without(std::string_view field) const;

 private:
  struct Compiled;
  friend class PackedPredicate;
  explicit Predicate(std::shared_ptr<const Compiled> compiled);
  static Predicate FromCanonical(Filter filter, std::shared_ptr<const Viewer> viewer);
  std::shared_ptr<const Compiled> compiled_;
};

// A predicate as little more than its filter on the wire, to be kept by the million.
class PackedPredicate {
 public:
  explicit PackedPredicate(const Predicate& predicate)
      : filter_(predicate.filter().SerializeAsString()), viewer_(predicate.shared_viewer()) {}
  Predicate Unpacked() const;
  const Viewer& viewer() const { return *viewer_; }

 private:
  std::string filter_;
  std::shared_ptr<const Viewer> viewer_;
};

}  // namespace clusterwire::filter
