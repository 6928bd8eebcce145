#include "libs/service/settings.h"

#include <functional>
#include <string>

#include <gmock/gmock.h>

#include "clusterwire/config/v1/catalogue.pb.h"

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::service {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

config::v1::CatalogueConfig Least() {
  config::v1::CatalogueConfig config;
  config.mutable_listen()->set_grpc_address("127.0.0.1:50051");
  config.mutable_listen()->set_http_address("[::1]:8081");
  config.mutable_database()->set_url("sqlite:/tmp/store.db");
  config.mutable_kafka()->set_brokers("127.0.0.1:9092");
  config.set_token_key_file("/tmp/token.key");
  return config;
}

TEST(SettingsTest, WhatIsLeftOutHasTheDefaultThatTheContractStates) {
  FieldErrors errors;
  const Settings settings = ReadCommon(Least(), errors);
  ASSERT_THAT(errors.ToStatus(), IsOk());
  EXPECT_EQ(settings.topic, "clusterwire.changes.v1");
  EXPECT_EQ(settings.readers, 4);
  EXPECT_EQ(settings.writers, 64);
  EXPECT_EQ(settings.queue_limit, 1000u);
  EXPECT_EQ(settings.stop_grace, absl::Seconds(10));
}

TEST(SettingsTest, AnAddressIsSplitAtItsPort) {
  FieldErrors errors;
  const Settings settings = ReadCommon(Least(), errors);
  EXPECT_EQ(settings.http.address, "::1");
  EXPECT_EQ(settings.http.port, 8081);
}

TEST(SettingsTest, EverythingThatIsWrongIsNamedAtOnce) {
  config::v1::CatalogueConfig config = Least();
  config.mutable_listen()->set_grpc_address("nowhere");
  config.mutable_database()->clear_url();
  config.mutable_calls()->set_writers(65);
  config.mutable_log()->set_level("loud");
  FieldErrors errors;
  ReadCommon(config, errors);
  const absl::Status status = errors.ToStatus();
  EXPECT_THAT(status, HasFieldError("listen.grpc_address"));
  EXPECT_THAT(status, HasFieldError("database.url"));
  EXPECT_THAT(status, HasFieldError("calls.writers"));
  EXPECT_THAT(status, HasFieldError("log.level"));
}

TEST(SettingsTest, OptionsOfTlsThatNeedEachOtherAreNamed) {
  const auto status = [](const std::function<void(config::v1::Tls*)>& set) {
    config::v1::CatalogueConfig config = Least();
    set(config.mutable_listen()->mutable_tls());
    FieldErrors errors;
    ReadCommon(config, errors);
    return errors.ToStatus();
  };
  EXPECT_THAT(status([](auto* tls) { tls->set_certificate_file("a"); }),
              HasFieldError("listen.tls.key_file"));
  EXPECT_THAT(status([](auto* tls) { tls->set_key_file("a"); }),
              HasFieldError("listen.tls.certificate_file"));
  EXPECT_THAT(status([](auto* tls) { tls->set_client_ca_file("a"); }),
              HasFieldError("listen.tls.certificate_file"));
  EXPECT_THAT(status([](auto* tls) {
                tls->set_certificate_file("a");
                tls->set_key_file("b");
                tls->set_require_client_certificate(true);
              }),
              HasFieldError("listen.tls.client_ca_file"));
}

TEST(SettingsTest, CertificatesThatNobodyIsAskedForAreAMistake) {
  config::v1::CatalogueConfig config = Least();
  config.mutable_listen()->mutable_tls()->set_certificate_file("a");
  config.mutable_listen()->mutable_tls()->set_key_file("b");
  config.mutable_callers()->add_certificates("dns:map.example.org");
  FieldErrors without, with;
  ReadCommon(config, without);
  EXPECT_THAT(without.ToStatus(), HasFieldError("listen.tls.client_ca_file"));
  config.mutable_listen()->mutable_tls()->set_client_ca_file("c");
  ReadCommon(config, with);
  EXPECT_THAT(with.ToStatus(), IsOk());
}

TEST(SettingsTest, AddressesThatOthersReachNeedTlsOrAnExplicitWord) {
  config::v1::CatalogueConfig config = Least();
  config.mutable_listen()->set_grpc_address("0.0.0.0:50051");
  config.mutable_listen()->set_http_address("0.0.0.0:8081");
  FieldErrors neither;
  ReadCommon(config, neither);
  EXPECT_THAT(neither.ToStatus(), HasFieldError("listen.grpc_address"));
  EXPECT_THAT(neither.ToStatus(), HasFieldError("listen.http_address"));
  EXPECT_THAT(std::string(neither.ToStatus().message()),
              HasSubstr("set listen.tls.certificate_file"));
  config.mutable_listen()->set_allow_insecure(true);
  FieldErrors insecure;
  ReadCommon(config, insecure);
  EXPECT_THAT(insecure.ToStatus(), IsOk());
  config.mutable_listen()->clear_allow_insecure();
  config.mutable_listen()->mutable_tls()->set_certificate_file("a");
  config.mutable_listen()->mutable_tls()->set_key_file("b");
  FieldErrors tls;
  ReadCommon(config, tls);
  EXPECT_THAT(tls.ToStatus(), IsOk());
}

TEST(SettingsTest, WhoIsBelievedIsCheckedWithTheRest) {
  config::v1::CatalogueConfig config = Least();
  config.mutable_listen()->set_loopback_is_operator(true);
  config.mutable_callers()->add_operators("corp:*");
  config::v1::Issuer* const issuer = config.mutable_callers()->add_issuers();
  issuer->set_name("corp");
  issuer->set_issuer("https://id.example.org");
  issuer->set_audience("clusterwire");
  issuer->set_jwks_uri("https://10.0.0.1/keys");
  issuer->add_allowed_networks("10.0.0.0/8");
  issuer->add_algorithms("ES256");
  FieldErrors errors;
  const Settings settings = ReadCommon(config, errors);
  EXPECT_THAT(errors.ToStatus(), IsOk());
  EXPECT_TRUE(settings.callers.loopback_is_operator);
  EXPECT_EQ(settings.callers.issuers.front().jwks_uri, "https://10.0.0.1/keys");
  issuer->add_algorithms("HS256");
  issuer->clear_audience();
  ReadCommon(config, errors);
  EXPECT_THAT(errors.ToStatus(), HasFieldError("callers.issuers[0].algorithms[1]"));
  EXPECT_THAT(errors.ToStatus(), HasFieldError("callers.issuers[0].audience"));
}

TEST(SettingsTest, APasswordWhoseEndIsNotClearIsRefusedWithoutAnyPartOfIt) {
  config::v1::CatalogueConfig config = Least();
  config.mutable_database()->set_url("postgresql://cw:sec@ret/x@db/x");
  FieldErrors errors;
  ReadCommon(config, errors);
  const absl::Status status = errors.ToStatus();
  EXPECT_THAT(status, HasFieldError("database.url"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("ret")));
}

TEST(SettingsTest, ADatabaseThatIsNoneOfTheKnownKindsIsRefusedWithoutItsPassword) {
  for (const char* url : {"store.db", "mysql://cw:secret@db/x", "sqlite:", "sqlite::memory:"}) {
    config::v1::CatalogueConfig config = Least();
    config.mutable_database()->set_url(url);
    FieldErrors errors;
    ReadCommon(config, errors);
    const absl::Status status = errors.ToStatus();
    EXPECT_THAT(status, HasFieldError("database.url")) << url;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  }
}

TEST(SettingsTest, WhatOneCallerMayTakeIsReadAndCheckedAndNobodyIsAnOperatorUnasked) {
  config::v1::CatalogueConfig config = Least();
  FieldErrors errors;
  const Settings standard = ReadCommon(config, errors);
  EXPECT_FALSE(standard.callers.loopback_is_operator);
  EXPECT_EQ(standard.limits.subject.calls_per_second, 200);
  EXPECT_EQ(standard.limits.subject.streams, 50);
  EXPECT_EQ(standard.limits.address.calls_per_second, 100);
  EXPECT_EQ(standard.limits.address.streams, 20);

  config::v1::CallerLimits& limits = *config.mutable_callers()->mutable_limits();
  limits.set_calls_per_second(7);
  limits.set_public_streams(3);
  const Settings settings = ReadCommon(config, errors);
  ASSERT_THAT(errors.ToStatus(), IsOk());
  EXPECT_EQ(settings.limits.subject.calls_per_second, 7);
  EXPECT_EQ(settings.limits.address.streams, 3);

  limits.set_calls_per_second(-1);
  limits.set_streams(-1);
  limits.set_public_calls_per_second(2'000'000);
  limits.set_public_streams(-5);
  ReadCommon(config, errors);
  const absl::Status status = errors.ToStatus();
  for (const char* option :
       {"calls_per_second", "streams", "public_calls_per_second", "public_streams"}) {
    EXPECT_THAT(status, HasFieldError(std::string("callers.limits.") + option));
  }
}

}  // namespace
}  // namespace clusterwire::service
