#include "libs/identity/identity.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"
#include "libs/base/text/subject.h"
#include "libs/identity/refusal.h"
#include "libs/rpc/admission/peer.h"

namespace clusterwire::identity {
namespace {

constexpr char kBearer[] = "Bearer ";
// A token that names no key is tried with each that fits; with more it must name one.
constexpr size_t kMaxTries = 4;

// The token in the one value of the metadata key.
absl::StatusOr<std::string> BearerIn(const std::vector<std::string>& authorization) {
  if (authorization.size() > 1) {
    return Refuse("AUTHORIZATION_REPEATED",
                  "the call has several values of authorization; send one");
  }
  const std::string& value = authorization.front();
  if (!absl::StartsWithIgnoreCase(value, kBearer)) {
    return Refuse("AUTHORIZATION_SCHEME",
                  "authorization must be 'Bearer' and a token: 'authorization: Bearer eyJ…'");
  }
  return value.substr(sizeof kBearer - 1);
}

bool Takes(const IssuerOptions& issuer, const Algorithm& algorithm) {
  return std::find(issuer.algorithms.begin(), issuer.algorithms.end(), algorithm.name) !=
         issuer.algorithms.end();
}

}  // namespace

struct Identity::Issuer {
  Issuer(const IssuerOptions& of, Clock& clock, Random& random, telemetry::Metrics& metrics)
      : options(of), keys(of, clock, random, metrics) {
    if (options.algorithms.empty()) options.algorithms = {"RS256", "ES256"};
  }

  IssuerOptions options;
  Skew skew;
  KeySource keys;
};

Identity::Identity(Options options, TlsSource tls, Clock& clock, Random& random,
                   telemetry::Metrics& metrics)
    : options_(std::move(options)),
      clock_(clock),
      metrics_(metrics),
      certificates_(options_.certificates, std::move(tls)) {
  for (const IssuerOptions& issuer : options_.issuers) {
    issuers_.push_back(std::make_unique<Issuer>(issuer, clock, random, metrics));
  }
}

Identity::~Identity() { issuers_.clear(); }

std::vector<Identity::IssuerReport> Identity::reports() const {
  std::vector<IssuerReport> reports;
  for (const auto& issuer : issuers_) {
    reports.push_back({.name = issuer->options.name,
                       .keys = issuer->keys.report(),
                       .skew = issuer->skew.report(clock_.Now())});
  }
  return reports;
}

rpc::Caller Identity::CallerOf(std::string subject, rpc::Caller::Proof proof) const {
  rpc::Caller caller{.subject = std::move(subject), .proof = proof};
  caller.is_operator = std::any_of(
      options_.operators.begin(), options_.operators.end(),
      [&caller](const std::string& pattern) { return SubjectMatches(pattern, caller.subject); });
  return caller;
}

absl::StatusOr<rpc::Caller> Identity::Counted(absl::StatusOr<rpc::Caller> answer) {
  if (!answer.ok()) {
    metrics_
        .GetCounter("clusterwire_identity_refused_total", "Identities that were refused",
                    {{"reason", ReasonOf(answer.status())}})
        .Add();
  }
  return answer;
}

std::optional<absl::StatusOr<rpc::Caller>> Identity::Known(const rpc::Shown& shown) {
  std::optional<absl::StatusOr<rpc::Caller>> by_connection = KnownConnection(shown);
  if (!by_connection) return std::nullopt;
  if (!by_connection->ok() || shown.authorization.empty()) return Counted(*by_connection);
  const absl::StatusOr<std::string> token = BearerIn(shown.authorization);
  if (!token.ok()) return Counted(token.status());
  absl::StatusOr<rpc::Caller> believed = OfBelieved(Sha256(*token));
  if (absl::IsNotFound(believed.status())) return std::nullopt;
  return Counted(std::move(believed));
}

void Identity::Identify(const rpc::Shown& shown, std::weak_ptr<const void> waits, Then then) {
  absl::StatusOr<rpc::Caller> by_connection = OfConnection(shown);
  if (!by_connection.ok() || shown.authorization.empty()) {
    return then(Counted(std::move(by_connection)));
  }
  const absl::StatusOr<std::string> token = BearerIn(shown.authorization);
  if (!token.ok()) return then(Counted(token.status()));
  OfToken(*token, std::move(waits), std::move(then));
}

std::optional<absl::StatusOr<rpc::Caller>> Identity::KnownConnection(const rpc::Shown& shown) {
  if (shown.certificate.empty()) {
    return rpc::CallerAt(shown.peer, options_.loopback_is_operator);
  }
  const auto subject = certificates_.Known(shown.certificate, clock_.Now());
  if (!subject) return std::nullopt;
  if (!subject->ok()) return subject->status();
  return CallerOf(**subject, rpc::Caller::Proof::kCertificate);
}

absl::StatusOr<rpc::Caller> Identity::OfConnection(const rpc::Shown& shown) {
  if (auto known = KnownConnection(shown)) return *std::move(known);
  ASSIGN_OR_RETURN(
      std::string subject,
      certificates_.SubjectOf(shown.certificate, shown.certificates_between, clock_.Now()));
  return CallerOf(std::move(subject), rpc::Caller::Proof::kCertificate);
}

absl::StatusOr<rpc::Caller> Identity::OfBelieved(const std::string& digest) {
  Believed believed;
  {
    MutexLock lock(mutex_);
    const auto found = believed_.find(digest);
    if (found == believed_.end()) return absl::NotFoundError("");
    believed = found->second;
  }
  if (believed.issuer->keys.keys()->number != believed.keys) return absl::NotFoundError("");
  RETURN_IF_ERROR(CheckTime(believed.claims, clock_.Now()));
  return believed.caller;
}

void Identity::Keep(const std::string& digest, Believed believed) {
  MutexLock lock(mutex_);
  if (believed_.size() >= kKeptTokens) believed_.clear();
  believed_.insert_or_assign(digest, std::move(believed));
}

absl::StatusOr<Identity::Issuer*> Identity::IssuerOf(const Token& token) const {
  for (const auto& issuer : issuers_) {
    if (issuer->options.issuer != token.issuer) continue;
    if (Takes(issuer->options, *token.algorithm)) return issuer.get();
    return Refuse("TOKEN_ALGORITHM",
                  absl::StrCat("the token is signed by an algorithm that isn't accepted of its "
                               "issuer: have it signed with ",
                               absl::StrJoin(issuer->options.algorithms, " or "),
                               ", or add its own to callers.issuers.algorithms"));
  }
  return Refuse("TOKEN_ISSUER",
                "the token's iss is none of those that are believed here (callers.issuers): use a "
                "token of another issuer, or add this one");
}

absl::StatusOr<rpc::Caller> Identity::Check(const Token& token, Issuer& issuer) {
  const std::shared_ptr<const KeySource::Keys> keys = issuer.keys.keys();
  auto candidates = keys->set.Find(token.key_id, *token.algorithm);
  if (candidates.empty()) return absl::NotFoundError("");
  std::erase_if(candidates, [&token](const auto& key) { return !key->Fits(*token.algorithm); });
  if (candidates.empty()) {
    return Refuse("TOKEN_KEY_UNFIT",
                  "the key that the token names isn't for the algorithm that it names");
  }
  if (candidates.size() > kMaxTries) {
    return Refuse("TOKEN_KEY_UNKNOWN", "the token must name its key (kid): its issuer has many");
  }
  const bool signed_by_one =
      std::any_of(candidates.begin(), candidates.end(), [&token](const auto& key) {
        return key->Verifies(token.text, *token.algorithm, token.signature_bytes);
      });
  if (!signed_by_one) {
    return Refuse("TOKEN_SIGNATURE",
                  "the token's signature isn't its issuer's: it was changed on its way, or another "
                  "made it; send it as it was issued");
  }
  ASSIGN_OR_RETURN(Claims claims, ReadClaims(token, issuer.options.audience));
  const absl::Time now = clock_.Now();
  issuer.skew.Note(claims, now);
  RETURN_IF_ERROR(CheckTime(claims, now));
  rpc::Caller caller =
      CallerOf(absl::StrCat(issuer.options.name, ":", claims.subject), rpc::Caller::Proof::kToken);
  Keep(Sha256(token.text),
       {.caller = caller, .claims = std::move(claims), .issuer = &issuer, .keys = keys->number});
  return caller;
}

absl::Status Identity::CheckEnd(const Token& token, const Issuer& issuer) const {
  const absl::StatusOr<Claims> claims = ReadClaims(token, issuer.options.audience);
  return claims.ok() ? CheckTime(*claims, clock_.Now()) : absl::OkStatus();
}

void Identity::OfToken(const std::string& text, std::weak_ptr<const void> waits, Then then) {
  if (absl::StatusOr<rpc::Caller> believed = OfBelieved(Sha256(text));
      !absl::IsNotFound(believed.status())) {
    return then(Counted(std::move(believed)));
  }
  const absl::StatusOr<Token> token = Token::Parse(text);
  if (!token.ok()) return then(Counted(token.status()));
  const absl::StatusOr<Issuer*> issuer = IssuerOf(*token);
  if (!issuer.ok()) return then(Counted(issuer.status()));
  absl::StatusOr<rpc::Caller> caller = Check(*token, **issuer);
  if (!absl::IsNotFound(caller.status())) return then(Counted(std::move(caller)));
  if (const absl::Status over = CheckEnd(*token, **issuer); !over.ok()) return then(Counted(over));

  const auto again = [this, token = *token, issuer = *issuer, then](const absl::Status& asked) {
    absl::StatusOr<rpc::Caller> caller = asked.ok() ? Check(token, *issuer) : asked;
    then(Counted(absl::IsNotFound(caller.status()) ? UnknownKey() : std::move(caller)));
  };
  const absl::Status awaits = (*issuer)->keys.Await(token->key_id, std::move(waits), again);
  if (awaits.ok()) return;
  caller = Check(*token, **issuer);  // an answer may have come meanwhile
  then(Counted(absl::IsNotFound(caller.status()) ? awaits : std::move(caller)));
}

}  // namespace clusterwire::identity
