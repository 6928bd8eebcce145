#include "services/notification/channels/letters/letter.h"

#include <tuple>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::notification {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Notice LabelNotice() {
  return {.title = "ECEI Silver for Hamburg Aviation – the label was awarded",
          .group = "Labels",
          .text = "Valid until 2028-05-31.\nIt now matches “Labels in Germany”.",
          .link = "https://example.org/silver",
          .reasons = {"It is a label.", "It is in Germany (iso:DE)."}};
}

LetterInput Changes(std::vector<Notice> notices) {
  return {
      .content = ChangesLetter{.notices = std::move(notices)},
      .sender = {.name = "Cluster Office", .postal = "Office Street 1\n10115 Berlin"},
      .links = {.unsubscribe = "https://example.org/u/1", .preferences = "https://example.org/p/1"},
      .subscriptions = {"Labels in Germany"}};
}

TEST(LetterTest, OneChangeIsTheSubjectAndNotRepeated) {
  const Letter letter = LetterOf(Changes({LabelNotice()}));
  EXPECT_EQ(letter.subject, "ECEI Silver for Hamburg Aviation – the label was awarded");
  EXPECT_EQ(letter.text,
            "ECEI Silver for Hamburg Aviation – the label was awarded\n"
            "\n"
            "  Valid until 2028-05-31.\n"
            "  It now matches “Labels in Germany”.\n"
            "  - It is a label.\n"
            "  - It is in Germany (iso:DE).\n"
            "  Read more: https://example.org/silver\n"
            "\n"
            "----\n"
            "You get this mail because of your subscription “Labels in Germany”.\n"
            "You can object to such mails at any time, without giving reasons: to unsubscribe is "
            "enough.\n"
            "Unsubscribe:\n"
            "https://example.org/u/1\n"
            "All your subscriptions, and their language:\n"
            "https://example.org/p/1\n"
            "\n"
            "Cluster Office\n"
            "Office Street 1\n"
            "10115 Berlin\n");
}

TEST(LetterTest, SeveralChangesAreCountedInTheSubject) {
  EXPECT_THAT(LetterOf(Changes({LabelNotice(), LabelNotice()})).subject,
              testing::EndsWith("awarded, and one more change"));
  LetterInput input = Changes(std::vector<Notice>(103, LabelNotice()));
  input.language = text::Language::kGerman;
  const Letter letter = LetterOf(input);
  EXPECT_THAT(letter.subject, testing::EndsWith(" und 102 weitere Änderungen"));
  EXPECT_THAT(letter.text, HasSubstr("3 weitere sind hier nicht gezeigt."));
}

TEST(LetterTest, ADigestStandsInGroupsWithTheirCounts) {
  Notice event = LabelNotice();
  event.group = "Events";
  LetterInput input = Changes({LabelNotice(), event, LabelNotice()});
  DigestLetter digest{.notices = std::get<ChangesLetter>(input.content).notices,
                      .from = absl::FromUnixSeconds(1'799'395'200),
                      .until = absl::FromUnixSeconds(1'800'000'000)};
  digest.more = 4;
  input.content = digest;
  const Letter letter = LetterOf(input);
  EXPECT_EQ(letter.subject, "Digest of 15 January 2027: 2 Labels and 1 Events");
  EXPECT_THAT(letter.text,
              AllOf(HasSubstr("7 changes from 8 January 2027, 08:00 (UTC) to 15 "),
                    HasSubstr("\n== Labels (2) ==\n"), HasSubstr("\n== Events (1) ==\n"),
                    HasSubstr("\n4 more aren't shown here.\n")));
}

TEST(LetterTest, AConfirmationSaysWhoAskedForWhatAndNothingElse) {
  LetterInput input = Changes({LabelNotice()});
  input.content = ConfirmationLetter{.address = "reader@example.org",
                                     .confirm_link = "https://example.org/c/1",
                                     .subscriptions = {"New labels", "Conferences"},
                                     .asked = absl::FromUnixSeconds(1'800'000'000),
                                     .asked_from = "192.0.2.7",
                                     .expires = absl::FromUnixSeconds(1'800'604'800)};
  input.subscriptions.clear();
  const Letter letter = LetterOf(input);
  EXPECT_EQ(letter.subject, "Please confirm your address: Cluster Office");
  EXPECT_THAT(letter.text,
              AllOf(HasSubstr("Cluster Office was asked to send mails to reader@example.org, for "
                              "“New labels” and “Conferences”."),
                    HasSubstr("confirm it by 22 January 2027, 08:00 (UTC):"),
                    HasSubstr("\nConfirm:\nhttps://example.org/c/1\n"),
                    HasSubstr("15 January 2027, 08:00 (UTC), from the network address 192.0.2.7."),
                    HasSubstr("ignore this mail"), Not(HasSubstr("nsubscribe"))));
}

TEST(LetterTest, AnOwnerIsToldWhatReachesThemNoMore) {
  LetterInput input = Changes({LabelNotice()});
  input.language = text::Language::kGerman;
  input.content = OwnerLetter{.endpoint = "subscribers/a/endpoints/crm",
                              .reason = "410 Gone",
                              .since = absl::FromUnixSeconds(1'800'000'000)};
  const Letter letter = LetterOf(input);
  EXPECT_EQ(letter.subject, "subscribers/a/endpoints/crm wurde abgeschaltet");
  EXPECT_THAT(letter.text, AllOf(HasSubstr("Seit 15. Januar 2027, 08:00 Uhr (UTC)"),
                                 HasSubstr("Grund: 410 Gone")));
}

TEST(LetterTest, NothingThatPeopleWroteIsALineOfOursOrALinkThatCannotBeFollowed) {
  Notice notice = LabelNotice();
  notice.title = "Gold\r\nBcc: evil@example.org\u202E" + std::string(10'000, 'x');
  notice.link = "javascript:alert(1)";
  notice.text = "Fine.\u2028Unsubscribe:\x1b[2J";
  const Letter letter = LetterOf(Changes({notice}));
  EXPECT_THAT(letter.subject, testing::StartsWith("Gold  Bcc: evil@example.org x"));
  EXPECT_LE(letter.subject.size(), kMaxSubjectBytes);
  EXPECT_THAT(letter.text, AllOf(Not(HasSubstr("javascript")), HasSubstr("\n  Fine. Unsubscribe"),
                                 Not(HasSubstr("\x1b")), Not(HasSubstr("\u202E"))));
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

std::vector<LetterInput> EachKindOfLetter() {
  LetterInput input = Changes({LabelNotice(), LabelNotice()});
  input.links.feed = "https://example.org/f/1?a=b&c=d";
  std::vector<LetterInput> inputs = {Changes({LabelNotice()}), input};
  const absl::Time time = absl::FromUnixSeconds(1'800'000'000);
  input.content = DigestLetter{
      .notices = {LabelNotice(), LabelNotice()}, .more = 3, .from = time, .until = time};
  inputs.push_back(input);
  input.content = OwnerLetter{.endpoint = "subscribers/a/endpoints/crm", .reason = "410"};
  inputs.push_back(input);
  input.content = TestLetter{.endpoint = "subscribers/a/endpoints/mail"};
  inputs.push_back(input);
  input.content = ConfirmationLetter{.address = "a@example.org",
                                     .confirm_link = "https://example.org/c/1",
                                     .subscriptions = {"New labels"},
                                     .asked = time,
                                     .asked_by = "corp:4711",
                                     .asked_from = "192.0.2.7",
                                     .expires = time};
  inputs.push_back(input);
  return inputs;
}

TEST(LetterTest, ThePageSaysWhatTheTextSays) {
  for (const auto language : {text::Language::kEnglish, text::Language::kGerman}) {
    for (LetterInput input : EachKindOfLetter()) {
      input.language = language;
      const Letter letter = LetterOf(input);
      EXPECT_EQ(WordsOf(ReadPage(letter.html)), WordsOf(letter.text));
      EXPECT_THAT(letter.html,
                  HasSubstr(language == text::Language::kGerman ? "lang=\"de\"" : "lang=\"en\""));
    }
  }
}

TEST(LetterTest, ThePageFetchesNothingAndLinksOnlyToWhatItWasGiven) {
  for (const LetterInput& input : EachKindOfLetter()) {
    const std::string page = LetterOf(input).html;
    for (const char* fetching : {"<img", "src=", "url(", "<script", "<link", "<form", "@import"}) {
      EXPECT_THAT(page, Not(HasSubstr(fetching)));
    }
    size_t links = 0;
    for (size_t at = page.find("href="); at != std::string::npos; at = page.find("href=", at + 1)) {
      EXPECT_EQ(page.substr(at, 27), "href=\"https://example.org/" + page.substr(at + 26, 1));
      ++links;
    }
    EXPECT_LE(links, 6u);
  }
}

TEST(LetterTest, AHostileTitleIsTextOnThePage) {
  Notice notice = LabelNotice();
  notice.title = "</title><script>alert(1)</script>{{SUBJECT}}{{>X}}\"onload=\"x";
  notice.text = "<img src=x onerror=alert(1)>";
  notice.reasons = {"<b>It is bold.</b>"};
  notice.group = "<i>Labels</i>";
  notice.link = "https://example.org/\"onclick=\"alert(1)";
  LetterInput input = Changes({notice, notice});
  input.subscriptions = {"<u>x</u>"};
  input.sender.postal = "<s>y</s>";
  const std::string page = LetterOf(input).html;
  for (const char* tag : {"<script", "<img", "<b>", "<i>", "<u>", "<s>", "onclick=\""}) {
    EXPECT_THAT(page, Not(HasSubstr(tag)));
  }
  EXPECT_THAT(page, HasSubstr("{{SUBJECT}}{{&gt;X}}"));
}

TEST(LetterTest, TheSameInputGivesTheSameLetter) {
  for (const LetterInput& input : EachKindOfLetter()) {
    const Letter letter = LetterOf(input);
    const Letter again = LetterOf(input);
    EXPECT_EQ(std::tie(letter.subject, letter.text, letter.html),
              std::tie(again.subject, again.text, again.html));
  }
}

}  // namespace
}  // namespace clusterwire::notification
