#include "services/catalogue/import/client/run.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/status_macros.h"
#include "libs/rpc/server/client.h"
#include "services/catalogue/import/client/options.h"
#include "services/catalogue/import/client/plan.h"
#include "services/catalogue/import/client/progress.h"
#include "services/catalogue/import/client/send.h"
#include "services/catalogue/import/client/summary.h"

namespace clusterwire::catalogue::import_client {
namespace {

absl::Status ImportAll(const Options& options, std::ostream& err, bool terminal, Summary* summary) {
  ASSIGN_OR_RETURN(const std::vector<File> plan, PlanOf(options.paths));
  const auto channel = rpc::MakeChannel(options.target);
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
    const absl::Status sent = Send(channel, start, lines, [&](const v1::ImportResponse& report) {
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
