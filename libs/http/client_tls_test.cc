// Certificates: a server of the library behind httplib with certificates made here.
#include <httplib.h>

#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/http/client.h"
#include "libs/http/testing/collector.h"

namespace clusterwire::http {
namespace {

// A self-signed certificate, made for one name.
class Certificate {
 public:
  explicit Certificate(const std::string& name) : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")), x509_(X509_new()) {
    X509_set_version(x509_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509_), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509_), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509_), 3600);
    X509_set_pubkey(x509_, key_);
    X509_NAME* const subject = X509_get_subject_name(x509_);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(x509_, subject);
    X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                                                      absl::StrCat("DNS:", name).c_str());
    X509_add_ext(x509_, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(x509_, key_, EVP_sha256());
  }
  ~Certificate() {
    X509_free(x509_);
    EVP_PKEY_free(key_);
  }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  X509* x509() const { return x509_; }
  EVP_PKEY* key() const { return key_; }
  void WriteTo(const std::string& path) const {
    FILE* const file = fopen(path.c_str(), "w");
    ASSERT_NE(file, nullptr);
    PEM_write_X509(file, x509_);
    fclose(file);
  }

 private:
  EVP_PKEY* key_;
  X509* x509_;
};

class ClientTlsTest : public testing::Test {
 protected:
  ClientTlsTest() { certificate_.WriteTo(folder_.File("ca.pem")); }
  ~ClientTlsTest() override {
    if (server_ == nullptr) return;
    server_->stop();
    thread_.join();
  }

  // Serves `certificate` on loopback; returns the port.
  int Serve(const Certificate& certificate) {
    server_ = std::make_unique<httplib::SSLServer>(certificate.x509(), certificate.key());
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
  Certificate certificate_{"localhost"};
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
  const Certificate other("elsewhere.example");
  other.WriteTo(folder_.File("other.pem"));
  EXPECT_THAT(Get(Serve(other), folder_.File("other.pem")), ReasonIs("TLS_FAILED"));
}

}  // namespace
}  // namespace clusterwire::http
