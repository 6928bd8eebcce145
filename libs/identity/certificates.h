#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"

namespace clusterwire::identity {

// Makes a subject of a client's certificate, which an authority has vouched for. Safe for use from
// any thread.
class Certificates {
 public:
  static constexpr size_t kKept = 1000;  // that were read

  explicit Certificates(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

  // The SPIFFE id; where there is none, the first DNS name that a pattern takes in. UNAUTHENTICATED
  // with CERTIFICATE_UNKNOWN when no pattern does, CERTIFICATE_EXPIRED or CERTIFICATE_NOT_YET_VALID
  // at `now`, CERTIFICATE_AMBIGUOUS with several SPIFFE ids, CERTIFICATE_MALFORMED.
  absl::StatusOr<std::string> SubjectOf(const std::string& pem, absl::Time now);

 private:
  struct Known {
    absl::StatusOr<std::string> subject;
    absl::Time not_before;
    absl::Time not_after;
  };
  std::shared_ptr<const Known> Read(const std::string& pem) const;

  const std::vector<std::string> patterns_;
  Mutex mutex_;
  // By their PEM; emptied when it is full.
  std::unordered_map<std::string, std::shared_ptr<const Known>> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::identity
