#include "services/notification/channels/letters/letter.h"

#include "absl/strings/str_cat.h"
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
            "  Why you are told:\n"
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
  EXPECT_EQ(letter.subject, "Digest of 15 January 2027: Labels (2) and Events (1)");
  EXPECT_THAT(letter.text,
              AllOf(HasSubstr("7 changes from 8 January 2027, 08:00 (UTC) to 15 "),
                    HasSubstr("\n== Labels (2) ==\n"), HasSubstr("\n== Events (1) ==\n"),
                    HasSubstr("\n4 more aren't shown here.\n")));
}

TEST(LetterTest, WhatIsLongIsCutAndCounted) {
  Notice long_notice = LabelNotice();
  long_notice.text.clear();
  for (int i = 0; i < 20; ++i) long_notice.text += std::string(5'000, 'x') + "\n";
  LetterInput input = Changes(std::vector<Notice>(50, long_notice));
  input.subscriptions = {"a", "b", "c", "d", "e", "f", "g"};
  const Letter letter = LetterOf(input);
  EXPECT_LT(letter.text.size(), 150'000u);
  EXPECT_THAT(letter.text, AllOf(HasSubstr("\n45 more aren't shown here.\n"),
                                 HasSubstr("subscriptions “a”, “b”, “c”, “d”, “e” and 2 more.")));
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

TEST(LetterTest, WhoAsksCannotFillTheMailThatAsksWithTheirOwnWords) {
  LetterInput input = Changes({LabelNotice()});
  ConfirmationLetter content{.address = "reader@example.org",
                             .confirm_link = "https://example.org/c/1",
                             .asked = absl::FromUnixSeconds(1'800'000'000),
                             .asked_by = "corp:anna",
                             .expires = absl::FromUnixSeconds(1'800'604'800)};
  for (int i = 0; i < 1000; ++i) {
    content.subscriptions.push_back(absl::StrCat(i, " ", std::string(190, 'x')));
  }
  input.content = std::move(content);
  const Letter letter = LetterOf(input);
  EXPECT_THAT(letter.text, HasSubstr("and 990 more."));
  EXPECT_LT(letter.text.size(), 5'000u);
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

}  // namespace
}  // namespace clusterwire::notification
