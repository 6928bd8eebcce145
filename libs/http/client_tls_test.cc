// Certificates: a server of the library behind httplib with certificates made here.
#include <httplib.h>

#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/testing/certificates.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/http/client.h"
#include "libs/http/testing/collector.h"

namespace clusterwire::http {
namespace {

void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

class ClientTlsTest : public testing::Test {
 protected:
  ClientTlsTest() { Write(folder_.File("ca.pem"), certificate_.certificate); }
  ~ClientTlsTest() override {
    if (server_ == nullptr) return;
    server_->stop();
    thread_.join();
  }

  // Serves `certificate` on loopback; returns the port.
  int Serve(const KeyPair& certificate) {
    Write(folder_.File("server.pem"), certificate.certificate);
    Write(folder_.File("server.key"), certificate.key);
    server_ = std::make_unique<httplib::SSLServer>(folder_.File("server.pem").c_str(),
                                                   folder_.File("server.key").c_str());
    server_->Get("/", [](const httplib::Request&, httplib::Response& response) {
      response.set_content("secret", "text/plain");
    });
    const int port = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    return port;
  }
  absl::StatusOr<Response> Get(int port, const std::string& ca_file) {
    Client::Options options;
    options.guard = *AddressGuard::Create({.allowed = {"127.0.0.0/8", "::1/128"}});
    options.ca_file = ca_file;
    Collector collector;
    Client client(options, Clock::System());
    const absl::Status started =
        client.Start({.url = absl::StrCat("https://localhost:", port, "/")}, collector.Callback());
    return started.ok() ? collector.One() : started;
  }

  TempDir folder_;
  const KeyPair certificate_ = SelfSigned({.names = "DNS:localhost"});
  std::unique_ptr<httplib::SSLServer> server_;
  std::thread thread_;
};

TEST_F(ClientTlsTest, ACertificateOfATrustedAuthorityIsAccepted) {
  const auto response = Get(Serve(certificate_), folder_.File("ca.pem"));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->body, "secret");
}

TEST_F(ClientTlsTest, ACertificateOfNobodyWeTrustIsNot) {
  EXPECT_THAT(Get(Serve(certificate_), ""), ReasonIs("TLS_FAILED"));
}

TEST_F(ClientTlsTest, ACertificateForAnotherNameIsNot) {
  const KeyPair other = SelfSigned({.names = "DNS:elsewhere.example"});
  Write(folder_.File("other.pem"), other.certificate);
  EXPECT_THAT(Get(Serve(other), folder_.File("other.pem")), ReasonIs("TLS_FAILED"));
}

}  // namespace
}  // namespace clusterwire::http
