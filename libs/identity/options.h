#pragma once

#include <string>
#include <vector>

#include "libs/base/status/error.h"

namespace clusterwire::identity {

// Whose tokens are believed. The fields and their meaning are those of config/v1/callers.proto.
struct IssuerOptions {
  std::string name = "";
  std::string issuer = "";
  std::string audience = "";
  std::string jwks_file = "";
  std::string jwks_uri = "";
  std::string ca_file = "";
  std::string token_file = "";
  std::vector<std::string> algorithms = {};  // empty: RS256 and ES256
  std::vector<std::string> allowed_networks = {};
};

struct Options {
  std::vector<IssuerOptions> issuers = {};
  std::vector<std::string> certificates = {};  // subjects and patterns
  std::vector<std::string> operators = {};     // likewise
  bool loopback_is_operator = false;
};

// Adds all that is wrong with `options` to `errors`, by its path in the configuration:
// "callers.issuers[1].name". Looks at no file and at no network.
void Check(const Options& options, FieldErrors& errors);

// Likewise what is wrong with the files that `options` names, as far as they are there: the place
// where a configuration is checked needn't be the one where it is used.
void LookAtFiles(const Options& options, FieldErrors& errors);

}  // namespace clusterwire::identity
