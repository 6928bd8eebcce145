#include "services/catalogue/testing/api_bench.h"

#include "absl/time/clock.h"
#include <grpcpp/client_context.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/service_type.h>
#include <gtest/gtest.h>

#include "libs/kafka/testing/mock_kafka.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/testing/client_call.h"
#include "services/catalogue/search/applier.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

// The broker stub takes a second to go, so one serves all benches, each with a topic of its own.
Relay::Options RelayOptions() {
  static kafka::MockKafka* const kafka = new kafka::MockKafka();
  static int topics = 0;
  Relay::Options options;
  options.kafka = kafka->Options();
  options.topic = absl::StrCat("changes", ++topics);
  kafka->CreateTopic(options.topic, 1);
  kafka->CreateTopic(options.topic + ".erasures", 1);
  return options;
}

ErasureLog::Options ErasureOptions(const Relay::Options& relay) {
  // The broker of tests says nothing of its topics.
  return {.kafka = relay.kafka,
          .topic = relay.topic + ".erasures",
          .look_limit = absl::Milliseconds(20)};
}

}  // namespace

ApiBench::ApiBench()
    : relay_options_(RelayOptions()),
      runtime_(metrics_, world.clock, world.random, {.authenticator = &operators_}),
      reads_(runtime_, {.name = "reads"}),
      writes_(runtime_, {.name = "writes"}),
      handles_(runtime_.parking()),
      index_([this](int64_t revision) { handles_.indexed.Publish(revision); }),
      applier_(*StartApplier(*world.store, index_, world.clock, world.random, metrics_)),
      grants_(*GrantIndex::Open(*world.store, world.clock, world.random)),
      timers_(*world.store, TimerSteps(), world.clock, world.random, metrics_),
      relay_(relay_options_, *world.database, *world.store, Clock::System(), world.random,
             metrics_),
      erasures_(*world.store, ErasureKey("a key for tests alone")),
      erasure_log_(ErasureOptions(relay_options_), erasures_, Clock::System(), world.random),
      diagnosis_({.database = *world.database,
                  .store = *world.store,
                  .index = index_,
                  .applier = *applier_,
                  .timers = timers_,
                  .relay = relay_,
                  .erasures = erasure_log_,
                  .clock = world.clock,
                  .kafka = relay_options_.kafka,
                  .topic = relay_options_.topic,
                  .retention = absl::Hours(1)}),
      tokens_("a key for tests alone") {
  world.clock.Set(absl::Now());
  handles_.store.Set(*world.store);
  handles_.tokens.Set(tokens_);
  handles_.index.Set(index_);
  handles_.grants.Set(*grants_);
  handles_.diagnosis.Set(diagnosis_);
  erasures_.Open();
  handles_.erasures.Set(erasures_);
  const Api api = {{.reads = reads_, .writes = writes_, .tokens = handles_.tokens},
                   handles_.grants,
                   handles_.erasures,
                   handles_.index,
                   handles_.indexed};
  auto server = rpc::Server::Start({}, runtime_, MakeServices(api, reads_, handles_, nullptr));
  EXPECT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  channel_ = rpc::MakeChannel(server_->address());
}

ApiBench::~ApiBench() = default;

absl::Status ApiBench::Call(const std::string& method, const google::protobuf::Message& request,
                            google::protobuf::Message* response, const std::string& view_as) {
  const bool change = method.rfind("ChangeService/", 0) == 0;
  const std::string path =
      absl::StrCat("/clusterwire.", change ? "change" : "catalogue", ".v1.", method);
  grpc::ClientContext context;
  rpc::Prepare({.deadline = absl::Now() + absl::Seconds(60), .view_as = view_as}, &context);
  const grpc::internal::RpcMethod rpc(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Status status =
      grpc::internal::BlockingUnaryCall<google::protobuf::Message, google::protobuf::Message,
                                        google::protobuf::Message, google::protobuf::Message>(
          channel_.get(), rpc, &context, request, response);
  metadata_.clear();
  for (const auto& [key, value] : context.GetServerInitialMetadata()) {
    metadata_[std::string(key.data(), key.size())] = std::string(value.data(), value.size());
  }
  return rpc::ToAbslStatus(status);
}

}  // namespace clusterwire::catalogue
