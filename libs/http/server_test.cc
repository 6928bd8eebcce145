#include "libs/http/server.h"

#include <string>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/http/client.h"
#include "libs/http/testing/collector.h"

namespace clusterwire::http {
namespace {

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    std::vector<Route> routes;
    routes.push_back({"GET", "/metrics", Route::Match::kExact,
                      [](const ServerRequest&) { return ServerReply{.body = "up 1\n"}; }});
    routes.push_back({"GET", "/feeds/", Route::Match::kPrefix, [](const ServerRequest& request) {
                        return ServerReply{
                            .content_type = "text/calendar",
                            .body = absl::StrCat(request.path, " ", request.query.at("q"), " ",
                                                 request.header("x-name")),
                            .headers = {{"Retry-After", "7"}}};
                      }});
    routes.push_back({"POST", "/unsubscribe", Route::Match::kExact, [](const ServerRequest& r) {
                        return ServerReply{.status = 201, .body = r.body};
                      }});
    Server::Options options;
    options.body_limit = 100;
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

TEST_F(ServerTest, APrefixGetsTheWholePathItsQueryAndHeaders) {
  const auto response =
      Send({.url = "/feeds/a/b.ics?q=x%20y&q=z", .headers = {{"X-Name", "reader"}}});
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->body, "/feeds/a/b.ics x y reader");
  EXPECT_EQ(response->content_type, "text/calendar");
  EXPECT_TRUE(response->retry_after.has_value());
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

TEST_F(ServerTest, ALongPathIsNoDanger) {
  const std::string path = "/" + std::string(1800, 'a');
  EXPECT_EQ(StatusOf({.url = path}), 404);
  EXPECT_EQ(StatusOf({.method = Request::Method::kPost, .url = path}), 404);
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
