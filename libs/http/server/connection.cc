#include "libs/http/server/connection.h"

#include <poll.h>

#include <algorithm>

#include <sys/socket.h>

#include "libs/base/net/ip_address.h"

namespace clusterwire::http {
namespace {

constexpr size_t kPiece = 4096;
constexpr char kTlsHandshake = 0x16;  // how each TLS connection begins; no HTTP method does

}  // namespace

const short Connection::kIn = POLLIN;
const short Connection::kOut = POLLOUT;

std::optional<std::string> Connection::ReadHead(size_t limit) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  while (true) {
    const size_t end = ready_.find(kEnd);
    if (end != ready_.npos && end + kEnd.size() <= limit) {
      std::string head = ready_.substr(0, end + kEnd.size());
      ready_.erase(0, head.size());
      return head;
    }
    if (ready_.size() >= limit || !Receive(limit - ready_.size())) return std::nullopt;
  }
}

void Connection::Give(const std::string& head, size_t body) {
  ready_.resize(std::min(ready_.size(), body));
  to_come_ = body - ready_.size();
  ready_.insert(0, head);
}

void Connection::DropRest(size_t limit) {
  End();
  ::shutdown(socket_, SHUT_WR);
  char buffer[kPiece];
  while (limit > 0) {
    const size_t got = FromSocket(buffer, std::min(limit, sizeof buffer)).size();
    if (got == 0) return;
    limit -= got;
  }
}

void Connection::End() {
  if (!tls_) return;
  tls_->Close();
  SendOutput();
}

ssize_t Connection::read(char* to, size_t size) {
  if (taken_ == ready_.size()) {
    ready_.clear();
    taken_ = 0;
    if (to_come_ == 0 || !Receive(to_come_)) return -1;
    to_come_ -= ready_.size();
  }
  const size_t taken = std::min(size, ready_.size() - taken_);
  std::copy_n(ready_.data() + taken_, taken, to);
  taken_ += taken;
  return static_cast<ssize_t>(taken);
}

ssize_t Connection::write(const char* from, size_t size) {
  const bool sent = tls_ ? tls_->Write({from, size}) && SendOutput() : Send({from, size});
  return sent ? static_cast<ssize_t>(size) : -1;
}

void Connection::get_remote_ip_and_port(std::string& ip, int&) const {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  if (getpeername(socket_, address, &size) != 0) return;
  if (const auto known = IpAddress::FromSocket(address)) ip = known->ToString();
}

bool Connection::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!Await(POLLOUT)) return false;
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool Connection::SendOutput() { return Send(tls_->TakeOutput()); }

bool Connection::Await(short events) const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Now()).count();
  pollfd wanted{.fd = socket_, .events = events, .revents = 0};
  return left > 0 && poll(&wanted, 1, static_cast<int>(left)) == 1;
}

std::string_view Connection::FromSocket(char* buffer, size_t size) const {
  if (!Await(POLLIN)) return {};
  const ssize_t got = recv(socket_, buffer, size, MSG_DONTWAIT);
  return {buffer, got > 0 ? static_cast<size_t>(got) : 0};
}

bool Connection::Receive(size_t limit) {
  if (tls_) return ReceiveEncrypted(limit);
  char buffer[kPiece];
  const std::string_view got = FromSocket(buffer, std::min(limit, sizeof buffer));
  ready_.append(got);
  return !got.empty();
}

bool Connection::ReceiveEncrypted(size_t limit) {
  char plain[kPiece], wire[kPiece];
  while (true) {
    const std::optional<size_t> got = tls_->Read(plain, std::min(limit, sizeof plain));
    if (!SendOutput() || !got) return false;
    if (*got > 0) {
      ready_.append(plain, *got);
      return true;
    }
    const std::string_view bytes = FromSocket(wire, sizeof wire);
    if (bytes.empty()) return false;
    lacks_tls_ = !began_ && bytes.front() != kTlsHandshake;
    began_ = true;
    if (lacks_tls_) return false;
    tls_->Feed(bytes);
  }
}

}  // namespace clusterwire::http
