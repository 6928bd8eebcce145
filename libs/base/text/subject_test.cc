#include "libs/base/text/subject.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire {
namespace {

using ::testing::ElementsAre;

TEST(SubjectTest, ASubjectIsVisibleAsciiWithoutAStar) {
  for (const char* subject :
       {"corp:4711", "spiffe://example.org/ns/map/sa/page", "loopback", "~"}) {
    EXPECT_THAT(CheckSubject(subject), IsOk()) << subject;
  }
  for (const std::string& text :
       {std::string(), std::string("a b"), std::string("a\n"), std::string("a\0b", 3),
        std::string("corp:*"), std::string("corp:m\xc3\xbc"), std::string("a\x7f"),
        std::string(kMaxSubject + 1, 'a')}) {
    EXPECT_THAT(CheckSubject(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

TEST(SubjectTest, AStarStandsAtTheEndBehindAJoint) {
  for (const char* pattern :
       {"corp:4711", "corp:*", "spiffe://example.org/*", "spiffe://*", "dns:*"}) {
    EXPECT_THAT(CheckSubjectPattern(pattern), IsOk()) << pattern;
  }
  for (const char* text : {"", "*", "corp*", "co*rp:", "corp:**", "corp:*/a", "*:a"}) {
    EXPECT_THAT(CheckSubjectPattern(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

TEST(SubjectTest, NoPatternEndsWithinTheNameOfAHost) {
  for (const char* text : {"dns:map.*", "dns:map.example.*", "spiffe://example.*"}) {
    EXPECT_THAT(CheckSubjectPattern(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
  EXPECT_THAT(CheckSubjectPattern("spiffe://example.org/ns/map.*"), IsOk());
}

TEST(SubjectTest, APatternTakesInWhatGoesOnAndNotItsOwnFront) {
  EXPECT_TRUE(SubjectMatches("corp:*", "corp:4711"));
  EXPECT_FALSE(SubjectMatches("corp:*", "corp:"));
  EXPECT_FALSE(SubjectMatches("corp:*", "corpse:4711"));
  EXPECT_TRUE(SubjectMatches("corp:4711", "corp:4711"));
  EXPECT_FALSE(SubjectMatches("corp:4711", "corp:47110"));
}

TEST(SubjectTest, TheListedPatternsAreThoseThatMatch) {
  const std::string subject = "k8s:system:serviceaccount:map:page.x";
  const std::vector<std::string> patterns = PatternsMatching(subject);
  EXPECT_THAT(patterns, ElementsAre(subject, "k8s:system:serviceaccount:map:page.*",
                                    "k8s:system:serviceaccount:map:*",
                                    "k8s:system:serviceaccount:*", "k8s:system:*", "k8s:*"));
  for (const std::string& pattern : patterns) {
    EXPECT_THAT(CheckSubjectPattern(pattern), IsOk());
    EXPECT_TRUE(SubjectMatches(pattern, subject)) << pattern;
  }
  EXPECT_THAT(PatternsMatching("corp:"), ElementsAre("corp:"));
}

}  // namespace
}  // namespace clusterwire
