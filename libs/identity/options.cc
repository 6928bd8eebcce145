#include "libs/identity/options.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/certificate.h"
#include "libs/base/files/file.h"
#include "libs/base/text/strings.h"
#include "libs/base/text/subject.h"
#include "libs/http/address_guard.h"
#include "libs/http/url.h"
#include "libs/identity/keys/algorithm.h"
#include "libs/identity/keys/key_set.h"

namespace clusterwire::identity {
namespace {

constexpr size_t kMaxIssuers = 20;
constexpr size_t kMaxPatterns = 1000;
constexpr size_t kMaxName = 40;
constexpr size_t kMaxText = 500;
constexpr size_t kMaxFile = 1 << 20;
constexpr std::string_view kReserved[] = {"spiffe", "dns", "loopback", "public"};

// Where in the configuration something stands.
std::string At(std::string_view field, size_t index) {
  return absl::StrCat("callers.", ToAbsl(field), "[", index, "]");
}

bool IsNameLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

void CheckName(const std::string& path, const std::string& name, FieldErrors& errors) {
  if (name.empty() || name.size() > kMaxName ||
      !std::all_of(name.begin(), name.end(), IsNameLetter)) {
    errors.Add(path, absl::StrCat("must be of lower case letters, digits and '-', at most ",
                                  kMaxName, " of them"));
  }
  if (std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved)) {
    errors.Add(path, "begins other subjects; choose another name, such as 'corp'");
  }
}

void CheckText(const std::string& path, const std::string& text, std::string_view meaning,
               FieldErrors& errors) {
  if (text.empty()) errors.Add(path, absl::StrCat("must be set: ", ToAbsl(meaning)));
  if (text.size() > kMaxText)
    errors.Add(path, absl::StrCat("has at most ", kMaxText, " characters"));
}

bool IsLoopbackAddress(const std::string& host) {
  const auto address = IpAddress::Parse(host);
  return address && address->is_loopback();
}

// An address that keys are asked from: over https, or from this very machine.
void CheckAddress(const std::string& path, const IssuerOptions& issuer, FieldErrors& errors) {
  const auto url = http::Url::Parse(issuer.jwks_uri);
  if (!url.ok()) return errors.AddAll(path, url.status());
  if (url->scheme == "http" && !IsLoopbackAddress(url->host)) {
    return errors.Add(path,
                      "must be https: who can change the keys on their way is believed "
                      "everything (http is for a loopback address such as 127.0.0.1 alone)");
  }
  const auto guard = http::AddressGuard::Create(
      {.allowed = issuer.allowed_networks, .allow_http = url->scheme == "http"});
  // What is wrong with the networks is said of them.
  if (guard.ok()) errors.AddAll(path, guard->CheckUrl(issuer.jwks_uri));
}

void CheckSource(const std::string& path, const IssuerOptions& issuer, FieldErrors& errors) {
  if (issuer.jwks_file.empty() == issuer.jwks_uri.empty()) {
    errors.Add(absl::StrCat(path, ".jwks_uri"),
               issuer.jwks_uri.empty()
                   ? "one of jwks_file and jwks_uri must be set: where its keys are"
                   : "only one of jwks_file and jwks_uri can be set");
  }
  if (!issuer.jwks_uri.empty()) CheckAddress(absl::StrCat(path, ".jwks_uri"), issuer, errors);
  errors.AddAll(absl::StrCat(path, ".allowed_networks"),
                http::AddressGuard::Create({.allowed = issuer.allowed_networks}).status());
  if (!issuer.jwks_uri.empty()) return;
  for (const auto& [field, value] :
       {std::pair("ca_file", issuer.ca_file), std::pair("token_file", issuer.token_file)}) {
    if (!value.empty()) {
      errors.Add(absl::StrCat(path, ".", field), "is for jwks_uri alone; leave it out");
    }
  }
}

void CheckAlgorithms(const std::string& path, const IssuerOptions& issuer, FieldErrors& errors) {
  const std::string known = absl::StrJoin(
      Algorithms(), ", ", [](std::string* out, const Algorithm& one) { out->append(one.name); });
  for (size_t i = 0; i < issuer.algorithms.size(); ++i) {
    if (FindAlgorithm(issuer.algorithms[i]) != nullptr) continue;
    errors.Add(absl::StrCat(path, ".algorithms[", i, "]"),
               absl::StrCat("must be one of ", known,
                            ": whoever checks a token must not be able to make one"));
  }
}

void CheckPatterns(std::string_view field, const std::vector<std::string>& patterns,
                   FieldErrors& errors) {
  if (patterns.size() > kMaxPatterns) {
    errors.Add(absl::StrCat("callers.", ToAbsl(field)), absl::StrCat("has at most ", kMaxPatterns));
  }
  for (size_t i = 0; i < patterns.size(); ++i) {
    errors.AddAll(At(field, i), CheckSubjectPattern(patterns[i]));
  }
}

void CheckIssuers(const std::vector<IssuerOptions>& issuers, FieldErrors& errors) {
  if (issuers.size() > kMaxIssuers) {
    errors.Add("callers.issuers", absl::StrCat("has at most ", kMaxIssuers));
  }
  std::set<std::string> names;
  std::set<std::string> texts;
  for (size_t i = 0; i < issuers.size(); ++i) {
    const IssuerOptions& issuer = issuers[i];
    const std::string path = At("issuers", i);
    CheckName(absl::StrCat(path, ".name"), issuer.name, errors);
    if (!names.insert(issuer.name).second) {
      errors.Add(absl::StrCat(path, ".name"), "is another issuer's too; each needs its own");
    }
    CheckText(absl::StrCat(path, ".issuer"), issuer.issuer, "its tokens' iss, exactly", errors);
    if (!texts.insert(issuer.issuer).second) {
      errors.Add(absl::StrCat(path, ".issuer"), "is another issuer's too");
    }
    CheckText(absl::StrCat(path, ".audience"), issuer.audience,
              "what must be among its tokens' aud, so that none that was made for another service "
              "is taken",
              errors);
    CheckSource(path, issuer, errors);
    CheckAlgorithms(path, issuer, errors);
  }
}

void LookAt(const std::string& path, const std::string& file, FieldErrors& errors,
            absl::Status (*check)(std::string_view)) {
  std::error_code ignored;
  if (file.empty() || !std::filesystem::exists(file, ignored)) return;
  const auto text = ReadFile(file, kMaxFile);
  const absl::Status status = text.ok() ? check(*text) : text.status();
  if (!status.ok()) errors.Add(path, std::string(status.message()));
}

}  // namespace

void Check(const Options& options, FieldErrors& errors) {
  CheckIssuers(options.issuers, errors);
  CheckPatterns("certificates", options.certificates, errors);
  CheckPatterns("operators", options.operators, errors);
}

void LookAtFiles(const Options& options, FieldErrors& errors) {
  for (size_t i = 0; i < options.issuers.size(); ++i) {
    const IssuerOptions& issuer = options.issuers[i];
    const std::string path = At("issuers", i);
    LookAt(absl::StrCat(path, ".jwks_file"), issuer.jwks_file, errors,
           [](std::string_view text) { return KeySet::Parse(text).status(); });
    LookAt(absl::StrCat(path, ".ca_file"), issuer.ca_file, errors,
           [](std::string_view text) { return ReadCertificates(text).status(); });
    LookAt(absl::StrCat(path, ".token_file"), issuer.token_file, errors, [](std::string_view text) {
      return text.empty() ? absl::InvalidArgumentError("is empty") : absl::OkStatus();
    });
  }
}

}  // namespace clusterwire::identity
