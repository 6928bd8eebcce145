#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace clusterwire {

// What is asked of an X.509 certificate. Who vouches for it is for the TLS library to check.
struct Certificate {
  std::string subject = "";             // for people: "CN=map,O=Example"
  std::vector<std::string> uris = {};   // of its alternative names, as they stand there
  std::vector<std::string> hosts = {};  // likewise the DNS names
  absl::Time not_before = absl::InfinitePast();
  absl::Time not_after = absl::InfiniteFuture();
};

// All certificates in a text in PEM, in their order; INVALID_ARGUMENT where there is none, or where
// one can't be read. Names that hold a zero byte are left out: they are made to deceive.
absl::StatusOr<std::vector<Certificate>> ReadCertificates(std::string_view pem);

}  // namespace clusterwire
