#include "tests/benchmark/match/lines.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "libs/base/time/date.h"
#include "libs/filter/terms/terms.h"
#include "libs/filter/terms/words.h"

namespace clusterwire::benchmark {
namespace {

constexpr int64_t kSample = 20'000;

using filter::TermField;

std::set<std::string> TermsOf(const Facts& facts) {
  std::set<std::string> terms;
  const auto add = [&](const char* field, TermField of) {
    for (const std::string_view value : filter::ValuesOf(of, facts)) {
      terms.insert(field + std::string(value));
    }
  };
  add("type:", TermField::kType);
  add("name:", TermField::kName);
  add("code:", TermField::kCode);
  add("programme:", TermField::kProgramme);
  add("level:", TermField::kLabelLevel);
  add("kind:", TermField::kKind);
  for (const std::string& token : filter::TokensOf(facts)) terms.insert("word:" + token);
  if (!facts.has_audience()) terms.insert("public");
  return terms;
}

// Days since 1970.
std::string NumberOf(absl::CivilDay day) { return absl::StrCat(day - absl::CivilDay()); }

using Groups = std::vector<std::vector<std::string>>;

template <typename Values>
void AddGroup(const char* field, const Values& values, Groups* groups) {
  if (values.empty()) return;
  groups->emplace_back();
  for (const auto& value : values) groups->back().push_back(field + std::string(value));
}

Groups GroupsOf(const Filter& filter) {
  Groups groups = {{"public"}};
  AddGroup("type:", filter.types(), &groups);
  AddGroup("name:", filter.names(), &groups);
  AddGroup("code:", filter.sectors(), &groups);
  AddGroup("code:", filter.regions(), &groups);
  AddGroup("programme:", filter.programmes(), &groups);
  AddGroup("level:", filter.label_levels(), &groups);
  AddGroup("kind:", filter.kinds(), &groups);
  for (const filter::Word& word : filter::ParseWords(filter.words()).whole) {
    AddGroup("word:", word.spellings, &groups);
  }
  return groups;
}

std::string Image(const std::optional<Facts>& facts) {
  if (!facts) return "\t\t\t\t\t";
  const auto number = [](bool has, double value) {
    return has ? absl::StrFormat("%.10g", value) : "";
  };
  const auto point = filter::ExactPoint(facts->point());
  const auto days = filter::DaysOf(facts->period());
  return absl::StrJoin(
      std::vector<std::string>{absl::StrJoin(TermsOf(*facts), " "),
                               number(point.has_value(), point ? point->latitude : 0),
                               number(point.has_value(), point ? point->longitude : 0),
                               days ? NumberOf(days->first) : "", days ? NumberOf(days->last) : "",
                               facts->has_size() ? absl::StrCat(facts->size()) : ""},
      "\t");
}

}  // namespace

Shares::Shares(const World& world, int64_t documents) {
  const int64_t size = std::min(kSample, documents);
  for (int64_t i = 0; i < size; ++i) {
    for (const std::string& term : TermsOf(world.Document(i * (documents / size)))) {
      counts_[term] += 1.0 / static_cast<double>(size);
    }
  }
}

double Shares::Of(const std::string& term) const {
  const auto found = counts_.find(term);
  return found == counts_.end() ? 0 : found->second;
}

std::string LineOf(int64_t number, const Filter& filter, const Shares& shares) {
  Groups groups = GroupsOf(filter);
  const auto share_of = [&](const std::vector<std::string>& group) {
    double share = 0;
    for (const std::string& term : group) share += shares.Of(term);
    return share;
  };
  std::ranges::stable_sort(groups, {}, share_of);
  std::vector<std::string> joined;
  for (const auto& group : groups) joined.push_back(absl::StrJoin(group, "|"));
  const bool circle = filter.has_within();
  const auto degrees = [&](double value) { return circle ? absl::StrFormat("%.10g", value) : ""; };
  const auto days = filter::DaysOf(filter.period());
  std::vector<std::string> excluded;
  for (const Filter& none : filter.none_of()) {
    for (const std::string& type : none.types()) excluded.push_back("type:" + type);
  }
  return absl::StrJoin(
      std::vector<std::string>{
          absl::StrCat(number), absl::StrJoin(joined, " "), degrees(filter.within().latitude()),
          degrees(filter.within().longitude()), degrees(filter.within().radius_meters()),
          days ? NumberOf(days->first) : "",
          filter.size().has_min() ? absl::StrCat(filter.size().min()) : "",
          absl::StrJoin(excluded, " ")},
      "\t");
}

std::string LineOf(int64_t number, const Change& change) {
  return absl::StrCat(number, "\t", Image(change.before), "\t", Image(change.after));
}

}  // namespace clusterwire::benchmark
