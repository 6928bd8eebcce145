#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include <grpcpp/channel.h>

namespace clusterwire::rpc {

// How a client reaches a server and shows who it is.
struct ChannelOptions {
  std::string target = "";  // "catalogue:50051"
  // Authorities in PEM that vouch for the server; empty: no TLS.
  std::string tls_ca_file = "";
  // The client's own certificate and key in PEM; only with TLS.
  std::string tls_certificate_file = "";
  std::string tls_key_file = "";
  // Holds a token that is sent with each call, read anew each time since it is exchanged while the
  // program runs. Only with TLS, or to this machine's loopback, unless `allow_insecure`.
  std::string token_file = "";
  // Sends the token in clear text to another machine too, where the network between is trusted.
  bool allow_insecure = false;
};

// A channel that connects at the first call and again whenever the connection is lost. Files of TLS
// are read now. INVALID_ARGUMENT by the option's name, for options that don't go together and files
// that can't be used; a call whose token can't be read fails with UNAUTHENTICATED.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ChannelOptions& options);

// One to `address` without encryption and without an identity, for clients on the same machine and
// for tests. Statuses of calls become absl::Status by ToAbslStatus().
std::shared_ptr<grpc::Channel> MakeChannel(std::string_view address);

}  // namespace clusterwire::rpc
