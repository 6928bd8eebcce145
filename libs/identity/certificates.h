#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "libs/base/tls/credentials.h"

namespace clusterwire::identity {

// Makes a subject of a client's certificate. An authority vouched for it when its connection began;
// as authorities are taken out and certificates end while connections stay open, that is asked
// again here. Safe for use from any thread.
class Certificates {
 public:
  static constexpr size_t kKept = 1000;  // that were read

  // `tls` gives whose authorities are believed now; without any, no certificate is.
  Certificates(std::vector<std::string> patterns, TlsSource tls)
      : patterns_(std::move(patterns)), tls_(std::move(tls)) {}

  // The SPIFFE id; where there is none, the first DNS name that a pattern takes in. UNAUTHENTICATED
  // with CERTIFICATE_UNKNOWN when no pattern does, CERTIFICATE_EXPIRED or CERTIFICATE_NOT_YET_VALID
  // at `now`, CERTIFICATE_UNTRUSTED when no authority vouches for it now, CERTIFICATE_AMBIGUOUS
  // with several SPIFFE ids, CERTIFICATE_MALFORMED. `between` are those between it and its
  // authority.
  absl::StatusOr<std::string> SubjectOf(const std::string& pem, const std::string& between,
                                        absl::Time now);
  // The same at once, if that was found out before and still holds.
  std::optional<absl::StatusOr<std::string>> Known(const std::string& pem, absl::Time now);

 private:
  struct Read {
    absl::StatusOr<std::string> subject;
    // Of the certificate itself.
    absl::Time not_before = absl::InfinitePast();
    absl::Time not_after = absl::InfiniteFuture();
    // A session that is resumed doesn't show them again.
    std::string between = "";
    // Who vouched for it last, and while that holds.
    std::shared_ptr<const Authorities> authorities = nullptr;
    Authorities::Period vouched = {};
  };

  std::shared_ptr<const Read> Find(const std::string& pem);
  absl::StatusOr<Read> ReadNew(const std::string& pem) const;
  std::shared_ptr<const Authorities> authorities() const;

  const std::vector<std::string> patterns_;
  const TlsSource tls_;
  Mutex mutex_;
  // By their PEM; emptied when it is full.
  std::unordered_map<std::string, std::shared_ptr<const Read>> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::identity
