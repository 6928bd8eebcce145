#pragma once

#include <memory>

#include <grpcpp/security/server_credentials.h>

#include "libs/base/tls/credentials.h"

namespace clusterwire::rpc {

// TLS (1.2 or newer) by what `source` gives at each new connection; connections that are open go on
// as they began. Where it names authorities of clients, a client is asked for a certificate and,
// with `require_client_certificate`, refused without one. One that it shows and that these don't
// vouch for ends the connection: it never counts as none. Whether clients are asked is settled
// by the first that `source` gives. What is made outlives the server.
//
// One for each listening socket, never one for two: gRPC asks `source` under a lock of what is made
// here, drops the former pair as soon as it is handed a new one, and takes the pair of a connection
// after that lock. Connections of one socket are taken one after the other, each wholly before the
// next, so none is between the two when a pair is dropped.
std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(TlsSource source,
                                                            bool require_client_certificate);

}  // namespace clusterwire::rpc
