#include "libs/rpc/client/channel.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/client_interceptor.h>

#include "libs/base/certificate.h"
#include "libs/base/files/file.h"
#include "libs/base/status/error.h"
#include "libs/base/tls/credentials.h"
#include "libs/rpc/admission/peer.h"

namespace clusterwire::rpc {
namespace {

constexpr size_t kMostFileBytes = 1 << 20;
constexpr size_t kMostTokenBytes = 16 << 10;

grpc::ChannelArguments Arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(16 << 20);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, 16 << 10);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  return arguments;
}

std::string ReadOption(std::string_view option, const std::string& path, FieldErrors& errors) {
  if (path.empty()) return "";
  absl::StatusOr<std::string> text = ReadFile(path, kMostFileBytes);
  if (text.ok() && !text->empty()) return *std::move(text);
  errors.Add(option, text.ok() ? "is empty" : std::string(text.status().message()));
  return "";
}

// "Bearer …" of what stands in the file now.
std::optional<std::string> AuthorizationOf(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, kMostTokenBytes);
  const std::string token(absl::StripAsciiWhitespace(text.ok() ? *text : ""));
  const bool printable =
      std::all_of(token.begin(), token.end(), [](unsigned char c) { return c > ' ' && c < 0x7f; });
  if (token.empty() || !printable) return std::nullopt;
  return absl::StrCat("Bearer ", token);
}

// Reads the token at each call.
class TokenOfFile final : public grpc::MetadataCredentialsPlugin {
 public:
  explicit TokenOfFile(std::string path) : path_(std::move(path)) {}

  bool IsBlocking() const override { return false; }  // a small file
  const char* GetType() const override { return "token file"; }

  grpc::Status GetMetadata(grpc::string_ref, grpc::string_ref, const grpc::AuthContext&,
                           std::multimap<std::string, std::string>* metadata) override {
    const auto authorization = AuthorizationOf(path_);
    if (!authorization) {
      return {grpc::StatusCode::UNAUTHENTICATED,
              absl::StrCat("token_file: '", path_, "' can't be read, or holds no token")};
    }
    metadata->emplace("authorization", *authorization);
    return grpc::Status::OK;
  }

 private:
  const std::string path_;
};

// The same where nothing is encrypted: there gRPC takes no credentials of calls.
class TokenInClearText final : public grpc::experimental::Interceptor {
 public:
  explicit TokenInClearText(const std::string& path) : path_(path) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            grpc::experimental::InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      // What can't be read is sent as what no server takes: without it the call would be anybody's.
      methods->GetSendInitialMetadata()->emplace(
          "authorization", AuthorizationOf(path_).value_or("Bearer unreadable"));
    }
    methods->Proceed();
  }

 private:
  const std::string& path_;
};

class TokensInClearText final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit TokensInClearText(std::string path) : path_(std::move(path)) {}

  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo*) override {
    return new TokenInClearText(path_);  // gRPC deletes it
  }

 private:
  const std::string path_;
};

void CheckTogether(const ChannelOptions& options, FieldErrors& errors) {
  const bool tls = !options.tls_ca_file.empty();
  if (options.tls_certificate_file.empty() != options.tls_key_file.empty()) {
    errors.Add(options.tls_key_file.empty() ? "tls_key_file" : "tls_certificate_file",
               "is missing: a certificate and its key go together");
  } else if (!options.tls_key_file.empty() && !tls) {
    errors.Add("tls_ca_file",
               "is missing: without it nothing is encrypted, and no certificate "
               "shown; name the authority of the server's certificate");
  }
  if (!options.token_file.empty() && !tls && !options.allow_insecure &&
      !IsLoopback(options.target)) {
    errors.Add("token_file",
               absl::StrCat("'", options.target,
                            "' is another machine, and a token may not travel in "
                            "clear text; set tls_ca_file, or allow_insecure where the "
                            "network between keeps strangers out"));
  }
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TlsOf(const ChannelOptions& options) {
  FieldErrors errors;
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = ReadOption("tls_ca_file", options.tls_ca_file, errors);
  tls.pem_cert_chain = ReadOption("tls_certificate_file", options.tls_certificate_file, errors);
  tls.pem_private_key = ReadOption("tls_key_file", options.tls_key_file, errors);
  RETURN_IF_ERROR(errors.ToStatus());
  // gRPC itself would only log what it can't read, and fail each call.
  errors.AddAll("tls_ca_file", ReadCertificates(tls.pem_root_certs).status());
  if (!tls.pem_private_key.empty()) {
    const absl::Status pair =
        TlsCredentials::Create({.certificates = tls.pem_cert_chain, .key = tls.pem_private_key})
            .status();
    const google::rpc::BadRequest wrong = BadRequestOf(pair);
    for (const auto& violation : wrong.field_violations()) {
      errors.Add(absl::StrCat("tls_", violation.field()), violation.description());
    }
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return grpc::SslCredentials(tls);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ChannelOptions& options) {
  FieldErrors errors;
  CheckTogether(options, errors);
  RETURN_IF_ERROR(errors.ToStatus());
  const bool tls = !options.tls_ca_file.empty();
  if (!options.token_file.empty() && !tls && options.allow_insecure) {
    std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> tokens;
    tokens.push_back(std::make_unique<TokensInClearText>(options.token_file));
    return grpc::experimental::CreateCustomChannelWithInterceptors(
        options.target, grpc::InsecureChannelCredentials(), Arguments(), std::move(tokens));
  }
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (tls) {
    ASSIGN_OR_RETURN(credentials, TlsOf(options));
  }
  if (!options.token_file.empty()) {
    // Local credentials reach this machine alone, also if a name is resolved to another one.
    if (!tls) credentials = grpc::experimental::LocalCredentials(LOCAL_TCP);
    credentials = grpc::CompositeChannelCredentials(
        credentials, grpc::experimental::MetadataCredentialsFromPlugin(
                         std::make_unique<TokenOfFile>(options.token_file),
                         tls ? GRPC_PRIVACY_AND_INTEGRITY : GRPC_SECURITY_NONE));
  }
  return grpc::CreateCustomChannel(options.target, credentials, Arguments());
}

std::shared_ptr<grpc::Channel> MakeChannel(std::string_view address) {
  return grpc::CreateCustomChannel(std::string(address), grpc::InsecureChannelCredentials(),
                                   Arguments());
}

}  // namespace clusterwire::rpc
