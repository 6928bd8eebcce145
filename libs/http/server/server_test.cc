#include "libs/http/server/server.h"

#include <poll.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/http/client.h"
#include "libs/http/testing/collector.h"

namespace clusterwire::http {
namespace {

class ServerTest : public testing::Test {
 protected:
  explicit ServerTest(absl::Duration time_limit = absl::Seconds(10)) {
    std::vector<Route> routes;
    routes.push_back(
        {"GET", "/metrics", [](const ServerRequest&) { return ServerReply{.body = "up 1\n"}; }});
    routes.push_back({"GET", "/feeds/", [](const ServerRequest& request) {
                        return ServerReply{
                            .content_type = "text/calendar",
                            .body = absl::StrCat(request.path, " ", request.query.at("q"))};
                      }});
    routes.push_back({"POST", "/unsubscribe", [](const ServerRequest& request) {
                        return ServerReply{.status = 201, .body = request.body};
                      }});
    Server::Options options;
    options.body_limit = 100;
    options.time_limit = time_limit;
    auto server = Server::Start(options, std::move(routes));
    EXPECT_THAT(server, IsOk());
    server_ = *std::move(server);
  }

  absl::StatusOr<Response> Send(Request request) {
    request.url = absl::StrCat("http://127.0.0.1:", server_->port(), request.url);
    Client::Options options;
    options.guard = *AddressGuard::Create({.allowed = {"127.0.0.0/8"}, .allow_http = true});
    Collector collector;
    Client client(options, Clock::System());
    const absl::Status started = client.Start(std::move(request), collector.Callback());
    return started.ok() ? collector.One() : started;
  }
  int StatusOf(Request request) {
    const auto response = Send(std::move(request));
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->status : 0;
  }

  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnExactPathIsAnswered) {
  const auto response = Send({.url = "/metrics"});
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "up 1\n");
  EXPECT_EQ(response->content_type, "text/plain; charset=utf-8");
}

TEST_F(ServerTest, APrefixGetsTheWholePathAndItsQuery) {
  const auto response = Send({.url = "/feeds/a/b.ics?q=x%20y&q=z"});
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->body, "/feeds/a/b.ics x y");
  EXPECT_EQ(response->content_type, "text/calendar");
}

TEST_F(ServerTest, ABodyIsHandedOverUpToItsLimit) {
  const auto post = [](size_t size) {
    return Request{.method = Request::Method::kPost,
                   .url = "/unsubscribe",
                   .headers = {{"content-type", "text/plain"}},
                   .body = std::string(size, 'x')};
  };
  const auto response = Send(post(100));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, std::string(100, 'x'));
  EXPECT_EQ(StatusOf(post(101)), 413);
}

TEST_F(ServerTest, WhatIsNotServedSaysSo) {
  EXPECT_EQ(StatusOf({.url = "/metric"}), 404);
  EXPECT_EQ(StatusOf({.url = "/metrics/"}), 404);
  EXPECT_EQ(StatusOf({.url = "/unsubscribe"}), 405) << "a GET never unsubscribes";
  EXPECT_EQ(StatusOf({.method = Request::Method::kPost, .url = "/metrics"}), 405);
}

// A server that answers with what it was told of who asks and of the request's fields.
std::string Told(const std::vector<std::string>& trusted,
                 const std::vector<std::pair<std::string, std::string>>& headers) {
  Server::Options options;
  for (const std::string& range : trusted) {
    options.trusted_proxies.push_back(*IpRange::Parse(range));
  }
  auto server = Server::Start(options, {{"GET", "/", [](const ServerRequest& request) {
                                           ServerReply reply{.body = request.remote};
                                           for (const auto& [name, value] : request.headers) {
                                             absl::StrAppend(&reply.body, "|", name, "=", value);
                                           }
                                           return reply;
                                         }}});
  EXPECT_THAT(server, IsOk());
  Client::Options client_options;
  client_options.guard = *AddressGuard::Create({.allowed = {"127.0.0.0/8"}, .allow_http = true});
  Collector collector;
  Client client(client_options, Clock::System());
  EXPECT_THAT(client.Start({.url = absl::StrCat("http://127.0.0.1:", (*server)->port(), "/"),
                            .headers = headers},
                           collector.Callback()),
              IsOk());
  const auto response = collector.One();
  EXPECT_THAT(response, IsOk());
  return response->body;
}

TEST(ServerTellsTest, TheFieldsOfUseAlone) {
  EXPECT_EQ(
      Told({}, {{"accept-language", "de, en;q=0.5"}, {"if-none-match", "\"a\""}, {"cookie", "x"}}),
      "127.0.0.1|accept-language=de, en;q=0.5|if-none-match=\"a\"");
}

TEST(ServerTellsTest, AForwardedAddressIsBelievedOfTrustedProxiesAlone) {
  const std::vector<std::pair<std::string, std::string>> forwarded = {
      {"x-forwarded-for", "203.0.113.9, 198.51.100.7, 10.0.0.2"}};
  EXPECT_EQ(Told({}, forwarded), "127.0.0.1");
  EXPECT_EQ(Told({"10.0.0.0/8"}, forwarded), "127.0.0.1");
  EXPECT_EQ(Told({"127.0.0.0/8"}, forwarded), "10.0.0.2");
  EXPECT_EQ(Told({"127.0.0.0/8", "10.0.0.0/8"}, forwarded), "198.51.100.7")
      << "what stands before the last that isn't trusted anybody can write";
  EXPECT_EQ(Told({"127.0.0.0/8"}, {{"x-forwarded-for", "::ffff:198.51.100.7"}}), "198.51.100.7");
  EXPECT_EQ(Told({"127.0.0.0/8"}, {{"x-forwarded-for", "unknown"}}), "127.0.0.1");
}

TEST_F(ServerTest, ALongPathIsNoDanger) {
  const std::string path = "/" + std::string(1800, 'a');
  EXPECT_EQ(StatusOf({.url = path}), 404);
  EXPECT_EQ(StatusOf({.method = Request::Method::kPost, .url = path}), 404);
}

// A client that does as it likes.
class Raw {
 public:
  explicit Raw(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Raw() { close(socket_); }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  bool Write(const std::string& text) {
    return send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }
  // All that the server says until it ends the connection, or says nothing for ten seconds.
  std::string Answer() {
    std::string answer;
    char bytes[1000];
    pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
    while (poll(&wanted, 1, 10'000) == 1) {
      const ssize_t got = recv(socket_, bytes, sizeof bytes, 0);
      if (got <= 0) break;
      answer.append(bytes, static_cast<size_t>(got));
    }
    return answer;
  }
  // Whether the server ends the connection within `wait`.
  bool Ends(int milliseconds) {
    pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
    char byte;
    return poll(&wanted, 1, milliseconds) == 1 && recv(socket_, &byte, 1, 0) <= 0;
  }

 private:
  int socket_;
};

TEST_F(ServerTest, FortyConnectionsThatSendNothingMoreKeepNobodyFromTheMetrics) {
  std::vector<std::unique_ptr<Raw>> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(std::make_unique<Raw>(server_->port()));
    ASSERT_TRUE(slow.back()->Write("G"));
  }
  const absl::Time before = absl::Now();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(StatusOf({.url = "/metrics"}), 200);
  EXPECT_LT(absl::Now() - before, absl::Seconds(3));
}

class ImpatientServerTest : public ServerTest {
 protected:
  ImpatientServerTest() : ServerTest(absl::Milliseconds(200)) {}
};

TEST_F(ImpatientServerTest, AConnectionThatSendsByteByByteEndsAtItsDeadline) {
  const absl::Time before = absl::Now();
  Raw slow(server_->port());
  while (slow.Write("G") && !slow.Ends(/*milliseconds=*/20)) {
    ASSERT_LT(absl::Now() - before, absl::Seconds(30));
  }
  EXPECT_GE(absl::Now() - before, absl::Milliseconds(200));
}

TEST_F(ServerTest, HeadersWithoutEndAreCutOff) {
  Raw endless(server_->port());
  ASSERT_TRUE(endless.Write("GET /metrics HTTP/1.1\r\n"));
  const std::string line = absl::StrCat("x: ", std::string(1000, 'x'), "\r\n");
  int lines = 0;
  while (lines < 100'000 && endless.Write(line)) ++lines;
  EXPECT_LT(lines, 100'000);
}

TEST_F(ServerTest, AHeadAboveItsLimitIsToldSoHoweverItIsMade) {
  const std::string start = "GET /metrics HTTP/1.1\r\n";
  std::string many = start;
  for (int i = 0; i < 3000; ++i) many += "a:\r\n";
  for (const std::string& head : {start + "x: " + std::string(20'000, 'x') + "\r\n\r\n",
                                  many + "\r\n", "GET /" + std::string(20'000, 'x')}) {
    Raw client(server_->port());
    ASSERT_TRUE(client.Write(head));
    EXPECT_THAT(client.Answer(), testing::StartsWith("HTTP/1.1 431 ")) << head.substr(0, 30);
  }
  Raw client(server_->port());
  ASSERT_TRUE(client.Write("GET /?" + std::string(4000, '&') + " HTTP/1.1\r\n\r\n"));
  EXPECT_THAT(client.Answer(), testing::StartsWith("HTTP/1.1 414 "));
}

TEST_F(ServerTest, ABodyInChunksIsRefusedAndNoMoreOfItIsReadThanALimit) {
  for (const char* method : {"POST /unsubscribe", "GET /metrics", "POST /metrics"}) {
    Raw client(server_->port());
    ASSERT_TRUE(client.Write(
        absl::StrCat(method, " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")));
    EXPECT_THAT(client.Answer(), testing::StartsWith("HTTP/1.1 411 ")) << method;
  }
}

TEST_F(ServerTest, ABodyIsReadOnlyWhereAPageNeedsOne) {
  for (const char* line : {"GET /metrics", "HEAD /metrics"}) {
    Raw client(server_->port());
    // It doesn't come, and isn't waited for.
    ASSERT_TRUE(client.Write(absl::StrCat(line, " HTTP/1.1\r\nContent-Length: 50\r\n\r\n")));
    EXPECT_THAT(client.Answer(), testing::StartsWith("HTTP/1.1 200 ")) << line;
  }
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    Raw client(server_->port());
    ASSERT_TRUE(
        client.Write(absl::StrCat(method, " /metrics HTTP/1.1\r\nContent-Length: 50\r\n\r\n")));
    EXPECT_THAT(client.Answer(), testing::AllOf(testing::StartsWith("HTTP/1.1 405 "),
                                                testing::HasSubstr("\r\nAllow: GET, HEAD\r\n")))
        << method;
  }
}

TEST_F(ServerTest, ACompressedBodyIsNotUnpacked) {
  EXPECT_EQ(StatusOf({.method = Request::Method::kPost,
                      .url = "/unsubscribe",
                      .headers = {{"content-encoding", "gzip"}},
                      .body = "x"}),
            415);
}

TEST_F(ServerTest, ItStopsAtOnceWhileAClientIsSlow) {
  Raw slow(server_->port());
  ASSERT_TRUE(slow.Write("G"));
  EXPECT_EQ(StatusOf({.url = "/metrics"}), 200);
  const absl::Time before = absl::Now();
  server_ = nullptr;
  EXPECT_LT(absl::Now() - before, absl::Seconds(5));
}

TEST_F(ServerTest, APortThatIsTakenIsAnError) {
  Server::Options options;
  options.port = server_->port();
  EXPECT_THAT(
      Server::Start(options, {}),
      StatusIs(absl::StatusCode::kUnavailable, testing::HasSubstr(absl::StrCat(server_->port()))));
}

TEST_F(ServerTest, ItStopsAtOnceWhenItHasBarelyBegun) {
  for (int i = 0; i < 20; ++i) EXPECT_THAT(Server::Start({}, {}), IsOk());
}

}  // namespace
}  // namespace clusterwire::http
