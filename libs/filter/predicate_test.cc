#include "libs/filter/predicate.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::filter {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

template <typename Message>
Message Text(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

Predicate Compiled(const std::string& filter, const Viewer& viewer = Viewer::Public()) {
  auto predicate = Predicate::Compile(Text<Filter>(filter), viewer);
  EXPECT_THAT(predicate, IsOk());
  return *std::move(predicate);
}

TEST(CompileTest, ListsEveryBreachOfALimitAtOnce) {
  Filter filter;
  for (int i = 0; i < 51; ++i) {
    filter.add_sectors(absl::StrCat("esca:s", i));
    filter.add_names(absl::StrCat("clusters/c", i));
    filter.add_regions(absl::StrCat("nuts:R", i));
    filter.add_programmes(absl::StrCat("programmes/p", i));
    filter.add_kinds(absl::StrCat("k", i));
    filter.add_external_ids(absl::StrCat("eccp:", i));
  }
  for (int i = 0; i < 21; ++i) {
    filter.add_types(absl::StrCat("t", i));
    filter.add_label_levels(absl::StrCat("ecei:l", i));
    filter.add_labels_held(absl::StrCat("ecei:l", i));
    filter.add_states(absl::StrCat("s", i));
    filter.add_languages(absl::StrCat("de-", 100 + i));
  }
  filter.set_words(std::string(501, 'a'));
  const auto predicate = Predicate::Compile(filter, Viewer::Public());
  EXPECT_THAT(predicate, StatusIs(absl::StatusCode::kInvalidArgument));
  for (const char* field :
       {"types", "names", "sectors", "regions", "programmes", "label_levels", "labels_held",
        "kinds", "states", "languages", "external_ids", "words"}) {
    EXPECT_THAT(predicate, HasFieldError(absl::StrCat("filter.", field)));
  }
}

TEST(CompileTest, TakesAsManyValuesAsTheLimitSays) {
  Filter filter;
  for (int i = 0; i < 50; ++i) filter.add_sectors(absl::StrCat("esca:s", i));
  filter.set_words("a b c d e f g h i j k l m n o p q r s t");
  EXPECT_THAT(Predicate::Compile(filter, Viewer::Public()), IsOk());
}

TEST(CompileTest, PathsStartWhereTheCallerSays) {
  const CompileOptions options{.path = "subscription.filter"};
  EXPECT_THAT(Predicate::Compile(Text<Filter>("sectors: 'ict'"), Viewer::Public(), options),
              HasFieldError("subscription.filter.sectors[0]"));
  EXPECT_THAT(Predicate::Compile(Text<Filter>("sectors: 'ict'"), Viewer::Public(), {.path = ""}),
              HasFieldError("sectors[0]"));
}

TEST(CompileTest, SubscriptionsRefusePrefixes) {
  const CompileOptions options{.allow_prefix_words = false};
  EXPECT_THAT(Predicate::Compile(Text<Filter>("words: 'photo*'"), Viewer::Public(), options),
              HasFieldError("filter.words"));
  EXPECT_THAT(Predicate::Compile(Text<Filter>("types: 'cluster' none_of { words: 'photo*' }"),
                                 Viewer::Public(), options),
              HasFieldError("filter.none_of[0].words"));
  EXPECT_THAT(Predicate::Compile(Text<Filter>("words: 'photo'"), Viewer::Public(), options),
              IsOk());
}

TEST(CompileTest, RefusesNumbersThatAreNone) {
  Filter filter;
  filter.mutable_within()->set_latitude(std::numeric_limits<double>::quiet_NaN());
  filter.mutable_within()->set_longitude(std::numeric_limits<double>::infinity());
  filter.mutable_within()->set_radius_meters(std::numeric_limits<double>::quiet_NaN());
  const auto predicate = Predicate::Compile(filter, Viewer::Public());
  EXPECT_THAT(predicate, AllOf(HasFieldError("filter.within.latitude"),
                               HasFieldError("filter.within.longitude"),
                               HasFieldError("filter.within.radius_meters")));
}

// A field number that no release has used yet.
void AddUnknownField(google::protobuf::Message* message) {
  message->GetReflection()->MutableUnknownFields(message)->AddVarint(9999, 1);
}

TEST(CompileTest, FiltersOfANewerReleaseFailClosedWhereverTheNewFieldIs) {
  std::vector<Filter> filters(5);
  AddUnknownField(&filters[0]);
  AddUnknownField(filters[1].add_none_of());
  AddUnknownField(filters[2].mutable_within());
  AddUnknownField(filters[3].mutable_size());
  AddUnknownField(filters[4].add_none_of()->mutable_deadline());
  for (const Filter& filter : filters) {
    const auto predicate = Predicate::Compile(filter, Viewer::Operator());
    EXPECT_THAT(predicate, StatusIs(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(predicate, ReasonIs("FILTER_UNKNOWN_FIELDS"));
  }
}

TEST(CanonicalTest, SortsFoldsAndForgetsRepeats) {
  const Predicate predicate = Compiled(
      "types: 'Label' types: 'cluster' types: 'label' languages: 'ZH-hant-tw' "
      "sectors: 'ESCA:ICT' regions: 'NUTS:ded' words: 'Straße  éclair* ECLAIR* MÜNCHEN' "
      "none_of { kinds: 'b' } none_of { kinds: 'a' } none_of { kinds: 'B' }");
  EXPECT_EQ(predicate.filter().ShortDebugString(),
            Text<Filter>("types: 'cluster' types: 'label' sectors: 'esca:ict' regions: 'nuts:DED' "
                         "languages: 'zh-Hant-TW' words: 'münchen strasse eclair*' "
                         "none_of { kinds: 'a' } none_of { kinds: 'b' }")
                .ShortDebugString());
}

TEST(ConditionsTest, AWordIsOneOfItsSpellingsAndTheBeginningOfOneIsSaidApart) {
  const Predicate predicate = Compiled("words: 'münchen strasse photo*'");
  const Conditions conditions = predicate.conditions();
  ASSERT_EQ(conditions.one_of.size(), 2u);
  EXPECT_EQ(conditions.one_of[0].field, TermField::kToken);
  EXPECT_THAT(conditions.one_of[0].values, ElementsAre("munchen", "muenchen"));
  EXPECT_THAT(conditions.one_of[1].values, ElementsAre("strasse"));
  ASSERT_EQ(conditions.prefixes.size(), 1u);
  EXPECT_THAT(conditions.prefixes[0].spellings, ElementsAre("photo"));
}

TEST(ConditionsTest, AreAllThatAFilterAsks) {
  const Predicate predicate = Compiled(
      "types: 'cluster' names: 'clusters/a' within { radius_meters: 1 } period { start: '2024' } "
      "deadline { end: '2025' } size { min: 1 } none_of { types: 'event' size { max: 2 } }");
  const Conditions conditions = predicate.conditions();
  EXPECT_EQ(conditions.one_of.size(), 2u);
  ASSERT_NE(conditions.within, nullptr);
  EXPECT_EQ(conditions.within->radius_meters(), 1);
  EXPECT_TRUE(conditions.period);
  EXPECT_TRUE(conditions.deadline);
  ASSERT_NE(conditions.size, nullptr);
  EXPECT_EQ(conditions.size->min(), 1);
  ASSERT_EQ(conditions.none_of.size(), 1u);
  EXPECT_THAT(conditions.none_of[0].one_of[0].values, ElementsAre("event"));
  EXPECT_NE(conditions.none_of[0].size, nullptr);
  EXPECT_TRUE(Compiled("").conditions().one_of.empty());
}

TEST(AudienceTest, CannotPretendToBeEverybody) {
  EXPECT_FALSE(Compiled("").Matches(Text<Facts>("name: 'clusters/a' audience { members: '' }")));
}

// Of the one field that the filter sets.
std::string Told(const char* filter, const Facts& facts) {
  const std::vector<Verdict> verdicts = Compiled(filter).Explain(facts);
  EXPECT_EQ(verdicts.size(), 2u) << filter;
  return verdicts.back().text;
}

TEST(ExplainTest, NamesThingsByTheirTitles) {
  const Facts facts = Text<Facts>(
      "type: 'event' name: 'events/e' clusters: 'clusters/a' programmes: 'programmes/p' "
      "codes: 'esca:ict' codes: 'nuts:DED' codes: 'iso:DE' codes: 'named:photonics' "
      "label_levels: 'ecei:silver' labels_held: 'ecei:silver' kind: 'side_event' "
      "state: 'published' languages: 'de' external_ids: 'eccp:1' size: 7 title: 'München' "
      "period { start: '2024-05' end: '2024-06' } deadline: '2024-04-30' "
      "titles { value: 'clusters/a' title: 'Alpha' } titles { value: 'nuts:DED' title: 'Saxony' } "
      "titles { value: 'iso:DE' title: 'Germany' } titles { value: 'esca:ict' title: 'ICT' } "
      "titles { value: 'ecei:silver' title: 'ECEI Silver' }");
  EXPECT_EQ(Told("types: 'event'", facts), "is an event");
  EXPECT_EQ(Told("types: 'label_scheme'", facts), "is an event; asked for a label scheme");
  EXPECT_EQ(Told("names: 'clusters/a'", facts), "belongs to Alpha (clusters/a)");
  EXPECT_EQ(Told("names: 'events/e'", facts), "is events/e itself");
  EXPECT_EQ(Told("names: 'clusters/b' names: 'clusters/c'", facts),
            "doesn't belong to clusters/b or clusters/c");
  EXPECT_EQ(Told("sectors: 'esca:ict' sectors: 'named:photonics'", facts),
            "works in ICT (esca:ict) and named:photonics");
  EXPECT_EQ(Told("regions: 'nuts:DED'", facts), "is in Saxony (nuts:DED)");
  EXPECT_EQ(Told("regions: 'nuts:DEA'", facts),
            "is in Saxony (nuts:DED) and Germany (iso:DE); asked for nuts:DEA");
  EXPECT_EQ(Told("programmes: 'programmes/p'", facts), "belongs to p (programmes/p)");
  EXPECT_EQ(Told("label_levels: 'ecei:silver'", facts), "has the label ECEI Silver (ecei:silver)");
  EXPECT_EQ(Told("labels_held: 'ecei:gold'", facts),
            "has or had the label ECEI Silver (ecei:silver); asked for ecei:gold");
  EXPECT_EQ(Told("kinds: 'side_event'", facts), "is of the kind side event");
  EXPECT_EQ(Told("states: 'published'", facts), "is published");
  EXPECT_EQ(Told("languages: 'DE'", facts), "uses German (de)");
  EXPECT_EQ(Told("external_ids: 'eccp:1'", facts), "is known as eccp:1");
  EXPECT_EQ(Told("size { min: 5 }", facts), "has 7 members; asked for at least 5");
  EXPECT_EQ(Told("words: 'munich mün*'", facts), "lacks munich");
  EXPECT_EQ(Told("words: 'mün*'", facts), "mentions “mün…”");
  EXPECT_EQ(Told("period { start: '2024' end: '2024' }", facts),
            "is dated 1 May 2024 to 30 June 2024; asked for 1 January 2024 to 31 December 2024");
  EXPECT_EQ(Told("deadline { start: '2025' }", facts),
            "is due 30 April 2024; asked for from 1 January 2025");
  EXPECT_EQ(Told("none_of { regions: 'nuts:DEA' }", facts),
            "isn't excluded, since it is in Saxony (nuts:DED) and Germany (iso:DE); asked for "
            "nuts:DEA");
  EXPECT_EQ(Told("none_of { types: 'event' regions: 'iso:DE' }", facts),
            "is excluded, since it is an event and is in Germany (iso:DE)");
  EXPECT_EQ(Told("within { radius_meters: 1 }", facts),
            "is at a place that isn't known to the address or the city");
  EXPECT_EQ(Told("states: 'valid'", Facts()), "has none; asked for valid");
}

TEST(ExplainTest, TellsTheSameInGerman) {
  const Telling german = {
      .language = text::Language::kGerman,
      .called = [](std::string_view field, std::string_view type, std::string_view value,
                   text::Language language) -> std::string {
        EXPECT_EQ(type, "event");
        EXPECT_EQ(language, text::Language::kGerman);
        if (field == "types" && value == "event") return "eine Veranstaltung";
        return field == "states" ? "angekündigt" : "";
      }};
  const Facts facts = Text<Facts>(
      "type: 'event' name: 'events/e' clusters: 'clusters/a' programmes: 'programmes/p' "
      "codes: 'iso:DE' kind: 'side_event' state: 'published' languages: 'de' size: 7 "
      "title: 'München' period { start: '2024-05' end: '2024-06' } deadline: '2024-04-30' "
      "titles { value: 'iso:DE' title: 'Germany' } "
      "point { latitude: 51.05 longitude: 13.74 precision: POINT_PRECISION_CITY }");
  const auto told = [&](const char* filter) {
    return Compiled(filter).Explain(facts, german).back().text;
  };
  EXPECT_EQ(Compiled("").Explain(facts, german).front().text, "darf gesehen werden");
  EXPECT_EQ(told("types: 'event'"), "ist eine Veranstaltung");
  EXPECT_EQ(told("names: 'clusters/a'"), "gehört zu clusters/a");
  EXPECT_EQ(told("names: 'events/e'"), "ist events/e selbst");
  EXPECT_EQ(told("names: 'clusters/b' names: 'clusters/c'"),
            "gehört nicht zu clusters/b oder clusters/c");
  EXPECT_EQ(told("regions: 'nuts:DEA'"), "liegt in Germany (iso:DE); gefragt ist nuts:DEA");
  EXPECT_EQ(told("kinds: 'side_event'"), "ist von der Art side event");
  EXPECT_EQ(told("states: 'published'"), "hat den Status angekündigt");
  EXPECT_EQ(told("languages: 'de'"), "verwendet Deutsch (de)");
  EXPECT_EQ(told("label_levels: 'ecei:gold'"), "hat dazu keine Angabe; gefragt ist ecei:gold");
  EXPECT_EQ(told("size { min: 5 max: 9 }"),
            "hat 7 Mitglieder; gefragt sind mindestens 5 höchstens 9");
  EXPECT_EQ(told("words: 'berlin'"), "enthält nicht berlin");
  EXPECT_EQ(told("words: 'mün*'"), "erwähnt „mün…“");
  EXPECT_EQ(told("period { start: '2024' end: '2024' }"),
            "hat als Zeit 1. Mai 2024 bis 30. Juni 2024; gefragt ist 1. Januar 2024 bis "
            "31. Dezember 2024");
  EXPECT_EQ(told("deadline { start: '2025' }"),
            "hat als Frist 30. April 2024; gefragt ist ab dem 1. Januar 2025");
  EXPECT_EQ(told("within { latitude: 52.52 longitude: 13.40 radius_meters: 300000 }"),
            "liegt 165,1 km von der Mitte des Umkreises entfernt; gefragt sind höchstens 300,0 km");
  EXPECT_EQ(told("none_of { regions: 'nuts:DEA' }"),
            "ist nicht ausgeschlossen, denn es liegt in Germany (iso:DE); gefragt ist nuts:DEA");
  EXPECT_EQ(told("none_of { types: 'event' regions: 'iso:DE' }"),
            "ist ausgeschlossen, denn es ist eine Veranstaltung und liegt in Germany (iso:DE)");
}

TEST(ExplainTest, GivesAVerdictForEachFieldInTheOrderOfFilter) {
  const Facts facts = Text<Facts>(
      "type: 'cluster' name: 'clusters/a' title: 'Alpha' codes: 'esca:ict' codes: 'iso:DE' size: 7 "
      "point { latitude: 51.05 longitude: 13.74 precision: POINT_PRECISION_CITY }");
  const Predicate predicate = Compiled(
      "types: 'cluster' sectors: 'esca:health' size { min: 10 } words: 'alpha beta' "
      "within { latitude: 52.52 longitude: 13.40 radius_meters: 300000 } "
      "none_of { regions: 'iso:DE' }");
  const auto verdict = [](const char* field, bool matched, const char* text) {
    return AllOf(Field("field", &Verdict::field, field),
                 Field("matched", &Verdict::matched, matched),
                 Field("text", &Verdict::text, HasSubstr(text)));
  };
  EXPECT_THAT(
      predicate.Explain(facts),
      ElementsAre(verdict("audience", true, "may be seen"), verdict("types", true, "is a cluster"),
                  verdict("sectors", false, "works in esca:ict; asked for esca:health"),
                  verdict("within", true, "165."),
                  verdict("size", false, "has 7 members; asked for at least 10"),
                  verdict("words", false, "lacks beta"),
                  verdict("none_of[0]", false, "is excluded, since it is in iso:DE")));
}

TEST(WithoutTest, LeavesOutOneField) {
  const Predicate predicate = Compiled("types: 'cluster' sectors: 'esca:ict'");
  EXPECT_EQ(predicate.Without("sectors").filter().ShortDebugString(),
            Text<Filter>("types: 'cluster'").ShortDebugString());
  EXPECT_EQ(&predicate.Without("kinds").filter(), &predicate.filter());
}

TEST(TransitionTest, NamesWhatAChangeMeans) {
  const Predicate predicate = Compiled("sectors: 'esca:ict'");
  const auto transition = [&predicate](const Facts* before, const Facts* after) {
    return TransitionOf(before != nullptr && predicate.Matches(*before),
                        after != nullptr && predicate.Matches(*after));
  };
  const Facts ict = Text<Facts>("name: 'clusters/a' codes: 'esca:ict'");
  const Facts health = Text<Facts>("name: 'clusters/a' codes: 'esca:health'");
  const Facts draft = Text<Facts>("name: 'clusters/a' codes: 'esca:ict' audience { }");
  EXPECT_EQ(transition(nullptr, &ict), Transition::kEntered);
  EXPECT_EQ(transition(&ict, &health), Transition::kLeft);
  EXPECT_EQ(transition(&ict, nullptr), Transition::kLeft);
  EXPECT_EQ(transition(&ict, &ict), Transition::kChanged);
  EXPECT_EQ(transition(&health, nullptr), Transition::kNone);
  EXPECT_EQ(transition(&draft, &ict), Transition::kEntered);
  EXPECT_EQ(transition(nullptr, nullptr), Transition::kNone);
}

}  // namespace
}  // namespace clusterwire::filter
