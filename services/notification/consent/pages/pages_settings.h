#pragma once

#include <string>
#include <vector>

#include "clusterwire/config/v1/notification.pb.h"

#include "libs/base/status/error.h"
#include "libs/http/server/server.h"

namespace clusterwire::notification {

inline constexpr size_t kMaxOffers = 50;  // of the sign-up page

// How the pages are served, as the configuration says it.
struct PagesSettings {
  bool served = false;  // else nothing of the rest is set
  http::Server::Options http = {};
  std::string public_uri = {};
  std::vector<config::v1::Offer> offers = {};
};

// Adds what is wrong to `errors`, by its path: "pages.public_uri", "pages.offers[0].id".
PagesSettings ReadPages(const config::v1::NotificationConfig& config, FieldErrors& errors);

}  // namespace clusterwire::notification
