#include "libs/store/personal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/store/testing/store_test.h"

namespace clusterwire::store {
namespace {

using testing::Club;
using testing::MakePost;
using testing::Post;
using testing::Reply;
using testing::StoreTest;

constexpr char kMark[] = "Marta-4711";

// A post that says who wrote it, and who answered, in answers to answers too.
Post SignedPost(std::string id) {
  Post post = MakePost(std::move(id), {});
  post.set_text("come all");
  post.set_writer(kMark);
  Reply* reply = post.add_replies();
  reply->set_text("we do");
  reply->set_writer(kMark);
  reply->add_replies()->set_writer(kMark);
  return post;
}

TEST(PersonalTest, ATypeSaysByItsFieldsWhetherItHoldsAny) {
  EXPECT_TRUE(HasPersonalFields(*Post::descriptor()));
  EXPECT_TRUE(HasPersonalFields(*Reply::descriptor()));
  EXPECT_FALSE(HasPersonalFields(*Club::descriptor()));
}

TEST(PersonalTest, WhatIsCutIsCutAtEveryDepthAndNothingElseIs) {
  Post post = SignedPost("a");
  CutPersonal(&post);
  EXPECT_EQ(post.SerializeAsString().find(kMark), std::string::npos);
  EXPECT_EQ(post.text(), "come all");
  EXPECT_EQ(post.replies(0).text(), "we do");
  EXPECT_EQ(post.replies(0).replies_size(), 1);
}

TEST(PersonalTest, WhatWasCutComesBackFromALaterVersionWhoseListsHaveGrown) {
  const Post first = SignedPost("a");
  Post cut = first;
  CutPersonal(&cut);
  Post row = first;
  row.set_text("come none");
  row.add_replies()->set_writer("Otto");
  RestorePersonal(row, &cut);
  EXPECT_EQ(cut.SerializeAsString(), first.SerializeAsString());
}

class PersonalFieldsTest : public StoreTest {
 protected:
  // Whether any table but the one of resources holds the mark.
  bool IsAnywhereElse() {
    const sql::Lease connection = *database_->Acquire();
    for (const char* query :
         {"SELECT after, facts_before, facts_after FROM change", "SELECT answer FROM request"}) {
      const auto found = connection->Query(query, {});
      for (const sql::Row& row : found->rows) {
        for (size_t i = 0; i < row.size(); ++i) {
          if (!row.IsNull(i) && row.Bytes(i).find(kMark) != std::string::npos) return true;
        }
      }
    }
    return false;
  }
};
INSTANTIATE_TEST_SUITE_P(Both, PersonalFieldsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(PersonalFieldsTest, TheRowHasThemAndNeitherTheLogNorTheRequestsDo) {
  const auto written = Put(SignedPost("a"), MakeCall("r1"));
  ASSERT_THAT(written, IsOk());
  EXPECT_EQ(written->Answer<Post>()->writer(), kMark);
  EXPECT_EQ(Get<Post>("posts/a")->replies(0).replies(0).writer(), kMark);
  const std::vector<Change> log = Log();
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(static_cast<const Post&>(*log[0].after).text(), "come all");
  EXPECT_FALSE(IsAnywhereElse());
}

TEST_P(PersonalFieldsTest, ARepeatedCallGetsItsFirstAnswerWithThem) {
  const auto first = Put(SignedPost("a"), MakeCall("r1"));
  ASSERT_THAT(first, IsOk());
  Post next = *first->Answer<Post>();
  next.set_text("come none");
  next.add_replies()->set_writer("Otto");
  MustPut(next);
  const auto again = Put(SignedPost("a"), MakeCall("r1"));
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->answer->SerializeAsString(), first->answer->SerializeAsString());
}

TEST_P(PersonalFieldsTest, AChangeOfThemAloneIsAChangeWithTheSameImage) {
  Post post = MustPut(SignedPost("a"));
  post.set_writer("Otto");
  EXPECT_EQ(MustPut(post).revision(), 2);
  const std::vector<Change> log = Log();
  ASSERT_EQ(log.size(), 2u);
  EXPECT_TRUE(SameButForStamps(*log[0].after, *log[1].after));
}

}  // namespace
}  // namespace clusterwire::store
