#include "libs/filter/vocabulary.h"

#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/filter/predicate.h"

namespace clusterwire::filter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Vocabulary Words() {
  Vocabulary words;
  words.types["cluster"] = {.states = {"draft", "published"}};
  words.types["event"] = {.states = {"draft", "published"}, .kinds = {"conference", "workshop"}};
  words.types["label"] = {.states = {"valid", "lapsed"}, .open_kinds = true};
  return words;
}

absl::Status Compile(const char* text, const Vocabulary& words = Words()) {
  Filter filter;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &filter)) << text;
  return Predicate::Compile(filter, Viewer::Public(), {.vocabulary = &words}).status();
}

std::string Refusal(const char* text) { return std::string(Compile(text).message()); }

TEST(Vocabulary, AMistypedWordIsRefusedWithTheOneThatWasMeant) {
  EXPECT_THAT(Refusal(R"(types: "labl")"), HasSubstr("did you mean 'label'?"));
  EXPECT_THAT(Refusal(R"(types: "clusters")"), HasSubstr("did you mean 'cluster'?"));
  EXPECT_THAT(Refusal(R"(states: "publishd")"), HasSubstr("did you mean 'published'?"));
  EXPECT_THAT(Refusal(R"(kinds: "confernce")"), HasSubstr("did you mean 'conference'?"));
  EXPECT_THAT(Refusal(R"(types: "person")"), HasSubstr("cluster, event, label"));
}

TEST(Vocabulary, EveryFieldAndEveryExclusionIsNamedAtOnce) {
  const absl::Status status = Compile(
      R"(types: ["event", "labl"] states: "valit" none_of { types: "evnt" kinds: "x" } size { })");
  for (const char* path :
       {"filter.types[1]", "filter.states[0]", "filter.none_of[0].types[0]", "filter.size"}) {
    EXPECT_THAT(status, HasFieldError(path));
  }
}

TEST(Vocabulary, AWordOfAnotherTypeCannotMatchTheOnesThatAreAsked) {
  EXPECT_THAT(Refusal(R"(types: "event" states: "lapsed")"), HasSubstr("draft, published"));
  EXPECT_THAT(Refusal(R"(types: "cluster" kinds: "conference")"), HasSubstr("has no kind"));
  EXPECT_THAT(Compile(R"(types: ["event", "label"] states: "lapsed")"), IsOk());
}

TEST(Vocabulary, CaseDoesNotCount) {
  EXPECT_THAT(Compile(R"(types: "Event" kinds: "CONFERENCE" states: "Published")"), IsOk());
}

TEST(Vocabulary, AnOpenListTakesWhatIsNotNearlyAWordOfIt) {
  EXPECT_THAT(Compile(R"(types: "label" kinds: ["silver", "ecei:silver", "3-star"])"), IsOk());
  EXPECT_THAT(Compile(R"(kinds: "silver")"), IsOk());
  EXPECT_THAT(Compile(R"(types: "event" kinds: "silver")"), HasFieldError("filter.kinds[0]"));
  EXPECT_THAT(Compile(R"(kinds: "workshp")"), HasFieldError("filter.kinds[0]"));
}

TEST(Vocabulary, LevelsAreRefusedWhereTheyAreKnown) {
  Vocabulary words = Words();
  EXPECT_THAT(Compile(R"(label_levels: "ecei:sliver")", words), IsOk());
  words.levels = {{"ecei:bronze", "ecei:silver"}};
  EXPECT_THAT(Compile(R"(label_levels: "ecei:Silver")", words), IsOk());
  const absl::Status status =
      Compile(R"(label_levels: "ecei:sliver" labels_held: "ecei:tin")", words);
  EXPECT_THAT(std::string(status.message()), HasSubstr("did you mean 'ecei:silver'?"));
  EXPECT_THAT(status, HasFieldError("filter.labels_held[0]"));
}

TEST(Vocabulary, WhatIsWrittenWronglyIsNotRefusedForItsMeaningToo) {
  const absl::Status status = Compile(R"(types: "a b")");
  EXPECT_THAT(status, HasFieldError("filter.types[0]"));
  EXPECT_EQ(BadRequestOf(status).field_violations_size(), 1);
}

TEST(Vocabulary, SaysWhatNobodyHereKnows) {
  Filter filter;
  filter.add_types("label");
  filter.add_kinds("silver");
  filter.add_regions("nuts:DED");
  filter.add_label_levels("ecei:gold");
  EXPECT_THAT(
      UnknownValues(filter, Words()),
      ElementsAre("regions[0] 'nuts:DED'", "label_levels[0] 'ecei:gold'", "kinds[0] 'silver'"));
}

}  // namespace
}  // namespace clusterwire::filter
