#include "libs/kafka/testing/real_kafka.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <arpa/inet.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "libs/base/random.h"
#include "libs/base/status/error.h"
#include "libs/kafka/admin.h"
#include "libs/kafka/handles.h"

namespace clusterwire::kafka {
namespace {

constexpr char kClusterId[] = "Y2x1c3RlcndpcmUtdGVzdA";  // 16 bytes in base64, any would do

absl::StatusOr<std::string> FindHome() {
  const char* const home = std::getenv("CLUSTERWIRE_KAFKA_HOME");
  const std::string remedy =
      "set CLUSTERWIRE_KAFKA_HOME to a folder whose libs/*.jar are Kafka's (deploy/local fetches "
      "them)";
  if (home == nullptr || *home == '\0') {
    return Error(absl::StatusCode::kFailedPrecondition, "NO_KAFKA_HOME",
                 absl::StrCat("this test needs a real Kafka: ", remedy));
  }
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(absl::StrCat(home, "/libs"), error)) {
    if (entry.path().filename().string().starts_with("kafka_2")) return home;
  }
  return Error(absl::StatusCode::kFailedPrecondition, "NO_KAFKA_HOME",
               absl::StrCat("no Kafka in ", home, "/libs: ", remedy));
}

int FreePort() {
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  const bool bound = bind(socket_fd, any, size) == 0 && getsockname(socket_fd, any, &size) == 0;
  close(socket_fd);
  return bound ? ntohs(address.sin_port) : 0;
}

// Starts Java with what it prints appended to `log`. The child dies with the calling thread.
pid_t RunJava(std::vector<std::string> arguments, const std::string& log) {
  arguments.insert(arguments.begin(), "java");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(output);
  return pid;
}

// Nothing while it runs.
std::optional<int> ExitOf(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, WNOHANG) != pid) return std::nullopt;
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RealKafka>> RealKafka::Start(absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  ASSIGN_OR_RETURN(std::string home, FindHome());
  std::unique_ptr<RealKafka> kafka(new RealKafka(std::move(home)));
  RETURN_IF_ERROR(kafka->WriteConfig());
  RETURN_IF_ERROR(kafka->Format());
  RETURN_IF_ERROR(kafka->Launch(deadline));
  return kafka;
}

RealKafka::RealKafka(std::string home) : home_(std::move(home)) {}

RealKafka::~RealKafka() { Kill(); }

absl::Status RealKafka::WriteConfig() {
  const int port = FreePort();
  const int controller = FreePort();
  if (port == 0 || controller == 0) return absl::UnavailableError("no free port on loopback");
  brokers_ = absl::StrCat("127.0.0.1:", port);
  std::ofstream(folder_.File("server.properties"))
      << "process.roles=broker,controller\nnode.id=1\n"
      << "controller.quorum.voters=1@127.0.0.1:" << controller << "\n"
      << "listeners=PLAINTEXT://" << brokers_ << ",CONTROLLER://127.0.0.1:" << controller << "\n"
      << "advertised.listeners=PLAINTEXT://" << brokers_ << "\n"
      << "controller.listener.names=CONTROLLER\n"
      << "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n"
      << "log.dirs=" << folder_.File("log") << "\n"
      << "auto.create.topics.enable=false\n"
      // Everybody may do everything until a test gives a topic an access list.
      << "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n"
      << "allow.everyone.if.no.acl.found=true\n"
      << "offsets.topic.replication.factor=1\noffsets.topic.num.partitions=1\n"
      << "transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n"
      << "transaction.state.log.num.partitions=1\n"
      // Groups form at once, and a dead member is noticed within the patience of a test.
      << "group.initial.rebalance.delay.ms=0\ngroup.min.session.timeout.ms=1000\n"
      // A broker that was killed is let in again when its old session has ended.
      << "broker.session.timeout.ms=2000\nbroker.heartbeat.interval.ms=500\n"
      // A test may cut the log with retention settings of its topic and see it soon.
      << "log.retention.check.interval.ms=500\nlog.segment.delete.delay.ms=100\n"
      << "log.initial.task.delay.ms=500\n";
  return absl::OkStatus();
}

absl::Status RealKafka::Format() {
  const pid_t pid = RunJava(
      {"-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", home_ + "/libs/*", "kafka.tools.StorageTool",
       "format", "-t", kClusterId, "-c", folder_.File("server.properties")},
      folder_.File("kafka.out"));
  int status = 0;
  if (waitpid(pid, &status, 0) == pid && status == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("formatting Kafka's storage failed:\n", LogTail()));
}

absl::Status RealKafka::Launch(absl::Time deadline) {
  pid_ = RunJava({"-Xmx384m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                  home_ + "/libs/*", "kafka.Kafka", folder_.File("server.properties")},
                 folder_.File("kafka.out"));
  ClientOptions options;
  options.brokers = brokers_;
  options.config = {{"reconnect.backoff.max.ms", "200"}};
  ASSIGN_OR_RETURN(const std::unique_ptr<Admin> admin, Admin::Create(options));
  while (absl::Now() < deadline) {
    if (ExitOf(pid_)) {
      pid_ = 0;
      return absl::InternalError(absl::StrCat("Kafka ended at its start:\n", LogTail()));
    }
    if (admin->CountBrokers(absl::Milliseconds(500)).ok()) return absl::OkStatus();
  }
  const std::string tail = LogTail();
  Kill();
  return absl::DeadlineExceededError(absl::StrCat("Kafka doesn't answer:\n", tail));
}

void RealKafka::Kill() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

absl::Status RealKafka::Restart(absl::Duration patience) {
  Kill();
  return Launch(absl::Now() + patience);
}

std::string RealKafka::LogTail() const {
  std::ifstream log(folder_.File("kafka.out"));
  const std::string text{std::istreambuf_iterator<char>(log), std::istreambuf_iterator<char>()};
  constexpr size_t kEnough = 3000;
  return text.size() <= kEnough ? text : text.substr(text.size() - kEnough);
}

absl::Status RealKafka::DeleteTopic(const std::string& name, absl::Duration patience) {
  ASSIGN_OR_RETURN(const Client client,
                   NewClient({.brokers = brokers_}, {.type = RD_KAFKA_PRODUCER}));
  const Handle<rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopic_destroy> topic(
      rd_kafka_DeleteTopic_new(name.c_str()));
  rd_kafka_DeleteTopic_t* unwanted = topic.get();
  const Handle<rd_kafka_queue_t, rd_kafka_queue_destroy> queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DeleteTopics(client.get(), &unwanted, 1, nullptr, queue.get());
  const Handle<rd_kafka_event_t, rd_kafka_event_destroy> event(
      rd_kafka_queue_poll(queue.get(), Remaining(patience).Milliseconds()));
  if (event == nullptr) return ToStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, "deleting a topic");
  return ToStatus(rd_kafka_event_error(event.get()), "deleting a topic");
}

absl::Status RealKafka::SendInTransaction(const TopicPartition& to,
                                          const std::vector<std::string>& values, End end) {
  constexpr int kPatience = 30'000;
  const ClientPlan plan{
      .type = RD_KAFKA_PRODUCER,
      .defaults = {
          {"transactional.id", absl::StrCat(ToString(to), "/", RandomId(Random::System()))}}};
  ASSIGN_OR_RETURN(const Client client, NewClient({.brokers = brokers_}, plan));
  RETURN_IF_ERROR(ToStatus(rd_kafka_init_transactions(client.get(), kPatience), "transaction"));
  RETURN_IF_ERROR(ToStatus(rd_kafka_begin_transaction(client.get()), "transaction"));
  const TopicHandle topic(rd_kafka_topic_new(client.get(), to.topic.c_str(), nullptr));
  for (const std::string& value : values) {
    if (rd_kafka_produce(topic.get(), to.partition, RD_KAFKA_MSG_F_COPY,
                         const_cast<char*>(value.data()), value.size(), nullptr, 0, nullptr) != 0) {
      return ToStatus(rd_kafka_last_error(), "transaction");
    }
  }
  RETURN_IF_ERROR(ToStatus(rd_kafka_flush(client.get(), kPatience), "transaction"));
  if (end == End::kCommit) {
    return ToStatus(rd_kafka_commit_transaction(client.get(), kPatience), "transaction");
  }
  if (end == End::kAbort) {
    return ToStatus(rd_kafka_abort_transaction(client.get(), kPatience), "transaction");
  }
  return absl::OkStatus();
}

absl::Status RealKafka::AllowOnly(const std::string& topic,
                                  const std::vector<std::string>& operations) {
  static const std::map<std::string, rd_kafka_AclOperation_t> kOperations = {
      {"READ", RD_KAFKA_ACL_OPERATION_READ},
      {"WRITE", RD_KAFKA_ACL_OPERATION_WRITE},
      {"CREATE", RD_KAFKA_ACL_OPERATION_CREATE},
      {"DESCRIBE", RD_KAFKA_ACL_OPERATION_DESCRIBE}};
  ASSIGN_OR_RETURN(const Client client,
                   NewClient({.brokers = brokers_}, {.type = RD_KAFKA_PRODUCER}));
  std::vector<rd_kafka_AclBinding_t*> bindings;
  for (const std::string& operation : operations) {
    char text[512];
    bindings.push_back(rd_kafka_AclBinding_new(
        RD_KAFKA_RESOURCE_TOPIC, topic.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL, "User:*", "*",
        kOperations.at(operation), RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, text, sizeof text));
  }
  const Handle<rd_kafka_queue_t, rd_kafka_queue_destroy> queue(rd_kafka_queue_new(client.get()));
  rd_kafka_CreateAcls(client.get(), bindings.data(), bindings.size(), nullptr, queue.get());
  const Handle<rd_kafka_event_t, rd_kafka_event_destroy> event(
      rd_kafka_queue_poll(queue.get(), 30'000));
  rd_kafka_AclBinding_destroy_array(bindings.data(), bindings.size());
  if (event == nullptr) return ToStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, "making an access list");
  RETURN_IF_ERROR(ToStatus(rd_kafka_event_error(event.get()), "making an access list"));
  return AwaitRefusal(topic);
}

// The broker takes a list over some time after it has said that it is made.
absl::Status RealKafka::AwaitRefusal(const std::string& topic) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  ASSIGN_OR_RETURN(const std::unique_ptr<Admin> admin, Admin::Create({.brokers = brokers_}));
  while (absl::Now() < deadline) {
    const auto described = admin->DescribeTopic(topic, absl::Seconds(10));
    // No user has the right to describe its properties now.
    if (!described.ok() || !described->properties.ok()) return absl::OkStatus();
  }
  return absl::DeadlineExceededError(absl::StrCat("the access list of ", topic, " isn't gone by"));
}

}  // namespace clusterwire::kafka
