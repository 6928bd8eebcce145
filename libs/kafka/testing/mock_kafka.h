#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libs/kafka/client.h"

struct rd_kafka_mock_cluster_s;

namespace clusterwire::kafka {

// librdkafka's own broker stub, on loopback in this process; starts in milliseconds. Good for
// producing, fetching, groups and injected errors. It lies about or lacks: admin requests,
// transactions, fencing, TLS, compaction. The first member of a group waits three seconds.
class MockKafka {
 public:
  explicit MockKafka(int brokers = 1);
  ~MockKafka();

  const std::string& brokers() const { return brokers_; }
  ClientOptions Options() const;
  ClientOptions GroupOptions() const;  // the same, for consumers

  void CreateTopic(const std::string& name, int partitions);
  // Each of the next requests of this kind (0 produce, 1 fetch, …) fails with one of `errors`
  // (rd_kafka_resp_err_t), in order.
  void FailRequests(int16_t api_key, const std::vector<int>& errors);
  // Stops answering, and answers again.
  void SetDown();
  void SetUp();
  // Stays connected, and says nothing any more.
  void FallSilent();

 private:
  Client client_;  // carries the cluster
  rd_kafka_mock_cluster_s* cluster_;
  int count_;
  std::string brokers_;
};

}  // namespace clusterwire::kafka
