// A name that leads elsewhere from one look-up to the next. The resolver of this program is its
// own: libcurl finds the one below before the C library's.

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <string>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/http/client.h"
#include "libs/http/testing/collector.h"
#include "libs/http/testing/receiver.h"

namespace clusterwire::http {
namespace {

constexpr char kName[] = "rebinding.test";
std::atomic<const char*> leads_to = "127.0.0.1";
std::atomic<int> looked_up = 0;

}  // namespace
}  // namespace clusterwire::http

extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* node,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** result) {
  static const auto real =
      reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const bool ours = node != nullptr && std::string(node) == clusterwire::http::kName;
  if (ours) ++clusterwire::http::looked_up;
  return real(ours ? clusterwire::http::leads_to.load() : node, service, hints, result);
}

namespace clusterwire::http {
namespace {

// The one address stands for the public internet, all others of loopback for what is private.
Client::Options Options() {
  Client::Options options;
  options.guard = *AddressGuard::Create({.allowed = {"127.0.0.1/32"}, .allow_http = true});
  return options;
}

absl::Status LookUp(Client& client, const std::string& url) {
  Collector collector;
  const absl::Status started =
      client.LookUp(url, absl::Minutes(1), [&](const absl::Status& status) {
        collector.Callback()(status.ok() ? absl::StatusOr<Response>(Response()) : status);
      });
  return started.ok() ? collector.One().status() : started;
}

absl::StatusOr<Response> Send(Client& client, const std::string& url) {
  Collector collector;
  const absl::Status started = client.Start({.url = url}, collector.Callback());
  return started.ok() ? collector.One() : started;
}

TEST(RebindingTest, ANameThatWasHarmlessWhenItWasEnteredIsRefusedWhereItLeadsLater) {
  Receiver receiver;
  const std::string url = absl::StrCat("http://", kName, ":", receiver.port(), "/");
  leads_to = "127.0.0.1";
  {
    Client entering(Options(), Clock::System());
    EXPECT_THAT(LookUp(entering, url), IsOk());
    EXPECT_THAT(Send(entering, url), IsOk());
  }
  ASSERT_GT(looked_up, 0) << "the resolver isn't the test's";
  EXPECT_EQ(receiver.connections(), 1u);

  leads_to = "127.0.0.2";
  Client later(Options(), Clock::System());
  EXPECT_THAT(Send(later, url), ReasonIs("ADDRESS_REFUSED"));
  EXPECT_THAT(LookUp(later, url), ReasonIs("ADDRESS_REFUSED"));
  EXPECT_EQ(receiver.connections(), 1u);
}

TEST(RebindingTest, WhatIsUnderWayGoesToTheAddressThatWasChecked) {
  Receiver receiver;
  const std::string url = absl::StrCat("http://", kName, ":", receiver.port(), "/");
  leads_to = "127.0.0.1";
  Client client(Options(), Clock::System());
  EXPECT_THAT(Send(client, url), IsOk());
  leads_to = "127.0.0.2";
  // By the connection or the name that it has; never by another one unasked.
  const absl::StatusOr<Response> next = Send(client, url);
  EXPECT_TRUE(next.ok() || ReasonOf(next.status()) == "ADDRESS_REFUSED") << next.status();
}

}  // namespace
}  // namespace clusterwire::http
