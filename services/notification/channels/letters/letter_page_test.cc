#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <tuple>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/text/strings.h"
#include "services/notification/channels/letters/letter.h"

// The form of a letter that is a page.
namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::Not;

Notice LabelNotice() {
  return {.title = "ECEI Silver for Hamburg Aviation – the label was awarded",
          .group = "Labels",
          .text = "Valid until 2028-05-31.\nIt now matches “Labels in Germany”.",
          .link = "https://example.org/silver",
          .reasons = {"It is a label.", "It is in Germany (iso:DE)."}};
}

Notice EventNotice() {
  return {.title = "European Cluster Conference 2026 – the event has another date or place",
          .group = "Events",
          .text =
              "Two days of sessions and matchmaking in Prague.\n"
              "It matches “Conferences” as before.\n"
              "Period: 26 September 2026 to 27 September 2026 → 3 October 2026 to 4 October 2026",
          .link = "https://example.org/conference",
          .reasons = {"It is an event.", "It is of the kind conference."}};
}

// Of one who wants to be something else than text, in every place.
Notice HostileNotice() {
  const std::string word = "</title></bdi><script>document.body.innerHTML='x'</script>\"onload=\"x";
  return {
      .title = word + "{{SUBJECT}}{{>X}}\u202Eesrever " + std::string(10'000, 'W'),
      .group = "<i>" + word,
      .text = "<img src=x onerror=alert(1)>\r\nSubject: x\u2028" + word + std::string(3'000, 'M'),
      .link = "https://example.org/\"onclick=\"alert(1)",
      .reasons = {"<b>It is bold.</b>", word}};
}

LetterInput Changes(std::vector<Notice> notices) {
  return {.content = ChangesLetter{.notices = std::move(notices)},
          .sender = {.name = "Cluster Office", .postal = "Office Street 1\n10115 Berlin"},
          .links = {.unsubscribe = "https://example.org/u/1",
                    .preferences = "https://example.org/p/1?a=b&c=d"},
          .subscriptions = {"Labels in Germany"}};
}

// The words of a text, with what stands for punctuation and layout left out.
std::vector<std::string> WordsOf(std::string text) {
  for (char& c : text) {
    if (std::string_view("*-=:\n").find(c) != std::string_view::npos) c = ' ';
  }
  return absl::StrSplit(text, ' ', absl::SkipEmpty());
}

// What a reader of the page reads, each link's address behind its label.
std::string ReadPage(std::string page) {
  page = page.substr(page.find("<body"));
  std::string text;
  std::string address;
  for (size_t at = 0; at < page.size();) {
    if (page[at] != '<') {
      text += page[at++];
      continue;
    }
    const size_t end = page.find('>', at);
    const std::string tag = page.substr(at, end - at);
    const size_t href = tag.find("href=\"");
    if (href != std::string::npos) {
      address = tag.substr(href + 6, tag.find('"', href + 6) - href - 6);
    }
    text += tag == "</a"                                ? " " + address + " "
            : tag.starts_with("<bdi") || tag == "</bdi" ? ""
                                                        : " ";
    at = end + 1;
  }
  return absl::StrReplaceAll(
      text, {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}});
}

// Each by its name.
std::vector<std::pair<std::string, LetterInput>> EachKindOfLetter() {
  const absl::Time time = absl::FromUnixSeconds(1'800'000'000);
  std::vector<std::pair<std::string, LetterInput>> letters;
  const auto add = [&](const char* name, LetterContent content) {
    LetterInput input = Changes({});
    input.content = std::move(content);
    letters.emplace_back(name, std::move(input));
  };
  add("one", ChangesLetter{.notices = {LabelNotice()}});
  add("several", ChangesLetter{.notices = {LabelNotice(), EventNotice()}});
  add("digest", DigestLetter{.notices = {LabelNotice(), EventNotice(), LabelNotice()},
                             .more = 3,
                             .from = time - absl::Hours(24 * 7),
                             .until = time});
  add("confirmation", ConfirmationLetter{.address = "reader@example.org",
                                         .confirm_link = "https://example.org/c/1",
                                         .subscriptions = {"New labels", "Conferences"},
                                         .asked = time,
                                         .asked_by = "corp:4711",
                                         .asked_from = "192.0.2.7",
                                         .expires = time + absl::Hours(24 * 7)});
  letters.back().second.links = {};
  add("owner",
      OwnerLetter{.endpoint = "subscribers/a/endpoints/crm", .reason = "410 Gone", .since = time});
  add("test", TestLetter{.endpoint = "subscribers/a/endpoints/mail"});
  add("hostile", DigestLetter{.notices = {HostileNotice()}, .from = time, .until = time});
  letters.back().second.subscriptions = {"<u>" + HostileNotice().title};
  letters.back().second.sender = {.name = "<s>" + HostileNotice().title, .postal = "<s>y</s>"};
  return letters;
}

TEST(LetterPageTest, ThePageSaysWhatTheTextSays) {
  for (const auto language : {text::Language::kEnglish, text::Language::kGerman}) {
    for (auto& [name, input] : EachKindOfLetter()) {
      SCOPED_TRACE(name);
      input.language = language;
      const Letter letter = LetterOf(input);
      EXPECT_EQ(WordsOf(ReadPage(letter.html)), WordsOf(letter.text));
      EXPECT_THAT(letter.html,
                  HasSubstr(language == text::Language::kGerman ? "lang=\"de\"" : "lang=\"en\""));
    }
  }
}

TEST(LetterPageTest, ItFetchesNothingAndRunsNothingWhateverPeopleWrote) {
  for (const auto& [name, input] : EachKindOfLetter()) {
    SCOPED_TRACE(name);
    const std::string page = LetterOf(input).html;
    for (const char* no : {"<img", " src=\"", "url(", "<script", "<link", "<form", "@import", "<b>",
                           "<i>", "<u>", "<s>", "onclick=\"", "onload=\"", "\u202E"}) {
      EXPECT_THAT(page, Not(HasSubstr(no)));
    }
    constexpr std::string_view kOurs = "href=\"https://example.org/";
    for (size_t at = page.find("href="); at != std::string::npos; at = page.find("href=", at + 1)) {
      EXPECT_EQ(page.substr(at, kOurs.size()), kOurs);
    }
  }
}

TEST(LetterPageTest, WhatLooksLikeATemplateIsText) {
  const auto letters = EachKindOfLetter();
  EXPECT_THAT(LetterOf(letters.back().second).html, HasSubstr("{{SUBJECT}}{{&gt;X}}"));
}

// tests/integration/letters_test.py names a folder, to open them in a browser.
TEST(LetterPageTest, EachIsWrittenWhereABrowserFindsIt) {
  const char* named = std::getenv("CLUSTERWIRE_LETTERS");
  const std::filesystem::path folder = named != nullptr ? named : testing::TempDir();
  for (const auto language : {text::Language::kEnglish, text::Language::kGerman}) {
    for (auto& [name, input] : EachKindOfLetter()) {
      input.language = language;
      const std::filesystem::path path =
          folder / absl::StrCat(name, ".", ToAbsl(text::LanguageTag(language)), ".html");
      ASSERT_TRUE((std::ofstream(path) << LetterOf(input).html).flush());
      if (named == nullptr) std::filesystem::remove(path);
    }
  }
}

TEST(LetterPageTest, TheSameInputGivesTheSameLetter) {
  for (const auto& [name, input] : EachKindOfLetter()) {
    SCOPED_TRACE(name);
    const Letter letter = LetterOf(input);
    const Letter again = LetterOf(input);
    EXPECT_EQ(std::tie(letter.subject, letter.text, letter.html),
              std::tie(again.subject, again.text, again.html));
  }
}

}  // namespace
}  // namespace clusterwire::notification
