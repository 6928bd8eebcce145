#include "libs/http/client.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <sys/resource.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/http/testing/collector.h"
#include "libs/http/testing/receiver.h"

namespace clusterwire::http {
namespace {

class ClientTest : public testing::Test {
 protected:
  static Client::Options Options() {
    Client::Options options;
    options.guard =
        *AddressGuard::Create({.allowed = {"127.0.0.0/8", "::1/128"}, .allow_http = true});
    return options;
  }
  static absl::StatusOr<Response> Send(Client& client, Request request) {
    Collector collector;
    RETURN_IF_ERROR(client.Start(std::move(request), collector.Callback()));
    return collector.One();
  }
};

TEST_F(ClientTest, APostArrivesAsItWasGivenAndItsAnswerComesBack) {
  Receiver receiver([](const Receiver::Seen&) {
    return Receiver::Answer{.status = 202,
                            .headers = {{"Content-Type", "text/x"}, {"Retry-After", "60"}},
                            .body = "thanks"};
  });
  Client client(Options(), Clock::System());
  const auto response = Send(client, {.method = Request::Method::kPost,
                                      .url = receiver.url("/hook?a=b"),
                                      .headers = {{"webhook-id", "m1"}, {"empty", ""}},
                                      .body = std::string("a\0b", 3)});
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 202);
  EXPECT_EQ(response->body, "thanks");
  EXPECT_FALSE(response->body_cut);
  EXPECT_EQ(response->content_type, "text/x");
  EXPECT_EQ(response->address, "127.0.0.1");
  ASSERT_TRUE(response->retry_after.has_value());
  EXPECT_EQ(*response->retry_after, absl::Seconds(60));

  ASSERT_EQ(receiver.seen().size(), 1u);
  const Receiver::Seen seen = receiver.seen().front();
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/hook?a=b");
  EXPECT_EQ(seen.headers.at("webhook-id"), "m1");
  EXPECT_EQ(seen.headers.at("empty"), "");
  EXPECT_EQ(seen.headers.at("user-agent"), "clusterwire");
  EXPECT_FALSE(seen.headers.contains("content-type")) << "none was given";
  EXPECT_EQ(seen.body, std::string("a\0b", 3));
}

TEST_F(ClientTest, ARetryAfterIsReadInAnyOfItsFormsAndAYearAtMost) {
  std::string value;
  Receiver receiver([&](const Receiver::Seen&) {
    return Receiver::Answer{.status = 503, .headers = {{"Retry-After", value}}};
  });
  Client client(Options(), Clock::System());
  const auto ask = [&](const std::string& text) -> std::optional<absl::Duration> {
    value = text;
    const auto response = Send(client, {.url = receiver.url()});
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->retry_after : std::nullopt;
  };
  const auto about = [](absl::Duration wanted) {
    return testing::Optional(testing::AllOf(testing::Ge(wanted - absl::Seconds(5)),
                                            testing::Le(wanted + absl::Seconds(5))));
  };
  EXPECT_THAT(ask("120"), about(absl::Seconds(120)));
  const absl::Time soon = absl::Now() + absl::Hours(1);
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    EXPECT_THAT(ask(absl::FormatTime(form, soon, absl::UTCTimeZone())), about(absl::Hours(1)))
        << form;
  }
  for (const char* text : {"99999999999", "Fri, 20 Nov 2093 08:49:37 GMT"}) {
    EXPECT_THAT(ask(text), about(absl::Hours(365 * 24))) << text;
  }
  for (const char* text :
       {"", "0", "soon", "-5", "99999999999999999999999999", "Mon, 20 Nov 2023 08:49:37 GMT"}) {
    EXPECT_EQ(ask(text), std::nullopt) << text;
  }
}

TEST_F(ClientTest, ConnectionsAreReused) {
  Receiver receiver;
  Client client(Options(), Clock::System());
  for (int i = 0; i < 5; ++i) ASSERT_THAT(Send(client, {.url = receiver.url()}), IsOk());
  EXPECT_EQ(receiver.connections(), 1u);
  const Client::Counts counts = client.counts();
  EXPECT_EQ(counts.accepted, 5u);
  EXPECT_EQ(counts.answered, 5u);
  EXPECT_EQ(counts.in_flight, 0u);
}

TEST_F(ClientTest, ARequestGoesOutOnceThoughItsConnectionDiesWithoutAnAnswer) {
  constexpr size_t kIdle = 4;
  std::atomic<bool> dying = false;
  Receiver receiver([&](const Receiver::Seen&) {
    return dying ? Receiver::Answer{.close_at_once = true} : Receiver::Answer{.hold = true};
  });
  Client client(Options(), Clock::System());
  const auto post = [&] {
    return Request{.method = Request::Method::kPost, .url = receiver.url(), .body = "a notice"};
  };
  Collector collector;
  for (size_t i = 0; i < kIdle; ++i) {
    ASSERT_THAT(client.Start(post(), collector.Callback()), IsOk());
  }
  ASSERT_TRUE(receiver.WaitFor(kIdle));
  receiver.Release();  // so that all of its connections are idle
  for (const auto& result : collector.Take(kIdle)) ASSERT_THAT(result, IsOk());
  ASSERT_EQ(receiver.connections(), kIdle);

  dying = true;
  EXPECT_THAT(Send(client, post()), ReasonIs("STALE_CONNECTION"));
  EXPECT_EQ(receiver.seen().size(), kIdle + 1);
  EXPECT_EQ(receiver.connections(), kIdle) << "nor was another connection made";
  // By and by all idle ones are gone, and a fresh one that dies is the receiver's failure.
  size_t sent = 1;
  absl::StatusOr<Response> last = absl::UnknownError("");
  while (ReasonOf(last.status()) != "CONNECTION_BROKEN" && sent <= kIdle) {
    last = Send(client, post());
    EXPECT_EQ(receiver.seen().size(), kIdle + ++sent);
  }
  EXPECT_THAT(last, ReasonIs("CONNECTION_BROKEN"));
}

TEST_F(ClientTest, ConnectionsThatWereIdleTooLongAreClosed) {
  Receiver quiet;
  Receiver busy;
  auto options = Options();
  options.idle_limit = absl::Seconds(1);
  Client client(options, Clock::System());
  ASSERT_THAT(Send(client, {.url = quiet.url()}), IsOk());
  ASSERT_EQ(quiet.open_connections(), 1u);
  EXPECT_TRUE(Eventually([&] {
    EXPECT_THAT(Send(client, {.url = busy.url()}), IsOk());
    return quiet.open_connections() == 0;
  }));
}

TEST_F(ClientTest, AStatusThatCameCountsThoughTheBodyBreaksOff) {
  for (const int status : {200, 422, 503}) {
    Receiver receiver([&](const Receiver::Seen&) {
      return Receiver::Answer{.status = status, .body = "begun", .withheld = 1000};
    });
    Client client(Options(), Clock::System());
    const auto response = Send(client, {.url = receiver.url()});
    ASSERT_THAT(response, IsOk());
    EXPECT_EQ(response->status, status);
    EXPECT_EQ(response->body, "begun");
    EXPECT_TRUE(response->body_cut);
  }
}

TEST_F(ClientTest, ARedirectIsAnAnswerAndIsNotFollowed) {
  Receiver receiver([](const Receiver::Seen&) {
    return Receiver::Answer{.status = 302, .headers = {{"Location", "/elsewhere"}}};
  });
  Client client(Options(), Clock::System());
  const auto response = Send(client, {.url = receiver.url()});
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(response->location, "/elsewhere");
  EXPECT_EQ(receiver.seen().size(), 1u);
}

TEST_F(ClientTest, OfAHugeAnswerOnlyTheFirstBytesAreKept) {
  Receiver receiver([](const Receiver::Seen&) {
    return Receiver::Answer{.status = 500, .body = std::string(1 << 20, 'x'), .repeat_body = 4096};
  });
  auto options = Options();
  options.answer_limit = 1000;
  Client client(options, Clock::System());
  const auto response = Send(client, {.url = receiver.url()});
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 500);
  EXPECT_EQ(response->body, std::string(1000, 'x'));
  EXPECT_TRUE(response->body_cut);
}

TEST_F(ClientTest, AnAnswerOfExactlyTheLimitIsWhole) {
  Receiver receiver(
      [](const Receiver::Seen&) { return Receiver::Answer{.body = std::string(1000, 'x')}; });
  auto options = Options();
  options.answer_limit = 1000;
  Client client(options, Clock::System());
  const auto response = Send(client, {.url = receiver.url()});
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->body.size(), 1000u);
  EXPECT_FALSE(response->body_cut);
}

TEST_F(ClientTest, ASilentReceiverTimesOutAtTheDeadline) {
  Receiver receiver([](const Receiver::Seen&) { return Receiver::Answer{.hold = true}; });
  Client client(Options(), Clock::System());
  const absl::Duration deadline = Clock::System().Uptime() + absl::Milliseconds(200);
  EXPECT_THAT(Send(client, {.url = receiver.url(), .deadline = deadline}), ReasonIs("TIMEOUT"));
  EXPECT_LT(Clock::System().Uptime(), deadline + absl::Seconds(2));
  EXPECT_THAT(Send(client, {.url = receiver.url(), .deadline = deadline}), ReasonIs("TIMEOUT"))
      << "a deadline in the past";
}

TEST_F(ClientTest, TheClientsOwnLimitHoldsWithoutADeadline) {
  Receiver receiver([](const Receiver::Seen&) { return Receiver::Answer{.hold = true}; });
  auto options = Options();
  options.time_limit = absl::Milliseconds(100);
  Client client(options, Clock::System());
  EXPECT_THAT(Send(client, {.url = receiver.url()}), ReasonIs("TIMEOUT"));
}

TEST_F(ClientTest, BrokenConnectionsAreTold) {
  Receiver receiver([](const Receiver::Seen&) { return Receiver::Answer{.close_at_once = true}; });
  Client client(Options(), Clock::System());
  EXPECT_THAT(Send(client, {.url = receiver.url()}), ReasonIs("CONNECTION_BROKEN"));
  std::string nobody;
  {
    Receiver gone;
    nobody = gone.url();
  }
  EXPECT_THAT(Send(client, {.url = nobody}), ReasonIs("CONNECT_FAILED"));
  EXPECT_THAT(Send(client, {.url = "http://no-such-name.invalid/"}), ReasonIs("NAME_NOT_RESOLVED"));
  EXPECT_EQ(client.counts().failed, 3u);
}

TEST_F(ClientTest, ANameThatResolvesToLoopbackIsRefusedWhenConnecting) {
  Receiver receiver;
  auto options = Options();
  options.guard = *AddressGuard::Create({.allow_http = true});
  Client client(options, Clock::System());
  EXPECT_THAT(Send(client, {.url = absl::StrCat("http://localhost:", receiver.port(), "/")}),
              ReasonIs("ADDRESS_REFUSED"));
  EXPECT_EQ(receiver.connections(), 0u);
  EXPECT_EQ(client.counts().accepted, 1u) << "the name itself looked harmless";
  EXPECT_THAT(Send(client, {.url = receiver.url()}), ReasonIs("ADDRESS_REFUSED"));
  EXPECT_EQ(client.counts().accepted, 1u) << "a literal address is refused at once";
}

TEST_F(ClientTest, ANameIsLookedUpWithoutAConnection) {
  Receiver receiver;
  const auto look = [&](const AddressGuard::Options& guard, const std::string& url) {
    auto options = Options();
    options.guard = *AddressGuard::Create(guard);
    Client client(options, Clock::System());
    Collector collector;
    const absl::Status started =
        client.LookUp(url, absl::Minutes(1), [&](const absl::Status& status) {
          collector.Callback()(status.ok() ? absl::StatusOr<Response>(Response()) : status);
        });
    return started.ok() ? collector.One().status() : started;
  };
  const std::string url = absl::StrCat("http://localhost:", receiver.port(), "/");
  EXPECT_THAT(look({.allowed = {"127.0.0.0/8"}, .allow_http = true}, url), IsOk())
      << "one address that may be reached is enough, ::1 may not";
  EXPECT_THAT(look({.allow_http = true}, url), ReasonIs("ADDRESS_REFUSED"));
  EXPECT_THAT(look({}, "https://no-such-name.invalid/x"), ReasonIs("NAME_NOT_RESOLVED"));
  EXPECT_THAT(look({}, "https://10.0.0.1/x"), ReasonIs("ADDRESS_REFUSED"));
  EXPECT_THAT(look({}, "https://8.8.8.8/x"), IsOk());
  EXPECT_EQ(receiver.connections(), 0u);
}

TEST_F(ClientTest, AProxyOfTheEnvironmentIsIgnored) {
  Receiver proxy;
  Receiver receiver;
  setenv("http_proxy", proxy.url("").c_str(), 1);
  Client client(Options(), Clock::System());
  EXPECT_THAT(Send(client, {.url = receiver.url()}), IsOk());
  unsetenv("http_proxy");
  EXPECT_EQ(proxy.connections(), 0u);
  EXPECT_EQ(receiver.connections(), 1u);
}

TEST_F(ClientTest, HeadersThatWouldBreakTheRequestApartAreRefused) {
  Client client(Options(), Clock::System());
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"a", "b\r\nHost: x"},
                                                        {"a\n", "b"},
                                                        {"a:", "b"},
                                                        {"", "b"},
                                                        {"a", std::string(1, '\0')}}) {
    EXPECT_THAT(Send(client, {.url = "http://127.0.0.1:1/", .headers = {{name, value}}}),
                ReasonIs("INVALID_HEADER"));
  }
}

TEST_F(ClientTest, AThousandWaitForASlowReceiverAndOneMoreIsRefused) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
  setrlimit(RLIMIT_NOFILE, &files);

  constexpr size_t kMany = 1000;
  Receiver receiver([](const Receiver::Seen&) { return Receiver::Answer{.hold = true}; });
  auto options = Options();
  options.in_flight_limit = kMany;
  options.kept_connections = 10;
  Collector collector;
  Client client(options, Clock::System());
  for (size_t i = 0; i < kMany; ++i) {
    ASSERT_THAT(client.Start({.url = receiver.url(absl::StrCat("/", i))}, collector.Callback()),
                IsOk());
  }
  ASSERT_TRUE(receiver.WaitFor(kMany)) << receiver.seen().size();
  EXPECT_EQ(client.counts().in_flight, kMany);
  EXPECT_THAT(client.Start({.url = receiver.url()}, collector.Callback()),
              ReasonIs("TOO_MANY_REQUESTS"));
  EXPECT_EQ(client.counts().refused, 1u);
  receiver.Release();
  for (const auto& result : collector.Take(kMany)) ASSERT_THAT(result, IsOk());
  EXPECT_EQ(client.counts().answered, kMany);
}

TEST_F(ClientTest, ADestroyedClientCallsBackForAllThatIsInFlight) {
  Receiver receiver([](const Receiver::Seen&) { return Receiver::Answer{.hold = true}; });
  Collector collector;
  auto client = std::make_unique<Client>(Options(), Clock::System());
  for (int i = 0; i < 20; ++i) {
    ASSERT_THAT(client->Start({.url = receiver.url()}, collector.Callback()), IsOk());
  }
  ASSERT_TRUE(receiver.WaitFor(1));
  client.reset();
  const auto results = collector.Take(20);
  for (const auto& result : results) EXPECT_THAT(result, ReasonIs("CLIENT_STOPPED"));
}

TEST_F(ClientTest, ACallbackMayStartTheNextRequest) {
  Receiver receiver;
  Collector collector;
  Client client(Options(), Clock::System());
  ASSERT_THAT(client.Start({.url = receiver.url("/1")},
                           [&](absl::StatusOr<Response>) {
                             EXPECT_THAT(
                                 client.Start({.url = receiver.url("/2")}, collector.Callback()),
                                 IsOk());
                           }),
              IsOk());
  EXPECT_THAT(collector.One(), IsOk());
  EXPECT_EQ(receiver.seen().back().path, "/2");
}

}  // namespace
}  // namespace clusterwire::http
