#include "services/catalogue/import/client/run.h"

#include <functional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/import.grpc.pb.h"

#include "libs/base/status/error.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/server/server.h"
#include "services/catalogue/import/client/plan.h"
#include "services/catalogue/import/client/report.h"

namespace clusterwire::catalogue::import_client {
namespace {

// Sends the lines of one file and calls `report` for each as it is answered, on this thread; lines
// go out on another meanwhile. An error is what ended the import; reports before it hold.
absl::Status Send(v1::ImportService::Stub& stub, const v1::ImportStart& start,
                  const std::vector<NumberedLine>& lines,
                  const std::function<void(const v1::ImportResponse&)>& report) {
  grpc::ClientContext context;
  const auto stream = stub.Import(&context);
  // A write fails once the call is over; why is in its status.
  std::thread writer([&] {
    v1::ImportRequest request;
    *request.mutable_start() = start;
    if (!stream->Write(request)) return;
    for (const NumberedLine& line : lines) {
      request.mutable_line()->set_number(line.number);
      request.mutable_line()->set_json(line.text);
      if (!stream->Write(request)) return;
    }
    stream->WritesDone();
  });
  v1::ImportResponse response;
  while (stream->Read(&response)) report(response);
  writer.join();
  return rpc::ToAbslStatus(stream->Finish());
}

absl::Status ImportAll(const Options& options, std::ostream& err, bool terminal, Summary* summary) {
  ASSIGN_OR_RETURN(const std::vector<File> plan, PlanOf(options.paths));
  const auto stub = v1::ImportService::NewStub(rpc::MakeChannel(options.target));
  v1::ImportStart start;
  start.set_notify(options.notify);
  start.set_validate_only(options.validate_only);
  start.set_read_date(options.read_date);
  for (const File& file : plan) {
    ASSIGN_OR_RETURN(const std::vector<NumberedLine> lines, ReadLines(file.path));
    start.set_kind(file.kind);
    summary->StartFile(file.name);
    Progress progress(err, terminal, file.name, lines.size());
    size_t reported = 0;
    const absl::Status sent = Send(*stub, start, lines, [&](const v1::ImportResponse& report) {
      summary->Add(report);
      progress.Set(++reported);
    });
    progress.End();
    if (!sent.ok()) {
      return absl::Status(sent.code(),
                          absl::StrCat(file.name, " into ", options.target, ": ", sent.message()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

int Run(std::span<const char* const> arguments, std::ostream& out, std::ostream& err,
        bool terminal) {
  const absl::StatusOr<Options> options = ParseOptions(arguments);
  if (!options.ok()) {
    err << "clusterwire-import: " << options.status().message() << '\n';
    return 2;
  }
  if (options->help) {
    out << Usage();
    return 0;
  }
  Summary summary;
  const absl::Status status = ImportAll(*options, err, terminal, &summary);
  summary.Print(out);
  if (!status.ok()) {
    err << "clusterwire-import: " << status.message() << '\n';
    return 2;
  }
  return summary.any_refused() ? 1 : 0;
}

}  // namespace clusterwire::catalogue::import_client
