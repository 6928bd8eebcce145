#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/base/tls/credentials.h"
#include "libs/identity/certificates.h"
#include "libs/identity/keys/key_source.h"
#include "libs/identity/options.h"
#include "libs/identity/skew.h"
#include "libs/identity/token.h"
#include "libs/rpc/call/authenticator.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::identity {

// Who calls, by certificates, tokens and loopback. A token decides where several are shown, and a
// wrong one of either is refused. Reasons besides those of Token, ReadClaims, CheckTime,
// Certificates and KeySource: AUTHORIZATION_REPEATED, AUTHORIZATION_SCHEME, TOKEN_ISSUER,
// TOKEN_KEY_UNFIT, TOKEN_SIGNATURE.
//
// Safe for use from any thread. Calls that wait for a key are answered within KeySource::kPatience,
// and at its end.
class Identity final : public rpc::Authenticator {
 public:
  static constexpr size_t kKeptTokens = 10'000;

  // How an issuer stands, for Diagnose.
  struct IssuerReport {
    std::string name;
    KeySource::Report keys;
    Skew::Report skew;
  };

  // `options` has been checked. `clock`, `random` and `metrics` outlive it.
  // `tls` gives the authorities that vouch for clients now.
  Identity(Options options, TlsSource tls, Clock& clock, Random& random,
           telemetry::Metrics& metrics);
  ~Identity() override;

  std::optional<absl::StatusOr<rpc::Caller>> Known(const rpc::Shown& shown) override;
  void Identify(const rpc::Shown& shown, std::weak_ptr<const void> waits, Then then) override;

  std::vector<IssuerReport> reports() const;

 private:
  struct Issuer;
  // A token that was believed; it is while its issuer's keys are the same.
  struct Believed {
    rpc::Caller caller;
    Claims claims;
    Issuer* issuer = nullptr;
    uint64_t keys = 0;
  };

  // Without a token; nothing when a certificate isn't known.
  std::optional<absl::StatusOr<rpc::Caller>> KnownConnection(const rpc::Shown& shown);
  absl::StatusOr<rpc::Caller> OfConnection(const rpc::Shown& shown);
  absl::StatusOr<rpc::Caller> OfBelieved(const std::string& digest);
  absl::StatusOr<Issuer*> IssuerOf(const Token& token) const;
  void OfToken(const std::string& text, std::weak_ptr<const void> waits, Then then);
  // With the keys that there are. NOT_FOUND: the token's isn't among them.
  absl::StatusOr<rpc::Caller> Check(const Token& token, Issuer& issuer);
  // Whether a token of an unknown key would hold now, if it were believed. For one that is over
  // no issuer is asked, and that an issuer doesn't answer is no reason to let it go on.
  absl::Status CheckEnd(const Token& token, const Issuer& issuer) const;
  void Keep(const std::string& digest, Believed believed);
  rpc::Caller CallerOf(std::string subject, rpc::Caller::Proof proof) const;
  // `answer`, counted if it is a refusal.
  absl::StatusOr<rpc::Caller> Counted(absl::StatusOr<rpc::Caller> answer);

  const Options options_;
  Clock& clock_;
  telemetry::Metrics& metrics_;
  Certificates certificates_;
  Mutex mutex_;
  // By the SHA-256 of their text, so that memory holds no token.
  std::unordered_map<std::string, Believed> believed_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Issuer>> issuers_;  // last: they call back
};

}  // namespace clusterwire::identity
