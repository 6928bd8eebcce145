#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "clusterwire/catalogue/v1/admission.pb.h"

#include "libs/base/status/error.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/resources/programmes/eligibility.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/resources/programmes/programme_terms.h"

namespace clusterwire::catalogue {
namespace {

using v1::CheckEligibilityResponse;
using v1::Verdict;

// Who asks for what, and what is between the two already.
struct Case {
  v1::Cluster cluster;
  v1::Programme programme;
  Ties ties;
  v1::Admission admission;  // the open one, where there is one
  absl::Time now;
};

// What people call it.
const std::string& CalledOf(const v1::Programme& programme) {
  return programme.acronym().empty() ? programme.title() : programme.acronym();
}

std::map<Verdict::Outcome, std::vector<std::string>> ByOutcome(
    const std::vector<Verdict>& verdicts) {
  std::map<Verdict::Outcome, std::vector<std::string>> titles;
  for (const Verdict& verdict : verdicts) titles[verdict.outcome()].push_back(verdict.title());
  return titles;
}

CheckEligibilityResponse::Result ResultOf(const std::vector<Verdict>& verdicts) {
  auto result = CheckEligibilityResponse::RESULT_MET;
  for (const Verdict& verdict : verdicts) {
    if (verdict.outcome() == Verdict::OUTCOME_NOT_MET) {
      return CheckEligibilityResponse::RESULT_NOT_MET;
    }
    const bool settled =
        verdict.outcome() == Verdict::OUTCOME_MET || verdict.outcome() == Verdict::OUTCOME_WAIVED;
    if (!settled) result = CheckEligibilityResponse::RESULT_OPEN;
  }
  return result;
}

// "Hamburg Aviation and go-cluster: of 6 criteria 3 are met, 1 is not met, 2 are unknown."
std::string SummaryOf(const Case& asked, const std::vector<Verdict>& verdicts) {
  const std::string both =
      absl::StrCat(asked.cluster.title(), " and ", CalledOf(asked.programme), ": ");
  if (verdicts.empty()) return absl::StrCat(both, "the programme states no criteria here.");
  const std::pair<Verdict::Outcome, const char*> words[] = {
      {Verdict::OUTCOME_MET, "met"},
      {Verdict::OUTCOME_WAIVED, "waived"},
      {Verdict::OUTCOME_NOT_MET, "not met"},
      {Verdict::OUTCOME_UNKNOWN, "unknown"},
      {Verdict::OUTCOME_BY_HAND, "looked at by hand"}};
  const auto by_outcome = ByOutcome(verdicts);
  std::vector<std::string> parts;
  for (const auto& [outcome, word] : words) {
    const auto found = by_outcome.find(outcome);
    if (found == by_outcome.end()) continue;
    const size_t count = found->second.size();
    parts.push_back(absl::StrCat(count, count == 1 ? " is " : " are ", word));
  }
  return absl::StrCat(both, "of ", verdicts.size(),
                      verdicts.size() == 1 ? " criterion " : " criteria ",
                      absl::StrJoin(parts, ", "), ".");
}

// {"parent": "programmes/go-cluster", "cluster": "clusters/x"}
std::string RequestOf(const Case& asked) {
  return absl::StrCat(R"({"parent": ")", asked.programme.name(), R"(", "cluster": ")",
                      asked.cluster.name(), R"("})");
}

// What stands between the cluster and the programme beside the criteria.
std::string WayIn(const Case& asked) {
  absl::Status may = CheckTakesApplications(asked.programme, asked.now);
  if (may.ok()) may = CheckListed(asked.programme, asked.cluster);
  if (!may.ok()) {
    const std::string& website = asked.programme.website();
    return absl::StrCat(may.message(),
                        website.empty() ? "" : absl::StrCat("; its own page: ", website));
  }
  if (asked.programme.admission().consultation_first()) {
    return absl::StrCat("Ask for the consultation talk, which comes first: ",
                        "AdmissionService/AskForConsultation ", RequestOf(asked));
  }
  return absl::StrCat("Apply: AdmissionService/SubmitApplication ", RequestOf(asked));
}

// What is next in an open admission.
std::string WayOn(const v1::Admission& admission) {
  const std::string request = absl::StrCat(R"( {"name": ")", admission.name(), R"("})");
  switch (admission.state()) {
    case v1::Admission::STATE_CONSULTATION_ASKED:
      return absl::StrCat("The office holds the consultation talk: AdmissionService/GetAdmission",
                          request);
    case v1::Admission::STATE_CONSULTATION_HELD:
      return absl::StrCat("Apply: AdmissionService/SubmitApplication", request);
    case v1::Admission::STATE_RETURNED:
      return absl::StrCat("Complete the application and submit it again: ",
                          "AdmissionService/SubmitApplication", request);
    default:
      return absl::StrCat("The office decides on the application: AdmissionService/GetAdmission",
                          request);
  }
}

std::vector<std::string> NextSteps(const Case& asked, const std::vector<Verdict>& verdicts,
                                   const std::vector<std::string>& missing) {
  if (!asked.ties.membership.empty()) {
    return {absl::StrCat("Nothing: ", asked.cluster.title(), " is a member, ",
                         R"(MembershipService/GetMembership {"name": ")", asked.ties.membership,
                         R"("})")};
  }
  std::vector<std::string> steps;
  if (!missing.empty()) {
    steps.push_back(absl::StrCat("State what is missing: ClusterService/UpdateCluster ",
                                 RequestStating(asked.cluster.name(), missing)));
  }
  const auto by_outcome = ByOutcome(verdicts);
  if (const auto failed = by_outcome.find(Verdict::OUTCOME_NOT_MET); failed != by_outcome.end()) {
    steps.push_back(absl::StrCat("Meet what isn't met, or ask the office: ",
                                 absl::StrJoin(failed->second, "; ")));
  }
  steps.push_back(asked.ties.admission.empty() ? WayIn(asked) : WayOn(asked.admission));
  return steps;
}

absl::Status CheckNames(const std::string& cluster, const std::string& programme) {
  FieldErrors errors;
  CheckReference("cluster", "clusters/{cluster}", cluster, errors);
  CheckReference("programme", "programmes/{programme}", programme, errors);
  return errors.ToStatus();
}

}  // namespace

absl::StatusOr<CheckEligibilityResponse> Programmes::CheckEligibility(
    const ReadCall& call, const std::string& named, const std::string& programme) const {
  RETURN_IF_ERROR(CheckNames(named, programme));
  ASSIGN_OR_RETURN(const auto reader, store().Read(call.at_least));
  Case asked{.now = store().Now()};
  const std::string cluster = NameNow(*reader, named);
  if (!IsThereFor(call.viewer, *reader, cluster, &asked.cluster)) return NotFoundError(named);
  if (!IsThereFor(call.viewer, *reader, programme, &asked.programme)) {
    return NotFoundError(programme);
  }
  ASSIGN_OR_RETURN(asked.ties, TiesOf(*reader, call.viewer, programme, cluster));
  if (!asked.ties.admission.empty()) {
    ASSIGN_OR_RETURN(asked.admission, reader->Get<v1::Admission>(asked.ties.admission));
  }
  ASSIGN_OR_RETURN(const auto book, codes_.At(*reader));
  ASSIGN_OR_RETURN(const std::vector<Verdict> verdicts,
                   VerdictsOf(*reader, *book, asked.programme, cluster));
  std::set<std::string> paths;
  for (const Verdict& verdict : verdicts) {
    paths.insert(verdict.missing_fields().begin(), verdict.missing_fields().end());
  }
  const std::vector<std::string> missing(paths.begin(), paths.end());
  CheckEligibilityResponse response;
  response.set_result(ResultOf(verdicts));
  response.set_summary(SummaryOf(asked, verdicts));
  for (std::string& step : NextSteps(asked, verdicts, missing)) {
    response.add_next_steps(std::move(step));
  }
  response.mutable_verdicts()->Assign(verdicts.begin(), verdicts.end());
  response.mutable_missing_fields()->Assign(missing.begin(), missing.end());
  response.set_membership(asked.ties.membership);
  response.set_admission(asked.ties.admission);
  response.set_revision(reader->revision().value);
  return response;
}

}  // namespace clusterwire::catalogue
