#include "libs/mail/reply.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace clusterwire::mail {
namespace {

using Kind = SendResult::Kind;

// A talk in which everything was taken up to what `said` says, to which `heard` was the answer.
Kind After(const std::string& said, const std::vector<std::string>& heard, bool reused = false) {
  Talk talk;
  talk.reused = reused;
  if (!reused) {
    for (const std::string line : {"220 hello"}) talk.Hear(line);
    if (said == "EHLO x") {
      talk.Say(said);
      for (const std::string& line : heard) talk.Hear(line);
      return FailureOf(talk);
    }
    talk.Say("EHLO x");
    talk.Hear("250 ok");
  }
  for (const std::string line : {"MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>", "DATA"}) {
    talk.Say(line);
    if (line == said) {
      for (const std::string& answer : heard) talk.Hear(answer);
      return FailureOf(talk);
    }
    talk.Hear(line == "DATA" ? "354 go" : "250 ok");
  }
  for (const std::string& answer : heard) talk.Hear(answer);
  return FailureOf(talk);
}

const std::string kRcpt = "RCPT TO:<b@example.org>";
const std::string kMail = "MAIL FROM:<a@example.org>";
const std::string kBody = "the mail";

TEST(FailureOf, ARecipientThatIsNotThereIsNotTriedAgain) {
  for (const std::string line : {"550 5.1.1 unknown", "550 no", "551 5.1.6 moved", "553 5.1.3 bad",
                                 "554 5.1.1 none", "550 5.2.1 disabled"}) {
    EXPECT_EQ(After(kRcpt, {line}), Kind::kAddressRefused) << line;
  }
  EXPECT_EQ(After(kRcpt, {"550-5.1.1 there is", "550 5.1.1 none"}), Kind::kAddressRefused);
}

TEST(FailureOf, ARecipientThatIsThereMayBeTriedAgain) {
  EXPECT_EQ(After(kRcpt, {"452 4.2.2 full"}), Kind::kMailboxFull);
  EXPECT_EQ(After(kRcpt, {"552 5.2.2 full"}), Kind::kMailboxFull);
  EXPECT_EQ(After(kRcpt, {"550 5.2.2 full"}), Kind::kMailboxFull);
  EXPECT_EQ(After(kRcpt, {"552 full"}), Kind::kMailboxFull);
  for (const std::string line :
       {"450 4.7.1 greylisted", "451 later", "452 4.5.3 too many", "554 5.7.1 relay access denied",
        "550 5.7.1 we don't like you", "550 Relaying denied"}) {
    EXPECT_EQ(After(kRcpt, {line}), Kind::kLater) << line;
  }
  EXPECT_EQ(After(kRcpt, {"553 5.6.7 needs SMTPUTF8"}), Kind::kMessageRefused);
}

TEST(FailureOf, WhatIsWrongWithTheMailIsSaidOfTheMail) {
  EXPECT_EQ(After(kMail, {"552 5.3.4 too large"}), Kind::kMessageRefused);
  EXPECT_EQ(After("DATA", {"554 5.5.1 no"}), Kind::kMessageRefused);
  EXPECT_EQ(After(kBody, {"554 5.6.0 not like this"}), Kind::kMessageRefused);
  EXPECT_EQ(After(kBody, {"550 5.7.1 spam"}), Kind::kMessageRefused);
  EXPECT_EQ(After(kBody, {"451 4.3.0 later"}), Kind::kLater);
  EXPECT_EQ(After("DATA", {"451 later"}), Kind::kLater);
  EXPECT_EQ(After(kBody, {"552 5.2.2 full"}), Kind::kMailboxFull);
}

TEST(FailureOf, WhatIsWrongWithUsOrTheServerIsSaidOfAllMails) {
  EXPECT_EQ(FailureOf(Talk()), Kind::kServerAway);
  EXPECT_EQ(After("EHLO x", {"554 5.7.1 go away"}), Kind::kServerAway);
  EXPECT_EQ(After("EHLO x", {}), Kind::kServerAway);
  EXPECT_EQ(After(kMail, {"451 4.3.0 no space"}), Kind::kServerAway);
  EXPECT_EQ(After(kMail, {"530 5.7.0 log in first"}), Kind::kServerAway);
  EXPECT_EQ(After(kMail, {"553 5.7.1 not your address"}), Kind::kServerAway);
  EXPECT_EQ(After(kRcpt, {"530 5.7.0 log in first"}), Kind::kServerAway);
  EXPECT_EQ(After(kRcpt, {}), Kind::kServerAway);
  for (const std::string& said : {kMail, kRcpt, std::string("DATA"), kBody}) {
    EXPECT_EQ(After(said, {"421 4.3.2 closing"}), Kind::kServerAway) << said;
  }
}

TEST(FailureOf, AUsedConnectionThatDiedSaysNothing) {
  EXPECT_EQ(After(kMail, {}, /*reused=*/true), Kind::kStale);
  EXPECT_EQ(After(kMail, {"421 too long idle"}, /*reused=*/true), Kind::kStale);
  EXPECT_EQ(After(kRcpt, {}, /*reused=*/true), Kind::kStale);
}

TEST(FailureOf, SilenceAfterTheMailLeavesItOpenWhetherItWasTaken) {
  EXPECT_EQ(After(kBody, {}), Kind::kUnknown);
  EXPECT_EQ(After(kBody, {}, /*reused=*/true), Kind::kUnknown);
}

TEST(Talk, AServerThatSaysTooMuchIsCutOff) {
  Talk talk;
  const std::string line(1000, 'x');
  int taken = 0;
  while (talk.Hear("250-" + line)) ++taken;
  EXPECT_LT(taken, 20);
  EXPECT_LT(talk.answer.size(), 3000U);
}

}  // namespace
}  // namespace clusterwire::mail
