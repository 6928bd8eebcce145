#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

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
// earlier ones go on, and a finding and the log say why until the files are mended. The certificate
// goes with its key; the authorities are taken by themselves, so that one that is taken out is
// believed no more also while the other files are bad. Safe for use from any thread.
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
  using Pem = TlsCredentials::Pem;
  using Read = absl::StatusOr<Pem>;
  // Files that are taken together or not at all: texts of the others are empty.
  struct Half {
    Pem used;                  // the worker's, as
    std::optional<Read> seen;  // by the last look
    absl::Status trouble;      // with what stands in the files now; under the lock
  };

  Certificates(TlsFiles files, std::shared_ptr<const TlsCredentials> first,
               telemetry::Metrics& metrics, Clock& clock, Random& random);
  void LookAtFiles();
  // Whether something new is used.
  bool LookAt(Half& half, Read read, std::string_view what);
  // Whether it can be used in place of what is.
  absl::Status CheckNew(const Pem& pem) const;
  void ShowEnds(const TlsCredentials& credentials);
  absl::Status trouble(const Half& half) const;
  void AddCertificate(const TlsCredentials& credentials, Findings* findings) const;
  void AddAuthorities(const TlsCredentials& credentials, Findings* findings) const;

  const TlsFiles files_;
  Clock& clock_;
  telemetry::Metrics& metrics_;
  Half pair_;
  Half authorities_;
  mutable Mutex mutex_;
  std::shared_ptr<const TlsCredentials> current_ ABSL_GUARDED_BY(mutex_);
  Worker worker_;  // last: its thread uses everything above
};

// For --check_config: whether the files can be used, as far as all of them are there.
void LookAtCertificates(FieldErrors& errors, const TlsFiles& files);

}  // namespace clusterwire::service
