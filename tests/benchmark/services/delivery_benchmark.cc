// From a change that came from Kafka to the inboxes and receivers that hear of it, in one process:
// the intake, the ledger on SQLite, the dispatcher and the real channels. `run` calls it.
//
//   delivery_benchmark inboxes FOLDER SUBSCRIBERS CHANGES
//   delivery_benchmark webhooks FOLDER SUBSCRIBERS CHANGES URL [DEAD_URL]
//
// The subscribers all hear of each change. Prints "name value" lines.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <sys/resource.h>

#include "libs/base/random.h"
#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/change/record.h"
#include "libs/store/store.h"
#include "services/notification/channels/webhook/signing.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/ingest/intake.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/types.h"

namespace clusterwire::notification {
namespace {

constexpr int kPutAtOnce = 500;

// The value, or the end of the program.
template <typename T>
T Need(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
  std::exit(1);
}
void Need(const absl::Status& status) {
  if (!status.ok()) Need(absl::StatusOr<int>(status));
}

struct Plan {
  std::string folder;
  int subscribers = 0;
  int changes = 0;
  std::string url = {};       // of their webhooks; none: their inboxes
  std::string dead_url = {};  // of the first one's
};

class Stack {
 public:
  explicit Stack(const Plan& plan) : plan_(plan) {
    store_database_ = Need(sql::Database::Open("sqlite:" + plan.folder + "/store.db"));
    ledger_database_ = Need(sql::Database::Open("sqlite:" + plan.folder + "/ledger.db"));
    store_ = Need(store::Store::Open(*store_database_, Need(MakeRegistry()), clock_, random_,
                                     StoreOptions()));
    ledger_ = Need(Ledger::Open(*ledger_database_));
    Subscribe();
    grants_.Replace({});
    grants_.CaughtUp(clock_.Uptime());
    interests_ = Need(Interests::Load(*store_, grants_, clock_, random_));
    client_.emplace(http::Client::Options{.guard = Need(http::AddressGuard::Create(
                                              {.allowed = {"127.0.0.0/8"}, .allow_http = true})),
                                          .in_flight_limit = 1000},
                    clock_);
    channels_ = MakeChannels(
        {.client = *client_, .inbox_signal = signal_, .clock = clock_, .random = random_});
    dispatcher_.emplace(
        Dispatcher::Options(), *ledger_, *interests_, channels_,
        [](const std::string&, const std::string&) { return absl::OkStatus(); }, clock_, random_,
        metrics_);
    at_once_.emplace(*interests_, channels_, clock_, metrics_);
    intake_.emplace(
        Intake::Options(), *ledger_, *interests_, *at_once_, clock_, IngestMetrics(metrics_),
        [this](Intake::Committed committed) {
          dispatcher_->Offer(std::move(committed.pending), std::move(committed.newest));
        },
        [this] { dispatcher_->Reload(); });
  }

  void Run() {
    const int64_t memory = MemoryKb();
    if (!plan_.url.empty()) Wave();  // opens the connections, and isn't counted
    const double cpu_before = CpuSeconds();
    const absl::Time begun = clock_.Now();
    const absl::Time taken = Wave();
    const int64_t dead = plan_.dead_url.empty() ? 0 : plan_.changes;
    const absl::Duration took = clock_.Now() - begun;
    const double cpu = CpuSeconds() - cpu_before;
    const int64_t notices = int64_t{plan_.subscribers} * plan_.changes - dead;
    std::printf("intake_seconds %.3f\n", absl::ToDoubleSeconds(taken - begun));
    std::printf("seconds %.3f\n", absl::ToDoubleSeconds(took));
    std::printf("notices_per_second %.0f\n",
                static_cast<double>(notices) / absl::ToDoubleSeconds(took));
    std::printf("cpu_us_per_notice %.0f\n", 1e6 * cpu / static_cast<double>(notices));
    std::printf("log_bytes %zu\n",
                static_cast<size_t>(std::filesystem::file_size(plan_.folder + "/ledger.db-wal")));
    PrintLatency(begun);
    const auto balance = Need(
        ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); }));
    std::printf("difference %lld\n", static_cast<long long>(balance.difference()));
    std::printf("memory_before_kb %lld\n", static_cast<long long>(memory));
    std::printf("memory_after_kb %lld\n", static_cast<long long>(MemoryKb()));
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("max_memory_kb %ld\n", usage.ru_maxrss);
  }

 private:
  // Until all endpoints but the dead one have the changes; gives when they were taken.
  absl::Time Wave() {
    ++waves_;
    for (int i = 0; i < plan_.changes; ++i) {
      grants_.CaughtUp(clock_.Uptime());
      Need(intake_->Take({{MessageOf(++last_change_)}}));
    }
    const absl::Time taken = clock_.Now();
    const int64_t dead = plan_.dead_url.empty() ? 0 : int64_t{plan_.changes} * waves_;
    Wakeup never;
    while (HasMorePending(dead)) never.WaitFor(absl::Milliseconds(10));
    return taken;
  }
  // Of this process, all its threads.
  static double CpuSeconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  // Resident now.
  static int64_t MemoryKb() {
    constexpr int64_t kPageKb = 4;
    std::ifstream file("/proc/self/statm");
    int64_t all = 0;
    int64_t resident = 0;
    file >> all >> resident;
    return resident * kPageKb;
  }
  static std::string IdOf(int i) { return absl::StrCat("s", i); }

  void Subscribe() {
    for (int begin = 0; begin < plan_.subscribers; begin += kPutAtOnce / 3) {
      const int end = std::min(plan_.subscribers, begin + kPutAtOnce / 3);
      Need(store_
               ->Write({},
                       [&](store::Writer& writer) -> absl::Status {
                         for (int i = begin; i < end; ++i) RETURN_IF_ERROR(Put(writer, i));
                         return absl::OkStatus();
                       })
               .status());
    }
  }
  absl::Status Put(store::Writer& writer, int i) {
    v1::Subscriber subscriber;
    subscriber.set_name("subscribers/" + IdOf(i));
    subscriber.set_title("Reader");
    RETURN_IF_ERROR(writer.Put(subscriber, "subscriber.created"));
    v1::Subscription subscription;
    subscription.set_name(subscriber.name() + "/subscriptions/all");
    subscription.set_title("Clusters in Saxony");
    subscription.set_state(v1::Subscription::STATE_ACTIVE);
    subscription.mutable_filter()->add_types("cluster");
    subscription.set_endpoint(subscriber.name() + "/endpoints/inbox");
    if (!plan_.url.empty()) {
      v1::Endpoint endpoint;
      endpoint.set_name(subscriber.name() + "/endpoints/w");
      endpoint.set_state(v1::Endpoint::STATE_ENABLED);
      const bool dead = i == 0 && !plan_.dead_url.empty();
      endpoint.mutable_webhook()->set_uri(absl::StrCat(dead ? plan_.dead_url : plan_.url, i));
      endpoint.mutable_webhook()->set_secret(MakeSecret(random_));
      RETURN_IF_ERROR(writer.Put(endpoint, "endpoint.created"));
      subscription.set_endpoint(endpoint.name());
    }
    return writer.Put(subscription, "subscription.created");
  }

  static void SetFacts(int size, type::v1::Facts* facts) {
    facts->set_type("cluster");
    facts->set_name("clusters/saxony");
    facts->set_title("Silicon Saxony");
    facts->set_state("published");
    facts->set_size(size);
    facts->set_summary("Semiconductors, electronics and software in the east of Germany.");
    facts->set_link("https://silicon-saxony.example/");
    for (const char* code : {"iso:DE", "nuts:DE", "nuts:DED", "sector:micro", "tech:chips"}) {
      facts->add_codes(code);
    }
  }
  kafka::ReceivedMessage MessageOf(int number) {
    change::v1::ResourceChanged change;
    change.set_history_id("history");
    change.set_revision(number);
    change.set_ordinal(1);
    change.set_name(absl::StrCat("clusters/c", number));
    change.set_root(change.name());
    change.set_kind("cluster.updated");
    *change.mutable_time() = ToTimestamp(clock_.Now());
    SetFacts(number, change.mutable_before());
    SetFacts(number + 1, change.mutable_after());
    change.mutable_cluster()->set_name(change.name());
    auto message = Need(change::Encode({.changed = change, .traceparent = ""}));
    return {.from = {"changes", 0},
            .offset = number,
            .time = clock_.Now(),
            .key = std::move(message.key),
            .value = std::move(message.value),
            .headers = std::move(message.headers)};
  }
  bool HasMorePending(int64_t than) {
    return !Need(ledger_->Read([&](sql::Connection& connection) {
              return connection.Query("SELECT 1 FROM delivery WHERE state = 1 LIMIT 1 OFFSET $1",
                                      {than});
            })).rows.empty();
  }
  // From arrival to hand-over, of what arrived since and was handed over.
  void PrintLatency(absl::Time since) {
    std::vector<int64_t> took;
    std::string after;
    while (true) {
      const auto rows =
          Need(ledger_->Read([&](sql::Connection& connection) {
            return connection.Query(
                "SELECT id, updated - created FROM delivery WHERE state = 2 AND id > $1"
                " AND created >= $2 ORDER BY id LIMIT 50000",
                {after, absl::ToUnixMicros(since)});
          })).rows;
      for (const sql::Row& row : rows) took.push_back(row.Int(1));
      if (rows.empty()) break;
      after = rows.back().Text(0);
    }
    std::ranges::sort(took);
    for (const auto& [name, share] : {std::pair{"p50_ms", 0.5}, {"p99_ms", 0.99}}) {
      const size_t at = static_cast<size_t>(share * static_cast<double>(took.size() - 1));
      std::printf("%s %.1f\n", name, static_cast<double>(took.at(at)) / 1000);
    }
  }

  const Plan plan_;
  int waves_ = 0;
  int last_change_ = 0;
  Clock& clock_ = Clock::System();
  Random& random_ = Random::System();
  telemetry::Metrics metrics_;
  std::unique_ptr<sql::Database> store_database_;
  std::unique_ptr<sql::Database> ledger_database_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Ledger> ledger_;
  Grants grants_{{}, clock_};
  std::unique_ptr<Interests> interests_;
  InboxSignal signal_;
  std::optional<http::Client> client_;
  Channels channels_;
  std::optional<Dispatcher> dispatcher_;
  std::optional<AtOnce> at_once_;
  std::optional<Intake> intake_;
};

}  // namespace
}  // namespace clusterwire::notification

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  clusterwire::notification::Plan plan{
      .folder = argv[2], .subscribers = std::atoi(argv[3]), .changes = std::atoi(argv[4])};
  if (argc > 5) plan.url = argv[5];
  if (argc > 6) plan.dead_url = argv[6];
  clusterwire::notification::Stack(plan).Run();
}
