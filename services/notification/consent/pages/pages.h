#pragma once

#include <vector>

#include "libs/base/time/clock.h"
#include "libs/http/server.h"
#include "services/notification/consent/consents.h"
#include "services/notification/consent/links.h"
#include "services/notification/consent/pages/network_limits.h"

namespace clusterwire::notification {

// The pages over HTTP. A GET shows and changes nothing, since scanners follow links; a POST does
// what a page's button says, or what a mail program's one click does. What no token of ours opens
// is answered like what isn't there. Safe for use from any thread.
class Pages {
 public:
  // The arguments outlive the pages.
  Pages(Consents& consents, const Links& links, Clock& clock)
      : consents_(consents), links_(links), clock_(clock), limits_(clock) {}

  // Valid as long as this lives.
  std::vector<http::Route> Routes();

 private:
  http::ServerReply ShowAsks(const http::ServerRequest& request);
  http::ServerReply Confirm(const http::ServerRequest& request);
  http::ServerReply ShowSubscription(const http::ServerRequest& request);
  http::ServerReply Unsubscribe(const http::ServerRequest& request);
  http::ServerReply ShowPreferences(const http::ServerRequest& request);
  http::ServerReply SetPreferences(const http::ServerRequest& request);
  http::ServerReply ShowSignUp(const http::ServerRequest& request);
  http::ServerReply SignUp(const http::ServerRequest& request);

  Consents& consents_;
  const Links& links_;
  Clock& clock_;
  NetworkLimits limits_;
};

// What a browser asks for; English when it asks for neither.
text::Language LanguageOf(std::string_view accept_language);

}  // namespace clusterwire::notification
