#include "services/catalogue/resources/labels/label_correction.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LabelCorrectionTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Label> Update(const v1::Label& label,
                                   std::initializer_list<const char*> paths = {}) {
    google::protobuf::FieldMask mask;
    for (const char* path : paths) mask.add_paths(path);
    v1::Label sent = label;
    sent.clear_etag();
    return labels_.Update(world_.AsOperator(), sent, mask);
  }
  v1::Label Renewed(const std::string& day) {
    v1::RenewLabelRequest request;
    request.set_name(silver_.name());
    request.set_renewed(day);
    return *labels_.Renew(world_.AsOperator(), request);
  }
  v1::Label Revoked() {
    v1::RevokeLabelRequest request;
    request.set_name(silver_.name());
    request.set_revoked("2024-05-30");
    request.set_reason("Left the programme");
    return *labels_.Revoke(world_.AsOperator(), request);
  }
  v1::Label Awarded() {
    v1::Label label;
    label.set_scheme("labelSchemes/ecei");
    label.set_level("silver");
    label.set_awarded("2022-05-20");
    label.set_valid_until("2024-05-31");
    return *labels_.Award(world_.AsOperator(), cluster_, label, "");
  }

  World world_{"2024-06-01"};
  Labels labels_{*world_.store};
  std::string cluster_ = world_.NewCluster().name();
  v1::Label silver_ = Awarded();
};

TEST_F(LabelCorrectionTest, ATypoInADateIsCorrectedWithoutRevokingAnything) {
  const store::Revision before = *world_.store->revision();
  v1::Label label;
  label.set_name(silver_.name());
  label.set_valid_until("2025-05-31");
  const auto corrected = Update(label);
  ASSERT_THAT(corrected, IsOk());
  EXPECT_EQ(corrected->state(), v1::Label::STATE_VALID);
  EXPECT_EQ(corrected->awarded(), "2022-05-20");
  EXPECT_THAT(world_.KindsAfter(before), ElementsAre("label.updated", "facts.refreshed"));
  EXPECT_THAT(corrected->notes(), Contains("valid_until: was 2024-05-31, is 2025-05-31"));
  EXPECT_THAT(corrected->notes(), Contains("state: was renewable, is valid"));
  EXPECT_THAT(world_.FactsOf(cluster_).label_levels(), ElementsAre("ecei:bronze", "ecei:silver"));
  EXPECT_THAT(world_.Get<v1::Label>(silver_.name()).notes(), IsEmpty());
}

TEST_F(LabelCorrectionTest, EverythingWrongWithACorrectionIsNamedAtOnceItsMaskIncluded) {
  v1::Label label;
  label.set_name(silver_.name());
  label.set_level("platinum");
  label.set_awarded("2030");
  const auto refused = Update(label, {"level", "awarded", "valid_till"});
  for (const char* path : {"update_mask", "label.level", "label.awarded"}) {
    EXPECT_THAT(refused, HasFieldError(path));
  }
}

TEST_F(LabelCorrectionTest, TheEndOfALabelAndOfItsLastRenewalAreCorrectedTogether) {
  v1::Label renewed = Renewed("2024-05-01");
  EXPECT_EQ(renewed.valid_until(), "2026-05-31");
  renewed.set_valid_until("2027-05-31");
  const auto by_end = Update(renewed, {"valid_until"});
  ASSERT_THAT(by_end, IsOk());
  EXPECT_EQ(by_end->renewals(0).valid_until(), "2027-05-31");
  renewed = *by_end;
  renewed.mutable_renewals(0)->set_valid_until("2026-08-31");
  const auto by_renewal = Update(renewed, {"renewals"});
  ASSERT_THAT(by_renewal, IsOk());
  EXPECT_EQ(by_renewal->valid_until(), "2026-08-31");
  renewed.set_valid_until("2028");
  EXPECT_THAT(Update(renewed, {"renewals", "valid_until"}), IsOk())
      << "the list is as it is stored, so the end counts";
  renewed.mutable_renewals(0)->set_valid_until("2029");
  renewed.set_valid_until("2031");
  EXPECT_THAT(Update(renewed, {"renewals", "valid_until"}), HasFieldError("label.valid_until"));
}

TEST_F(LabelCorrectionTest, ARenewalThatWasAMistakeIsTakenOutAndTheEndBeforeItIsBack) {
  v1::Label renewed = Renewed("2024-05-01");
  renewed.clear_renewals();
  const auto corrected = Update(renewed, {"renewals"});
  ASSERT_THAT(corrected, IsOk());
  EXPECT_EQ(corrected->valid_until(), "2024-05-31");
  EXPECT_EQ(corrected->state(), v1::Label::STATE_RENEWABLE);
}

TEST_F(LabelCorrectionTest, ACorrectionNeitherRenewsNorRevokes) {
  v1::Label label = silver_;
  label.add_renewals()->set_renewed("2024-05-01");
  label.mutable_revocation()->set_revoked("2024-05-30");
  const auto refused = Update(label, {"renewals", "revocation"});
  EXPECT_THAT(refused, HasFieldError("label.renewals"));
  EXPECT_THAT(refused, HasFieldError("label.revocation"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("RevokeLabel"));
}

TEST_F(LabelCorrectionTest, AForgottenRenewalIsAddedBeforeTheLastOne) {
  v1::Label renewed = Renewed("2024-05-01");
  v1::Renewal earlier;
  earlier.set_renewed("2023-05-01");
  earlier.set_previous_valid_until("2023-05-31");
  earlier.set_valid_until("2024-05-31");
  const v1::Renewal last = renewed.renewals(0);
  renewed.clear_renewals();
  *renewed.add_renewals() = earlier;
  *renewed.add_renewals() = last;
  EXPECT_THAT(Update(renewed, {"renewals"}), IsOk());
  renewed.mutable_renewals()->SwapElements(0, 1);
  EXPECT_THAT(Update(renewed, {"renewals"}), HasFieldError("label.renewals[1].renewed"));
}

TEST_F(LabelCorrectionTest, ARevocationOfTheWrongLabelIsCorrectedOrTakenOut) {
  v1::Label revoked = Revoked();
  revoked.mutable_revocation()->set_revoked("2024-05-29");
  const auto corrected = Update(revoked, {"revocation.revoked"});
  ASSERT_THAT(corrected, IsOk());
  EXPECT_EQ(corrected->revocation().reason(), "Left the programme");
  const auto undone = Update(v1::Label(*corrected), {"level"});
  EXPECT_EQ(undone->state(), v1::Label::STATE_REVOKED);
  revoked.clear_revocation();
  EXPECT_EQ(Update(revoked, {"revocation"})->state(), v1::Label::STATE_RENEWABLE);
}

TEST_F(LabelCorrectionTest, ARecordMadeByMistakeIsDeletedWithoutAWordOfRevocationAndComesBack) {
  const store::Revision before = *world_.store->revision();
  const auto deleted = labels_.Delete(world_.AsOperator(), silver_.name(), "");
  ASSERT_THAT(deleted, IsOk());
  EXPECT_FALSE(deleted->has_revocation());
  EXPECT_FALSE(world_.HasFacts(silver_.name()));
  EXPECT_THAT(world_.FactsOf(cluster_).labels_held(), IsEmpty());
  ASSERT_THAT(labels_.Undelete(world_.AsOperator(), silver_.name(), ""), IsOk());
  EXPECT_THAT(world_.FactsOf(cluster_).labels_held(), ElementsAre("ecei:bronze", "ecei:silver"));
  EXPECT_THAT(world_.KindsAfter(before), Contains("label.deleted"));
  EXPECT_THAT(world_.KindsAfter(before), Contains("label.undeleted"));
  EXPECT_THAT(world_.KindsAfter(before), ::testing::Not(Contains("label.revoked")));
}

TEST_F(LabelCorrectionTest, ADeletedLabelHoldsNeitherItsLevelNorItsScheme) {
  ASSERT_THAT(labels_.Delete(world_.AsOperator(), silver_.name(), ""), IsOk());
  ASSERT_THAT(world_.Of<LabelSchemes>().Delete(world_.AsOperator(), "labelSchemes/ecei", ""),
              IsOk());
  const auto back = labels_.Undelete(world_.AsOperator(), silver_.name(), "");
  ASSERT_THAT(back, IsOk());
  EXPECT_THAT(back->notes(), Contains(HasSubstr("label.scheme stands as it was")));
}

TEST_F(LabelCorrectionTest, ALabelComesBackAfterItsClusterAlone) {
  ASSERT_THAT(labels_.Delete(world_.AsOperator(), silver_.name(), ""), IsOk());
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster_, ""), IsOk());
  EXPECT_THAT(labels_.Undelete(world_.AsOperator(), silver_.name(), ""),
              ReasonIs("PARENT_DELETED"));
}

TEST_F(LabelCorrectionTest, OnlyOperatorsCorrectAndDelete) {
  const WriteCall own = world_.As(cluster_);
  EXPECT_THAT(labels_.Update(own, silver_, {}), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(labels_.Delete(own, silver_.name(), ""), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(labels_.Undelete(own, silver_.name(), ""), ReasonIs("NOT_YOURS"));
}

}  // namespace
}  // namespace clusterwire::catalogue
