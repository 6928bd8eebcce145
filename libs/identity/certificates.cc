#include "libs/identity/certificates.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "libs/base/certificate.h"
#include "libs/base/text/strings.h"
#include "libs/base/text/subject.h"
#include "libs/identity/refusal.h"

namespace clusterwire::identity {
namespace {

constexpr char kSpiffe[] = "spiffe://";

bool IsSpiffe(const std::string& uri) {
  return absl::AsciiStrToLower(uri.substr(0, sizeof kSpiffe - 1)) == kSpiffe;
}

// The subjects that a certificate offers, the first one first.
absl::StatusOr<std::vector<std::string>> Offered(const Certificate& certificate) {
  std::vector<std::string> subjects;
  for (const std::string& uri : certificate.uris) {
    if (IsSpiffe(uri)) subjects.push_back(uri);
  }
  if (subjects.size() > 1) {
    return Refuse("CERTIFICATE_AMBIGUOUS",
                  "the client's certificate has several SPIFFE ids; have it issued with one");
  }
  if (!subjects.empty()) return subjects;
  for (const std::string& host : certificate.hosts) {
    subjects.push_back(absl::StrCat("dns:", absl::AsciiStrToLower(host)));
  }
  return subjects;
}

absl::Status CheckPeriod(absl::Time from, absl::Time until, absl::Time now) {
  if (now >= until) {
    return Refuse("CERTIFICATE_EXPIRED", absl::StrCat("the client's certificate ended at ",
                                                      absl::FormatTime(until, absl::UTCTimeZone()),
                                                      ": connect anew with one that holds"));
  }
  if (now < from) {
    return Refuse("CERTIFICATE_NOT_YET_VALID",
                  absl::StrCat("the client's certificate holds from ",
                               absl::FormatTime(from, absl::UTCTimeZone()), " on"));
  }
  return absl::OkStatus();
}

absl::Status Untrusted(absl::string_view why) {
  return Refuse(
      "CERTIFICATE_UNTRUSTED",
      absl::StrCat("no authority that is believed now vouches for the client's certificate "
                   "(",
                   why,
                   "): connect anew with one that is issued by an authority of "
                   "listen.tls.client_ca_file"));
}

absl::StatusOr<std::string> Choose(const Certificate& certificate,
                                   const std::vector<std::string>& patterns) {
  ASSIGN_OR_RETURN(const std::vector<std::string> offered, Offered(certificate));
  for (const std::string& subject : offered) {
    if (!CheckSubject(subject).ok()) continue;
    const bool known = std::any_of(
        patterns.begin(), patterns.end(),
        [&subject](const std::string& pattern) { return SubjectMatches(pattern, subject); });
    if (known) return subject;
  }
  return Refuse("CERTIFICATE_UNKNOWN",
                "the client's certificate has no SPIFFE id or DNS name that callers.certificates "
                "takes in: use one that has, add it there, or connect without");
}

}  // namespace

absl::StatusOr<Certificates::Read> Certificates::ReadNew(const std::string& pem) const {
  const auto read = ReadCertificates(pem);
  if (!read.ok()) {
    return Refuse("CERTIFICATE_MALFORMED", "the client's certificate can't be read");
  }
  const Certificate& leaf = read->front();
  return Read{.subject = Choose(leaf, patterns_),
              .not_before = leaf.not_before,
              .not_after = leaf.not_after};
}

std::shared_ptr<const Authorities> Certificates::authorities() const {
  const std::shared_ptr<const TlsCredentials> current = tls_ ? tls_() : nullptr;
  return current == nullptr ? nullptr : current->authorities();
}

std::shared_ptr<const Certificates::Read> Certificates::Find(const std::string& pem) {
  MutexLock lock(mutex_);
  const auto found = known_.find(pem);
  return found == known_.end() ? nullptr : found->second;
}

std::optional<absl::StatusOr<std::string>> Certificates::Known(const std::string& pem,
                                                               absl::Time now) {
  const std::shared_ptr<const Read> read = Find(pem);
  if (read == nullptr || read->authorities == nullptr || read->authorities != authorities() ||
      now < read->vouched.not_before || now >= read->vouched.not_after) {
    return std::nullopt;
  }
  return read->subject;
}

absl::StatusOr<std::string> Certificates::SubjectOf(const std::string& pem,
                                                    const std::string& between, absl::Time now) {
  const std::shared_ptr<const Read> before = Find(pem);
  absl::StatusOr<Read> found = before == nullptr ? ReadNew(pem) : *before;
  RETURN_IF_ERROR(found.status());
  Read& read = *found;
  if (!between.empty()) read.between = between;
  RETURN_IF_ERROR(CheckPeriod(read.not_before, read.not_after, now));
  read.authorities = authorities();
  if (read.authorities == nullptr) return Untrusted("none is believed");
  const auto vouched = read.authorities->Vouch(pem, read.between, now);
  if (!vouched.ok()) return Untrusted(vouched.status().message());
  read.vouched = *vouched;
  absl::StatusOr<std::string> subject = read.subject;
  MutexLock lock(mutex_);
  if (known_.size() >= kKept) known_.clear();
  known_.insert_or_assign(pem, std::make_shared<const Read>(std::move(read)));
  return subject;
}

}  // namespace clusterwire::identity
