#include "tests/simulation/process.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/types.h"

namespace clusterwire::simulation {
namespace {

using notification::TopicPositions;

// The value, or the end of the program.
template <typename T>
T Need(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
  std::abort();
}

}  // namespace

Data::Data(const World& world, Clock& clock, Random& random, const Distort& distort)
    : store_(Need(sql::Database::Open("sqlite:" + folder_.File("store.db")))),
      ledger_(Need(sql::Database::Open("sqlite:" + folder_.File("ledger.db")))) {
  const auto store = Need(store::Store::Open(*store_, Need(notification::MakeRegistry()), clock,
                                             random, notification::StoreOptions()));
  Need(store->Write({}, [&](store::Writer& writer) -> absl::Status {
    for (Reader reader : world.readers()) {
      if (distort) distort(reader);
      RETURN_IF_ERROR(writer.Put(reader.subscriber, "subscriber.created"));
      if (!reader.endpoint.name().empty()) {
        RETURN_IF_ERROR(writer.Put(reader.endpoint, "endpoint.created"));
      }
      RETURN_IF_ERROR(writer.Put(reader.subscription, "subscription.created"));
    }
    return absl::OkStatus();
  }));
}

Process::Process(Data& data, const World& world, MailSink& mails, Clock& clock, Random& random,
                 const Wrap& wrap, int life)
    : world_(world),
      clock_(clock),
      database_(data.ledger()),
      store_(Need(store::Store::Open(data.store(), Need(notification::MakeRegistry()), clock,
                                     random, notification::StoreOptions()))),
      ledger_(Need(notification::Ledger::Open(database_))),
      grants_({.key = std::string(notification::kSubjectKey)}, clock) {
  ReadGrants(grants_, clock_, world_);
  interests_ = Need(notification::Interests::Load(*store_, grants_, clock_, random));
  client_.emplace(http::Client::Options{.guard = Need(http::AddressGuard::Create(
                                            {.allowed = {"127.0.0.0/8"}, .allow_http = true})),
                                        .in_flight_limit = 1000,
                                        .user_agent = absl::StrCat(life)},
                  clock_);
  channels_ = notification::MakeChannels(
      {.client = *client_, .inbox_signal = signal_, .clock = clock_, .random = random});
  channels_[notification::v1::Endpoint::kEmail] = mails.ChannelOf(life);
  if (wrap) wrap(channels_);
  dispatcher_.emplace(
      notification::Dispatcher::Options(), *ledger_, *interests_, channels_,
      [](const std::string&, const std::string&) { return absl::OkStatus(); }, clock_, random,
      metrics_);
  at_once_.emplace(*interests_, channels_, clock_, metrics_);
  intake_.emplace(
      notification::Intake::Options(), *ledger_, *interests_, *at_once_, clock_,
      notification::IngestMetrics(metrics_),
      [this](notification::Intake::Committed committed) {
        dispatcher_->Offer(std::move(committed.pending), std::move(committed.newest));
      },
      [this] { dispatcher_->Reload(); });
}

// In the order of dependence: what still comes back finds nothing that it could write.
Process::~Process() {
  intake_.reset();
  at_once_.reset();
  dispatcher_.reset();
}

bool Process::Take(const std::vector<kafka::ReceivedMessage>& topic, int lose_every) {
  grants_.CaughtUp(clock_.Uptime());
  while (!dead()) {
    const auto position = ledger_->Read([](sql::Connection& connection) {
      return TopicPositions(connection).Find({"changes", 0});
    });
    if (!position.ok()) continue;
    const int64_t next = *position ? (*position)->next_offset : 1;
    if (next > static_cast<int64_t>(topic.size())) return true;
    std::vector<kafka::ReceivedMessage> rest(topic.begin() + (next - 1), topic.end());
    if (lose_every > 0) {
      std::erase_if(rest, [&](const auto& message) { return message.offset % lose_every == 0; });
      if (rest.empty()) return true;
    }
    (void)intake_->Take(rest);
  }
  return false;
}

}  // namespace clusterwire::simulation
