// The notification service's subscriptions in memory, in one process without Kafka and gRPC: how
// long a start reads them, what each takes, and how many changes are matched, each subscription
// that hears of one read from its bytes.
//
//   subscriptions_benchmark RECORDS FOLDER MIX COUNT CHANGES
//
// FOLDER is empty, or was filled by the same call before. Prints "name value" lines.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/random.h"
#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/sql/database.h"
#include "libs/store/store.h"
#include "services/notification/grants/grants.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/types.h"
#include "tests/benchmark/data/serve.h"
#include "tests/benchmark/data/world.h"

namespace clusterwire::notification {
namespace {

constexpr int64_t kOfOne = 100;   // subscriptions of a subscriber
constexpr int64_t kAtOnce = 500;  // in one write

// The value, or the end of the program.
template <typename T>
T Need(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
  std::exit(1);
}

struct Plan {
  benchmark::World world;
  std::string folder;
  benchmark::Mix mix;
  int64_t count;
  int64_t changes;
  int64_t documents() const { return std::max<int64_t>(500, count / 50); }
};

absl::Status Put(store::Writer& writer, const Plan& plan, int64_t i, size_t* bytes) {
  const std::string subscriber = absl::StrCat("subscribers/s", i / kOfOne);
  if (i % kOfOne == 0) {
    v1::Subscriber one;
    one.set_name(subscriber);
    one.set_title("Reader");
    RETURN_IF_ERROR(writer.Put(one, "subscriber.created"));
  }
  v1::Subscription subscription;
  subscription.set_name(absl::StrCat(subscriber, "/subscriptions/", i));
  subscription.set_title("What I watch");
  subscription.set_state(v1::Subscription::STATE_ACTIVE);
  *subscription.mutable_filter() = plan.world.Subscription(plan.mix, i, plan.documents());
  subscription.set_endpoint(subscriber + "/endpoints/inbox");
  *bytes += subscription.ByteSizeLong();
  return writer.Put(subscription, "subscription.created");
}

// Gives the bytes of all subscriptions as they were put.
size_t Fill(store::Store& store, const Plan& plan) {
  size_t bytes = 0;
  for (int64_t begin = 0; begin < plan.count; begin += kAtOnce) {
    const auto body = [&](store::Writer& writer) -> absl::Status {
      for (int64_t i = begin; i < std::min(plan.count, begin + kAtOnce); ++i) {
        RETURN_IF_ERROR(Put(writer, plan, i, &bytes));
      }
      return absl::OkStatus();
    };
    Need(store.Write({}, body));
  }
  return bytes;
}

void Match(const Interests& interests, const Plan& plan) {
  benchmark::Times times;
  size_t heard = 0;
  for (int64_t n = 0; n < plan.changes; ++n) {
    const benchmark::Change change = plan.world.ChangeOf(n, plan.documents());
    change::v1::ResourceChanged record;
    record.set_kind("cluster.updated");
    if (change.before) *record.mutable_before() = *change.before;
    if (change.after) *record.mutable_after() = *change.after;
    times.Measure([&] {
      interests.ForEach(record, [&](const v1::Subscription&, filter::Transition) { ++heard; });
    });
  }
  times.Print();
  benchmark::Say("matches", static_cast<double>(heard) / static_cast<double>(plan.changes));
}

void Run(const Plan& plan) {
  Clock& clock = Clock::System();
  Random& random = Random::System();
  const auto database = Need(sql::Database::Open("sqlite:" + plan.folder + "/store.db"));
  const auto store =
      Need(store::Store::Open(*database, Need(MakeRegistry()), clock, random, StoreOptions()));
  if (Need(store->revision()).value == 0) {
    const size_t bytes = Fill(*store, plan);
    benchmark::Say("stored_bytes", static_cast<double>(bytes) / static_cast<double>(plan.count));
  }
  Grants grants({}, clock);
  const int64_t before = benchmark::MemoryBytes();
  std::unique_ptr<Interests> interests;
  benchmark::Times load;
  load.Measure([&] { interests = Need(Interests::Load(*store, grants, clock, random)); });
  benchmark::Say("load_seconds", load.total());
  const auto each = [&] {
    return static_cast<double>(benchmark::MemoryBytes() - before) / static_cast<double>(plan.count);
  };
  benchmark::Say("bytes_per_subscription", each());
  benchmark::Times filed;
  filed.Measure([&] {
    for (int64_t n = 0; n < 2000; ++n) {
      change::v1::ResourceChanged record;
      *record.mutable_after() = plan.world.Document(n % plan.documents());
      interests->Learn(record);
    }
    interests->Refile({});
  });
  benchmark::Say("refile_seconds", filed.total());
  benchmark::Say("bytes_per_subscription_refiled", each());
  Match(*interests, plan);
}

}  // namespace
}  // namespace clusterwire::notification

int main(int argc, char** argv) {
  using namespace clusterwire;
  if (argc != 6) return 2;
  const auto mix = benchmark::MixOf(argv[3]);
  if (!mix) return 2;
  notification::Run({.world = benchmark::World(argv[1]),
                     .folder = argv[2],
                     .mix = *mix,
                     .count = std::atoll(argv[4]),
                     .changes = std::atoll(argv[5])});
  return 0;
}
