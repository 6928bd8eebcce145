#include "services/catalogue/resources/admissions/admission_moves.h"

#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "absl/strings/str_split.h"
#include <gmock/gmock.h>

#include "services/catalogue/resources/admissions/testing/office.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::HasSubstr;
using v1::Admission;

TEST(AdmissionMovesTest, TheProtosCommentIsTheTableThatDecides) {
  std::ifstream file(std::string(CLUSTERWIRE_PROTO) + "/clusterwire/catalogue/v1/admission.proto");
  std::stringstream proto;
  proto << file.rdbuf();
  std::string comment;
  for (const absl::string_view line : absl::StrSplit(AdmissionMoves().Text(), '\n')) {
    comment += "//   " + std::string(line) + "\n";
  }
  EXPECT_THAT(proto.str(), HasSubstr(comment));
}

class AdmissionPairsTest : public OfficeTest {
 protected:
  std::string In(Admission::State state) {
    switch (state) {
      case Admission::STATE_CONSULTATION_ASKED:
        return Through({"AskForConsultation"});
      case Admission::STATE_CONSULTATION_HELD:
        return Through({"AskForConsultation", "HoldConsultation"});
      case Admission::STATE_SUBMITTED:
        return Through({"AskForConsultation", "HoldConsultation", "SubmitApplication"});
      case Admission::STATE_RETURNED:
        return Through(
            {"AskForConsultation", "HoldConsultation", "SubmitApplication", "ReturnApplication"});
      case Admission::STATE_REJECTED:
        return Through({"AskForConsultation", "HoldConsultation", "SubmitApplication",
                        "AssessApplication", "RejectApplication"});
      case Admission::STATE_WITHDRAWN:
        return Through({"AskForConsultation", "WithdrawApplication"});
      case Admission::STATE_CLOSED:
        return Through({"AskForConsultation", "CloseAdmission"});
      default:
        break;
    }
    const std::string name = Through(
        {"AskForConsultation", "HoldConsultation", "SubmitApplication", "AssessApplication"});
    if (state == Admission::STATE_ADMITTED) {
      MeetAll(name);
      EXPECT_THAT(Go("AdmitApplicant", name), IsOk());
    }
    return name;
  }
  void MeetAll(const std::string& name) {
    v1::Cluster cluster = world_.Get<v1::Cluster>(cluster_);
    cluster.mutable_members()->set_total(20);
    cluster.mutable_management_team()->set_full_time_equivalents(1);
    EXPECT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), cluster, {}), IsOk());
    EXPECT_THAT(Go("AssessApplication", name, "met: \"website\""), IsOk());
  }
};

TEST_F(AdmissionPairsTest, EveryPairOfStateAndMoveIsAsTheTableSays) {
  const auto& states = *Admission::State_descriptor();
  for (int i = 1; i < states.value_count(); ++i) {
    const auto state = static_cast<Admission::State>(states.value(i)->number());
    for (const Move& move : AdmissionMoves().moves()) {
      if (move.method == "AskForConsultation") continue;  // takes no name
      const std::string name = In(state);
      ASSERT_EQ(Read(name).state(), state);
      if (move.method == "AdmitApplicant" && state == Admission::STATE_ASSESSED) MeetAll(name);
      const auto made = Go(std::string(move.method), name);
      const bool legal = std::ranges::count(move.from, static_cast<int>(state)) > 0;
      SCOPED_TRACE(std::string(move.method) + " from " + states.value(i)->name());
      if (legal) {
        ASSERT_THAT(made, IsOk());
        EXPECT_EQ(static_cast<int>(made->state()), move.to);
      } else {
        EXPECT_THAT(made, StatusIs(absl::StatusCode::kFailedPrecondition));
        EXPECT_THAT(made, ReasonIs("ILLEGAL_MOVE"));
        EXPECT_EQ(Read(name).state(), state);
      }
      // For the next pair.
      if (!IsOver(Read(name).state())) EXPECT_THAT(Go("CloseAdmission", name), IsOk());
      cluster_ =
          world_.NewCluster("Cluster " + std::to_string(i) + " of " + std::string(move.method))
              .name();
    }
  }
}

TEST_F(AdmissionPairsTest, EveryMoveIsRefusedToTheOtherSide) {
  const std::string name = In(Admission::STATE_ASSESSED);
  for (const Move& move : AdmissionMoves().moves()) {
    if (move.method == "AskForConsultation") continue;
    const WriteCall other = move.party == Party::kOffice ? Team() : Office();
    const auto made = Make(other, std::string(move.method), "name: \"" + name + "\"");
    EXPECT_THAT(made, StatusIs(absl::StatusCode::kPermissionDenied)) << move.method;
    EXPECT_THAT(made, ReasonIs("NOT_YOURS")) << move.method;
  }
}

}  // namespace
}  // namespace clusterwire::catalogue
