// The whole catalogue from its configuration: it serves, it stops, and it goes on where it was.
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>

#include "clusterwire/catalogue/v1/operations.grpc.pb.h"
#include "clusterwire/catalogue/v1/taxonomy.grpc.pb.h"

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/config/load.h"
#include "libs/kafka/testing/mock_kafka.h"
#include "libs/kafka/topic_reader.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/health/health.grpc.pb.h"
#include "libs/rpc/testing/client_call.h"
#include "services/catalogue/server.h"
#include "services/catalogue/settings.h"

namespace clusterwire::catalogue {
namespace {

using Server = service::Server;

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() { kafka_.CreateTopic("clusterwire.changes.v1", 1); }

  config::v1::CatalogueConfig Config() {
    config::v1::CatalogueConfig config;
    config.mutable_listen()->set_grpc_address("127.0.0.1:0");
    config.mutable_listen()->set_http_address("127.0.0.1:0");
    config.mutable_listen()->set_loopback_is_operator(true);
    config.mutable_database()->set_url(absl::StrCat("sqlite:", folder_.File("store.db")));
    config.mutable_kafka()->set_brokers(kafka_.brokers());
    config.set_token_key_file(folder_.File("token.key"));
    return config;
  }
  static std::unique_ptr<Server> StartWith(const config::v1::CatalogueConfig& config) {
    auto server = StartServer(config, Clock::System(), Random::System());
    EXPECT_THAT(server, IsOk());
    return server.ok() ? *std::move(server) : nullptr;
  }
  std::unique_ptr<Server> Start() {
    auto server = StartWith(Config());
    EXPECT_TRUE(Eventually([&] { return server->opened(); }));
    return server;
  }
  template <typename Request, typename Response>
  using Method = grpc::Status (v1::TaxonomyService::Stub::*)(grpc::ClientContext*, const Request&,
                                                             Response*);
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(const Server& server, Method<Request, Response> method,
                                const Request& request) {
    const auto stub = v1::TaxonomyService::NewStub(rpc::MakeChannel(server.grpc_address()));
    grpc::ClientContext context;
    rpc::Prepare({.deadline = absl::Now() + absl::Seconds(30)}, &context);
    Response response;
    const absl::Status status = rpc::ToAbslStatus(((*stub).*method)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }

  static v1::CreateTaxonomyRequest NewList(const char* title) {
    v1::CreateTaxonomyRequest create;
    v1::Taxonomy& taxonomy = *create.mutable_taxonomy();
    taxonomy.set_title(title);
    taxonomy.set_list(title);
    taxonomy.set_subject(v1::Taxonomy::SUBJECT_SECTOR);
    taxonomy.add_codes()->set_code("x");
    taxonomy.mutable_codes(0)->set_title("X");
    return create;
  }
  bool IsServing(const Server& server, const std::string& name) {
    const auto stub = grpc::health::v1::Health::NewStub(rpc::MakeChannel(server.grpc_address()));
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(name);
    grpc::health::v1::HealthCheckResponse response;
    return stub->Check(&context, request, &response).ok() &&
           response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
  }
  int64_t EndOfTopic() {
    const auto reader = kafka::TopicReader::Create(kafka_.Options());
    const auto marks = (*reader)->GetWatermarks({"clusterwire.changes.v1", 0}, absl::Seconds(5));
    return marks.ok() ? marks->end : -1;
  }
  // Of a store that no process has open.
  void CopyStore(const std::string& from, const std::string& to) {
    for (const char* part : {"", "-wal", "-shm"}) {
      std::filesystem::remove(folder_.File(to + part));
      if (!std::filesystem::exists(folder_.File(from + part))) continue;
      std::filesystem::copy_file(folder_.File(from + part), folder_.File(to + part));
    }
  }

  TempDir folder_;
  kafka::MockKafka kafka_;
};

TEST_F(ServerTest, WhatWasAnsweredIsThereAfterARestartAndPageTokensStayGood) {
  v1::ListTaxonomiesRequest list;
  list.set_page_size(1);
  {
    const auto server = Start();
    ASSERT_NE(server, nullptr);
    for (const char* title : {"a", "b"}) {
      const v1::CreateTaxonomyRequest create = NewList(title);
      ASSERT_THAT(Call(*server, &v1::TaxonomyService::Stub::CreateTaxonomy, create), IsOk());
    }
    const auto page = Call(*server, &v1::TaxonomyService::Stub::ListTaxonomies, list);
    ASSERT_THAT(page, IsOk());
    list.set_page_token(page->next_page_token());
    server->Stop();
    server->Stop();  // which does nothing more
  }
  const auto server = Start();
  ASSERT_NE(server, nullptr);
  const auto page = Call(*server, &v1::TaxonomyService::Stub::ListTaxonomies, list);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->taxonomies_size(), 1);
  EXPECT_EQ(page->taxonomies(0).name(), "taxonomies/b");
}

TEST_F(ServerTest, ARestoredBackupIsUnhealthyAndStillAlive) {
  v1::CreateTaxonomyRequest create = NewList("a");
  {
    const auto server = Start();
    ASSERT_THAT(Call(*server, &v1::TaxonomyService::Stub::CreateTaxonomy, create), IsOk());
  }
  ASSERT_NO_FATAL_FAILURE(CopyStore("store.db", "backup.db"));
  {
    const auto server = Start();
    create = NewList("b");
    ASSERT_THAT(Call(*server, &v1::TaxonomyService::Stub::CreateTaxonomy, create), IsOk());
    ASSERT_TRUE(Eventually([&] { return EndOfTopic() == 2; }));
  }
  ASSERT_NO_FATAL_FAILURE(CopyStore("backup.db", "store.db"));
  const auto server = Start();
  EXPECT_TRUE(
      Eventually([&] { return !IsServing(*server, "clusterwire.change.v1.ChangeService"); }));
  EXPECT_TRUE(IsServing(*server, "clusterwire.catalogue.v1.SearchService"));
  EXPECT_TRUE(IsServing(*server, "clusterwire.catalogue.live"));
}

TEST_F(ServerTest, WhatItNeedsMayComeLaterAndUntilThenItIsAliveAndSaysWhatIsMissing) {
  config::v1::CatalogueConfig config = Config();
  config.set_token_key_file(folder_.File("secrets/token.key"));
  std::ofstream(folder_.File("secrets")) << "a file where a folder should be";
  const auto server = StartWith(config);
  const auto diagnose = [&] {
    const auto stub = v1::OperationsService::NewStub(rpc::MakeChannel(server->grpc_address()));
    grpc::ClientContext context;
    v1::DiagnoseResponse response;
    EXPECT_TRUE(stub->Diagnose(&context, v1::DiagnoseRequest(), &response).ok());
    return response.findings(0);
  };
  ASSERT_TRUE(
      Eventually([&] { return diagnose().severity() == type::v1::Finding::SEVERITY_ERROR; }));
  EXPECT_EQ(diagnose().part(), "start");
  EXPECT_THAT(diagnose().finding(), ::testing::HasSubstr("token.key"));
  EXPECT_TRUE(IsServing(*server, "clusterwire.catalogue.live"));
  EXPECT_FALSE(IsServing(*server, "clusterwire.catalogue.ready"));
  EXPECT_THAT(Call(*server, &v1::TaxonomyService::Stub::CreateTaxonomy, NewList("a")),
              ReasonIs("STARTING"));

  std::filesystem::remove(folder_.File("secrets"));
  EXPECT_TRUE(
      Eventually([&] { return IsServing(*server, "clusterwire.catalogue.v1.SearchService"); }));
  EXPECT_THAT(Call(*server, &v1::TaxonomyService::Stub::CreateTaxonomy, NewList("a")), IsOk());
}

TEST_F(ServerTest, AConfigurationThatLacksSomethingNamesIt) {
  config::v1::CatalogueConfig config;
  EXPECT_THAT(ReadSettings(config), HasFieldError("database.url"));
  EXPECT_THAT(StartServer(config, Clock::System(), Random::System()),
              HasFieldError("database.url"));
}

}  // namespace
}  // namespace clusterwire::catalogue
