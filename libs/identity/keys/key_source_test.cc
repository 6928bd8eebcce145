#include "libs/identity/keys/key_source.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/http/testing/receiver.h"
#include "libs/identity/testing/signer.h"

namespace clusterwire::identity {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

// Where an issuer publishes its keys; they may change.
class KeySourceTest : public testing::Test {
 protected:
  KeySourceTest() {
    Publish(KeySetOf({first_.public_key()}));
    options_ = {.name = "corp",
                .issuer = "https://id",
                .audience = "cw",
                .jwks_uri = receiver_.url("/keys"),
                .allowed_networks = {"127.0.0.0/8"}};
  }

  void Publish(const std::string& body, int status = 200) {
    MutexLock lock(mutex_);
    answer_ = {.status = status, .body = body};
  }
  void Hold() {
    MutexLock lock(mutex_);
    answer_.hold = true;
  }
  http::Receiver::Answer Now() {
    MutexLock lock(mutex_);
    return answer_;
  }
  std::unique_ptr<KeySource> Start() {
    return std::make_unique<KeySource>(options_, clock_, Random::System(), metrics_);
  }
  static bool Has(const KeySource& source, const std::string& key) {
    return !source.keys()->set.Find(key, *FindAlgorithm("ES256")).empty();
  }
  // Time passes until `reached`; not all at once, since threads read the clock meanwhile.
  bool AdvanceUntil(const std::function<bool()>& reached) {
    return Eventually([this, &reached] {
      if (reached()) return true;
      clock_.Advance(absl::Seconds(1));
      return false;
    });
  }

  const std::shared_ptr<const char> waits_ = std::make_shared<const char>();
  Mutex mutex_;
  http::Receiver::Answer answer_ ABSL_GUARDED_BY(mutex_);
  const Signer first_{"ES256", "first"};
  const Signer second_{"ES256", "second"};
  FakeClock clock_;
  telemetry::Metrics metrics_;
  TempDir folder_;
  IssuerOptions options_;
  http::Receiver receiver_{[this](const http::Receiver::Seen&) { return Now(); }};
};

TEST_F(KeySourceTest, AnAddressIsAskedAtTheStartAndAgainLater) {
  const auto source = Start();
  ASSERT_TRUE(Eventually([&] { return Has(*source, "first"); }));
  Publish(KeySetOf({second_.public_key()}));
  ASSERT_TRUE(AdvanceUntil([&] { return Has(*source, "second"); }));
  EXPECT_FALSE(Has(*source, "first")) << "what vanished is believed no more";
  EXPECT_EQ(receiver_.seen().size(), 2u);
}

TEST_F(KeySourceTest, WhoAsksForAnUnknownKeyWaitsForTheAnswer) {
  const auto source = Start();
  ASSERT_TRUE(Eventually([&] { return Has(*source, "first"); }));
  Publish(KeySetOf({first_.public_key(), second_.public_key()}));
  clock_.Advance(KeySource::kPause);
  std::atomic<int> answers = 0;
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(source->Await("second", waits_,
                              [&](const absl::Status& status) {
                                EXPECT_THAT(status, IsOk());
                                EXPECT_TRUE(Has(*source, "second"));
                                ++answers;
                              }),
                IsOk());
  }
  EXPECT_TRUE(Eventually([&] { return answers == 3; }));
  EXPECT_EQ(receiver_.seen().size(), 2u);
}

TEST_F(KeySourceTest, AThousandUnknownKeysASecondAskOnceInTenSeconds) {
  const auto source = Start();
  ASSERT_TRUE(Eventually([&] { return Has(*source, "first"); }));
  std::atomic<int> waited = 0;
  std::atomic<int> answered = 0;
  int refused = 0;
  for (int second = 0; second < 60; ++second) {
    for (int i = 0; i < 1000; ++i) {
      const absl::Status status = source->Await(absl::StrCat("made-up-", second, "-", i), waits_,
                                                [&](const absl::Status&) { ++answered; });
      if (status.ok()) {
        ++waited;
      } else {
        EXPECT_THAT(status, ReasonIs("TOKEN_KEY_UNKNOWN"));
        ++refused;
      }
    }
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_TRUE(Eventually([&] { return answered == waited; }));
  EXPECT_GE(receiver_.seen().size(), 2u);
  EXPECT_LE(receiver_.seen().size(), 1u + 6u);
  EXPECT_GT(refused, 59'000);
}

TEST_F(KeySourceTest, AnIssuerThatIsAwayLeavesTheKeysThatAreKnown) {
  const auto source = Start();
  ASSERT_TRUE(Eventually([&] { return Has(*source, "first"); }));
  for (const auto& [body, status] :
       {std::pair<std::string, int>("", 500), {"garbage", 200}, {"{}", 200}, {"", 302}}) {
    const absl::Time before = clock_.Now();
    Publish(body, status);
    ASSERT_TRUE(AdvanceUntil([&] { return !source->report().trouble.ok(); })) << body << status;
    EXPECT_TRUE(Has(*source, "first"));
    EXPECT_GE(*source->report().since, before);
    EXPECT_THAT(source->Await("second", waits_, [](const absl::Status&) {}),
                ReasonIs("ISSUER_UNREACHABLE"));
    Publish(KeySetOf({first_.public_key()}));
    ASSERT_TRUE(AdvanceUntil([&] { return source->report().trouble.ok(); }));
    EXPECT_FALSE(source->report().since);
  }
}

TEST_F(KeySourceTest, KeysThatCouldntBeReadAgainForAnHourAreBelievedNoMore) {
  const auto source = Start();
  ASSERT_TRUE(Eventually([&] { return Has(*source, "first"); }));
  const absl::Time read = *source->report().read;
  Publish("", 500);
  ASSERT_TRUE(AdvanceUntil([&] {
    EXPECT_TRUE(clock_.Now() - read < KeySource::kMaxAge || !Has(*source, "first"));
    return !Has(*source, "first");
  }));
  EXPECT_GE(clock_.Now() - read, KeySource::kMaxAge);
  EXPECT_TRUE(source->report().too_old);
  EXPECT_EQ(source->keys()->number, 0u) << "nor is what was believed by them";
  absl::Status refused;
  ASSERT_TRUE(AdvanceUntil([&] {
    refused = source->Await("first", waits_, [](const absl::Status&) {});
    return !refused.ok();
  }));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(refused, ReasonIs("ISSUER_KEYS_TOO_OLD"));
  Publish(KeySetOf({first_.public_key()}));
  EXPECT_TRUE(AdvanceUntil([&] { return Has(*source, "first"); }));
  EXPECT_FALSE(source->report().too_old);
}

TEST_F(KeySourceTest, WhoWaitsNoMoreHasLeftItsPlace) {
  Hold();
  const auto source = Start();
  ASSERT_TRUE(receiver_.WaitFor(1));
  auto gone = std::make_shared<const char>();
  for (size_t i = 0; i < KeySource::kMaxWaiting; ++i) {
    ASSERT_THAT(source->Await("first", gone, [](const absl::Status&) {}), IsOk());
  }
  EXPECT_THAT(source->Await("first", waits_, [](const absl::Status&) {}),
              ReasonIs("TOO_MANY_WAITING"));
  gone = nullptr;
  EXPECT_THAT(source->Await("first", waits_, [](const absl::Status&) {}), IsOk());
}

TEST_F(KeySourceTest, OneThatNeverAnsweredMakesNobodyWaitForLong) {
  Hold();
  const auto source = Start();
  ASSERT_TRUE(receiver_.WaitFor(1));
  std::atomic<int> answered = 0;
  size_t waiting = 0;
  for (size_t i = 0; i < KeySource::kMaxWaiting + 10; ++i) {
    const absl::Status status =
        source->Await(absl::StrCat("key-", i), waits_, [&](const absl::Status& answer) {
          EXPECT_THAT(answer, ReasonIs("ISSUER_UNREACHABLE"));
          ++answered;
        });
    if (status.ok()) ++waiting;
    if (!status.ok()) EXPECT_THAT(status, ReasonIs("TOO_MANY_WAITING"));
  }
  EXPECT_EQ(waiting, KeySource::kMaxWaiting);
  EXPECT_TRUE(Eventually([&] { return answered == static_cast<int>(waiting); }));
}

TEST_F(KeySourceTest, AnEndAnswersThoseWhoWait) {
  Hold();
  auto source = Start();
  ASSERT_TRUE(receiver_.WaitFor(1));
  int answered = 0;
  ASSERT_THAT(source->Await("first", waits_,
                            [&](const absl::Status& status) {
                              EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
                              ++answered;
                            }),
              IsOk());
  source = nullptr;
  EXPECT_EQ(answered, 1);
}

TEST_F(KeySourceTest, ATokenIsSentWhereTheAddressAsksForOne) {
  std::ofstream(folder_.File("token")) << "secret\n";
  options_.token_file = folder_.File("token");
  const auto source = Start();
  ASSERT_TRUE(Eventually([&] { return Has(*source, "first"); }));
  EXPECT_THAT(receiver_.seen().front().headers, Contains(Pair("authorization", "Bearer secret")));
}

TEST_F(KeySourceTest, APrivateAddressThatNobodyAllowedIsNotAsked) {
  options_.allowed_networks = {"10.0.0.0/8"};
  const auto source = Start();
  ASSERT_TRUE(Eventually([&] { return !source->report().trouble.ok(); }));
  EXPECT_THAT(std::string(source->report().trouble.message()), HasSubstr("127.0.0.1"));
  EXPECT_EQ(receiver_.seen().size(), 0u);
}

TEST_F(KeySourceTest, AFileIsReadAgainWhenItChanges) {
  options_.jwks_uri.clear();
  options_.jwks_file = folder_.File("keys.json");
  const auto source = Start();
  ASSERT_TRUE(Eventually([&] { return !source->report().trouble.ok(); })) << "it isn't there yet";
  std::ofstream(options_.jwks_file) << KeySetOf({first_.public_key()});
  ASSERT_TRUE(AdvanceUntil([&] { return Has(*source, "first"); }));
  std::ofstream(options_.jwks_file) << "garbage";
  ASSERT_TRUE(AdvanceUntil([&] { return !source->report().trouble.ok(); }));
  EXPECT_TRUE(Has(*source, "first"));
}

TEST_F(KeySourceTest, AnUnknownKeyLooksAtTheFileAtOnce) {
  options_.jwks_uri.clear();
  options_.jwks_file = folder_.File("keys.json");
  std::ofstream(options_.jwks_file) << KeySetOf({first_.public_key()});
  const auto source = Start();
  ASSERT_TRUE(Eventually([&] { return Has(*source, "first"); }));
  std::ofstream(options_.jwks_file) << KeySetOf({second_.public_key()});
  clock_.Advance(KeySource::kFilePause);
  std::atomic<bool> answered = false;
  ASSERT_THAT(source->Await("second", waits_, [&](const absl::Status&) { answered = true; }),
              IsOk());
  EXPECT_TRUE(Eventually([&] { return answered.load(); }));
  EXPECT_TRUE(Has(*source, "second"));
}

TEST_F(KeySourceTest, WhoComesJustAfterTheFileWasReadWaitsForTheNextTime) {
  options_.jwks_uri.clear();
  options_.jwks_file = folder_.File("keys.json");
  std::ofstream(options_.jwks_file) << KeySetOf({first_.public_key()});
  const auto source = Start();
  ASSERT_TRUE(Eventually([&] { return Has(*source, "first"); }));
  std::ofstream(options_.jwks_file) << KeySetOf({second_.public_key()});
  std::atomic<int> answered = 0;
  for (const char* key : {"second", "other"}) {
    ASSERT_THAT(source->Await(key, waits_, [&](const absl::Status&) { ++answered; }), IsOk());
  }
  EXPECT_EQ(answered, 0);
  clock_.Advance(KeySource::kFilePause);
  EXPECT_TRUE(Eventually([&] { return answered == 2; }));
  EXPECT_TRUE(Has(*source, "second"));
}

}  // namespace
}  // namespace clusterwire::identity
