#include "services/catalogue/import/client/run.h"

#include <algorithm>
#include <functional>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/import.grpc.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/client/channel.h"
#include "services/catalogue/import/client/plan.h"
#include "services/catalogue/import/client/report.h"

namespace clusterwire::catalogue::import_client {
namespace {

// A server that ends an import too early may call it a success.
absl::Status CheckAllAnswered(const std::vector<NumberedLine>& lines,
                              const std::set<int64_t>& answered) {
  const auto unanswered = [&](const NumberedLine& line) {
    return line.refusal.empty() && !answered.contains(line.number);
  };
  const auto first = std::find_if(lines.begin(), lines.end(), unanswered);
  if (first == lines.end()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "the server ended the import and said nothing of ",
      std::count_if(lines.begin(), lines.end(), unanswered), " of ", lines.size(), " lines, line ",
      first->number, " the first; they are not imported. Import the file again"));
}

// Sends the lines of one file that can be sent and calls `report` for each as it is answered, on
// this thread; lines go out on another meanwhile. An error is what ended the import, DATA_LOSS when
// it ended well but not each line was answered; reports before it hold.
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
      if (!line.refusal.empty()) continue;
      request.mutable_line()->set_number(line.number);
      request.mutable_line()->set_json(line.text);
      if (!stream->Write(request)) return;
    }
    stream->WritesDone();
  });
  v1::ImportResponse response;
  std::set<int64_t> answered;
  while (stream->Read(&response)) {
    report(response);
    answered.insert(response.number());
  }
  writer.join();
  RETURN_IF_ERROR(rpc::ToAbslStatus(stream->Finish()));
  return CheckAllAnswered(lines, answered);
}

absl::Status ImportAll(const Options& options, std::ostream& err, bool terminal, Summary* summary) {
  ASSIGN_OR_RETURN(const std::vector<File> plan, PlanOf(options.paths));
  ASSIGN_OR_RETURN(const auto channel, rpc::MakeChannel(options.channel));
  const auto stub = v1::ImportService::NewStub(channel);
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
    for (const NumberedLine& line : lines) {
      if (line.refusal.empty()) continue;
      summary->AddRefused(line.number, line.refusal);
      progress.Set(++reported);
    }
    const absl::Status sent = Send(*stub, start, lines, [&](const v1::ImportResponse& report) {
      summary->Add(report);
      progress.Set(++reported);
    });
    progress.End();
    if (!sent.ok()) {
      return absl::Status(sent.code(), absl::StrCat(file.name, " into ", options.channel.target,
                                                    ": ", sent.message()));
    }
  }
  return absl::OkStatus();
}

// What is new is public at once, which is said where it happens.
std::string_view FateOf(const Options& options) {
  if (options.validate_only) return "Nothing was kept: --validate_only.";
  return options.notify ? "What is new is published, and those who subscribed to it are told."
                        : "What is new is published; nobody is told of it without --notify, but "
                          "those who asked for quiet changes.";
}

}  // namespace

int Run(std::span<const char* const> arguments, std::ostream& out, std::ostream& err,
        bool terminal) {
  const absl::StatusOr<Options> options = ParseOptions(arguments);
  if (!options.ok()) {
    err << "clusterwire-import: " << Escaped(ToStd(options.status().message())) << '\n';
    return 2;
  }
  if (options->help) {
    out << Usage();
    return 0;
  }
  Summary summary;
  const absl::Status status = ImportAll(*options, err, terminal, &summary);
  summary.Print(out, FateOf(*options));
  if (!status.ok()) {
    err << "clusterwire-import: " << Escaped(ToStd(status.message())) << '\n';
    return 2;
  }
  return summary.any_refused() ? 1 : 0;
}

}  // namespace clusterwire::catalogue::import_client
