#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "services/catalogue/resources/programmes/judgement.h"

namespace clusterwire::catalogue {
namespace {

using Criterion = v1::Criterion;

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

// What a profile says of a number: at least this and at most that, and what it would have to state
// to say more.
struct Measured {
  double least = 0;
  double most = 0;
  std::vector<std::string> missing = {};
  std::string note = "";  // of which kinds they are
};

using Count = std::optional<double>;

// A part of a sum.
void Add(const Count& count, const char* field, Measured* sum) {
  sum->least += count.value_or(0);
  sum->most += count.value_or(kNoLimit);
  if (!count) sum->missing.emplace_back(field);
}

template <typename... Parts>
Measured SumOf(const Parts&... parts) {
  Measured sum;
  (Add(parts.first, parts.second, &sum), ...);
  return sum;
}

Measured LengthOf(int entries, const char* field) {
  const Count count = entries > 0 ? Count(entries) : std::nullopt;
  return SumOf(std::pair(count, field));
}

struct MemberParts {
  explicit MemberParts(const v1::MemberCounts& members) {
    if (members.has_total()) total.first = members.total();
    if (members.has_smes()) smes.first = members.smes();
    if (members.has_large_companies()) large.first = members.large_companies();
    if (members.has_research_organisations()) research.first = members.research_organisations();
    if (members.has_others()) others.first = members.others();
  }
  using Part = std::pair<Count, const char*>;
  Part total = {std::nullopt, "members.total"};
  Part smes = {std::nullopt, "members.smes"};
  Part large = {std::nullopt, "members.large_companies"};
  Part research = {std::nullopt, "members.research_organisations"};
  Part others = {std::nullopt, "members.others"};
};

// A kind is there when one of its parts is above 0, is not when all are 0, and else isn't known.
void AddKind(const Measured& kind, const char* name, Measured* kinds,
             std::vector<std::string>* there) {
  if (kind.least > 0) there->emplace_back(name);
  if (kind.least > 0) kinds->least += 1;
  if (kind.most > 0) kinds->most += 1;
  if (kind.least > 0) return;
  kinds->missing.insert(kinds->missing.end(), kind.missing.begin(), kind.missing.end());
}

Measured KindsOf(const MemberParts& parts) {
  Measured kinds;
  std::vector<std::string> there;
  AddKind(SumOf(parts.smes, parts.large), "companies", &kinds, &there);
  AddKind(SumOf(parts.research), "research", &kinds, &there);
  AddKind(SumOf(parts.others), "others", &kinds, &there);
  if (!there.empty()) kinds.note = absl::StrCat(" (", absl::StrJoin(there, ", "), ")");
  return kinds;
}

Measured MeasuredOf(const v1::Cluster& cluster, Criterion::Measure measure) {
  const MemberParts parts(cluster.members());
  switch (measure) {
    case Criterion::MEASURE_MANAGEMENT_FTE: {
      const v1::ManagementTeam& team = cluster.management_team();
      Count stated;
      if (team.has_full_time_equivalents()) stated = team.full_time_equivalents();
      return SumOf(std::pair(stated, "management_team.full_time_equivalents"));
    }
    case Criterion::MEASURE_MEMBERS:
      return SumOf(parts.total);
    case Criterion::MEASURE_MEMBER_KINDS:
      return KindsOf(parts);
    case Criterion::MEASURE_SMES:
      return SumOf(parts.smes);
    case Criterion::MEASURE_COMPANIES:
      return SumOf(parts.smes, parts.large);
    case Criterion::MEASURE_RESEARCH_ORGANISATIONS:
      return SumOf(parts.research);
    case Criterion::MEASURE_SUPPORT_SERVICES:
      return LengthOf(cluster.support_services_size(), "support_services");
    case Criterion::MEASURE_LANGUAGES:
      return LengthOf(cluster.languages_size(), "languages");
    default:
      return {.least = 0, .most = kNoLimit};  // of a newer release
  }
}

// What stands around the number: "has 12 members".
struct Words {
  Criterion::Measure measure;
  const char* before;
  const char* one;
  const char* many;
};
constexpr Words kWords[] = {
    {Criterion::MEASURE_MANAGEMENT_FTE, "has a management team of ", " full-time equivalent",
     " full-time equivalents"},
    {Criterion::MEASURE_MEMBERS, "has ", " member", " members"},
    {Criterion::MEASURE_MEMBER_KINDS, "has members of ", " kind", " kinds"},
    {Criterion::MEASURE_SMES, "has ", " small or medium-sized company as member",
     " small and medium-sized companies as members"},
    {Criterion::MEASURE_COMPANIES, "has ", " company as member", " companies as members"},
    {Criterion::MEASURE_RESEARCH_ORGANISATIONS, "has ", " research organisation as member",
     " research organisations as members"},
    {Criterion::MEASURE_SUPPORT_SERVICES, "offers ", " support service", " support services"},
    {Criterion::MEASURE_LANGUAGES, "uses ", " language", " languages"},
};

// "has at least 3 companies as members".
std::string TextOf(const Measured& measured, Criterion::Measure measure) {
  for (const Words& words : kWords) {
    if (words.measure != measure) continue;
    const bool open = measured.least != measured.most;
    return absl::StrCat(words.before, open ? "at least " : "", measured.least,
                        measured.least == 1 ? words.one : words.many, measured.note);
  }
  return "is measured by what this release doesn't know";
}

}  // namespace

Judgement JudgeMeasure(const v1::Cluster& cluster, Criterion::Measure measure, double minimum) {
  const Measured measured = MeasuredOf(cluster, measure);
  const std::string asked = absl::StrCat("; asked for at least ", minimum);
  if (measured.least >= minimum) return {.reason = TextOf(measured, measure) + asked};
  if (measured.most < minimum) {
    return {.outcome = v1::Verdict::OUTCOME_NOT_MET, .reason = TextOf(measured, measure) + asked};
  }
  const std::string known =
      measured.least > 0 ? absl::StrCat(TextOf(measured, measure), " and ") : "";
  return {
      .outcome = v1::Verdict::OUTCOME_UNKNOWN,
      .reason = absl::StrCat(known, "doesn't state ", absl::StrJoin(measured.missing, ", "), asked),
      .missing = measured.missing};
}

}  // namespace clusterwire::catalogue
