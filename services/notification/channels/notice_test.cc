#include "services/notification/channels/notice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/notification/channels/testing/jobs.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(NoticeTest, SaysWhatHappenedToWhatAndWhyItIsTold) {
  const Notice notice = NoticeOf(LabelAwardedJob());
  EXPECT_EQ(notice.title, "Silver (ECEI) for Silicon Saxony: label awarded");
  EXPECT_EQ(notice.link, "https://example.org/silver");
  EXPECT_THAT(notice.text, HasSubstr("Valid until 2026-05-31."));
  EXPECT_THAT(notice.text, HasSubstr("It now matches “Silver in Saxony”."));
  ASSERT_THAT(notice.reasons, testing::SizeIs(2));
  EXPECT_THAT(notice.reasons[0], testing::StartsWith("types: "));
  EXPECT_THAT(notice.reasons[1], testing::StartsWith("regions: "));
  EXPECT_THAT(notice.reasons[1], HasSubstr("iso:DE"));
}

TEST(NoticeTest, LeavingIsToldFromTheImageBeforeAlone) {
  Job job = LabelAwardedJob();
  change::v1::ResourceChanged change = job.record->change;
  *change.mutable_before() = change.after();
  change.mutable_before()->set_title("Old title");
  change.mutable_after()->set_title("New title");
  change.mutable_after()->set_summary("New summary");
  change.set_kind("facts.refreshed");
  change.set_cause("clusters/silicon-saxony");
  SetChange(job, change);
  job.delivery.transition = v1::TRANSITION_LEFT;
  const Notice notice = NoticeOf(job);
  EXPECT_EQ(notice.title, "Old title: no longer matches");
  EXPECT_THAT(notice.text, Not(HasSubstr("New")));
  EXPECT_THAT(notice.text, HasSubstr("Because of: clusters/silicon-saxony"));
}

TEST(NoticeTest, AChangeTellsTheDifferences) {
  Job job = LabelAwardedJob();
  change::v1::ResourceChanged change = job.record->change;
  *change.mutable_before() = change.after();
  change.mutable_after()->set_state("lapsed");
  change.mutable_after()->add_codes("nuts:DED2");
  change.set_kind("label.lapsed");
  SetChange(job, change);
  job.delivery.transition = v1::TRANSITION_CHANGED;
  const Notice notice = NoticeOf(job);
  EXPECT_THAT(notice.text, HasSubstr("State: valid → lapsed"));
  EXPECT_THAT(notice.text, HasSubstr("Sectors and regions: + nuts:DED2"));
}

TEST(NoticeTest, AResourceWithoutATitleIsCalledByItsName) {
  Job job = LabelAwardedJob();
  change::v1::ResourceChanged change = job.record->change;
  change.mutable_after()->clear_title();
  SetChange(job, change);
  EXPECT_EQ(NoticeOf(job).title, "clusters/silicon-saxony/labels/silver: label awarded");
}

TEST(DifferencesTest, NamesWhatCameAndWhatWent) {
  type::v1::Facts before;
  type::v1::Facts after;
  before.add_label_levels("ecei:bronze");
  after.add_label_levels("ecei:silver");
  after.set_size(0);
  EXPECT_THAT(
      DifferencesOf(before, after),
      testing::ElementsAre("Label levels: + ecei:silver − ecei:bronze", "Members: none → 0"));
  EXPECT_THAT(DifferencesOf(after, after), testing::IsEmpty());
}

}  // namespace
}  // namespace clusterwire::notification
