#include "libs/telemetry/process_metrics.h"

#include <dirent.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include <sys/resource.h>

namespace clusterwire::telemetry {
namespace {

#ifdef __clang__
constexpr char kCompiler[] = __VERSION__;
#else
constexpr char kCompiler[] = "gcc " __VERSION__;
#endif

std::string Contents(const char* file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

double Number(absl::string_view text) {
  double number = 0;
  return absl::SimpleAtod(text, &number) ? number : 0;
}

// The fields of /proc/self/stat from the third on, which is number 0 here: the second, the
// program's name, may hold blanks.
std::vector<std::string> Stat() {
  const std::string text = Contents("/proc/self/stat");
  const size_t name_end = text.rfind(')');
  if (name_end == text.npos) return {};
  return absl::StrSplit(text.substr(name_end + 2), ' ');
}
constexpr size_t kUserTicks = 11, kSystemTicks = 12, kStartTicks = 19;  // proc(5): 14, 15, 22
constexpr size_t kVirtualBytes = 20, kResidentPages = 21;               // 23, 24

double BootTime() {
  for (const absl::string_view line : absl::StrSplit(Contents("/proc/stat"), '\n')) {
    if (line.substr(0, 6) == "btime ") return Number(line.substr(6));
  }
  return 0;
}

double OpenFiles() {
  double count = 0;
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count - 3;  // ".", ".." and the folder itself
}

double FileLimit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

Metrics::Collector ShowProcess(Metrics& metrics, std::string_view service,
                               std::string_view version) {
  metrics
      .GetGauge("clusterwire_build_info", "What runs; always 1",
                {{"service", std::string(service)},
                 {"version", std::string(version)},
                 {"compiler", kCompiler}})
      .Set(1);
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const double page = static_cast<double>(sysconf(_SC_PAGESIZE));
  metrics.GetGauge("process_max_fds", "Files that the process may have open").Set(FileLimit());
  if (const auto stat = Stat(); stat.size() > kStartTicks) {
    metrics.GetGauge("process_start_time_seconds", "When the process began, since 1970")
        .Set(BootTime() + Number(stat[kStartTicks]) / ticks);
  }
  return metrics.OnRender(
      [cpu = metrics.GetTotal("process_cpu_seconds_total", "User and system time spent"),
       files = metrics.GetGauge("process_open_fds", "Files that the process has open"),
       memory = metrics.GetGauge("process_virtual_memory_bytes", "Size of its address space"),
       resident = metrics.GetGauge("process_resident_memory_bytes", "Memory that it occupies"),
       ticks, page]() mutable {
        files.Set(OpenFiles());
        const std::vector<std::string> stat = Stat();
        if (stat.size() <= kResidentPages) return;
        cpu.Set((Number(stat[kUserTicks]) + Number(stat[kSystemTicks])) / ticks);
        memory.Set(Number(stat[kVirtualBytes]));
        resident.Set(Number(stat[kResidentPages]) * page);
      });
}

}  // namespace clusterwire::telemetry
