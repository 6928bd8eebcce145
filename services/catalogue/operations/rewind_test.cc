#include <gmock/gmock.h>

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/clock.h"
#include "libs/kafka/testing/mock_kafka.h"
#include "libs/kafka/topic_reader.h"
#include "services/catalogue/operations/diagnosis.h"
#include "services/catalogue/search/applier.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

class RewindTest : public ::testing::Test {
 protected:
  RewindTest() {
    EXPECT_TRUE(Eventually([&] {
      return relay_.state().status.ok() && relay_.state().position.revision == Newest();
    }));
  }
  Relay::Options RelayOptions() {
    kafka_.CreateTopic("changes", 1);
    Relay::Options options;
    options.kafka = kafka_.Options();
    options.topic = "changes";
    options.holder = "this";
    return options;
  }
  store::Revision Newest() { return *world_.store->revision(); }
  // Messages on the topic.
  int64_t Sent() {
    const auto reader = *kafka::TopicReader::Create(kafka_.Options());
    return reader->Ends("changes", absl::Seconds(20)).value().at(0);
  }
  bool EventuallySent(int64_t count) {
    return Eventually([&] { return Sent() == count; });
  }
  absl::StatusOr<v1::RewindResponse> After(int64_t revision, bool validate_only = false) {
    v1::RewindRequest request;
    request.set_after_revision(revision);
    request.set_validate_only(validate_only);
    return diagnosis_.Rewind(request);
  }

  World world_;
  telemetry::Metrics metrics_;
  kafka::MockKafka kafka_;
  search::Index index_;
  std::unique_ptr<store::Tailer> applier_ =
      *StartApplier(*world_.store, index_, Clock::System(), world_.random, metrics_);
  TimerRunner timers_{*world_.store, TimerSteps(), world_.clock, world_.random, metrics_};
  Relay relay_{RelayOptions(),  *world_.database, *world_.store,
               Clock::System(), world_.random,    metrics_};
  Erasures erasures_{*world_.store, ErasureKey("a key for tests alone")};
  ErasureLog erasure_log_{
      {.kafka = {.brokers = "127.0.0.1:1"}}, erasures_, Clock::System(), world_.random};
  Diagnosis diagnosis_{{.database = *world_.database,
                        .store = *world_.store,
                        .index = index_,
                        .applier = *applier_,
                        .timers = timers_,
                        .relay = relay_,
                        .erasures = erasure_log_,
                        .clock = world_.clock,
                        .kafka = kafka_.Options(),
                        .topic = "changes",
                        .retention = absl::Hours(1)}};
};

TEST_F(RewindTest, WhatFollowsARevisionIsSentAgain) {
  const int64_t before = Sent();
  const auto rewound = After(Newest().value - 2);
  ASSERT_THAT(rewound, IsOk());
  EXPECT_EQ(rewound->after_revision(), Newest().value - 2);
  EXPECT_EQ(rewound->changes(), 2);
  EXPECT_TRUE(EventuallySent(before + 2));
}

TEST_F(RewindTest, ADryRunSaysHowManyAndSendsNothing) {
  const int64_t before = Sent();
  const auto all = After(0, /*validate_only=*/true);
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(all->changes(), before);
  EXPECT_EQ(world_.store->cursors().Get(Relay::kCursor)->position.revision, Newest());
  EXPECT_EQ(After(Newest().value)->changes(), 0) << "nothing follows the newest";
  world_.NewCluster();
  EXPECT_TRUE(EventuallySent(before + 1));
}

TEST_F(RewindTest, ATimeStandsForTheFirstChangeWrittenSince) {
  const int64_t before = Sent();
  const int64_t newest = Newest().value;
  world_.SetToday("2024-07-01");
  v1::RewindRequest request;
  *request.mutable_start_time() = ToTimestamp(world_.clock.Now());
  EXPECT_EQ(diagnosis_.Rewind(request)->changes(), 0) << "nothing was written since";
  world_.NewCluster();
  ASSERT_TRUE(EventuallySent(before + 1));
  ASSERT_TRUE(Eventually([&] { return relay_.state().position.revision == Newest(); }));
  const auto rewound = diagnosis_.Rewind(request);
  ASSERT_THAT(rewound, IsOk());
  EXPECT_EQ(rewound->after_revision(), newest);
  EXPECT_EQ(rewound->changes(), 1);
  EXPECT_TRUE(EventuallySent(before + 2));
}

TEST_F(RewindTest, WhatCanNotBeSentAgainIsRefusedWithTheReason) {
  EXPECT_THAT(diagnosis_.Rewind({}), HasFieldError("after_revision"));
  EXPECT_THAT(After(-1), HasFieldError("after_revision"));
  EXPECT_THAT(After(Newest().value + 1), ReasonIs("FUTURE_REVISION"));
  v1::RewindRequest request;
  request.mutable_start_time()->set_nanos(-1);
  EXPECT_THAT(diagnosis_.Rewind(request), HasFieldError("start_time.nanos"));
  ASSERT_THAT(world_.store->SetSetting("log.whole_above", 2), IsOk());
  EXPECT_THAT(After(1), ReasonIs("REVISION_COMPACTED"));
  EXPECT_THAT(After(1, /*validate_only=*/true), ReasonIs("REVISION_COMPACTED"));
  kafka_.SetDown();
  world_.NewCluster("A");
  world_.NewCluster("B");
  EXPECT_THAT(After(Newest().value - 1), ReasonIs("NOT_SENT_YET"));
}

}  // namespace
}  // namespace clusterwire::catalogue
