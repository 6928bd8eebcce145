#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/random.h"
#include "libs/base/status/error.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/base/tls/credentials.h"
#include "libs/service/findings.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::service {

// The files of config.v1.Tls.
struct TlsFiles {
  std::string certificate = "";  // empty: no TLS
  std::string key = "";
  std::string client_ca = "";
  bool require_client_certificate = false;
};

// The certificate that this service shows and the authorities of its clients, from files that
// others exchange while it runs. They are looked at every second; what is new is taken once two
// looks found the same, so that no file is taken half written, and only if it can be used: else the
// earlier ones go on, and a finding and the log say why until the files are mended. Safe for use
// from any thread.
class Certificates {
 public:
  // INVALID_ARGUMENT by the option whose file can't be used. All but the files outlive it.
  static absl::StatusOr<std::unique_ptr<Certificates>> Load(TlsFiles files,
                                                            telemetry::Metrics& metrics,
                                                            Clock& clock, Random& random);

  std::shared_ptr<const TlsCredentials> current() const;

  // Parts "certificate" and "client_ca": their ends, and new files that can't be used. A warning
  // 14 days before an end.
  Findings Look() const;

 private:
  using Read = absl::StatusOr<TlsCredentials::Pem>;

  Certificates(TlsFiles files, std::shared_ptr<const TlsCredentials> first,
               telemetry::Metrics& metrics, Clock& clock, Random& random);
  void LookAtFiles();
  void Take(const Read& read);
  absl::Status CheckNew(const TlsCredentials& candidate) const;
  void ShowEnds(const TlsCredentials& credentials);

  const TlsFiles files_;
  Clock& clock_;
  telemetry::Metrics& metrics_;
  std::optional<Read> seen_;  // by the last look, where it isn't what is current; the worker's
  mutable Mutex mutex_;
  std::shared_ptr<const TlsCredentials> current_ ABSL_GUARDED_BY(mutex_);
  absl::Status trouble_ ABSL_GUARDED_BY(mutex_);  // with what stands in the files now
  Worker worker_;                                 // last: its thread uses everything above
};

// For --check_config: whether the files can be used, as far as all of them are there.
void LookAtCertificates(FieldErrors& errors, const TlsFiles& files);

}  // namespace clusterwire::service
