// The server over TLS: its limits hold there too.
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include "libs/base/testing/certificates.h"
#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/base/threads/mutex.h"
#include "libs/http/client.h"
#include "libs/http/server/server.h"
#include "libs/http/testing/collector.h"

namespace clusterwire::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// A client that speaks no TLS, or not yet.
class Stranger {
 public:
  explicit Stranger(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Stranger() { close(socket_); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  bool Send(std::string_view bytes) {
    return send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  // All that comes until the server ends the connection.
  std::string ReadAll() {
    std::string all;
    char buffer[1024];
    for (ssize_t got = 0; (got = recv(socket_, buffer, sizeof buffer, 0)) > 0;) {
      all.append(buffer, static_cast<size_t>(got));
    }
    return all;
  }

 private:
  const int socket_;
};

class ServerTlsTest : public testing::Test {
 protected:
  ServerTlsTest() { Use(authority_.Issue({.names = "DNS:localhost"})); }

  void Use(const KeyPair& pair) {
    const auto made = TlsCredentials::Create({.certificates = pair.certificate, .key = pair.key});
    ASSERT_THAT(made, IsOk());
    MutexLock lock(mutex_);
    current_ = *made;
  }
  void Start(Server::Options options) {
    options.tls = [this] {
      MutexLock lock(mutex_);
      return current_;
    };
    std::vector<Route> routes = {
        {"GET", "/large",
         [](const ServerRequest&) { return ServerReply{.body = std::string(1 << 20, 'x')}; }},
        {"POST", "/echo",
         [](const ServerRequest& request) { return ServerReply{.body = request.body}; }}};
    auto started = Server::Start(std::move(options), std::move(routes));
    ASSERT_THAT(started, IsOk());
    server_ = *std::move(started);
  }
  absl::StatusOr<Response> Ask(Request request, const TestAuthority& trusted) {
    std::ofstream(folder_.File("ca.pem")) << trusted.certificate();
    Client::Options options;
    options.guard = *AddressGuard::Create({.allowed = {"127.0.0.0/8", "::1/128"}});
    options.ca_file = folder_.File("ca.pem");
    options.answer_limit = 4 << 20;
    Collector collector;
    Client client(options, Clock::System());
    request.url = absl::StrCat("https://localhost:", server_->port(), request.url);
    const absl::Status started = client.Start(std::move(request), collector.Callback());
    return started.ok() ? collector.One() : started;
  }
  absl::StatusOr<Response> Ask(Request request) { return Ask(std::move(request), authority_); }

  TempDir folder_;
  const TestAuthority authority_;
  Mutex mutex_;
  std::shared_ptr<const TlsCredentials> current_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTlsTest, ALargeAnswerAndALongBodyArriveWhole) {
  Start({});
  const auto large = Ask({.url = "/large"});
  ASSERT_THAT(large, IsOk());
  EXPECT_EQ(large->body.size(), size_t{1} << 20);
  const std::string body(60'000, 'b');
  const auto echo = Ask({.method = Request::Method::kPost, .url = "/echo", .body = body});
  ASSERT_THAT(echo, IsOk());
  EXPECT_EQ(echo->body, body);
  const auto too_long =
      Ask({.method = Request::Method::kPost, .url = "/echo", .body = std::string(70'000, 'b')});
  ASSERT_THAT(too_long, IsOk());
  EXPECT_EQ(too_long->status, 413);
}

TEST_F(ServerTlsTest, ACertificateThatIsExchangedIsShownToTheNextConnection) {
  Start({});
  const TestAuthority other;
  EXPECT_THAT(Ask({.url = "/large"}, other), ReasonIs("TLS_FAILED"));
  Use(other.Issue({.names = "DNS:localhost"}));
  EXPECT_THAT(Ask({.url = "/large"}, other), IsOk());
  EXPECT_THAT(Ask({.url = "/large"}), ReasonIs("TLS_FAILED"));
}

TEST_F(ServerTlsTest, WhoSpeaksPlainTextIsToldSo) {
  Start({});
  Stranger stranger(server_->port());
  stranger.Send("GET /large HTTP/1.1\r\n\r\n");
  const std::string answer = stranger.ReadAll();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nthis port takes HTTPS alone.\n"));
}

TEST_F(ServerTlsTest, HandshakesThatNeverEndKeepNobodyElseFromBeingAnswered) {
  Start({.connections = 2, .time_limit = absl::Minutes(5)});
  std::vector<std::unique_ptr<Stranger>> strangers;
  for (int i = 0; i < 20; ++i) {
    strangers.push_back(std::make_unique<Stranger>(server_->port()));
    // Some say nothing, some begin a handshake.
    if (i % 2 == 0) strangers.back()->Send(std::string_view("\x16\x03\x01\x02", 4));
    if (i % 5 == 0) {
      EXPECT_THAT(Ask({.url = "/large"}), IsOk());
    }
  }
  EXPECT_THAT(Ask({.url = "/large"}), IsOk());
}

TEST_F(ServerTlsTest, AHandshakeOfAByteAtATimeEndsAtTheDeadline) {
  Start({.time_limit = absl::Milliseconds(300)});
  Stranger stranger(server_->port());
  // It may send on, and is cut off all the same.
  EXPECT_TRUE(Eventually([&] { return !stranger.Send(std::string_view("\x16", 1)); }));
}

TEST_F(ServerTlsTest, OlderVersionsThanTls12AreRefused) {
  Start({});
  // The first record of a client that knows nothing newer than TLS 1.1: a minimal ClientHello.
  std::string hello("\x03\x02", 2);
  hello += std::string(32, 'r');                            // random
  hello += std::string("\x00\x00\x02\xc0\x14\x01\x00", 7);  // no session, one cipher, no zip
  std::string handshake = std::string("\x01\x00\x00", 3) + static_cast<char>(hello.size()) + hello;
  std::string record =
      std::string("\x16\x03\x01\x00", 4) + static_cast<char>(handshake.size()) + handshake;
  Stranger stranger(server_->port());
  stranger.Send(record);
  // An alert (21), fatal (2), protocol_version (70).
  const std::string answer = stranger.ReadAll();
  ASSERT_GE(answer.size(), 7u);
  EXPECT_EQ(answer[0], 21);
  EXPECT_EQ(answer[5], 2);
  EXPECT_EQ(answer[6], 70);
}

}  // namespace
}  // namespace clusterwire::http
