#include "libs/service/caller_settings.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace clusterwire::service {
namespace {

identity::IssuerOptions ToOptions(const config::v1::Issuer& issuer) {
  return {.name = issuer.name(),
          .issuer = issuer.issuer(),
          .audience = issuer.audience(),
          .jwks_file = issuer.jwks_file(),
          .jwks_uri = issuer.jwks_uri(),
          .ca_file = issuer.ca_file(),
          .token_file = issuer.token_file(),
          .algorithms = {issuer.algorithms().begin(), issuer.algorithms().end()},
          .allowed_networks = {issuer.allowed_networks().begin(), issuer.allowed_networks().end()}};
}

std::string At(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

Finding LookAtKeys(const identity::Identity::IssuerReport& issuer) {
  const std::string part = absl::StrCat("issuers/", issuer.name);
  const identity::KeySource::Report& keys = issuer.keys;
  const std::string known =
      !keys.read ? "; no key of it is known, so all of its tokens are refused"
      : keys.too_old
          ? absl::StrCat("; its keys were last read at ", At(*keys.read), ", more than ",
                         absl::FormatDuration(identity::KeySource::kMaxAge),
                         " ago, and are believed no more, so all of its tokens are refused")
          : absl::StrCat("; ", keys.keys, " keys of ", At(*keys.read), " are believed until ",
                         At(*keys.read + identity::KeySource::kMaxAge));
  if (!keys.trouble.ok()) {
    const bool is_file = keys.from.find("://") == std::string::npos;
    return Found(
        part, Finding::SEVERITY_ERROR,
        absl::StrCat(keys.from, " can't be read since ", At(*keys.since), ": ",
                     keys.trouble.message(), known),
        is_file ? "put the issuer's key set (RFC 7517) there; it is read again every 5 s"
                : "see that the address of callers.issuers.jwks_uri answers to this machine, that "
                  "ca_file holds its authority, and that allowed_networks has its network if that "
                  "is private; it is tried again within a minute");
  }
  if (!keys.read) return Fine(part, absl::StrCat(keys.from, " is being read for the first time"));
  if (!keys.unused.empty() || keys.keys == 0) {
    return Found(
        part, Finding::SEVERITY_WARNING,
        absl::StrCat(keys.from, " has keys that aren't used: ",
                     keys.unused.empty() ? "none at all" : absl::StrJoin(keys.unused, ", "), known),
        "tokens signed with those are refused: have the issuer sign with RSA of at least "
        "2048 bits or with P-256, P-384 or P-521");
  }
  return Fine(part,
              absl::StrCat(keys.from, " was read at ", At(*keys.read), ", ", keys.keys, " keys"));
}

// Where an issuer's clock is ahead of ours or behind, or its callers keep their tokens for too
// long.
void LookAtClocks(const identity::Identity::IssuerReport& issuer, Findings* findings) {
  const std::string part = absl::StrCat("clocks/", issuer.name);
  const auto seconds = [](absl::Duration time) {
    return absl::FormatDuration(absl::Ceil(time, absl::Seconds(1)));
  };
  const identity::Skew::Report& skew = issuer.skew;
  if (skew.early > 0) {
    *findings->Add() = Found(
        part, Finding::SEVERITY_WARNING,
        absl::StrCat(skew.early, " tokens came from the future, by up to ", seconds(skew.early_by),
                     ": this machine's clock is that far behind the issuer's"),
        absl::StrCat("set both clocks by one source (NTP); tokens that come from more than ",
                     seconds(identity::kSkew), " ahead are refused"));
  }
  if (skew.late > 0) {
    *findings->Add() = Found(
        part, Finding::SEVERITY_WARNING,
        absl::StrCat(skew.late, " tokens were refused up to ", seconds(skew.late_by),
                     " after their end: this machine's clock is ahead of the issuer's, or callers "
                     "keep their tokens for too long"),
        "compare the clocks; have callers get a new token before the old one ends");
  }
}

}  // namespace

identity::Options ReadCallers(const config::v1::Listen& listen, const config::v1::Callers& callers,
                              FieldErrors& errors) {
  identity::Options options;
  for (const config::v1::Issuer& issuer : callers.issuers()) {
    options.issuers.push_back(ToOptions(issuer));
  }
  options.certificates = {callers.certificates().begin(), callers.certificates().end()};
  options.operators = {callers.operators().begin(), callers.operators().end()};
  options.loopback_is_operator = listen.loopback_is_operator();
  identity::Check(options, errors);
  if (!options.certificates.empty() && listen.tls().client_ca_file().empty()) {
    errors.Add("listen.tls.client_ca_file",
               "is not set, so no client is asked for a certificate, and those of "
               "callers.certificates would be the public: name their authorities, or leave out "
               "callers.certificates");
  }
  return options;
}

Findings LookAtIssuers(const identity::Identity& identity) {
  Findings findings;
  for (const identity::Identity::IssuerReport& issuer : identity.reports()) {
    *findings.Add() = LookAtKeys(issuer);
    LookAtClocks(issuer, &findings);
  }
  return findings;
}

}  // namespace clusterwire::service
