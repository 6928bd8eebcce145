#include "libs/sql/testing/postgres.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include <sys/prctl.h>
#include <sys/wait.h>

#include "libs/sql/database.h"

namespace clusterwire::sql {
namespace {

constexpr char kBin[] = "/usr/lib/postgresql/15/bin";
constexpr std::chrono::seconds kStartLimit(60);

// Forks `command` with its output in `log`; it dies with this process.
pid_t Start(std::vector<std::string> command, const std::string& log) {
  if (getuid() == 0) {
    command.insert(command.begin(), {"/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres",
                                     "--clear-groups", "--pdeathsig=INT"});
  }
  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGINT);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  if (chdir("/") != 0) _exit(127);  // the test's folder may be closed to the other user
  execv(arguments[0], arguments.data());
  _exit(127);
}

[[noreturn]] void Fail(const std::string& what, const std::string& log) {
  std::ifstream file(log);
  std::stringstream text;
  text << file.rdbuf();
  std::cerr << "PostgreSQL for tests: " << what << "\n" << text.str() << std::endl;
  std::abort();
}

}  // namespace

TemporaryPostgres& TemporaryPostgres::ForProcess() {
  static TemporaryPostgres server;
  return server;
}

TemporaryPostgres::TemporaryPostgres() {
  const std::string log = dir_.File("log");
  const std::string data = dir_.File("data");
  if (getuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || chown(dir_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      Fail("there is no user postgres to run it as; install postgresql-15", log);
    }
  }
  const pid_t init = Start({absl::StrCat(kBin, "/initdb"), "-D", data, "-U", "clusterwire", "-A",
                            "trust", "-E", "UTF8", "--no-locale", "--no-sync"},
                           log);
  int status = 0;
  if (waitpid(init, &status, 0) != init || status != 0) Fail("initdb failed", log);
  // No fsync: what the tests kill is the client. No TCP: the socket's folder is ours alone.
  server_ = Start({absl::StrCat(kBin, "/postgres"), "-D", data, "-k", dir_.path(), "-c",
                   "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200"},
                  log);
  const auto deadline = std::chrono::steady_clock::now() + kStartLimit;
  while (!Database::Open(Url("postgres")).ok()) {
    if (waitpid(server_, &status, WNOHANG) != 0) Fail("the server ended", log);
    if (std::chrono::steady_clock::now() > deadline) Fail("the server did not start", log);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

TemporaryPostgres::~TemporaryPostgres() {
  kill(server_, SIGINT);  // closes sessions, doesn't wait for them
  waitpid(server_, nullptr, 0);
}

std::string TemporaryPostgres::NewDatabase() {
  const std::string name = absl::StrCat("test", ++databases_);
  Execute(absl::StrCat("CREATE DATABASE ", name));
  return Url(name);
}

void TemporaryPostgres::Execute(const std::string& sql) {
  const auto server = Database::Open(Url("postgres"));
  if (!server.ok() || !(*(*server)->Acquire())->ExecuteScript(sql).ok()) {
    Fail(absl::StrCat("this failed: ", sql), dir_.File("log"));
  }
}

std::string TemporaryPostgres::Url(const std::string& database) const {
  return absl::StrCat("postgresql:///", database, "?user=clusterwire&host=", dir_.path());
}

}  // namespace clusterwire::sql
