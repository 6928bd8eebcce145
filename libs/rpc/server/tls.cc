#include "libs/rpc/server/tls.h"

#include <string>
#include <utility>

#include <grpc/grpc_security.h>
#include <grpcpp/version_info.h>

#include "libs/base/handle.h"
#include "libs/base/threads/mutex.h"

namespace clusterwire::rpc {
namespace {

// What tls.h says of sockets was read in this release.
static_assert(GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR == 51,
              "see that gRPC still begins the handshakes of one listening socket one by one");

// grpc::SslServerCredentials() reads its pair once, and the provider that watches files takes
// anything that stands in them. This hands gRPC what has been checked, when it asks.
class TlsCredentialsOfServer final : public grpc::ServerCredentials {
 public:
  TlsCredentialsOfServer(TlsSource source, bool require_client_certificate)
      : source_(std::move(source)), require_client_certificate_(require_client_certificate) {}

  // For plugins that look at metadata; nothing here has one.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    using Credentials = Handle<grpc_server_credentials, grpc_server_credentials_release>;
    const Credentials credentials(grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            RequestType(), &TlsCredentialsOfServer::Fetch, this)));
    return grpc_server_add_http2_port(server, address.c_str(), credentials.get());
  }

  grpc_ssl_client_certificate_request_type RequestType() const {
    if (source_()->pem().client_authorities.empty()) {
      return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
    }
    return require_client_certificate_ ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                       : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
  }

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<TlsCredentialsOfServer*>(self)->FetchNew(config);
  }

  grpc_ssl_certificate_config_reload_status FetchNew(grpc_ssl_server_certificate_config** config) {
    const std::shared_ptr<const TlsCredentials> current = source_();
    MutexLock lock(mutex_);
    if (current == handed_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    handed_ = current;
    const TlsCredentials::Pem& pem = current->pem();
    const grpc_ssl_pem_key_cert_pair pair = {.private_key = pem.key.c_str(),
                                             .cert_chain = pem.certificates.c_str()};
    // gRPC insists on authorities; where clients aren't asked it has no use for them.
    const std::string& authorities =
        pem.client_authorities.empty() ? pem.certificates : pem.client_authorities;
    *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const TlsSource source_;
  const bool require_client_certificate_;
  Mutex mutex_;
  std::shared_ptr<const TlsCredentials> handed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(TlsSource source,
                                                            bool require_client_certificate) {
  return std::make_shared<TlsCredentialsOfServer>(std::move(source), require_client_certificate);
}

}  // namespace clusterwire::rpc
