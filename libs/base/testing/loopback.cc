#include "libs/base/testing/loopback.h"

#include <arpa/inet.h>
#include <sys/socket.h>

namespace clusterwire {

int ListenOnLoopback(int flags, int* port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, any, size) == 0 && getsockname(listener, any, &size) == 0) {
    *port = ntohs(address.sin_port);
  }
  listen(listener, SOMAXCONN);
  return listener;
}

}  // namespace clusterwire
