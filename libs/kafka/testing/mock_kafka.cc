#include "libs/kafka/testing/mock_kafka.h"

#include <cstdlib>
#include <utility>

#include "librdkafka/rdkafka.h"
#include "librdkafka/rdkafka_mock.h"

#include "libs/kafka/handles.h"

namespace clusterwire::kafka {
namespace {

Client MakeCarrier() {
  // The broker is never asked.
  auto client = NewClient({.brokers = "127.0.0.1:1"}, {.type = RD_KAFKA_PRODUCER});
  if (!client.ok()) std::abort();
  return *std::move(client);
}

}  // namespace

MockKafka::MockKafka(int brokers)
    : client_(MakeCarrier()),
      cluster_(rd_kafka_mock_cluster_new(client_.get(), brokers)),
      count_(brokers),
      brokers_(rd_kafka_mock_cluster_bootstraps(cluster_)) {}

MockKafka::~MockKafka() { rd_kafka_mock_cluster_destroy(cluster_); }

ClientOptions MockKafka::Options() const {
  ClientOptions options;
  options.brokers = brokers_;
  return options;
}

ClientOptions MockKafka::GroupOptions() const {
  ClientOptions options = Options();
  // The shortest with which the stub lets a member join.
  options.config = {{"session.timeout.ms", "4000"}, {"heartbeat.interval.ms", "500"}};
  return options;
}

void MockKafka::CreateTopic(const std::string& name, int partitions) {
  rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, count_);
}

void MockKafka::FailRequests(int16_t api_key, const std::vector<int>& errors) {
  std::vector<rd_kafka_resp_err_t> codes;
  for (const int error : errors) codes.push_back(static_cast<rd_kafka_resp_err_t>(error));
  rd_kafka_mock_push_request_errors_array(cluster_, api_key, codes.size(), codes.data());
}

void MockKafka::SetDown() {
  for (int32_t id = 1; id <= count_; ++id) rd_kafka_mock_broker_set_down(cluster_, id);
}

void MockKafka::SetUp() {
  for (int32_t id = 1; id <= count_; ++id) rd_kafka_mock_broker_set_up(cluster_, id);
}

void MockKafka::FallSilent() {
  constexpr int kForEver = 3600 * 1000;  // milliseconds
  for (int id = 1; id <= count_; ++id) rd_kafka_mock_broker_set_rtt(cluster_, id, kForEver);
}

}  // namespace clusterwire::kafka
