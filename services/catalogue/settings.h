#pragma once

#include "absl/status/statusor.h"

#include "clusterwire/config/v1/catalogue.pb.h"

#include "libs/service/grant_settings.h"
#include "libs/service/settings.h"
#include "services/catalogue/changes/relay.h"
#include "services/catalogue/erasures/erasure_log.h"
#include "services/catalogue/pages/pages.h"

namespace clusterwire::catalogue {

// Whose database it is, for sql::Claim().
inline constexpr std::string_view kDatabaseOwner = "catalogue";

// The configuration with its defaults filled in, as the parts want it.
struct Settings {
  service::Settings common;
  Relay::Options relay;
  ErasureLog::Options erasures;
  std::string erasure_key_file;  // empty: the file of the token key serves
  service::GrantSettings grants;
  PageOptions pages;
};

// INVALID_ARGUMENT with every option that is missing or out of range, by its path: "relay.batch".
absl::StatusOr<Settings> ReadSettings(const config::v1::CatalogueConfig& config);

// For --check_config: what of the files that it names can't be used, as far as they are there.
absl::Status LookAtFiles(const config::v1::CatalogueConfig& config);

}  // namespace clusterwire::catalogue
