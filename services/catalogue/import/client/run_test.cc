#include "services/catalogue/import/client/run.h"

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/impl/codegen/service_type.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/testing/seed.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/rpc/server/server.h"
#include "libs/telemetry/metrics.h"
#include "services/catalogue/import/testing/import_bench.h"
#include "services/catalogue/services.h"

// The client program against a real server with the real import behind it.
namespace clusterwire::catalogue::import_client {
namespace {

using ::testing::HasSubstr;

class RunTest : public ::testing::Test {
 protected:
  RunTest()
      : clock_(absl::Now()),
        random_(1),
        runtime_(metrics_, clock_, random_),
        pool_(runtime_, {.name = "tests", .threads = 2, .queue_limit = 10}),
        server_(StartServer()),
        target_("--target=" + server_->address()) {}

  std::unique_ptr<rpc::Server> StartServer() {
    store_.Set(bench_.store());
    rpc::Services services;
    services.push_back(MakeImportService({pool_, pool_, tokens_}, store_));
    return rpc::Server::Start({}, runtime_, std::move(services)).value();
  }

  int Import(std::vector<const char*> arguments, bool terminal = false) {
    arguments.insert(arguments.begin(), target_.c_str());
    out_.str("");
    err_.str("");
    return import_client::Run(arguments, out_, err_, terminal);
  }

  // Writes lines to a file of that name and gives its path.
  std::string Write(const std::string& name, const std::vector<std::string>& lines) {
    std::ofstream file(dir_.File(name));
    for (const std::string& line : lines) file << line << '\n';
    return dir_.File(name);
  }

  const TempDir dir_;
  registers::ImportBench bench_;
  FakeClock clock_;
  SeededRandom random_;
  telemetry::Metrics metrics_;
  rpc::Runtime runtime_;
  rpc::ThreadPool pool_;
  rpc::Late<const rpc::TokenSigner> tokens_;  // an import signs none
  rpc::Late<store::Store> store_;
  std::unique_ptr<rpc::Server> server_;
  std::string target_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(RunTest, TheRealRecordsGoInAndASecondTimeChangeNothing) {
  EXPECT_EQ(Import({"--read_date", "2026-11", CLUSTERWIRE_DATA}), 0) << err_.str() << out_.str();
  EXPECT_THAT(out_.str(),
              HasSubstr("clusters.ndjson              395         0         0         0"));
  EXPECT_THAT(out_.str(),
              HasSubstr("label_schemes.ndjson           0         4         0         0"));
  EXPECT_THAT(out_.str(), HasSubstr("is a label scheme"));
  EXPECT_THAT(err_.str(), HasSubstr("events.ndjson: 62 of 62 lines"));
  const int64_t revision = bench_.revision();
  EXPECT_EQ(Import({"--read_date", "2026-11", CLUSTERWIRE_DATA}), 0);
  EXPECT_THAT(out_.str(),
              HasSubstr("clusters.ndjson                0         0       395         0"));
  EXPECT_EQ(bench_.revision(), revision);
}

TEST_F(RunTest, ARefusedLineIsShownWithItsNumberInTheFile) {
  bench_.ImportTaxonomies();
  const std::string file =
      Write("clusters.ndjson",
            {R"({"name": "Good", "country": "DE", "source": "https://x.example"})", "",
             R"({"name": "Bad", "country": "DE", "source": "https://x.example", "founded": 1})"});
  EXPECT_EQ(Import({file.c_str()}), 1);
  EXPECT_THAT(out_.str(), HasSubstr("clusters.ndjson line 3 refused: founded: is not known"));
  EXPECT_THAT(out_.str(),
              HasSubstr("clusters.ndjson                1         0         0         1"));
}

TEST_F(RunTest, ADryRunChangesNothing) {
  bench_.ImportTaxonomies();
  const int64_t revision = bench_.revision();
  const std::string file = Write(
      "clusters.ndjson", {R"({"name": "Good", "country": "DE", "source": "https://x.example"})"});
  EXPECT_EQ(Import({"--validate_only", file.c_str()}), 0);
  EXPECT_EQ(bench_.revision(), revision);
}

TEST_F(RunTest, OnATerminalABarIsDrawn) {
  const std::string file = Write("clusters.ndjson", {"{}"});
  Import({file.c_str()}, /*terminal=*/true);
  EXPECT_THAT(err_.str(),
              HasSubstr("\rclusters.ndjson        [##############################] 1 of"));
}

TEST_F(RunTest, WhatCannotBeDoneIsExitCodeTwo) {
  EXPECT_EQ(Import({}), 2);
  EXPECT_EQ(Import({"--tarket", "x"}), 2);
  EXPECT_EQ(Import({"/nowhere"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("no file or folder /nowhere"));
  const std::string file = Write("things.ndjson", {"{}"});
  EXPECT_EQ(Import({file.c_str()}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("should be called one of taxonomies.ndjson"));
  const std::string clusters = Write("clusters.ndjson", {"{}"});
  EXPECT_EQ(Import({"--read_date", "soon", clusters.c_str()}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("start.read_date"));
  server_->Shutdown(absl::ZeroDuration());
  EXPECT_EQ(Import({clusters.c_str()}), 2);
}

}  // namespace
}  // namespace clusterwire::catalogue::import_client
