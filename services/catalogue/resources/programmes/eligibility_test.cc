#include "services/catalogue/resources/programmes/eligibility.h"

#include "absl/strings/str_replace.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/common/fields/words.h"
#include "services/catalogue/resources/admissions/admission_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using v1::CheckEligibilityResponse;
using v1::Verdict;

constexpr char kProgramme[] = "programmes/eccp";
constexpr char kTerms[] = R"pb(
  title: "European Cluster Collaboration Platform"
  acronym: "ECCP"
  kind: KIND_PLATFORM
  country: "EU"
  state: STATE_PUBLISHED
  criteria {
    id: "fte"
    group: GROUP_MANAGEMENT
    title: "Half a post"
    measure: MEASURE_MANAGEMENT_FTE
    minimum: 0.5
    waived_for_members_of: "programmes/go-cluster"
  }
  criteria {
    id: "members"
    group: GROUP_STRUCTURE
    title: "15 members"
    filter { size { min: 15 } }
    waivable: true
  }
  criteria { id: "website" group: GROUP_IMPACT title: "English website" by_hand: true }
  admission { takes_applications: true lists_drafts: true })pb";

class EligibilityTest : public ::testing::Test {
 protected:
  EligibilityTest() {
    EXPECT_THAT(world_.Of<Programmes>().Create(world_.AsOperator(), "", Terms(), ""), IsOk());
    world_.NewCluster("Silicon Saxony");
  }
  static v1::Programme Terms() {
    v1::Programme programme;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kTerms, &programme));
    return programme;
  }
  absl::StatusOr<CheckEligibilityResponse> Check(
      const std::string& cluster = "clusters/silicon-saxony",
      filter::Viewer viewer = filter::Viewer::Public()) {
    return world_.Of<Programmes>().CheckEligibility(world_.Read(std::move(viewer)), cluster,
                                                    kProgramme);
  }
  std::vector<std::string> Outcomes() {
    std::vector<std::string> outcomes;
    const CheckEligibilityResponse answer = *Check();
    for (const Verdict& verdict : answer.verdicts()) {
      outcomes.push_back(absl::StrCat(verdict.criterion(), " ", WordOf(verdict.outcome())));
    }
    return outcomes;
  }
  void State(double fte, int members) {
    v1::Cluster cluster = world_.Get<v1::Cluster>("clusters/silicon-saxony");
    cluster.mutable_management_team()->set_full_time_equivalents(fte);
    cluster.mutable_members()->set_total(members);
    EXPECT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), cluster, {}), IsOk());
  }
  void Join(const std::string& programme) {
    v1::Membership membership;
    membership.set_cluster("clusters/silicon-saxony");
    EXPECT_THAT(
        world_.Of<Memberships>().Create(world_.AsOperator(), programme, membership, "member"),
        IsOk());
  }

  World world_;
};

TEST_F(EligibilityTest, AnEmptyProfileIsUnknownAndTheLineToTypeIsSaid) {
  EXPECT_THAT(Outcomes(), ElementsAre("fte unknown", "members unknown", "website by_hand"));
  const CheckEligibilityResponse answer = *Check();
  EXPECT_EQ(answer.result(), CheckEligibilityResponse::RESULT_OPEN);
  EXPECT_EQ(answer.summary(),
            "Silicon Saxony and ECCP: of 3 criteria 2 are unknown, 1 is looked at by hand.");
  EXPECT_THAT(answer.missing_fields(),
              ElementsAre("management_team.full_time_equivalents", "members.total"));
  EXPECT_EQ(answer.verdicts(1).reason(),
            "Silicon Saxony doesn't state members.total; asked for at least 15");
  EXPECT_THAT(answer.verdicts(1).remedy(),
              AllOf(HasSubstr(R"({"cluster": {"name": "clusters/silicon-saxony", )"
                              R"("members": {"total": NUMBER}}})"),
                    HasSubstr("the office may waive it, with a reason")));
  EXPECT_THAT(
      answer.next_steps(),
      ElementsAre(HasSubstr(R"("management_team": {"full_time_equivalents": NUMBER}, )"
                            R"("members": {"total": NUMBER}}})"),
                  R"(Apply: AdmissionService/SubmitApplication {"parent": "programmes/eccp", )"
                  R"("cluster": "clusters/silicon-saxony"})"));
}

TEST_F(EligibilityTest, AFilledProfileIsMetOrNot) {
  State(1, 12);
  EXPECT_THAT(Outcomes(), ElementsAre("fte met", "members not_met", "website by_hand"));
  EXPECT_EQ(Check()->result(), CheckEligibilityResponse::RESULT_NOT_MET);
  EXPECT_THAT(Check()->next_steps(0), HasSubstr("15 members"));
  State(1, 15);
  EXPECT_EQ(Check()->result(), CheckEligibilityResponse::RESULT_OPEN);
}

TEST_F(EligibilityTest, MembersOfAnOfficialProgrammeNeedntMeetWhatIsWaivedForThem) {
  Join("programmes/go-cluster");
  EXPECT_THAT(Outcomes(), ElementsAre("fte waived", "members unknown", "website by_hand"));
  EXPECT_EQ(Check()->verdicts(0).reason(),
            "waived for members of go-cluster; else: Silicon Saxony doesn't state "
            "management_team.full_time_equivalents; asked for at least 0.5");
  EXPECT_THAT(Check()->missing_fields(), ElementsAre("members.total"));
  State(2, 15);
  EXPECT_THAT(Outcomes(), ElementsAre("fte met", "members met", "website by_hand"))
      << "what is met needs no waiver";
}

TEST_F(EligibilityTest, AnEndedMembershipWaivesNothing) {
  Join("programmes/go-cluster");
  v1::Membership membership =
      world_.Get<v1::Membership>("programmes/go-cluster/memberships/member");
  membership.mutable_period()->set_end("2024-01");
  ASSERT_THAT(world_.Of<Memberships>().Update(world_.AsOperator(), membership, {}), IsOk());
  EXPECT_THAT(Outcomes(), ElementsAre("fte unknown", "members unknown", "website by_hand"));
}

TEST_F(EligibilityTest, AMemberIsToldThatThereIsNothingToDo) {
  Join(kProgramme);
  const CheckEligibilityResponse answer = *Check();
  EXPECT_EQ(answer.membership(), "programmes/eccp/memberships/member");
  EXPECT_THAT(answer.next_steps(), ElementsAre(HasSubstr("Nothing: Silicon Saxony is a member")));
}

TEST_F(EligibilityTest, AMembershipThatTheCallerDoesntSeeIsntNamed) {
  v1::Membership membership;
  membership.set_cluster("clusters/silicon-saxony");
  membership.set_state(v1::Membership::STATE_DRAFT);
  ASSERT_THAT(
      world_.Of<Memberships>().Create(world_.AsOperator(), kProgramme, membership, "member"),
      IsOk());
  EXPECT_THAT(Check()->membership(), IsEmpty());
}

TEST_F(EligibilityTest, AnOpenAdmissionIsNamedToThoseWhoSeeItWithItsNextMove) {
  v1::SubmitApplicationRequest submit;
  submit.set_parent(kProgramme);
  submit.set_cluster("clusters/silicon-saxony");
  Admissions admissions(*world_.store);
  const auto admission = admissions.Submit(world_.AsOperator(), submit);
  ASSERT_THAT(admission, IsOk());
  const auto team = filter::Viewer::As("clusters/silicon-saxony");
  EXPECT_EQ(Check("clusters/silicon-saxony", team)->admission(), admission->name());
  EXPECT_THAT(*Check("clusters/silicon-saxony", team)->next_steps().rbegin(),
              HasSubstr("The office decides on the application: AdmissionService/GetAdmission"));
  EXPECT_THAT(Check()->admission(), IsEmpty());
  EXPECT_THAT(*Check()->next_steps().rbegin(), HasSubstr("Apply: ")) << "as if there were none";

  v1::ReturnApplicationRequest give_back;
  give_back.set_name(admission->name());
  give_back.set_note("the website is missing");
  ASSERT_THAT(admissions.Return(world_.AsOperator(), give_back), IsOk());
  EXPECT_THAT(*Check("clusters/silicon-saxony", team)->next_steps().rbegin(),
              HasSubstr("submit it again: AdmissionService/SubmitApplication {\"name\""));
}

TEST_F(EligibilityTest, ADraftIsCheckedForItsOwnTeamAndForOthersItIsntThere) {
  v1::Cluster draft = world_.GoodCluster("Secret");
  draft.set_state(v1::Cluster::STATE_DRAFT);
  ASSERT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", draft, "secret"), IsOk());
  EXPECT_THAT(Check("clusters/secret", filter::Viewer::As("clusters/secret")), IsOk());
  const absl::Status hidden = Check("clusters/secret").status();
  const absl::Status nowhere = Check("clusters/nowhere").status();
  EXPECT_EQ(hidden.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(absl::StrReplaceAll(hidden.message(), {{"secret", "nowhere"}}), nowhere.message());
  EXPECT_THAT(Check("clusters"), HasFieldError("cluster"));
}

TEST_F(EligibilityTest, ADeletedClusterIsntThereEvenForAnOperator) {
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), "clusters/silicon-saxony", ""),
              IsOk());
  EXPECT_THAT(Check("clusters/silicon-saxony", filter::Viewer::Operator()),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(EligibilityTest, TheFirstStepIsTheTalkWhereTheProgrammeWantsIt) {
  v1::Programme programme = world_.Get<v1::Programme>(kProgramme);
  programme.mutable_admission()->set_consultation_first(true);
  ASSERT_THAT(world_.Of<Programmes>().Update(world_.AsOperator(), programme, {}), IsOk());
  EXPECT_THAT(*Check()->next_steps().rbegin(),
              HasSubstr("Ask for the consultation talk, which comes first: "
                        "AdmissionService/AskForConsultation"));
  programme.Clear();
  programme.set_name(kProgramme);
  programme.mutable_period()->set_end("2023");
  ASSERT_THAT(world_.Of<Programmes>().Update(world_.AsOperator(), programme, {}), IsOk());
  EXPECT_THAT(*Check()->next_steps().rbegin(), HasSubstr("it ended on 2023-12-31"));
}

TEST_F(EligibilityTest, InsideAWriteTheProfileIsAsStaged) {
  const auto written = world_.store->Write({}, [&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Cluster cluster, writer.Get<v1::Cluster>("clusters/silicon-saxony"));
    cluster.mutable_management_team()->set_full_time_equivalents(3);
    RETURN_IF_ERROR(writer.Put(cluster, "cluster.updated"));
    ASSIGN_OR_RETURN(const auto book, CodeBook::Of(writer));
    ASSIGN_OR_RETURN(const auto verdicts,
                     VerdictsOf(writer, *book, Terms(), "clusters/silicon-saxony"));
    EXPECT_EQ(verdicts[0].outcome(), Verdict::OUTCOME_MET);
    return absl::OkStatus();
  });
  EXPECT_TRUE(written.ok()) << written.status();
}

TEST_F(EligibilityTest, AFilterOfRecipientsGivesAVerdictOfItsOwn) {
  const auto reader = world_.store->Read();
  const auto book = CodeBook::Read(**reader);
  type::v1::Filter filter;
  filter.add_none_of()->add_label_levels("ecei:gold");
  const auto verdict = VerdictOf(**reader, **book, filter, "clusters/silicon-saxony");
  ASSERT_THAT(verdict, IsOk());
  EXPECT_EQ(verdict->outcome(), Verdict::OUTCOME_MET);
  EXPECT_THAT(VerdictOf(**reader, **book, filter, "clusters/none"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace clusterwire::catalogue
