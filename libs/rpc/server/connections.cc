#include "libs/rpc/server/connections.h"

#include <dirent.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/numbers.h"
#include <netinet/in.h>
#include <sys/socket.h>

namespace clusterwire::rpc {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

// The local port of a TCP socket; 0 for any other file.
int PortOf(int file) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(file, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return 0;
}

bool Listens(int socket) {
  int listens = 0;
  socklen_t size = sizeof listens;
  return getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
}

std::vector<int> SocketsOf(int port) {
  std::vector<int> sockets;
  const std::unique_ptr<DIR, CloseFolder> folder(opendir("/proc/self/fd"));
  while (const dirent* entry = folder == nullptr ? nullptr : readdir(folder.get())) {
    int file = -1;
    if (absl::SimpleAtoi(entry->d_name, &file) && PortOf(file) == port) sockets.push_back(file);
  }
  return sockets;
}

}  // namespace

int ListeningSockets(int port) {
  const std::vector<int> sockets = SocketsOf(port);
  return static_cast<int>(std::count_if(sockets.begin(), sockets.end(), Listens));
}

void CloseConnections(int port) {
  for (const int socket : SocketsOf(port)) {
    if (Listens(socket)) shutdown(socket, SHUT_RDWR);
  }
  // Those too that were accepted in the meantime; after this none is.
  for (const int socket : SocketsOf(port)) shutdown(socket, SHUT_RDWR);
}

}  // namespace clusterwire::rpc
