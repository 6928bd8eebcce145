#pragma once

#include <algorithm>
#include <string>

#include "absl/time/time.h"
#include <curl/curl.h>

// What every transfer of ours sets, whichever protocol it speaks. For the clients that libcurl
// serves: http's own, and mail's.
namespace clusterwire::http {

struct TransferLimits {
  absl::Duration total;    // of the transfer, with connecting
  absl::Duration connect;  // of that
  absl::Duration idle;     // after which a connection isn't used again
};

inline void SetLimits(CURL* easy, const TransferLimits& limits) {
  // Never 0, which would mean no limit.
  const auto milliseconds = [](absl::Duration duration) {
    return std::max<long>(1, absl::ToInt64Milliseconds(duration));
  };
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(limits.total));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   milliseconds(std::min(limits.total, limits.connect)));
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, std::max<long>(1, absl::ToInt64Seconds(limits.idle)));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A name server that doesn't answer holds up its own transfer only: without this, curl would
  // wait on the loop's thread for the lookup that it gave up.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}

// The other side shows a certificate for its name that an authority of `ca_file`, a PEM file,
// vouches for; empty: one of the system's.
inline void SetCertificateChecks(CURL* easy, const std::string& ca_file) {
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (ca_file.empty()) return;
  curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.c_str());
  // Else the system's folder of authorities would vouch beside them.
  curl_easy_setopt(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
}

}  // namespace clusterwire::http
