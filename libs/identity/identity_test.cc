#include "libs/identity/identity.h"

#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/testing/certificates.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/identity/testing/asked.h"
#include "libs/identity/testing/signer.h"

namespace clusterwire::identity {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using Proof = rpc::Caller::Proof;

auto Is(const std::string& subject, Proof proof, bool is_operator = false) {
  return IsOkAndHolds(AllOf(Field(&rpc::Caller::subject, subject),
                            Field(&rpc::Caller::proof, proof),
                            Field(&rpc::Caller::is_operator, is_operator)));
}

class IdentityTest : public testing::Test {
 protected:
  IdentityTest() {
    const KeyPair own = authority_.Issue({});
    tls_ = *TlsCredentials::Create({.certificates = own.certificate,
                                    .key = own.key,
                                    .client_authorities = authority_.certificate()});
    Publish({Rsa().public_key(), ec_.public_key()});
    options_.issuers = {{.name = "corp",
                         .issuer = "https://id.example.org",
                         .audience = "clusterwire",
                         .jwks_file = folder_.File("keys.json")}};
    options_.certificates = {"spiffe://example.org/*", "dns:map.example.org"};
    options_.operators = {"corp:ops:*", "spiffe://example.org/ns/ops/*"};
    Start();
  }

  // Made once: RSA keys take long.
  static const Signer& Rsa() {
    static const Signer signer("RS256", "rsa");
    return signer;
  }
  void Publish(std::initializer_list<nlohmann::json> keys) {
    std::ofstream(folder_.File("keys.json")) << KeySetOf(keys);
  }
  void Start() {
    identity_ = nullptr;
    identity_ = std::make_unique<Identity>(
        options_, [this] { return tls_; }, clock_, Random::System(), metrics_);
  }
  nlohmann::json Claims(const nlohmann::json& changes = nlohmann::json::object()) const {
    const int64_t now = absl::ToUnixSeconds(clock_.Now());
    nlohmann::json claims = {{"iss", "https://id.example.org"},
                             {"sub", "4711"},
                             {"aud", "clusterwire"},
                             {"iat", now},
                             {"exp", now + 3600}};
    claims.update(changes);
    return claims;
  }
  absl::StatusOr<rpc::Caller> Of(const rpc::Shown& shown) {
    return Asked(*identity_, shown).answer();
  }
  absl::StatusOr<rpc::Caller> OfToken(const std::string& token) { return Of(WithToken(token)); }

  // While time passes, as far as an answer needs it.
  absl::StatusOr<rpc::Caller> InTime(const std::string& token) {
    const Asked asked(*identity_, WithToken(token));
    EXPECT_TRUE(Eventually([&] {
      if (asked.answered()) return true;
      clock_.Advance(KeySource::kFilePause);
      return false;
    }));
    return asked.answer();
  }

  const TestAuthority authority_;
  std::shared_ptr<const TlsCredentials> tls_;
  FakeClock clock_{absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()))};
  telemetry::Metrics metrics_;
  TempDir folder_;
  Options options_;
  const Signer ec_{"ES256", "ec"};
  std::unique_ptr<Identity> identity_;
};

TEST_F(IdentityTest, WhoShowsNothingIsThePublicAlsoOnLoopback) {
  EXPECT_THAT(Of({.peer = "ipv4:192.0.2.7:1"}), Is("public", Proof::kNone));
  EXPECT_THAT(Of({.peer = "ipv4:127.0.0.1:1"}), Is("public", Proof::kNone));
  options_.loopback_is_operator = true;
  Start();
  EXPECT_THAT(Of({.peer = "ipv4:127.0.0.1:1"}), Is("loopback", Proof::kLoopback, true));
  EXPECT_THAT(Of({.peer = "ipv4:192.0.2.7:1"}), Is("public", Proof::kNone));
}

TEST_F(IdentityTest, ATokenMakesASubjectOfItsIssuerAndItsSub) {
  EXPECT_THAT(OfToken(Rsa().Sign(Claims())), Is("corp:4711", Proof::kToken));
  EXPECT_THAT(OfToken(ec_.Sign(Claims({{"sub", "ops:jane"}}))),
              Is("corp:ops:jane", Proof::kToken, true));
}

TEST_F(IdentityTest, WhatIsShownOnLoopbackCountsAndNotTheLoopback) {
  options_.loopback_is_operator = true;
  Start();
  rpc::Shown shown = WithToken(ec_.Sign(Claims()));
  shown.peer = "ipv4:127.0.0.1:1";
  EXPECT_THAT(Of(shown), Is("corp:4711", Proof::kToken));
  shown.authorization = {"Bearer garbage"};
  EXPECT_THAT(Of(shown), ReasonIs("TOKEN_MALFORMED"));
  EXPECT_THAT(Of({.peer = "ipv4:127.0.0.1:1",
                  .certificate = authority_.Issue({.names = "DNS:x.example.org"}).certificate}),
              ReasonIs("CERTIFICATE_UNKNOWN"));
}

TEST_F(IdentityTest, OfCertificateAndTokenTheTokenDecidesAndAWrongOneOfEitherIsRefused) {
  const std::string known =
      authority_.Issue({.names = "URI:spiffe://example.org/ns/ops/x"}).certificate;
  const std::string unknown = authority_.Issue({.names = "DNS:x.example.org"}).certificate;
  const std::string token = ec_.Sign(Claims());
  EXPECT_THAT(Of({.peer = "ipv4:192.0.2.7:1", .certificate = known}),
              Is("spiffe://example.org/ns/ops/x", Proof::kCertificate, true));
  rpc::Shown both = WithToken(token);
  both.certificate = known;
  EXPECT_THAT(Of(both), Is("corp:4711", Proof::kToken));
  both.certificate = unknown;
  EXPECT_THAT(Of(both), ReasonIs("CERTIFICATE_UNKNOWN"));
  both = WithToken("garbage");
  both.certificate = known;
  EXPECT_THAT(Of(both), ReasonIs("TOKEN_MALFORMED"));
}

TEST_F(IdentityTest, AuthorizationIsOneBearerToken) {
  const std::string token = ec_.Sign(Claims());
  const auto with = [this](std::vector<std::string> values) {
    return Of({.peer = "ipv4:192.0.2.7:1", .authorization = std::move(values)});
  };
  EXPECT_THAT(with({"bearer " + token}), IsOk());
  EXPECT_THAT(with({"Bearer " + token, "Bearer " + token}), ReasonIs("AUTHORIZATION_REPEATED"));
  for (const std::string& value : {std::string(), token, "Basic " + token, std::string("Bearer"),
                                   "Bearer\t" + token, "Token " + token}) {
    EXPECT_THAT(with({value}), ReasonIs("AUTHORIZATION_SCHEME")) << value;
  }
  for (const std::string& value : {std::string("Bearer "), "Bearer  " + token,
                                   "Bearer " + token + " ", "Bearer " + token + "," + token}) {
    EXPECT_THAT(with({value}), ReasonIs("TOKEN_MALFORMED")) << value;
  }
}

TEST_F(IdentityTest, EachWrongTokenIsRefusedByItsOwnReasonAndNotRepeated) {
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  const std::string text = Claims().dump();
  const std::string public_key = Rsa().public_key().dump();
  const std::string hs256 =
      absl::StrCat(absl::WebSafeBase64Escape(R"({"alg":"HS256","kid":"rsa"})"), ".",
                   absl::WebSafeBase64Escape(text));
  const Signer stranger("ES256", "ec");
  const Signer p384("ES384", "ec");
  const std::pair<std::string, const char*> cases[] = {
      {Join(R"({"alg":"none"})", text, ""), "TOKEN_ALGORITHM"},
      {absl::StrCat(hs256, ".", absl::WebSafeBase64Escape(HmacSha256(public_key, hs256))),
       "TOKEN_ALGORITHM"},
      {Rsa().Sign(Claims(), {{"alg", "RS512"}}), "TOKEN_ALGORITHM"},  // not in the issuer's list
      {p384.Sign(Claims()), "TOKEN_ALGORITHM"},
      {ec_.Sign(Claims({{"iss", "https://id.example.org/"}})), "TOKEN_ISSUER"},
      {ec_.Sign(Claims({{"iss", 1}})), "TOKEN_ISSUER"},
      {ec_.Sign(Claims({{"aud", "other"}})), "TOKEN_AUDIENCE"},
      {ec_.Sign(Claims({{"exp", now - 61}})), "TOKEN_EXPIRED"},
      {ec_.Sign(Claims({{"nbf", now + 120}})), "TOKEN_NOT_YET_VALID"},
      {ec_.Sign(Claims({{"iat", now + 120}})), "TOKEN_NOT_YET_VALID"},
      {ec_.Sign(Claims({{"sub", "a\nb"}})), "TOKEN_SUBJECT"},
      {ec_.Sign(Claims({{"exp", nullptr}})), "TOKEN_CLAIMS"},
      {ec_.Sign(Claims(), {{"kid", "rsa"}}), "TOKEN_KEY_UNFIT"},
      {stranger.Sign(Claims()), "TOKEN_SIGNATURE"},
      // Keys that it brings along.
      {stranger.Sign(Claims(), {{"jwk", stranger.public_key()}}), "TOKEN_SIGNATURE"},
      {stranger.Sign(Claims(), {{"jku", "https://evil.example"}, {"x5u", "https://evil.example"}}),
       "TOKEN_SIGNATURE"},
      {ec_.Sign(Claims(), {{"crit", {"x"}}, {"x", "y"}}), "TOKEN_CRITICAL"},
      {ec_.SignText(R"({"iss":"https://id.example.org","sub":"a","sub":"b"})"), "TOKEN_MALFORMED"},
      {ec_.Sign(Claims({{"padding", std::string(16'000, 'x')}})), "TOKEN_TOO_LARGE"},
      {"garbage", "TOKEN_MALFORMED"}};
  for (const auto& [token, reason] : cases) {
    const auto caller = OfToken(token);
    EXPECT_THAT(caller, ReasonIs(reason)) << token;
    EXPECT_THAT(caller, StatusIs(absl::StatusCode::kUnauthenticated)) << token;
    EXPECT_THAT(std::string(caller.status().message()), Not(HasSubstr(token.substr(0, 20))));
    EXPECT_THAT(
        metrics_.Render(),
        HasSubstr(absl::StrCat("clusterwire_identity_refused_total{reason=\"", reason, "\"}")));
  }
}

TEST_F(IdentityTest, AnUnknownKeyIsRefusedUnlessTheFileHasItByNow) {
  const Signer next("ES256", "next");
  ASSERT_THAT(OfToken(ec_.Sign(Claims())), IsOk());  // the file has been read
  EXPECT_THAT(InTime(next.Sign(Claims())), ReasonIs("TOKEN_KEY_UNKNOWN"));
  Publish({ec_.public_key(), next.public_key()});
  EXPECT_THAT(InTime(next.Sign(Claims())), Is("corp:4711", Proof::kToken));
}

TEST_F(IdentityTest, ATokenWhoseKeyVanishedIsBelievedNoMore) {
  const std::string token = ec_.Sign(Claims());
  ASSERT_THAT(OfToken(token), IsOk());
  Publish({Rsa().public_key()});
  EXPECT_TRUE(Eventually([&] {
    clock_.Advance(absl::Seconds(1));
    return !InTime(token).ok();
  }));
  EXPECT_THAT(InTime(token), ReasonIs("TOKEN_KEY_UNKNOWN"));
}

TEST_F(IdentityTest, WhatWasFoundOutOnceIsKnownAndWhatIsNewIsNot) {
  const std::string token = ec_.Sign(Claims());
  EXPECT_FALSE(identity_->Known(WithToken(token)).has_value());
  ASSERT_THAT(OfToken(token), IsOk());
  ASSERT_TRUE(identity_->Known(WithToken(token)).has_value());
  EXPECT_THAT(*identity_->Known(WithToken(token)), Is("corp:4711", Proof::kToken));
  EXPECT_FALSE(identity_->Known(WithToken(token + "x")).has_value());
  EXPECT_THAT(*identity_->Known({.peer = "ipv4:192.0.2.7:1"}), Is("public", Proof::kNone));
  rpc::Shown shown = WithToken(token);
  shown.certificate = authority_.Issue({.names = "DNS:map.example.org"}).certificate;
  EXPECT_FALSE(identity_->Known(shown).has_value()) << "of two, both must be known";
  ASSERT_THAT(Of(shown), Is("corp:4711", Proof::kToken));
  EXPECT_TRUE(identity_->Known(shown).has_value());
  Publish({Rsa().public_key()});
  EXPECT_TRUE(Eventually([&] {
    clock_.Advance(absl::Seconds(1));
    return !identity_->Known(WithToken(token)).has_value();
  })) << "its key is gone";
}

TEST_F(IdentityTest, ATokenThatIsRememberedEndsAllTheSame) {
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  const std::string token = ec_.Sign(Claims({{"exp", now + 1800}}));
  ASSERT_THAT(OfToken(token), IsOk());
  clock_.Advance(absl::Minutes(30) + absl::Seconds(59));
  EXPECT_THAT(OfToken(token), IsOk());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(OfToken(token), ReasonIs("TOKEN_EXPIRED"));
}

TEST_F(IdentityTest, OneThatIsOverIsRefusedForThatAlsoWhenItsKeyCantBeAskedFor) {
  const std::string token = ec_.Sign(Claims());
  ASSERT_THAT(OfToken(token), IsOk());
  Publish({Rsa().public_key()});
  EXPECT_TRUE(Eventually([&] {
    clock_.Advance(absl::Seconds(1));
    return !InTime(token).ok();
  }));
  std::ofstream(folder_.File("keys.json")) << "garbage";
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(Eventually([&] { return ReasonOf(InTime(token).status()) == "ISSUER_UNREACHABLE"; }));
  clock_.Advance(absl::Hours(2));
  EXPECT_THAT(OfToken(token), ReasonIs("TOKEN_EXPIRED"));
}

TEST_F(IdentityTest, ATokenWithoutAKeyIdIsTriedWithTheKeysThatFit) {
  const Signer nameless("ES256", "");
  EXPECT_THAT(OfToken(nameless.Sign(Claims())), ReasonIs("TOKEN_SIGNATURE"));
  nlohmann::json key = nameless.public_key();
  key.erase("kid");
  Publish({Rsa().public_key(), ec_.public_key(), key});
  Start();
  EXPECT_THAT(OfToken(nameless.Sign(Claims())), Is("corp:4711", Proof::kToken));
}

TEST_F(IdentityTest, AServiceAccountOfKubernetesIsASubject) {
  options_.issuers = {{.name = "k8s",
                       .issuer = "https://kubernetes.default.svc.cluster.local",
                       .audience = "clusterwire",
                       .jwks_file = folder_.File("keys.json")}};
  options_.operators = {"k8s:system:serviceaccount:ops:*"};
  Start();
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  const auto token = [&](const std::string& space) {
    const std::string sub = absl::StrCat("system:serviceaccount:", space, ":page");
    return Rsa().Sign({{"aud", {"clusterwire"}},
                       {"exp", now + 600},
                       {"iat", now},
                       {"iss", "https://kubernetes.default.svc.cluster.local"},
                       {"jti", "0c1d2e3f"},
                       {"kubernetes.io",
                        {{"namespace", space},
                         {"pod", {{"name", "page-1"}, {"uid", "1"}}},
                         {"serviceaccount", {{"name", "page"}, {"uid", "2"}}}}},
                       {"nbf", now},
                       {"sub", sub}});
  };
  EXPECT_THAT(OfToken(token("map")), Is("k8s:system:serviceaccount:map:page", Proof::kToken));
  EXPECT_THAT(OfToken(token("ops")), Is("k8s:system:serviceaccount:ops:page", Proof::kToken, true));
}

TEST_F(IdentityTest, ClocksThatDifferAreReported) {
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  ASSERT_THAT(OfToken(ec_.Sign(Claims({{"iat", now + 45}}))), IsOk());
  ASSERT_THAT(OfToken(ec_.Sign(Claims({{"iat", now + 300}}))), ReasonIs("TOKEN_NOT_YET_VALID"));
  ASSERT_THAT(OfToken(ec_.Sign(Claims({{"exp", now - 90}, {"iat", now - 900}}))),
              ReasonIs("TOKEN_EXPIRED"));
  Skew::Report skew = identity_->reports().front().skew;
  EXPECT_EQ(skew.early, 2);
  EXPECT_EQ(skew.early_by, absl::Seconds(300));
  EXPECT_EQ(skew.late, 1);
  EXPECT_EQ(skew.late_by, absl::Seconds(90));
  // What strangers make up tells nothing.
  ASSERT_THAT(OfToken(Signer("ES256", "ec").Sign(Claims({{"iat", now + 3000}}))),
              ReasonIs("TOKEN_SIGNATURE"));
  EXPECT_EQ(identity_->reports().front().skew.early, 2);
  clock_.Advance(absl::Hours(2));
  EXPECT_EQ(identity_->reports().front().skew.early, 0);
}

TEST_F(IdentityTest, NoTokenThatWasChangedIsBelieved) {
  SeededRandom random(TestSeed());
  const std::string tokens[] = {Rsa().Sign(Claims()), ec_.Sign(Claims())};
  for (const std::string& token : tokens) ASSERT_THAT(OfToken(token), IsOk());
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n";
  // Behind the algorithm the header names the key. A token of another key waits for the next
  // reading of the file, a second each: others test that.
  constexpr size_t kAlgorithm = 20;
  for (int round = 0; round < 20'000; ++round) {
    const std::string& original = tokens[random.Below(2)];
    std::string token = original;
    for (uint64_t changes = 1 + random.Below(3); changes > 0 && !token.empty(); --changes) {
      const size_t at = random.Below(token.size());
      if (at >= kAlgorithm && at < token.find('.')) continue;
      const char letter = kLetters[random.Below(kLetters.size())];
      switch (random.Below(5)) {
        case 0:
          token[at] = letter;
          break;
        case 1:
          token.erase(at, 1 + random.Below(8));
          break;
        case 2:
          token.insert(at, 1, letter);
          break;
        case 3:
          token += original.substr(random.Below(original.size()));
          break;
        default:
          token[at] = static_cast<char>(random.Below(256));
          break;
      }
    }
    if (token == tokens[0] || token == tokens[1]) continue;
    ASSERT_THAT(OfToken(token), Not(IsOk())) << token;
  }
}

}  // namespace
}  // namespace clusterwire::identity
