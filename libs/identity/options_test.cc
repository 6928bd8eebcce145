#include "libs/identity/options.h"

#include <fstream>

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"

namespace clusterwire::identity {
namespace {

using ::testing::Not;

IssuerOptions Good(const std::string& name) {
  return {.name = name,
          .issuer = "https://id.example.org/" + name,
          .audience = "clusterwire",
          .jwks_uri = "https://id.example.org/keys"};
}

absl::Status Checked(const Options& options) {
  FieldErrors errors;
  Check(options, errors);
  return errors.ToStatus();
}

TEST(OptionsTest, WhatIsRightIsTaken) {
  IssuerOptions kubernetes = Good("k8s");
  kubernetes.jwks_uri = "https://10.96.0.1/openid/v1/jwks";
  kubernetes.allowed_networks = {"10.96.0.0/12"};
  kubernetes.ca_file = "/ca.crt";
  kubernetes.token_file = "/token";
  IssuerOptions file = Good("file");
  file.jwks_uri.clear();
  file.jwks_file = "/keys.json";
  file.algorithms = {"PS512"};
  IssuerOptions local = Good("local");
  local.jwks_uri = "http://127.0.0.1:8080/keys";
  local.allowed_networks = {"127.0.0.0/8"};
  EXPECT_THAT(Checked({.issuers = {Good("corp"), kubernetes, file, local},
                       .certificates = {"spiffe://example.org/*", "dns:a.example.org"},
                       .operators = {"corp:4711", "corp:ops/*"}}),
              IsOk());
}

TEST(OptionsTest, EverythingThatIsWrongIsNamedAtOnce) {
  IssuerOptions reserved = Good("loopback");
  reserved.algorithms = {"RS256", "HS256", "none"};
  IssuerOptions empty = {.name = "Corp Ltd"};
  IssuerOptions both = Good("corp");
  both.jwks_file = "/keys.json";
  IssuerOptions twice = Good("corp");
  twice.allowed_networks = {"10.0.0.0"};
  const absl::Status status = Checked({.issuers = {reserved, empty, both, twice},
                                       .certificates = {"dns:a", "*", "dns:map.*"},
                                       .operators = {"corp:a b", "corp*"}});
  for (const char* path :
       {"callers.issuers[0].name", "callers.issuers[0].algorithms[1]",
        "callers.issuers[0].algorithms[2]", "callers.issuers[1].name", "callers.issuers[1].issuer",
        "callers.issuers[1].audience", "callers.issuers[1].jwks_uri", "callers.issuers[2].jwks_uri",
        "callers.issuers[3].name", "callers.issuers[3].issuer",
        "callers.issuers[3].allowed_networks", "callers.certificates[1]", "callers.certificates[2]",
        "callers.operators[0]", "callers.operators[1]"}) {
    EXPECT_THAT(status, HasFieldError(path));
  }
}

TEST(OptionsTest, KeysTravelEncryptedOrNotAtAll) {
  for (const char* uri : {"http://id.example.org/keys", "http://10.0.0.1/keys", "ftp://a/keys",
                          "http://localhost/keys", "http://127.0.0.1/keys", "https://10.0.0.1/keys",
                          "https://user:secret@id.example.org/keys", "nothing"}) {
    IssuerOptions issuer = Good("corp");
    issuer.jwks_uri = uri;
    EXPECT_THAT(Checked({.issuers = {issuer}}), HasFieldError("callers.issuers[0].jwks_uri"))
        << uri;
  }
}

TEST(OptionsTest, ItsFilesAreLookedAtBeforeAStart) {
  const TempDir folder;
  std::ofstream(folder.File("keys.json")) << "{}";
  std::ofstream(folder.File("ca.pem")) << "garbage";
  std::ofstream(folder.File("token"));
  IssuerOptions file = Good("file");
  file.jwks_uri.clear();
  file.jwks_file = folder.File("keys.json");
  IssuerOptions address = Good("corp");
  address.ca_file = folder.File("ca.pem");
  address.token_file = folder.File("token");
  FieldErrors errors;
  IssuerOptions elsewhere = Good("elsewhere");
  elsewhere.token_file = folder.File("nothing");
  LookAtFiles({.issuers = {file, address, elsewhere}}, errors);
  const absl::Status status = errors.ToStatus();
  EXPECT_THAT(status, HasFieldError("callers.issuers[0].jwks_file"));
  EXPECT_THAT(status, HasFieldError("callers.issuers[1].ca_file"));
  EXPECT_THAT(status, HasFieldError("callers.issuers[1].token_file"));
  EXPECT_THAT(status, Not(HasFieldError("callers.issuers[2].token_file")));
}

}  // namespace
}  // namespace clusterwire::identity
