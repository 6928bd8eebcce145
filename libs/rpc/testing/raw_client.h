#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clusterwire::rpc::testing {

// A client that speaks HTTP/2 as it likes, for what no gRPC library lets a client do. One
// connection. It reads only in Await().
class RawClient {
 public:
  using Metadata = std::vector<std::pair<std::string, std::string>>;
  // How a call went, as far as it is known.
  struct Answer {
    int messages = 0;                // frames with data
    std::optional<int> status = {};  // grpc-status
    std::string text = {};           // grpc-message, as it is on the wire
    bool ended = false;              // by the server, in whichever way
  };

  // How much the server may send unasked: without end, or what HTTP/2 begins with, 64 KiB.
  enum class Window { kEndless, kSmall };

  explicit RawClient(const std::string& address, Window window = Window::kEndless);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // Begins a call. The headers go out in frames of at most `frame` bytes.
  uint32_t Call(std::string_view method, const Metadata& metadata = {}, size_t frame = 16'384);
  // Any bytes as a message in gRPC's framing.
  void Message(uint32_t stream, std::string_view bytes);
  void Data(uint32_t stream, std::string_view bytes);
  // Half-closes.
  void End(uint32_t stream);
  // A whole unary call.
  Answer Unary(std::string_view method, std::string_view message, const Metadata& metadata = {});

  // Reads until the call ended, the connection ended, or nothing came for twenty seconds.
  Answer Await(uint32_t stream);
  bool connected() const { return connected_; }

 private:
  void Send(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload);
  bool ReadExactly(size_t size, std::string* bytes);
  bool ReadFrame();
  void TakeHeaders(std::string_view block, Answer* answer);

  int socket_;
  bool connected_ = true;
  uint32_t next_ = 1;
  std::map<uint32_t, Answer> answers_;
};

}  // namespace clusterwire::rpc::testing
