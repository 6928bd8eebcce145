#include "libs/rpc/client/channel.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include "libs/base/testing/certificates.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/testing/echo_server.h"

namespace clusterwire::rpc {
namespace {

using rpc::testing::EchoRequest;
using rpc::testing::EchoResponse;
using rpc::testing::EchoServer;
using rpc::testing::EchoService;
using ::testing::ElementsAre;

class ChannelTest : public ::testing::Test {
 protected:
  void Start(EchoServer::Options options = {}) {
    server_ = std::make_unique<EchoServer>(
        rpc::testing::EchoBehaviour{
            .arrived =
                [this](grpc::CallbackServerContext* context) {
                  MutexLock lock(mutex_);
                  const auto [begin, end] = context->client_metadata().equal_range("authorization");
                  for (auto entry = begin; entry != end; ++entry) {
                    sent_.emplace_back(entry->second.data(), entry->second.size());
                  }
                },
            .echo = [](const CallContext&, const EchoRequest&) { return EchoResponse(); }},
        std::move(options));
  }
  absl::Status Call(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    EchoResponse response;
    return ToAbslStatus(
        EchoService::NewStub(channel)->Echo(rpc::testing::WithDeadline(&context), {}, &response));
  }
  std::vector<std::string> sent() {
    MutexLock lock(mutex_);
    return sent_;
  }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.File(name)) << text;
    return folder_.File(name);
  }

  TempDir folder_;
  const TestAuthority authority_;
  const KeyPair pair_ = authority_.Issue({.names = "IP:127.0.0.1"});
  Mutex mutex_;
  std::vector<std::string> sent_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<EchoServer> server_;
};

TEST_F(ChannelTest, ATokenIsReadAnewForEachCall) {
  Start();
  const std::string file = Write("token", "first\n");
  const auto channel = MakeChannel({.target = server_->server().address(), .token_file = file});
  ASSERT_THAT(channel, IsOk());
  EXPECT_THAT(Call(*channel), IsOk());
  Write("token", "second");
  EXPECT_THAT(Call(*channel), IsOk());
  EXPECT_THAT(sent(), ElementsAre("Bearer first", "Bearer second"));
}

TEST_F(ChannelTest, ATokenGoesOverTls) {
  const auto credentials =
      TlsCredentials::Create({.certificates = pair_.certificate, .key = pair_.key});
  ASSERT_THAT(credentials, IsOk());
  EchoServer::Options options;
  options.tls = [made = *credentials] { return made; };
  Start(std::move(options));
  const auto channel = MakeChannel({.target = server_->server().address(),
                                    .tls_ca_file = Write("ca.pem", authority_.certificate()),
                                    .token_file = Write("token", "a.b.c")});
  ASSERT_THAT(channel, IsOk());
  EXPECT_THAT(Call(*channel), IsOk());
  EXPECT_THAT(sent(), ElementsAre("Bearer a.b.c"));
}

TEST_F(ChannelTest, WithoutItsTokenACallFails) {
  Start();
  for (const char* text : {"", "two words", "line\nline"}) {
    const auto channel =
        MakeChannel({.target = server_->server().address(), .token_file = Write("token", text)});
    ASSERT_THAT(channel, IsOk());
    EXPECT_FALSE(Call(*channel).ok()) << text;
  }
  EXPECT_THAT(sent(), ::testing::IsEmpty());
}

TEST_F(ChannelTest, ATokenIsNotSentInClearTextToAnotherMachine) {
  const std::string token = Write("token", "secret");
  for (const char* target : {"192.0.2.1:50051", "catalogue:50051", "dns:///127.0.0.1:50051"}) {
    const absl::Status status = MakeChannel({.target = target, .token_file = token}).status();
    EXPECT_THAT(status, HasFieldError("token_file")) << target;
  }
}

TEST_F(ChannelTest, WithAnExplicitWordATokenGoesInClearText) {
  Start();
  const auto channel = MakeChannel({.target = server_->server().address(),
                                    .token_file = Write("token", "first"),
                                    .allow_insecure = true});
  ASSERT_THAT(channel, IsOk());
  EXPECT_THAT(Call(*channel), IsOk());
  Write("token", "second");
  EXPECT_THAT(Call(*channel), IsOk());
  std::filesystem::remove(folder_.File("token"));
  EXPECT_THAT(Call(*channel), IsOk());  // this server takes every call
  EXPECT_THAT(sent(), ElementsAre("Bearer first", "Bearer second", "Bearer unreadable"));
}

TEST_F(ChannelTest, OptionsThatDoNotGoTogetherAreNamed) {
  const std::string ca = Write("ca.pem", authority_.certificate());
  const std::string certificate = Write("own.pem", pair_.certificate);
  const std::string key = Write("own.key", pair_.key);
  const std::string other = Write("other.key", authority_.Issue({}).key);
  EXPECT_THAT(MakeChannel({.tls_ca_file = ca, .tls_certificate_file = certificate}),
              HasFieldError("tls_key_file"));
  EXPECT_THAT(MakeChannel({.tls_ca_file = ca, .tls_key_file = key}),
              HasFieldError("tls_certificate_file"));
  EXPECT_THAT(MakeChannel({.tls_certificate_file = certificate, .tls_key_file = key}),
              HasFieldError("tls_ca_file"));
  EXPECT_THAT(
      MakeChannel({.tls_ca_file = ca, .tls_certificate_file = certificate, .tls_key_file = other}),
      HasFieldError("tls_key_file"));
  EXPECT_THAT(MakeChannel({.tls_ca_file = key}), HasFieldError("tls_ca_file"));
  EXPECT_THAT(MakeChannel({.tls_ca_file = folder_.File("none")}), HasFieldError("tls_ca_file"));
}

}  // namespace
}  // namespace clusterwire::rpc
