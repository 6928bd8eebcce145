#pragma once

#include <httplib.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "libs/base/tls/session.h"

namespace clusterwire::http {

// The bytes of a connection to the server until its deadline, encrypted or not. The library reads
// what Give() has made ready and no byte more: its own limits hold for each line, and for none of
// what it makes of them. One thread uses it.
class Connection final : public httplib::Stream {
 public:
  // Null `tls`: plain text. The handshake is part of the first reading, so the deadline holds for
  // it too.
  Connection(int socket, absl::Duration time, const std::shared_ptr<const TlsCredentials>& tls)
      : socket_(socket), deadline_(Now() + absl::ToChronoMilliseconds(time)) {
    if (tls != nullptr) tls_.emplace(tls);
  }

  // What stands before the body, with the empty line at its end; nothing when that doesn't come
  // within `limit` bytes or before the end.
  std::optional<std::string> ReadHead(size_t limit);
  bool too_long(size_t limit) const { return ready_.size() >= limit; }
  // Whether the client began without TLS although this connection has it.
  bool lacks_tls() const { return lacks_tls_; }

  // From now on the library reads `head`, then `body` bytes of what comes.
  void Give(const std::string& head, size_t body);
  // Takes and drops what still comes, up to `limit` bytes: closing before it is read would keep the
  // client from reading the answer.
  void DropRest(size_t limit);
  // Says that nothing more comes.
  void End();
  // Without TLS: the bytes as they come.
  bool Send(std::string_view bytes);

  bool is_readable() const override { return !ready_.empty() || Await(kIn); }
  bool is_writable() const override { return Await(kOut); }
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  // Empty when it is not known.
  void get_remote_ip_and_port(std::string& ip, int&) const override;
  void get_local_ip_and_port(std::string&, int&) const override {}
  // httplib refuses what its select() can't wait for; nothing here uses that.
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  static const short kIn, kOut;
  static std::chrono::steady_clock::time_point Now() { return std::chrono::steady_clock::now(); }

  bool Await(short events) const;
  // Adds to `ready_`, at most `limit` bytes; false when nothing comes any more.
  bool Receive(size_t limit);
  bool ReceiveEncrypted(size_t limit);
  bool SendOutput();  // of TLS
  // From the socket; empty at its end.
  std::string_view FromSocket(char* buffer, size_t size) const;

  const int socket_;
  const std::chrono::steady_clock::time_point deadline_;
  std::optional<TlsSession> tls_;
  bool began_ = false;  // something came
  bool lacks_tls_ = false;
  std::string ready_;   // to be read
  size_t taken_ = 0;    // of it
  size_t to_come_ = 0;  // what the library may read beyond
};

}  // namespace clusterwire::http
