#include "services/catalogue/import/client/run.h"

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/import.grpc.pb.h"

#include "libs/base/testing/seed.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/rpc/server/server.h"
#include "libs/rpc/testing/operators.h"
#include "libs/telemetry/metrics.h"
#include "services/catalogue/import/client/report.h"
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
        runtime_(metrics_, clock_, random_, {.authenticator = &operators_}),
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
  rpc::testing::Operators operators_;
  rpc::Runtime runtime_;
  rpc::ThreadPool pool_;
  rpc::Late<const rpc::TokenSealer> tokens_;  // an import signs none
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

std::string ClusterLine(const std::string& name) {
  return R"({"name": ")" + name + R"(", "country": "DE", "source": "https://x.example"})";
}

TEST_F(RunTest, ALineThatIsNoUtf8IsRefusedByItsNumberAndTheOthersGoIn) {
  bench_.ImportTaxonomies();
  std::vector<std::string> lines;
  for (int i = 1; i <= 204; ++i) lines.push_back(ClusterLine("Cluster " + std::to_string(i)));
  lines[3] = ClusterLine("Caf\xE9");
  lines[9] = ClusterLine(std::string(2 << 20, 'x'));
  const std::string file = Write("clusters.ndjson", lines);
  EXPECT_EQ(Import({file.c_str()}), 1) << err_.str();
  EXPECT_THAT(out_.str(),
              HasSubstr("clusters.ndjson line 4 refused: json: has the byte E9 at byte 14"));
  EXPECT_THAT(out_.str(), HasSubstr("clusters.ndjson line 10 refused: json: has 2097212 bytes"));
  EXPECT_THAT(out_.str(),
              HasSubstr("clusters.ndjson              202         0         0         2"));
  EXPECT_THAT(err_.str(), HasSubstr("204 of 204 lines"));
  EXPECT_EQ(bench_.Count("cluster"), 202);
}

TEST_F(RunTest, AByteOrderMarkAndOtherLineEndsAreNoPartOfALine) {
  bench_.ImportTaxonomies();
  const std::string file = Write(
      "clusters.ndjson", {"\xEF\xBB\xBF" + ClusterLine("One") + "\r", "\r", ClusterLine("Two")});
  EXPECT_EQ(Import({file.c_str()}), 0) << out_.str();
  EXPECT_EQ(bench_.Count("cluster"), 2);
  const std::string wide = Write("events.ndjson", {std::string("\xFF\xFE{\0}\0", 6)});
  EXPECT_EQ(Import({wide.c_str()}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("events.ndjson is written in UTF-16; save it as UTF-8"));
}

// A server that calls an import a success which it has ended early.
class EarlyEnd final : public v1::ImportService::Service {
  grpc::Status Import(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::ImportResponse, v1::ImportRequest>* stream) override {
    v1::ImportRequest request;
    for (int i = 0; i < 3 && stream->Read(&request);) {
      if (!request.has_line()) continue;
      v1::ImportResponse report;
      report.set_number(request.line().number());
      report.set_outcome(v1::ImportResponse::OUTCOME_CREATED);
      stream->Write(report);
      ++i;
    }
    return grpc::Status::OK;
  }
};

TEST_F(RunTest, FewerReportsThanLinesAreAnErrorThatSaysFromWhereOn) {
  EarlyEnd service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  target_ = "--target=127.0.0.1:" + std::to_string(port);
  const std::string file = Write("clusters.ndjson", {"{}", "", "{}", "{}", "{}", "{}"});
  EXPECT_EQ(Import({file.c_str()}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("said nothing of 2 of 5 lines, line 5 the first"));
}

TEST_F(RunTest, WhatIsPrintedHasNoControlCharactersFromData) {
  bench_.ImportTaxonomies();
  const std::string file = Write(
      "clusters.ndjson", {R"({"name": "Good", "country": "DE", "source": "https://x.example",)"
                          R"( "\u001b[2J\u0085\u202e\nclusters.ndjson line 9": 1})",
                          ClusterLine("\x1B]0;title\x07")});
  EXPECT_EQ(Import({file.c_str(), "/tmp/\x1B[31mred\xE9"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("/tmp/\\u{1B}[31mred\\x{E9}"));
  EXPECT_EQ(Import({file.c_str()}), 1);
  EXPECT_THAT(out_.str(),
              HasSubstr("\\u{1B}[2J\\u{85}\\u{202E}\\u{A}clusters.ndjson line 9: is not"));
  for (const std::string& printed : {out_.str(), err_.str()}) {
    EXPECT_EQ(printed.find('\x1B'), std::string::npos);
    EXPECT_EQ(printed.find("\u202E"), std::string::npos);
  }
}

TEST(EscapedTest, LettersOfAllScriptsStayAsTheyAre) {
  for (const char* text : {"Żywność Łódź", "Ελλάδα", "クラスター", "😀", "a\u00A0b", "…"}) {
    EXPECT_EQ(Escaped(text), text);
  }
  EXPECT_EQ(Escaped("a\u200Bb\u2066c\uFEFFd\u00ADe"), "a\\u{200B}b\\u{2066}c\\u{FEFF}d\\u{AD}e");
  EXPECT_EQ(Escaped("\xC3"), "\\x{C3}");
  EXPECT_EQ(Escaped(std::string("\0\x7F", 2)), "\\u{0}\\u{7F}");
}

TEST(SummaryTest, NotesStandInTheOrderOfTheirLinesAndTooManyAreCounted) {
  Summary summary;
  summary.StartFile("clusters.ndjson");
  summary.AddRefused(7, "late");
  summary.AddRefused(2, "early");
  for (size_t i = 0; i < Summary::kMaxNotes; ++i) summary.AddRefused(9, "many");
  std::ostringstream out;
  summary.Print(out);
  EXPECT_THAT(out.str(), ::testing::StartsWith("clusters.ndjson line 2 refused: json: early\n"
                                               "clusters.ndjson line 7 refused: json: late\n"));
  EXPECT_THAT(out.str(), HasSubstr("clusters.ndjson: … and 2 more notes\n"));
}

TEST_F(RunTest, ADryRunChangesNothing) {
  bench_.ImportTaxonomies();
  const int64_t revision = bench_.revision();
  const std::string file = Write(
      "clusters.ndjson", {R"({"name": "Good", "country": "DE", "source": "https://x.example"})"});
  EXPECT_EQ(Import({"--validate_only", file.c_str()}), 0);
  EXPECT_EQ(bench_.revision(), revision);
  EXPECT_THAT(out_.str(), HasSubstr("Nothing was kept"));
  EXPECT_EQ(Import({file.c_str()}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("What is new is published; nobody is told"));
  EXPECT_EQ(Import({file.c_str()}), 0);
  EXPECT_THAT(out_.str(), ::testing::Not(HasSubstr("is published")));
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
