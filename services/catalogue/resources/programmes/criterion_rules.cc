#include "services/catalogue/resources/programmes/criterion_rules.h"

#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/filter/predicate.h"
#include "libs/resource/name.h"
#include "services/catalogue/common/codes/code_vocabulary.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"

namespace clusterwire::catalogue {
namespace {

using type::v1::Filter;
using v1::Criterion;

constexpr int kMaxCriteria = 50;
constexpr int kMaxWaivedFor = 50;
constexpr double kMaxMinimum = 1'000'000;
constexpr int kMemberKinds = 3;
constexpr char kProgrammePattern[] = "programmes/{programme}";

bool IsPublic(const v1::Programme& programme) {
  return programme.state() == v1::Programme::STATE_PUBLISHED;
}

// The filter as it is compiled: only clusters are asked, so a word that no cluster has is refused.
Filter OfClusters(Filter filter) {
  if (filter.types().empty()) filter.add_types("cluster");
  for (Filter& excluded : *filter.mutable_none_of()) {
    if (excluded.types().empty() && excluded.ByteSizeLong() > 0) excluded.add_types("cluster");
  }
  return filter;
}

// A programme that is named: there for the viewer, and no draft where everybody reads its name.
void CheckProgramme(const std::string& path, const std::string& name, bool is_public,
                    const Context& context, FieldErrors& errors) {
  v1::Programme named;
  if (!IsThereFor(context.viewer, context.reader, name, &named)) {
    errors.Add(path, absl::StrCat("'", name,
                                  "' does not exist; ProgrammeService/ListProgrammes shows them"));
  } else if (is_public) {
    CheckPublicName(path, name, context, errors);
  }
}

// A name that clusters can have or be about: their own, and those of their programmes.
void CheckAnyName(const std::string& path, const std::string& name, bool is_public,
                  const Context& context, FieldErrors& errors) {
  if (resource::NamePattern(kProgrammePattern).Matches(name)) {
    return CheckProgramme(path, name, is_public, context, errors);
  }
  if (CheckNamed(path, "clusters/{cluster}", name, context, errors) && is_public) {
    CheckPublicName(path, name, context, errors);
  }
}

// What can be read and yet never be true of a cluster.
void CheckMeaning(const std::string& path, const Filter& filter, bool is_public,
                  const Context& context, FieldErrors& errors) {
  for (int i = 0; i < filter.types_size(); ++i) {
    if (filter.types(i) == "cluster") continue;
    errors.Add(PathTo(path, "types", i),
               absl::StrCat("'", filter.types(i), "': an applicant is a cluster; leave it out"));
  }
  if (filter.has_period()) {
    errors.Add(PathTo(path, "period"), "a cluster has no period; leave it out");
  }
  if (filter.has_deadline()) {
    errors.Add(PathTo(path, "deadline"), "a cluster has no deadline; leave it out");
  }
  CheckCodes(PathTo(path, "sectors"), filter.sectors(), v1::Taxonomy::SUBJECT_SECTOR, context.book,
             errors);
  CheckCodes(PathTo(path, "regions"), filter.regions(), v1::Taxonomy::SUBJECT_REGION, context.book,
             errors);
  for (int i = 0; i < filter.programmes_size(); ++i) {
    CheckProgramme(PathTo(path, "programmes", i), filter.programmes(i), is_public, context, errors);
  }
  for (int i = 0; i < filter.names_size(); ++i) {
    CheckAnyName(PathTo(path, "names", i), filter.names(i), is_public, context, errors);
  }
  for (int i = 0; i < filter.none_of_size(); ++i) {
    CheckMeaning(PathTo(path, "none_of", i), filter.none_of(i), is_public, context, errors);
  }
}

void CheckMinimum(const std::string& path, const Criterion& criterion, FieldErrors& errors) {
  const std::string at = PathTo(path, "minimum");
  const double minimum = criterion.minimum();
  if (criterion.check_case() != Criterion::kMeasure) {
    if (criterion.has_minimum()) errors.Add(at, "belongs to a measure; leave it out");
    return;
  }
  if (WordOf(criterion.measure()).empty()) {
    errors.Add(PathTo(path, "measure"),
               absl::StrCat("must be ", WordsOf<Criterion::Measure>(), ", written MEASURE_…"));
  }
  const bool fte = criterion.measure() == Criterion::MEASURE_MANAGEMENT_FTE;
  const bool kinds = criterion.measure() == Criterion::MEASURE_MEMBER_KINDS;
  if (!(minimum > 0 && minimum <= kMaxMinimum)) {
    errors.Add(at, "is required: above 0 and at most 1000000");
  } else if (!fte && std::floor(minimum) != minimum) {
    errors.Add(at, absl::StrCat(minimum, " must be a whole number"));
  } else if (kinds && minimum > kMemberKinds) {
    errors.Add(at, absl::StrCat("there are ", kMemberKinds, " kinds of members"));
  }
}

void CheckHow(const std::string& path, const Criterion& criterion, const v1::Programme& programme,
              const Context& context, FieldErrors& errors) {
  CheckMinimum(path, criterion, errors);
  switch (criterion.check_case()) {
    case Criterion::kFilter:
      CheckClusterFilter(PathTo(path, "filter"), criterion.filter(), IsPublic(programme), context,
                         errors);
      return;
    case Criterion::kMeasure:
      return;
    case Criterion::kByHand:
      if (!criterion.by_hand()) {
        errors.Add(PathTo(path, "by_hand"), "must be true, or filter or measure set in its place");
      }
      return;
    default:
      errors.Add(path, "needs one check: filter, measure with minimum, or by_hand");
  }
}

void CheckWaivedFor(const std::string& path, const Criterion& criterion,
                    const v1::Programme& programme, const Context& context, FieldErrors& errors) {
  const auto& programmes = criterion.waived_for_members_of();
  CheckTexts(PathTo(path, "waived_for_members_of"), programmes, kMaxWaivedFor, 200, errors);
  for (int i = 0; i < programmes.size(); ++i) {
    const std::string at = PathTo(path, "waived_for_members_of", i);
    if (!CheckReference(at, kProgrammePattern, programmes[i], errors)) continue;
    if (programmes[i] == programme.name()) {
      errors.Add(at, "is this programme itself, whose members don't apply");
    } else {
      CheckProgramme(at, programmes[i], IsPublic(programme), context, errors);
    }
  }
}

}  // namespace

void CheckClusterFilter(const std::string& path, const Filter& filter, bool is_public,
                        const Context& context, FieldErrors& errors) {
  if (filter.ByteSizeLong() == 0) {
    errors.Add(path, "is empty and asks nothing; set a field, or leave it out");
    return;
  }
  FieldErrors found;
  const filter::Vocabulary words = VocabularyOf(context.book);
  const absl::Status compiled = filter::Predicate::Compile(OfClusters(filter), context.viewer,
                                                           {.path = path, .vocabulary = &words})
                                    .status();
  if (const absl::Status other = found.AddFrom(compiled); !other.ok()) {
    found.Add(path, std::string(other.message()));
  }
  // What can't be read needn't be refused for its meaning too.
  const google::rpc::BadRequest unread = BadRequestOf(found.ToStatus());
  std::set<std::string> named;
  for (const auto& violation : unread.field_violations()) {
    named.insert(violation.field());
    errors.Add(violation.field(), violation.description());
  }
  FieldErrors meant;
  CheckMeaning(path, filter, is_public, context, meant);
  const google::rpc::BadRequest wrong = BadRequestOf(meant.ToStatus());
  for (const auto& violation : wrong.field_violations()) {
    if (named.contains(violation.field())) continue;
    errors.Add(violation.field(), violation.description());
  }
}

void CheckCriteria(const v1::Programme& programme, const Context& context, FieldErrors& errors) {
  if (programme.criteria_size() > kMaxCriteria) {
    errors.Add("programme.criteria",
               absl::StrCat(programme.criteria_size(), " of at most ", kMaxCriteria));
    return;
  }
  std::set<std::string> ids;
  for (int i = 0; i < programme.criteria_size(); ++i) {
    const Criterion& criterion = programme.criteria(i);
    const std::string path = PathTo("programme", "criteria", i);
    CheckPartId(PathTo(path, "id"), criterion.id(), ids, errors);
    if (WordOf(criterion.group()).empty()) {
      errors.Add(PathTo(path, "group"),
                 absl::StrCat("is required: ", WordsOf<Criterion::Group>(), ", written GROUP_…"));
    }
    CheckTitle(PathTo(path, "title"), criterion.title(), errors);
    resource::CheckText(errors, PathTo(path, "description"), criterion.description(), 0, 2000);
    CheckHow(path, criterion, programme, context, errors);
    CheckWaivedFor(path, criterion, programme, context, errors);
  }
}

void AddUses(const Filter& filter, std::vector<std::string>* uses) {
  uses->insert(uses->end(), filter.sectors().begin(), filter.sectors().end());
  uses->insert(uses->end(), filter.regions().begin(), filter.regions().end());
  for (const auto* levels : {&filter.label_levels(), &filter.labels_held()}) {
    for (const std::string& level : *levels) {
      const size_t colon = level.find(':');
      if (colon == std::string::npos) continue;
      const std::string scheme = absl::StrCat("labelSchemes/", level.substr(0, colon));
      uses->push_back(scheme);
      uses->push_back(LevelUse(scheme, level.substr(colon + 1)));
    }
  }
  for (const Filter& excluded : filter.none_of()) AddUses(excluded, uses);
}

}  // namespace clusterwire::catalogue
