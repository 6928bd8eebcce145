#pragma once

#include <string>
#include <utility>

#include "google/protobuf/text_format.h"
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/admissions/admission_moves.h"
#include "services/catalogue/resources/admissions/admission_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {

inline constexpr char kGoCluster[] = "programmes/go-cluster";
inline constexpr char kEccp[] = "programmes/eccp";

template <typename Request>
Request Said(const std::string& text) {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

// Two programmes that admit: go-cluster after a talk, by three criteria; eccp at once and drafts
// too, by none. And a published cluster with twelve members.
class OfficeTest : public ::testing::Test {
 protected:
  OfficeTest() {
    Terms(R"(
      name: "programmes/go-cluster" acronym: "go-cluster" levels: ["basic", "full"]
      admission { takes_applications: true consultation_first: true }
      criteria { id: "members" group: GROUP_STRUCTURE title: "At least 15 members"
                 measure: MEASURE_MEMBERS minimum: 15 waivable: true }
      criteria { id: "team" group: GROUP_MANAGEMENT title: "Half a position"
                 measure: MEASURE_MANAGEMENT_FTE minimum: 0.5 }
      criteria { id: "website" group: GROUP_IMPACT title: "An English website" by_hand: true })");
    auto eccp = Said<v1::Programme>(R"(
      title: "European Cluster Collaboration Platform" acronym: "ECCP" kind: KIND_PLATFORM
      country: "EU" state: STATE_PUBLISHED
      admission { takes_applications: true lists_drafts: true })");
    EXPECT_THAT(world_.Of<Programmes>().Create(world_.AsOperator(), "", eccp, "eccp"), IsOk());
    v1::Cluster cluster = world_.GoodCluster("Hamburg Aviation");
    cluster.mutable_members()->set_total(12);
    cluster_ = world_.Of<Clusters>().Create(world_.AsOperator(), "", cluster, "").value().name();
  }

  // Changes a programme by the fields that are set.
  void Terms(const std::string& text) {
    EXPECT_THAT(world_.Of<Programmes>().Update(world_.AsOperator(), Said<v1::Programme>(text), {}),
                IsOk());
  }

  Admissions admissions() { return world_.Of<Admissions>(); }
  WriteCall Team() const { return Team(cluster_); }
  WriteCall Team(const std::string& cluster) const {
    WriteCall call = world_.As(cluster);
    call.viewer.subject = "corp:team";
    return call;
  }
  WriteCall Office(const std::string& programme = kGoCluster) const {
    WriteCall call = world_.As(programme);
    call.viewer.subject = "corp:office";
    return call;
  }

  // Makes a move by its name, as a request that says `text` besides.
  Admissions::Made Make(const WriteCall& call, const std::string& method, const std::string& text) {
    Admissions made = admissions();
    if (method == "AskForConsultation") {
      return made.Ask(call, Said<v1::AskForConsultationRequest>(text));
    }
    if (method == "HoldConsultation") {
      return made.Hold(call, Said<v1::HoldConsultationRequest>(text));
    }
    if (method == "SubmitApplication") {
      return made.Submit(call, Said<v1::SubmitApplicationRequest>(text));
    }
    if (method == "ReturnApplication") {
      return made.Return(call, Said<v1::ReturnApplicationRequest>(text));
    }
    if (method == "AssessApplication") {
      return made.Assess(call, Said<v1::AssessApplicationRequest>(text));
    }
    if (method == "WaiveCriterion") return made.Waive(call, Said<v1::WaiveCriterionRequest>(text));
    if (method == "AdmitApplicant") return made.Admit(call, Said<v1::AdmitApplicantRequest>(text));
    if (method == "RejectApplication") {
      return made.Reject(call, Said<v1::RejectApplicationRequest>(text));
    }
    if (method == "WithdrawApplication") {
      return made.Withdraw(call, Said<v1::WithdrawApplicationRequest>(text));
    }
    EXPECT_EQ(method, "CloseAdmission");
    return made.Close(call, Said<v1::CloseAdmissionRequest>(text));
  }
  // The same on `name`, by whose it is, with what the move asks for.
  Admissions::Made Go(const std::string& method, const std::string& name,
                      const std::string& text = "") {
    const bool needs_note = method == "ReturnApplication" || method == "RejectApplication" ||
                            method == "WaiveCriterion";
    const std::string criterion = method == "WaiveCriterion" ? " criterion: \"members\"" : "";
    const std::string programme(store::ParentOf(name));
    const std::string cluster = world_.Get<v1::Admission>(name).cluster();
    const bool office = AdmissionMoves().Of(method).party == Party::kOffice;
    return Make(office ? Office(programme) : Team(cluster), method,
                "name: \"" + name + "\" " + (text.empty() && needs_note ? "note: \"why\"" : "") +
                    (text.empty() ? criterion : text));
  }
  Admissions::Made Come(const std::string& method, const std::string& programme,
                        const std::string& cluster, const std::string& text = "") {
    return Make(Team(cluster), method,
                "parent: \"" + programme + "\" cluster: \"" + cluster + "\" " + text);
  }
  // Through these moves, one after the other; fails where one is refused.
  std::string Through(std::initializer_list<const char*> methods) {
    std::string name;
    for (const char* method : methods) {
      const auto made = name.empty() ? Come(method, kGoCluster, cluster_) : Go(method, name);
      EXPECT_THAT(made, IsOk()) << method;
      if (made.ok()) name = made->name();
    }
    return name;
  }
  v1::Admission Read(const std::string& name) { return world_.Get<v1::Admission>(name); }
  v1::Cluster NewDraft(const std::string& title) {
    v1::Cluster draft = world_.GoodCluster(title);
    draft.set_state(v1::Cluster::STATE_DRAFT);
    return world_.Of<Clusters>().Create(world_.AsOperator(), "", draft, "").value();
  }

  World world_{"2024-06-01"};
  std::string cluster_;
};

}  // namespace clusterwire::catalogue
