#pragma once

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace clusterwire {

// A certificate with its private key, both in PEM.
struct KeyPair {
  std::string certificate;
  std::string key;
};

// What a certificate of a test states.
struct Stated {
  // Alternative names as OpenSSL's configuration writes them: "DNS:localhost,URI:spiffe://a/b".
  std::string names = "";
  absl::Time from = absl::Now() - absl::Hours(1);
  absl::Time until = absl::Now() + absl::Hours(1);
};

// Issues certificates for tests (P-256). Not safe for use from several threads.
class TestAuthority {
 public:
  TestAuthority() : TestAuthority(Stated()) {}
  // One that `parent` vouches for; null: it vouches for itself.
  explicit TestAuthority(const Stated& stated, const TestAuthority* parent = nullptr);
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  // Its own certificate in PEM, for those who trust it.
  const std::string& certificate() const;
  KeyPair Issue(const Stated& stated) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// One that vouches for itself.
KeyPair SelfSigned(const Stated& stated);

}  // namespace clusterwire
