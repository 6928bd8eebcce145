#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "libs/base/handle.h"
#include "libs/base/tls/credentials.h"

struct ssl_st;

namespace clusterwire {

void FreeTls(ssl_st* session);

// The server's side of one TLS connection, as bytes in and out: it knows no socket, so it never
// waits. The owner of the socket feeds what comes and sends what is to go out, after each call. One
// thread at a time.
class TlsSession {
 public:
  explicit TlsSession(std::shared_ptr<const TlsCredentials> credentials);

  // What came from the client.
  void Feed(std::string_view bytes);
  // Plain text of that, up to `size` bytes. 0: more has to come first; nothing: it is over, by the
  // client's end, or because what came is no TLS.
  std::optional<size_t> Read(char* to, size_t size);
  // False when it is over, or still at its handshake.
  bool Write(std::string_view plain);
  // Tells the client that nothing more comes.
  void Close();
  // What is to be sent to the client now.
  std::string TakeOutput();

 private:
  const std::shared_ptr<const TlsCredentials> credentials_;
  const Handle<ssl_st, &FreeTls> session_;
};

}  // namespace clusterwire
