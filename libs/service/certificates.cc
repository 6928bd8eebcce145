#include "libs/service/certificates.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/certificate.h"
#include "libs/base/files/file.h"
#include "libs/config/key_file.h"
#include "libs/telemetry/log.h"

namespace clusterwire::service {
namespace {

constexpr absl::Duration kLook = absl::Seconds(1);
constexpr absl::Duration kWarning = absl::Hours(14 * 24);
constexpr size_t kMostBytes = 1 << 20;  // of a file
constexpr char kPath[] = "listen.tls";
constexpr std::string_view kMend =
    "put files there that can be used; they are read again by themselves, every second";

std::string Day(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}

// What stands in the file of that option; "", and an error, where it can't be read.
std::string TextOf(const char* option, const std::string& path, bool secret, FieldErrors& errors) {
  absl::StatusOr<std::string> text = secret ? config::ReadSecret(path) : ReadFile(path, kMostBytes);
  if (text.ok() && text->empty()) text = absl::InvalidArgumentError("is empty");
  if (text.ok()) return *std::move(text);
  errors.Add(absl::StrCat(kPath, ".", option), std::string(text.status().message()));
  return "";
}

void ReadPair(const TlsFiles& files, TlsCredentials::Pem* pem, FieldErrors& errors) {
  pem->certificates = TextOf("certificate_file", files.certificate, /*secret=*/false, errors);
  pem->key = TextOf("key_file", files.key, /*secret=*/true, errors);
}

void ReadAuthorities(const TlsFiles& files, TlsCredentials::Pem* pem, FieldErrors& errors) {
  if (files.client_ca.empty()) return;
  pem->client_authorities = TextOf("client_ca_file", files.client_ca, /*secret=*/false, errors);
}

// What stands in some of the files; INVALID_ARGUMENT by the options whose file can't be read.
template <typename... Readers>
absl::StatusOr<TlsCredentials::Pem> PemBy(const TlsFiles& files, Readers... readers) {
  FieldErrors errors;
  TlsCredentials::Pem pem;
  (readers(files, &pem, errors), ...);
  RETURN_IF_ERROR(errors.ToStatus());
  return pem;
}

// An error of TlsCredentials, by the options of the configuration.
absl::Status ByOption(const absl::Status& status) {
  FieldErrors errors;
  errors.AddAll(kPath, status);
  return errors.ToStatus();
}

absl::StatusOr<std::shared_ptr<const TlsCredentials>> Use(
    const absl::StatusOr<TlsCredentials::Pem>& read) {
  if (!read.ok()) return read.status();
  auto made = TlsCredentials::Create(*read);
  if (made.ok()) return made;
  return ByOption(made.status());
}

bool Same(const absl::StatusOr<TlsCredentials::Pem>& one,
          const absl::StatusOr<TlsCredentials::Pem>& other) {
  return one.ok() && other.ok() ? *one == *other : one.status() == other.status();
}

// "CN=map ends 2026-12-01 …, CN=authority ended …": those of `pem` whose end is past or near.
std::string EndsBefore(const std::string& pem, absl::Time now, absl::Time limit, int* past,
                       int* all) {
  std::vector<std::string> words;
  const auto certificates = ReadCertificates(pem);
  if (!certificates.ok()) return "";  // it was read before
  for (const Certificate& certificate : *certificates) {
    ++*all;
    const bool is_past = certificate.not_after <= now;
    if (is_past) ++*past;
    if (certificate.not_after > limit) continue;
    words.push_back(absl::StrCat("'", certificate.subject, is_past ? "' ended " : "' ends ",
                                 Day(certificate.not_after)));
  }
  return absl::StrJoin(words, ", ");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Certificates>> Certificates::Load(TlsFiles files,
                                                                 telemetry::Metrics& metrics,
                                                                 Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(std::shared_ptr<const TlsCredentials> first,
                   Use(PemBy(files, ReadPair, ReadAuthorities)));
  return std::unique_ptr<Certificates>(
      new Certificates(std::move(files), std::move(first), metrics, clock, random));
}

Certificates::Certificates(TlsFiles files, std::shared_ptr<const TlsCredentials> first,
                           telemetry::Metrics& metrics, Clock& clock, Random& random)
    : files_(std::move(files)),
      clock_(clock),
      metrics_(metrics),
      pair_{.used = {.certificates = first->pem().certificates, .key = first->pem().key}},
      authorities_{.used = {.client_authorities = first->pem().client_authorities}},
      current_(std::move(first)),
      worker_(clock, random, [this] {
        LookAtFiles();
        return clock_.Now() + kLook;
      }) {
  ShowEnds(*current());
}

std::shared_ptr<const TlsCredentials> Certificates::current() const {
  MutexLock lock(mutex_);
  return current_;
}

absl::Status Certificates::trouble(const Half& half) const {
  MutexLock lock(mutex_);
  return half.trouble;
}

void Certificates::LookAtFiles() {
  const bool pair = LookAt(pair_, PemBy(files_, ReadPair), "certificate");
  const bool authorities =
      LookAt(authorities_, PemBy(files_, ReadAuthorities), "authorities of clients");
  if (!pair && !authorities) return;
  Pem pem = pair_.used;
  pem.client_authorities = authorities_.used.client_authorities;
  const auto made = Use(pem);  // each half was found good
  if (!made.ok()) return telemetry::LogError("certificates", {{"status", made.status()}});
  {
    MutexLock lock(mutex_);
    current_ = *made;
  }
  ShowEnds(**made);
}

bool Certificates::LookAt(Half& half, Read read, std::string_view what) {
  const bool unchanged = read.ok() && *read == half.used;
  const bool settled = unchanged || (half.seen && Same(*half.seen, read));
  half.seen = read;
  if (!settled) return false;
  const absl::Status status = unchanged   ? absl::OkStatus()
                              : read.ok() ? CheckNew(*read)
                                          : read.status();
  absl::Status before;
  {
    MutexLock lock(mutex_);
    before = std::exchange(half.trouble, status);
  }
  if (!status.ok()) {
    if (status != before) {
      telemetry::LogError(
          "new certificates can't be used; the earlier ones go on",
          {{"what", std::string(what)}, {"status", status}, {"remedy", std::string(kMend)}});
    }
    return false;
  }
  if (unchanged) {
    if (!before.ok()) {
      telemetry::LogInfo("the files hold the certificates in use again",
                         {{"what", std::string(what)}});
    }
    return false;
  }
  half.used = *std::move(read);
  telemetry::LogInfo("new certificates are used", {{"what", std::string(what)}});
  return true;
}

absl::Status Certificates::CheckNew(const Pem& pem) const {
  if (pem.certificates.empty()) {
    if (pem.client_authorities.empty()) return absl::OkStatus();
    if (const auto read = Authorities::Read(pem.client_authorities); !read.ok()) {
      return FieldError(absl::StrCat(kPath, ".client_ca_file"),
                        std::string(read.status().message()));
    }
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<const TlsCredentials> candidate, Use(pem));
  // No valid certificate is given up for one that clients would refuse.
  const absl::Time now = clock_.Now();
  const auto holds = [now](const TlsCredentials& credentials) {
    return credentials.not_before() <= now && now < credentials.not_after();
  };
  if (holds(*candidate) || !holds(*current())) return absl::OkStatus();
  const bool early = now < candidate->not_before();
  return FieldError(absl::StrCat(kPath, ".certificate_file"),
                    absl::StrCat(early ? "holds a certificate that begins only "
                                       : "holds a certificate that ended ",
                                 Day(early ? candidate->not_before() : candidate->not_after())));
}

void Certificates::ShowEnds(const TlsCredentials& credentials) {
  const auto show = [this](const char* file, absl::Time end) {
    metrics_
        .GetGauge("clusterwire_tls_certificate_end_seconds",
                  "When the first of the certificates in a file ends (Unix time)", {{"file", file}})
        .Set(absl::ToDoubleSeconds(end - absl::UnixEpoch()));
  };
  show("certificate", credentials.not_after());
  if (credentials.authorities() != nullptr) {
    show("client_ca", credentials.authorities()->not_after());
  }
}

Findings Certificates::Look() const {
  const std::shared_ptr<const TlsCredentials> credentials = current();
  Findings findings;
  AddCertificate(*credentials, &findings);
  if (!files_.client_ca.empty()) AddAuthorities(*credentials, &findings);
  return findings;
}

void Certificates::AddCertificate(const TlsCredentials& credentials, Findings* findings) const {
  const absl::Status bad = trouble(pair_);
  const absl::Time now = clock_.Now();
  int past = 0, all = 0;
  const std::string ends =
      EndsBefore(credentials.pem().certificates, now, now + kWarning, &past, &all);
  const std::string renew =
      absl::StrCat("renew it in ", files_.certificate, " with its key; it is read again by itself");
  if (!bad.ok()) {
    *findings->Add() = Broken(
        "certificate",
        absl::Status(bad.code(), absl::StrCat(bad.message(), "; the earlier ones go on, up to ",
                                              Day(credentials.not_after()))),
        kMend);
  } else if (past > 0) {
    *findings->Add() = Found("certificate", Finding::SEVERITY_ERROR,
                             absl::StrCat(ends, "; clients refuse it"), renew);
  } else if (!ends.empty()) {
    *findings->Add() = Found("certificate", Finding::SEVERITY_WARNING, ends, renew);
  } else {
    *findings->Add() = Fine("certificate", absl::StrCat("ends ", Day(credentials.not_after())));
  }
}

void Certificates::AddAuthorities(const TlsCredentials& credentials, Findings* findings) const {
  if (const absl::Status bad = trouble(authorities_); !bad.ok()) {
    *findings->Add() = Broken(
        "client_ca",
        absl::Status(bad.code(),
                     absl::StrCat(bad.message(),
                                  "; the earlier ones go on, also one that was to be taken out")),
        kMend);
    return;
  }
  const absl::Time now = clock_.Now();
  int past = 0, all = 0;
  const std::string ends =
      EndsBefore(credentials.pem().client_authorities, now, now + kWarning, &past, &all);
  if (ends.empty()) {
    *findings->Add() =
        Fine("client_ca", absl::StrCat(all, all == 1 ? " authority, ends " : " authorities, end ",
                                       Day(credentials.authorities()->not_after())));
    return;
  }
  *findings->Add() =
      Found("client_ca", past == all ? Finding::SEVERITY_ERROR : Finding::SEVERITY_WARNING,
            absl::StrCat(ends, "; clients it vouches for are refused then"),
            absl::StrCat("add the authority that follows it to ", files_.client_ca,
                         ", and take out what has ended"));
}

void LookAtCertificates(FieldErrors& errors, const TlsFiles& files) {
  if (files.certificate.empty()) return;
  std::error_code ignored;
  for (const std::string& path : {files.certificate, files.key, files.client_ca}) {
    if (!path.empty() && !std::filesystem::exists(path, ignored)) return;
  }
  errors.AddAll("", Use(PemBy(files, ReadPair, ReadAuthorities)).status());
}

}  // namespace clusterwire::service
