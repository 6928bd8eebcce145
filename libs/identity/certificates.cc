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
  if (now > until) {
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

std::shared_ptr<const Certificates::Known> Certificates::Read(const std::string& pem) const {
  const auto read = ReadCertificates(pem);
  if (!read.ok()) {
    return std::make_shared<const Known>(
        Known{.subject = Refuse("CERTIFICATE_MALFORMED", "the client's certificate can't be read"),
              .not_before = absl::InfinitePast(),
              .not_after = absl::InfiniteFuture()});
  }
  const Certificate& leaf = read->front();
  return std::make_shared<const Known>(Known{.subject = Choose(leaf, patterns_),
                                             .not_before = leaf.not_before,
                                             .not_after = leaf.not_after});
}

absl::StatusOr<std::string> Certificates::SubjectOf(const std::string& pem, absl::Time now) {
  std::shared_ptr<const Known> known;
  {
    MutexLock lock(mutex_);
    if (const auto found = known_.find(pem); found != known_.end()) known = found->second;
  }
  if (known == nullptr) {
    known = Read(pem);
    MutexLock lock(mutex_);
    if (known_.size() >= kKept) known_.clear();
    known_.emplace(pem, known);
  }
  RETURN_IF_ERROR(CheckPeriod(known->not_before, known->not_after, now));
  return known->subject;
}

}  // namespace clusterwire::identity
