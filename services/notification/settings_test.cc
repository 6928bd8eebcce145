#include "services/notification/settings.h"

#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/config/load.h"

namespace clusterwire::notification {
namespace {

using testing::AllOf;

constexpr char kLeast[] = R"(
    listen { grpc_address: "127.0.0.1:0" http_address: "127.0.0.1:0" }
    database { url: "sqlite:/var/lib/x/store.db" }
    kafka { brokers: "localhost:9092" }
    token_key_file: "/var/lib/x/token.key")";

using Overrides = std::vector<std::pair<const char*, const char*>>;

// The least that a configuration needs, with some options set otherwise.
absl::StatusOr<Settings> Read(const Overrides& overrides) {
  config::v1::NotificationConfig config;
  RETURN_IF_ERROR(config::ParseText("test", kLeast, &config));
  for (const auto& [path, value] : overrides) {
    RETURN_IF_ERROR(config::SetField(path, value, &config));
  }
  return ReadSettings(config);
}

std::string LedgerOf(const Overrides& overrides) {
  const auto settings = Read(overrides);
  EXPECT_THAT(settings, IsOk());
  return settings.ok() ? settings->ledger : "";
}

TEST(Settings, HaveTheDefaultsThatTheContractStates) {
  const auto settings = Read({});
  ASSERT_THAT(settings, IsOk());
  EXPECT_EQ(settings->common.topic, "clusterwire.changes.v1");
  EXPECT_EQ(settings->group, "clusterwire.notification");
  EXPECT_EQ(settings->delivery.queue.in_flight_per_endpoint, 32);
  EXPECT_EQ(settings->delivery.queue.in_flight, 1000);
  EXPECT_EQ(settings->delivery.try_limit, absl::Seconds(15));
  EXPECT_EQ(settings->delivery.disable_after, absl::Hours(120));
  EXPECT_EQ(settings->retention, absl::Hours(720));
}

TEST(Settings, PutTheLedgerBesideTheStore) {
  EXPECT_EQ(LedgerOf({}), "sqlite:/var/lib/x/ledger.db");
  EXPECT_EQ(LedgerOf({{"ledger.url", "sqlite:/other.db"}}), "sqlite:/other.db");
  EXPECT_EQ(LedgerOf({{"database.url", "sqlite:here.db"}}), "sqlite:ledger.db");
  EXPECT_EQ(LedgerOf({{"database.url", "postgresql://db/x"}}), "postgresql://db/x");
}

TEST(Settings, RefuseOneFileForStoreAndLedgerHoweverItIsSpelled) {
  for (const char* ledger : {"sqlite:/var/lib/x/store.db", "sqlite:/var/lib/y/../x/./store.db"}) {
    EXPECT_THAT(Read({{"ledger.url", ledger}}), HasFieldError("ledger.url")) << ledger;
  }
  EXPECT_THAT(Read({{"database.url", "sqlite:/var/lib/x/ledger.db"}}), HasFieldError("ledger.url"))
      << "the ledger's own place";
}

TEST(Settings, FindWhatCanBeFoundWithoutANetwork) {
  EXPECT_THAT(Read({{"listen.grpc_address", "0.0.0.0:1"},
                    {"kafka.topic", "two words"},
                    {"kafka.properties[linger.msec]", "5"}}),
              AllOf(HasFieldError("listen.grpc_address"), HasFieldError("kafka.topic"),
                    HasFieldError("kafka.properties[linger.msec]")));
  EXPECT_THAT(Read({{"listen.grpc_address", "0.0.0.0:1"}, {"listen.allow_insecure", "true"}}),
              IsOk());
}

TEST(Settings, NameEveryOptionThatIsWrong) {
  EXPECT_THAT(Read({{"delivery.in_flight", "9999"},
                    {"delivery.retry_jitter", "2"},
                    {"webhooks.timeout", "2m"},
                    {"webhooks.allowed_networks", "10.0.0.0/99"},
                    {"retention.records", "1s"},
                    {"database.url", ""},
                    {"ledger.url", "mysql://cw:secret@db/ledger"}}),
              AllOf(HasFieldError("delivery.in_flight"), HasFieldError("delivery.retry_jitter"),
                    HasFieldError("webhooks.timeout"), HasFieldError("webhooks.allowed_networks"),
                    HasFieldError("retention.records"), HasFieldError("database.url"),
                    HasFieldError("ledger.url")));
}

}  // namespace
}  // namespace clusterwire::notification
