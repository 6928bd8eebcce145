#include "libs/service/certificates.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/certificate.h"
#include "libs/base/file.h"
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

// What stands in them; INVALID_ARGUMENT by the options whose file can't be read.
absl::StatusOr<TlsCredentials::Pem> ReadFiles(const TlsFiles& files) {
  FieldErrors errors;
  const auto read = [&](const char* option, const std::string& path, bool secret) -> std::string {
    absl::StatusOr<std::string> text =
        secret ? config::ReadSecret(path) : ReadFile(path, kMostBytes);
    if (text.ok() && text->empty()) text = absl::InvalidArgumentError("is empty");
    if (text.ok()) return *std::move(text);
    errors.Add(absl::StrCat(kPath, ".", option), std::string(text.status().message()));
    return "";
  };
  TlsCredentials::Pem pem;
  pem.certificates = read("certificate_file", files.certificate, /*secret=*/false);
  pem.key = read("key_file", files.key, /*secret=*/true);
  if (!files.client_ca.empty()) {
    pem.client_authorities = read("client_ca_file", files.client_ca, /*secret=*/false);
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return pem;
}

absl::StatusOr<std::shared_ptr<const TlsCredentials>> Use(
    const absl::StatusOr<TlsCredentials::Pem>& read) {
  if (!read.ok()) return read.status();
  auto made = TlsCredentials::Create(*read);
  if (made.ok()) return made;
  FieldErrors errors;
  errors.AddAll(kPath, made.status());
  return errors.ToStatus();
}

bool Same(const TlsCredentials::Pem& one, const TlsCredentials::Pem& other) {
  return one.certificates == other.certificates && one.key == other.key &&
         one.client_authorities == other.client_authorities;
}

bool Same(const absl::StatusOr<TlsCredentials::Pem>& one,
          const absl::StatusOr<TlsCredentials::Pem>& other) {
  return one.ok() && other.ok() ? Same(*one, *other) : one.status() == other.status();
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
  ASSIGN_OR_RETURN(std::shared_ptr<const TlsCredentials> first, Use(ReadFiles(files)));
  return std::unique_ptr<Certificates>(
      new Certificates(std::move(files), std::move(first), metrics, clock, random));
}

Certificates::Certificates(TlsFiles files, std::shared_ptr<const TlsCredentials> first,
                           telemetry::Metrics& metrics, Clock& clock, Random& random)
    : files_(std::move(files)),
      clock_(clock),
      metrics_(metrics),
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

void Certificates::LookAtFiles() {
  Read read = ReadFiles(files_);
  const bool unchanged = read.ok() && Same(*read, current()->pem());
  const bool settled = unchanged || (seen_ && Same(*seen_, read));
  seen_ = std::move(read);
  if (settled) Take(*seen_);
}

void Certificates::Take(const Read& read) {
  const std::shared_ptr<const TlsCredentials> before = current();
  const bool unchanged = read.ok() && Same(*read, before->pem());
  auto taken = unchanged ? before : Use(read);
  if (taken.ok() && !unchanged) {
    if (const absl::Status status = CheckNew(**taken); !status.ok()) taken = status;
  }
  const bool replaced = taken.ok() && !unchanged;
  absl::Status trouble_before;
  {
    MutexLock lock(mutex_);
    trouble_before = std::exchange(trouble_, taken.status());
    if (replaced) current_ = *taken;
  }
  if (!taken.ok() && taken.status() != trouble_before) {
    telemetry::LogError("new certificates can't be used; the earlier ones go on",
                        {{"status", taken.status()}, {"remedy", kMend}});
  }
  if (replaced) {
    ShowEnds(**taken);
    telemetry::LogInfo("new certificates are used", {{"end", Day((*taken)->not_after())}});
  } else if (taken.ok() && !trouble_before.ok()) {
    telemetry::LogInfo("the files hold the certificates in use again");
  }
}

// No valid one is given up for one that clients would refuse.
absl::Status Certificates::CheckNew(const TlsCredentials& candidate) const {
  const absl::Time now = clock_.Now();
  const auto holds = [now](const TlsCredentials& credentials) {
    return credentials.not_before() <= now && now < credentials.not_after();
  };
  if (holds(candidate) || !holds(*current())) return absl::OkStatus();
  const bool early = now < candidate.not_before();
  return FieldError(absl::StrCat(kPath, ".certificate_file"),
                    absl::StrCat(early ? "holds a certificate that begins only "
                                       : "holds a certificate that ended ",
                                 Day(early ? candidate.not_before() : candidate.not_after())));
}

void Certificates::ShowEnds(const TlsCredentials& credentials) {
  const auto show = [this](const char* file, absl::Time end) {
    if (end == absl::InfiniteFuture()) return;
    metrics_
        .GetGauge("clusterwire_tls_certificate_end_seconds",
                  "When the first of the certificates in a file ends (Unix time)", {{"file", file}})
        .Set(absl::ToDoubleSeconds(end - absl::UnixEpoch()));
  };
  show("certificate", credentials.not_after());
  show("client_ca", credentials.authorities_not_after());
}

Findings Certificates::Look() const {
  absl::Status trouble;
  {
    MutexLock lock(mutex_);
    trouble = trouble_;
  }
  const std::shared_ptr<const TlsCredentials> credentials = current();
  const absl::Time now = clock_.Now();
  Findings findings;
  int past = 0, all = 0;
  const std::string ends =
      EndsBefore(credentials->pem().certificates, now, now + kWarning, &past, &all);
  const std::string renew =
      absl::StrCat("renew it in ", files_.certificate, " with its key; it is read again by itself");
  if (!trouble.ok()) {
    *findings.Add() =
        Broken("certificate",
               absl::Status(trouble.code(),
                            absl::StrCat(trouble.message(), "; the earlier ones go on, up to ",
                                         Day(credentials->not_after()))),
               kMend);
  } else if (past > 0) {
    *findings.Add() = Found("certificate", Finding::SEVERITY_ERROR,
                            absl::StrCat(ends, "; clients refuse it"), renew);
  } else if (!ends.empty()) {
    *findings.Add() = Found("certificate", Finding::SEVERITY_WARNING, ends, renew);
  } else {
    *findings.Add() = Fine("certificate", absl::StrCat("ends ", Day(credentials->not_after())));
  }
  if (files_.client_ca.empty()) return findings;
  past = all = 0;
  const std::string authorities =
      EndsBefore(credentials->pem().client_authorities, now, now + kWarning, &past, &all);
  if (authorities.empty()) {
    *findings.Add() =
        Fine("client_ca", absl::StrCat(all, all == 1 ? " authority, ends " : " authorities, end ",
                                       Day(credentials->authorities_not_after())));
    return findings;
  }
  *findings.Add() =
      Found("client_ca", past == all ? Finding::SEVERITY_ERROR : Finding::SEVERITY_WARNING,
            absl::StrCat(authorities, "; clients it vouches for are refused then"),
            absl::StrCat("add the authority that follows it to ", files_.client_ca,
                         ", and take out what has ended"));
  return findings;
}

void LookAtCertificates(FieldErrors& errors, const TlsFiles& files) {
  if (files.certificate.empty()) return;
  std::error_code ignored;
  for (const std::string& path : {files.certificate, files.key, files.client_ca}) {
    if (!path.empty() && !std::filesystem::exists(path, ignored)) return;
  }
  errors.AddAll("", Use(ReadFiles(files)).status());
}

}  // namespace clusterwire::service
