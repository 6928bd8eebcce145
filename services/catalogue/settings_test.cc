#include "services/catalogue/settings.h"

#include <gmock/gmock.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/config/load.h"

namespace clusterwire::catalogue {
namespace {

// The least that a configuration needs, with one option set otherwise.
absl::StatusOr<Settings> Read(const char* path = "", const char* value = "") {
  config::v1::CatalogueConfig config;
  RETURN_IF_ERROR(config::ParseText("test", R"(
      listen { grpc_address: "127.0.0.1:0" http_address: "127.0.0.1:0" }
      database { url: "sqlite:/var/lib/x/store.db" }
      kafka { brokers: "localhost:9092" }
      token_key_file: "/var/lib/x/token.key")",
                                    &config));
  if (*path != 0) RETURN_IF_ERROR(config::SetField(path, value, &config));
  return ReadSettings(config);
}

TEST(SettingsTest, HaveTheDefaultsThatTheContractStates) {
  const auto settings = Read();
  ASSERT_THAT(settings, IsOk());
  EXPECT_EQ(settings->relay.topic, "clusterwire.changes.v1");
  EXPECT_EQ(settings->relay.batch, 2000);
  EXPECT_EQ(settings->relay.partitions, 8);
  EXPECT_EQ(settings->relay.replicas, 1);
  EXPECT_EQ(settings->relay.retention, absl::Hours(7 * 24));
}

TEST(SettingsTest, NameTheOptionThatIsOutOfItsRange) {
  EXPECT_THAT(Read("relay.batch", "10001"), HasFieldError("relay.batch"));
  EXPECT_THAT(Read("relay.partitions", "-1"), HasFieldError("relay.partitions"));
  EXPECT_THAT(Read("relay.replicas", "11"), HasFieldError("relay.replicas"));
  EXPECT_THAT(Read("relay.retention", "1s"), HasFieldError("relay.retention"));
  EXPECT_THAT(Read("database.url", ""), HasFieldError("database.url"));
}

TEST(SettingsTest, EachTopicIsOneOfItsOwn) {
  EXPECT_THAT(Read("grants.topic", "clusterwire.changes.v1"), HasFieldError("grants.topic"));
  EXPECT_THAT(Read("erasures.topic", "clusterwire.changes.v1"), HasFieldError("erasures.topic"));
  EXPECT_THAT(Read("erasures.topic", "clusterwire.grants.v1"), HasFieldError("erasures.topic"));
}

}  // namespace
}  // namespace clusterwire::catalogue
