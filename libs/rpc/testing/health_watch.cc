#include "libs/rpc/testing/health_watch.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "libs/rpc/health/health.grpc.pb.h"
#include "libs/rpc/server/server.h"

namespace clusterwire::rpc::testing {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckResponse;

struct HealthWatch::Call {
  grpc::ClientContext context;
  std::unique_ptr<Health::Stub> stub;
  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> reader;
};

HealthWatch::HealthWatch(const std::string& address) : call_(std::make_unique<Call>()) {
  call_->stub = Health::NewStub(MakeChannel(address));
  call_->reader = call_->stub->Watch(&call_->context, grpc::health::v1::HealthCheckRequest());
  HealthCheckResponse response;
  EXPECT_TRUE(call_->reader->Read(&response));
}

bool HealthWatch::BecomesServing() {
  HealthCheckResponse response;
  while (call_->reader->Read(&response)) {
    if (response.status() == HealthCheckResponse::SERVING) return true;
  }
  return false;
}

HealthWatch::~HealthWatch() {
  call_->context.TryCancel();
  call_->reader->Finish();
}

}  // namespace clusterwire::rpc::testing
