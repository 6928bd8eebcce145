#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libs/base/time/clock.h"
#include "libs/http/server/server.h"
#include "libs/rpc/call/late.h"
#include "libs/search/index.h"
#include "libs/store/store.h"
#include "libs/template/template.h"
#include "services/catalogue/pages/choices.h"
#include "services/catalogue/pages/views.h"
#include "services/catalogue/search/finder.h"

namespace clusterwire::catalogue {

struct PageOptions {
  // Where a reader subscribes to a resource; "{name}" in it stands for its name. Empty: nowhere.
  std::string follow_uri;
};

// The catalogue for people who read it in a browser, without an account: the map, a page for each
// cluster and each event, the register of labels as of a day, and any search as GeoJSON. In English
// and German, without scripts, and asking no other host for anything. Everything on them is what
// the public may see. Handlers run on the HTTP server's threads; until the index is there they
// answer 503. What is given by reference outlives it.
class Pages {
 public:
  Pages(const rpc::Late<const search::Index>& index, rpc::Late<store::Store>& store,
        const rpc::Late<const rpc::TokenSealer>& tokens, PageOptions options, Clock& clock);

  std::vector<http::Route> Routes();

 private:
  using Fill = std::function<absl::StatusOr<Filled>(const PageContext&, templates::Values&)>;
  using Write = std::function<absl::StatusOr<std::string>(const PageContext&)>;

  bool IsOpen() const { return index_.is_set() && store_.is_set() && tokens_.is_set(); }
  http::ServerReply Show(const http::ServerRequest& request, std::string_view room,
                         const char* content, const Fill& fill);
  http::ServerReply Data(const http::ServerRequest& request, const char* content_type,
                         const Write& write);
  http::ServerReply ShowEvent(const http::ServerRequest& request);
  http::ServerReply Failed(const absl::Status& status, const http::ServerRequest& request) const;
  http::ServerReply Framed(const http::ServerRequest& request, const Question& question,
                           std::string_view room, std::string_view title,
                           templates::Values& frame) const;
  PageContext ContextOf(const Question& question, Brevity brevity = {});

  const rpc::Late<const search::Index>& index_;
  rpc::Late<store::Store>& store_;
  const rpc::Late<const rpc::TokenSealer>& tokens_;
  const PageOptions options_;
  Clock& clock_;
  const Finder finder_;
  ChoiceReader choices_;
  const templates::Set templates_;
};

}  // namespace clusterwire::catalogue
