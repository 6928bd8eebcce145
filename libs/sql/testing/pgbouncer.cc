#include "libs/sql/testing/pgbouncer.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

#include "absl/strings/str_cat.h"
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "libs/base/text/strings.h"
#include "libs/sql/testing/postgres.h"

namespace clusterwire::sql {
namespace {

constexpr char kProgram[] = "/usr/sbin/pgbouncer";
constexpr std::string_view kScheme = "postgresql:///";  // what NewDatabase() begins with
constexpr int kPort = 6432;                             // names the socket; there is no TCP

[[noreturn]] void Fail(const std::string& what) {
  std::cerr << "PgBouncer for tests: " << what << std::endl;
  std::abort();
}

}  // namespace

TemporaryPgBouncer::TemporaryPgBouncer(std::string_view pool_mode) {
  const std::string direct = TemporaryPostgres::ForProcess().NewDatabase();
  const std::string database = direct.substr(kScheme.size(), direct.find('?') - kScheme.size());
  const std::string server = direct.substr(direct.find("host=") + 5);
  const std::string settings = dir_.File("pgbouncer.ini");
  // Everybody is let in, as the one user of the server.
  std::ofstream(settings) << "[databases]\n* = host=" << server << " user=clusterwire\n"
                          << "[pgbouncer]\nauth_type = any\nlisten_port = " << kPort
                          << "\nunix_socket_dir = " << dir_.path() << "\npool_mode = " << pool_mode
                          << "\nlogfile = " << dir_.File("log") << "\n";
  if (getuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || chown(dir_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      Fail("there is no user postgres to run it as");
    }
    chmod(settings.c_str(), 0644);
  }
  process_ = fork();
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGINT);
    const int out = open("/dev/null", O_WRONLY);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    if (getuid() == 0) {
      execl("/usr/bin/setpriv", "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
            "--pdeathsig=INT", kProgram, settings.c_str(), nullptr);
    }
    execl(kProgram, kProgram, settings.c_str(), nullptr);
    _exit(127);
  }
  url_ = absl::StrCat(ToAbsl(kScheme), database, "?user=clusterwire&host=", dir_.path(),
                      "&port=", kPort);
  const std::string socket = dir_.File(absl::StrCat(".s.PGSQL.", kPort));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (struct stat found = {}; stat(socket.c_str(), &found) != 0;) {
    if (waitpid(process_, nullptr, WNOHANG) != 0) Fail("it ended; is pgbouncer installed?");
    if (std::chrono::steady_clock::now() > deadline) Fail("it did not start");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

TemporaryPgBouncer::~TemporaryPgBouncer() {
  kill(process_, SIGTERM);  // at once; SIGINT would wait for its clients
  waitpid(process_, nullptr, 0);
}

}  // namespace clusterwire::sql
