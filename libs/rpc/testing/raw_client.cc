#include "libs/rpc/testing/raw_client.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace clusterwire::rpc::testing {
namespace {

// RFC 9113.
enum Frame : uint8_t {
  kData = 0,
  kHeaders = 1,
  kReset = 3,
  kSettings = 4,
  kPing = 6,
  kGoAway = 7,
  kWindowUpdate = 8,
  kContinuation = 9
};
constexpr uint32_t kMostWindow = (uint32_t{1} << 31) - 1;
constexpr uint8_t kEndStream = 1, kAck = 1, kEndHeaders = 4;

std::string Number(uint32_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}
uint32_t NumberOf(std::string_view bytes) {
  uint32_t value = 0;
  for (const unsigned char byte : bytes) value = value << 8 | byte;
  return value;
}

// RFC 7541: an integer with a prefix of `bits`, and a string without Huffman's code.
std::string Integer(size_t value, int bits, uint8_t first = 0) {
  const size_t most = (size_t{1} << bits) - 1;
  if (value < most) return {static_cast<char>(first | value)};
  std::string text{static_cast<char>(first | most)};
  for (value -= most; value >= 128; value >>= 7) text += static_cast<char>(value % 128 + 128);
  return text + static_cast<char>(value);
}
std::string Field(std::string_view name, std::string_view value) {
  std::string field(1, '\0');  // a literal without indexing, with a new name
  for (const std::string_view text : {name, value})
    field.append(Integer(text.size(), 7)).append(text);
  return field;
}

size_t TakeInteger(std::string_view& block, int bits) {
  const size_t most = (size_t{1} << bits) - 1;
  size_t value = static_cast<unsigned char>(block[0]) & most;
  block.remove_prefix(1);
  if (value < most) return value;
  for (int shift = 0; !block.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(block[0]);
    block.remove_prefix(1);
    value += static_cast<size_t>(byte & 127) << shift;
    if (byte < 128) break;
  }
  return value;
}
std::string TakeString(std::string_view& block) {
  const size_t size = std::min(TakeInteger(block, 7), block.size());
  std::string text(block.substr(0, size));
  block.remove_prefix(size);
  return text;
}

}  // namespace

RawClient::RawClient(const std::string& address, Window window)
    : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  int port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port));
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  send(socket_, kPreface.data(), kPreface.size(), MSG_NOSIGNAL);
  // No table of headers, so that each is spelt out.
  std::string settings = Number(1, 2) + Number(0, 4);
  if (window == Window::kEndless) settings += Number(4, 2) + Number(kMostWindow, 4);
  Send(kSettings, 0, 0, settings);
  if (window == Window::kEndless) Send(kWindowUpdate, 0, 0, Number(kMostWindow - 65'535, 4));
}

RawClient::~RawClient() { close(socket_); }

void RawClient::Send(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload) {
  std::string frame = Number(static_cast<uint32_t>(payload.size()), 3) + static_cast<char>(type) +
                      static_cast<char>(flags) + Number(stream, 4);
  frame.append(payload);
  if (send(socket_, frame.data(), frame.size(), MSG_NOSIGNAL) < 0) connected_ = false;
}

uint32_t RawClient::Call(std::string_view method, const Metadata& metadata, size_t frame) {
  const uint32_t stream = std::exchange(next_, next_ + 2);
  std::string block = Field(":method", "POST") + Field(":scheme", "http") + Field(":path", method) +
                      Field(":authority", "test") + Field("te", "trailers") +
                      Field("content-type", "application/grpc");
  for (const auto& [name, value] : metadata) block += Field(name, value);
  for (size_t sent = 0; sent < block.size(); sent += frame) {
    const bool last = sent + frame >= block.size();
    Send(sent == 0 ? kHeaders : kContinuation, last ? kEndHeaders : 0, stream,
         std::string_view(block).substr(sent, frame));
  }
  answers_[stream] = {};
  return stream;
}

void RawClient::Message(uint32_t stream, std::string_view bytes) {
  Data(stream,
       std::string(1, '\0') + Number(static_cast<uint32_t>(bytes.size()), 4) + std::string(bytes));
}

void RawClient::Data(uint32_t stream, std::string_view bytes) { Send(kData, 0, stream, bytes); }
void RawClient::End(uint32_t stream) { Send(kData, kEndStream, stream, ""); }

RawClient::Answer RawClient::Unary(std::string_view method, std::string_view message,
                                   const Metadata& metadata) {
  const uint32_t stream = Call(method, metadata);
  Message(stream, message);
  End(stream);
  return Await(stream);
}

RawClient::Answer RawClient::Await(uint32_t stream) {
  while (connected_ && !answers_[stream].ended) connected_ = ReadFrame();
  return answers_[stream];
}

bool RawClient::ReadExactly(size_t size, std::string* bytes) {
  bytes->clear();
  while (bytes->size() < size) {
    char buffer[4096];
    pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
    if (poll(&wanted, 1, 20'000) != 1) return false;
    const ssize_t got = recv(socket_, buffer, std::min(sizeof buffer, size - bytes->size()), 0);
    if (got <= 0) return false;
    bytes->append(buffer, static_cast<size_t>(got));
  }
  return true;
}

bool RawClient::ReadFrame() {
  std::string head, payload;
  if (!ReadExactly(9, &head)) return false;
  if (!ReadExactly(NumberOf(std::string_view(head).substr(0, 3)), &payload)) return false;
  const uint8_t type = static_cast<uint8_t>(head[3]), flags = static_cast<uint8_t>(head[4]);
  Answer& answer = answers_[NumberOf(std::string_view(head).substr(5))];
  if (type == kSettings && (flags & kAck) == 0) Send(kSettings, kAck, 0, "");
  if (type == kPing && (flags & kAck) == 0) Send(kPing, kAck, 0, payload);
  if (type == kData && !payload.empty()) ++answer.messages;
  if (type == kHeaders) TakeHeaders(payload, &answer);
  const bool end = (type == kData || type == kHeaders) && (flags & kEndStream) != 0;
  if (end || type == kReset) answer.ended = true;
  return type != kGoAway;
}

void RawClient::TakeHeaders(std::string_view block, Answer* answer) {
  while (!block.empty()) {
    const auto first = static_cast<unsigned char>(block[0]);
    if (first >= 0x80) {
      TakeInteger(block, 7);
      continue;
    }
    if (first >= 0x20 && first < 0x40) {
      TakeInteger(block, 5);
      continue;
    }
    const size_t index = TakeInteger(block, first >= 0x40 ? 6 : 4);
    const std::string name = index == 0 ? TakeString(block) : "";
    const std::string value = TakeString(block);
    int code = 0;
    if (name == "grpc-status" && absl::SimpleAtoi(value, &code)) answer->status = code;
    if (name == "grpc-message") answer->text = value;
  }
}

}  // namespace clusterwire::rpc::testing
