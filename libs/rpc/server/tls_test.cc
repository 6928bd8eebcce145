#include "libs/rpc/server/tls.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <sys/socket.h>

#include "libs/base/testing/certificates.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/server/connections.h"
#include "libs/rpc/testing/echo_server.h"
#include "libs/telemetry/log.h"

namespace clusterwire::rpc {
namespace {

using rpc::testing::EchoRequest;
using rpc::testing::EchoResponse;
using rpc::testing::EchoServer;
using rpc::testing::EchoService;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kPage[] = "URI:spiffe://example.org/ns/map/sa/page";

class TlsTest : public ::testing::Test {
 protected:
  void Use(const KeyPair& server, const std::string& client_authorities) {
    const auto made = TlsCredentials::Create({.certificates = server.certificate,
                                              .key = server.key,
                                              .client_authorities = client_authorities});
    ASSERT_THAT(made, IsOk());
    MutexLock lock(mutex_);
    current_ = *made;
  }
  void Start(bool require_client_certificate = false,
             absl::Duration handshake_limit = absl::Seconds(10)) {
    EchoServer::Options options;
    options.handshake_limit = handshake_limit;
    options.connection_age = connection_age_;
    options.tls = [this] {
      MutexLock lock(mutex_);
      return current_;
    };
    options.require_client_certificate = require_client_certificate;
    server_ = std::make_unique<EchoServer>(
        rpc::testing::EchoBehaviour{
            .arrived =
                [this](grpc::CallbackServerContext* context) {
                  MutexLock lock(mutex_);
                  peers_.insert(context->peer());
                  shown_.clear();
                  for (const auto& value : context->auth_context()->FindPropertyValues(
                           GRPC_X509_PEM_CERT_PROPERTY_NAME)) {
                    shown_.emplace_back(value.data(), value.size());
                  }
                },
            .echo = [](const CallContext&, const EchoRequest&) { return EchoResponse(); }},
        std::move(options));
  }
  std::set<std::string> peers() {
    MutexLock lock(mutex_);
    return peers_;
  }
  std::vector<std::string> shown() {
    MutexLock lock(mutex_);
    return shown_;
  }

  std::unique_ptr<EchoService::Stub> Stub(const TestAuthority& trusted, const KeyPair* own) {
    ChannelOptions options = {.target = server_->server().address(),
                              .tls_ca_file = Write("ca.pem", trusted.certificate())};
    if (own != nullptr) {
      options.tls_certificate_file = Write("own.pem", own->certificate);
      options.tls_key_file = Write("own.key", own->key);
    }
    const auto channel = MakeChannel(options);
    EXPECT_THAT(channel, IsOk());
    return EchoService::NewStub(*channel);
  }
  static absl::Status Call(EchoService::Stub& stub) {
    grpc::ClientContext context;
    EchoResponse response;
    return ToAbslStatus(stub.Echo(rpc::testing::WithDeadline(&context), {}, &response));
  }
  absl::Status Call(const TestAuthority& trusted, const KeyPair* own = nullptr) {
    return Call(*Stub(trusted, own));
  }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.File(name)) << text;
    return folder_.File(name);
  }

  TempDir folder_;
  const TestAuthority servers_, clients_, strangers_;
  const KeyPair local_ = servers_.Issue({.names = "IP:127.0.0.1"});
  Mutex mutex_;
  std::shared_ptr<const TlsCredentials> current_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> shown_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> peers_ ABSL_GUARDED_BY(mutex_);
  absl::Duration connection_age_ = absl::Hours(1);
  std::unique_ptr<EchoServer> server_;  // last: it asks for the certificates
};

TEST_F(TlsTest, AClientThatTrustsTheAuthorityIsServedAndOthersAreNot) {
  Use(local_, "");
  Start();
  EXPECT_THAT(Call(servers_), IsOk());
  EXPECT_THAT(Call(strangers_), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Call(*server_->Stub()), StatusIs(absl::StatusCode::kUnavailable)) << "plain text";
}

TEST_F(TlsTest, ACertificateForAnotherHostIsRefusedByTheClient) {
  Use(servers_.Issue({.names = "DNS:elsewhere.example"}), "");
  Start();
  EXPECT_THAT(Call(servers_), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TlsTest, AClientsCertificateIsHandedOnAndMayBeLeftOut) {
  Use(local_, clients_.certificate());
  Start();
  const KeyPair page = clients_.Issue({.names = kPage});
  EXPECT_THAT(Call(servers_, &page), IsOk());
  EXPECT_THAT(shown(), ::testing::ElementsAre(page.certificate));
  EXPECT_THAT(Call(servers_), IsOk());
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(TlsTest, ACertificateThatDoesNotVerifyIsNeverTakenForNobody) {
  Use(local_, clients_.certificate());
  Start();
  const KeyPair own = SelfSigned({.names = kPage});
  const KeyPair other = strangers_.Issue({.names = kPage});
  const KeyPair expired = clients_.Issue({.names = kPage,
                                          .from = absl::Now() - absl::Hours(2),
                                          .until = absl::Now() - absl::Hours(1)});
  const KeyPair early = clients_.Issue({.names = kPage,
                                        .from = absl::Now() + absl::Hours(1),
                                        .until = absl::Now() + absl::Hours(2)});
  for (const KeyPair* bad : {&own, &other, &expired, &early}) {
    EXPECT_THAT(Call(servers_, bad), StatusIs(absl::StatusCode::kUnavailable));
  }
}

TEST_F(TlsTest, WhereItIsRequiredACallWithoutOneIsRefused) {
  Use(local_, clients_.certificate());
  Start(/*require_client_certificate=*/true);
  EXPECT_THAT(Call(servers_), StatusIs(absl::StatusCode::kUnavailable));
  const KeyPair page = clients_.Issue({.names = kPage});
  EXPECT_THAT(Call(servers_, &page), IsOk());
}

TEST_F(TlsTest, WithoutAnAuthorityOfClientsNobodyIsAskedForACertificate) {
  Use(local_, "");
  Start();
  const KeyPair page = clients_.Issue({.names = kPage});
  EXPECT_THAT(Call(servers_, &page), IsOk());
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(TlsTest, NewCertificatesAreForNewConnectionsAndOpenOnesGoOn) {
  Use(local_, clients_.certificate());
  Start();
  const KeyPair page = clients_.Issue({.names = kPage});
  const auto before = Stub(servers_, &page);
  EXPECT_THAT(Call(*before), IsOk());
  Use(strangers_.Issue({.names = "IP:127.0.0.1"}), strangers_.certificate());
  EXPECT_THAT(Call(*before), IsOk());
  EXPECT_THAT(Call(strangers_), IsOk());
  EXPECT_THAT(Call(servers_), StatusIs(absl::StatusCode::kUnavailable));
  const KeyPair other = strangers_.Issue({.names = kPage});
  EXPECT_THAT(Call(strangers_, &other), IsOk());
  EXPECT_THAT(Call(strangers_, &page), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TlsTest, CertificatesAreExchangedUnderManyNewConnections) {
  Use(local_, "");
  Start();
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([this, i] {
      const std::string ca = Write(absl::StrCat("ca", i, ".pem"), servers_.certificate());
      for (int call = 0; call < 30; ++call) {
        const auto channel =
            MakeChannel({.target = server_->server().address(), .tls_ca_file = ca});
        ASSERT_THAT(channel, IsOk());
        EXPECT_THAT(Call(*EchoService::NewStub(*channel)), IsOk());
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    Use(servers_.Issue({.names = "IP:127.0.0.1"}), "");
    EXPECT_THAT(Call(servers_), IsOk());
  }
  for (std::thread& client : clients) client.join();
}

TEST_F(TlsTest, OneSocketListensForEachAddressOfAName) {
  Use(local_, "");
  EchoServer::Options options;
  options.tls = [this] {
    MutexLock lock(mutex_);
    return current_;
  };
  options.address = "localhost:0";
  server_ = std::make_unique<EchoServer>(rpc::testing::EchoBehaviour{}, std::move(options));
  EXPECT_EQ(ListeningSockets(server_->server().port()), 1);
}

TEST_F(TlsTest, ConnectionsAreExchangedInTimeAndNoCallFails) {
  Use(local_, clients_.certificate());
  connection_age_ = absl::Milliseconds(200);
  Start();
  const KeyPair page = clients_.Issue({.names = kPage});
  const auto stub = Stub(servers_, &page);
  int calls = 0;
  EXPECT_TRUE(Eventually([&] {
    ++calls;
    EXPECT_THAT(Call(*stub), IsOk());
    return peers().size() >= 3;
  }));
  EXPECT_GT(calls, 3);
}

TEST_F(TlsTest, AStopInABurstAnswersUnavailableAndNeverCancelled) {
  Use(local_, "");
  Start();
  std::atomic<bool> over = false;
  std::atomic<int> calls = 0, others = 0;
  std::vector<std::thread> clients;
  const std::string ca = Write("ca.pem", servers_.certificate());
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      const auto channel = MakeChannel({.target = server_->server().address(), .tls_ca_file = ca});
      ASSERT_THAT(channel, IsOk());
      const auto stub = EchoService::NewStub(*channel);
      while (!over) {
        const absl::Status status = Call(*stub);
        ++calls;
        if (!status.ok() && !absl::IsUnavailable(status)) ++others;
      }
    });
  }
  EXPECT_TRUE(Eventually([&] { return calls > 200; }));
  server_->server().Shutdown(absl::Seconds(30));
  over = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(others, 0);
}

TEST_F(TlsTest, AConnectionThatNeverFinishesItsHandshakeIsEnded) {
  Use(local_, "");
  Start(/*require_client_certificate=*/false, absl::Milliseconds(300));
  const int stranger = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(server_->server().port()));
  ASSERT_EQ(connect(stranger, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(send(stranger, "\x16", 1, MSG_NOSIGNAL), 1);
  char byte = 0;
  EXPECT_LE(recv(stranger, &byte, 1, 0), 0);  // waits for the end
  close(stranger);
  EXPECT_THAT(Call(servers_), IsOk());
}

TEST_F(TlsTest, ARefusedCertificateIsALineInTheLog) {
  Mutex mutex;
  std::vector<std::string> lines;
  const telemetry::LogRedirect redirect([&](std::string_view line) {
    MutexLock lock(mutex);
    lines.emplace_back(line);
  });
  Use(local_, clients_.certificate());
  Start();
  const KeyPair own = SelfSigned({.names = kPage});
  EXPECT_THAT(Call(servers_, &own), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(Eventually([&] {
    MutexLock lock(mutex);
    return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
      return line.find("a client's certificate doesn't verify") != line.npos;
    });
  }));
}

}  // namespace
}  // namespace clusterwire::rpc
