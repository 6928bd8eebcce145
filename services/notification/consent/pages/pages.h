#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/time/clock.h"
#include "libs/http/server/server.h"
#include "services/notification/consent/consents.h"
#include "services/notification/consent/links.h"
#include "services/notification/consent/pages/network_limits.h"
#include "services/notification/consent/pages/page.h"

namespace clusterwire::notification {

// The pages over HTTP. A GET shows and changes nothing, since scanners follow links; a POST does
// what a page's button says, or what a mail program's one click does. What no token of ours opens
// is answered like what isn't there. Safe for use from any thread.
struct SignUpForm;

class Pages {
 public:
  // The arguments by reference outlive the pages.
  // `sender` is who answers for the pages: lines.
  Pages(Consents& consents, const Links& links, std::vector<std::string> sender, Clock& clock)
      : consents_(consents),
        links_(links),
        sender_(std::move(sender)),
        clock_(clock),
        limits_(clock) {}

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

  http::ServerReply Reply(int status, Page page) const;
  // Those of the configuration, behind that of the resource that the form is about, if it is.
  std::vector<config::v1::Offer> OffersFor(const SignUpForm& form) const;

  Consents& consents_;
  const Links& links_;
  const std::vector<std::string> sender_;
  Clock& clock_;
  NetworkLimits limits_;
};

}  // namespace clusterwire::notification
