#include "libs/identity/token.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/identity/testing/signer.h"

namespace clusterwire::identity {
namespace {

constexpr char kHeader[] = R"({"alg":"RS256","kid":"one"})";
constexpr char kClaims[] = R"({"iss":"https://id","sub":"a","aud":"cw","exp":2000000000})";
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

absl::StatusOr<Token> Parsed(const std::string& header, const std::string& claims = kClaims) {
  return Token::Parse(Join(header, claims, "signature"));
}

absl::StatusOr<Claims> Read(const std::string& claims) {
  const auto token = Parsed(kHeader, claims);
  if (!token.ok()) return token.status();
  return ReadClaims(*token, "cw");
}

TEST(TokenTest, ItsPartsAreRead) {
  const auto token = Parsed(kHeader);
  ASSERT_THAT(token, IsOk());
  EXPECT_EQ(token->algorithm->name, "RS256");
  EXPECT_EQ(token->key_id, "one");
  EXPECT_EQ(token->issuer, "https://id");
  const auto claims = ReadClaims(*token, "cw");
  ASSERT_THAT(claims, IsOk());
  EXPECT_EQ(claims->subject, "a");
  EXPECT_EQ(claims->expiry, absl::FromUnixSeconds(2'000'000'000));
}

TEST(TokenTest, OnlyAsymmetricAlgorithmsAreTaken) {
  for (const char* algorithm : {"none", "None", "NONE", "nOnE", "", "HS256", "HS512", "dir",
                                "A128KW", "RSA1_5", "rs256", "RS256 ", "EdDSA", "ES256K"}) {
    EXPECT_THAT(Parsed(absl::StrCat(R"({"alg":")", algorithm, R"("})")),
                ReasonIs("TOKEN_ALGORITHM"))
        << algorithm;
  }
  EXPECT_THAT(Parsed("{}"), ReasonIs("TOKEN_ALGORITHM"));
  EXPECT_THAT(Parsed(R"({"alg":["RS256"]})"), ReasonIs("TOKEN_ALGORITHM"));
  // As libraries write it: without a signature.
  EXPECT_THAT(Token::Parse(Join(R"({"alg":"none"})", kClaims, "")), ReasonIs("TOKEN_ALGORITHM"));
}

TEST(TokenTest, WhatItAsksForAndNobodyKnowsIsRefused) {
  for (const char* header :
       {R"({"alg":"RS256","crit":["exp"],"exp":1})", R"({"alg":"RS256","crit":[]})",
        R"({"alg":"RS256","b64":false,"crit":["b64"]})", R"({"alg":"RS256","b64":false})"}) {
    EXPECT_THAT(Parsed(header), ReasonIs("TOKEN_CRITICAL")) << header;
  }
}

TEST(TokenTest, ItHasThreePartsWrittenInTheOneWay) {
  const std::string good = Join(kHeader, kClaims, "signature");
  ASSERT_THAT(Token::Parse(good), IsOk());
  const std::string texts[] = {
      "",
      ".",
      "..",
      "...",
      "garbage",
      good + ".",
      "." + good,
      good + ".AAAA",
      good + "=",
      good + " ",
      " " + good,
      good + "\n",
      good.substr(0, good.find('.')),
      Join(kHeader, kClaims, ""),
      Join("[]", kClaims, "s"),
      Join(kHeader, "[]", "s"),
      Join(kHeader, "", "s"),
      Join(kHeader, R"({"sub":"a","sub":"b"})", "s"),
      Join(R"({"alg":"RS256","alg":"RS256"})", kClaims, "s"),
      Join(kHeader, R"({"a":{"b":1,"b":2}})", "s"),
      Join(kHeader, "{\"sub\":\"\xff\"}", "s"),
      Join(R"({"alg":"RS256","kid":1})", kClaims, "s"),
      Join(kHeader, absl::StrCat(R"({"a":)", std::string(50, '['), std::string(50, ']'), "}"), "s"),
      Join(kHeader, std::string(kClaims) + "x", "s"),
      Join(kHeader, std::string(kClaims) + std::string("\0x", 2), "s"),
      Join(std::string(kHeader) + '\0', kClaims, "s"),
      "+" + good.substr(1),
      "%" + good.substr(1)};
  for (const std::string& text : texts) {
    EXPECT_THAT(Token::Parse(text), ReasonIs("TOKEN_MALFORMED")) << text;
  }
  // Two bits are left over in the last letter: another letter would say the same bytes.
  std::string twin = Join(kHeader, kClaims, "sign");
  ASSERT_EQ(twin.back(), 'g');
  twin.back() = 'h';
  EXPECT_THAT(Token::Parse(twin), ReasonIs("TOKEN_MALFORMED"));
}

TEST(TokenTest, AHugeOneIsRefusedByItsSize) {
  const std::string huge =
      Join(kHeader, absl::StrCat(R"({"a":")", std::string(12'000, 'a'), R"("})"), "s");
  EXPECT_THAT(Token::Parse(huge), ReasonIs("TOKEN_TOO_LARGE"));
}

TEST(TokenTest, TheAudienceIsOneTextOrAmongSeveral) {
  const auto with = [](const char* audience) {
    return Read(absl::StrCat(R"({"sub":"a","exp":2000000000,"aud":)", audience, "}"));
  };
  EXPECT_THAT(with(R"("cw")"), IsOk());
  EXPECT_THAT(with(R"(["other","cw"])"), IsOk());
  for (const char* audience : {R"("CW")", R"("cw ")", R"([])", R"(["other"])", "null", "1",
                               R"([["cw"]])", R"({"cw":"cw"})", R"("cw,other")"}) {
    EXPECT_THAT(with(audience), ReasonIs("TOKEN_AUDIENCE")) << audience;
  }
  EXPECT_THAT(Read(R"({"sub":"a","exp":2000000000})"), ReasonIs("TOKEN_AUDIENCE"));
}

TEST(TokenTest, TheSubjectIsVisible) {
  const auto with = [](const std::string& subject) {
    return Read(absl::StrCat(R"({"aud":"cw","exp":2000000000,"sub":)", subject, "}"));
  };
  EXPECT_THAT(with(R"("system:serviceaccount:ns:name")"), IsOk());
  EXPECT_THAT(with(absl::StrCat("\"", std::string(200, 'a'), "\"")), IsOk());
  for (const std::string& subject :
       {std::string(R"("")"), std::string(R"("a b")"), std::string(R"("a\u0000b")"),
        std::string(R"("a\nb")"), std::string(R"("*")"), std::string(R"("a:*")"),
        std::string(R"("\u202ea")"), std::string("1"), std::string("null"), std::string(R"(["a"])"),
        absl::StrCat("\"", std::string(201, 'a'), "\"")}) {
    EXPECT_THAT(with(subject), ReasonIs("TOKEN_SUBJECT")) << subject;
  }
  EXPECT_THAT(Read(R"({"aud":"cw","exp":2000000000})"), ReasonIs("TOKEN_SUBJECT"));
}

TEST(TokenTest, ItsTimesAreTimes) {
  const auto with = [](const char* claims) {
    return Read(absl::StrCat(R"({"aud":"cw","sub":"a",)", claims, "}"));
  };
  EXPECT_THAT(with(R"("exp":2000000000.5)"), IsOk());
  for (const char* claims :
       {R"("x":1)", R"("exp":"2000000000")", R"("exp":null)", R"("exp":-1)", R"("exp":1e300)",
        R"("exp":true)", R"("exp":2000000000,"iat":"now")", R"("exp":2000000000,"nbf":null)"}) {
    EXPECT_THAT(with(claims), ReasonIs("TOKEN_CLAIMS")) << claims;
  }
}

TEST(TokenTest, ItHoldsFromItsBeginningToItsEndWithAMinuteOfSkew) {
  const auto at = [](absl::Duration expiry, absl::Duration issued) {
    return CheckTime({.subject = "a", .expiry = kNow + expiry, .issued = kNow + issued}, kNow);
  };
  EXPECT_THAT(at(absl::Seconds(-59), absl::Seconds(-300)), IsOk());
  EXPECT_THAT(at(absl::Seconds(-60), absl::Seconds(-300)), ReasonIs("TOKEN_EXPIRED"));
  EXPECT_THAT(at(absl::Hours(1), absl::Seconds(60)), IsOk());
  EXPECT_THAT(at(absl::Hours(1), absl::Seconds(61)), ReasonIs("TOKEN_NOT_YET_VALID"));
}

}  // namespace
}  // namespace clusterwire::identity
