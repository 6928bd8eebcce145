#include "libs/http/server/conditional.h"

#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"

namespace clusterwire::http {
namespace {

constexpr size_t kTagBytes = 16;

// If-None-Match: a list of tags, weak or not, or any.
bool Names(const ServerRequest& request, std::string_view tag) {
  const auto found = request.headers.find("if-none-match");
  if (found == request.headers.end()) return false;
  for (auto one : absl::StrSplit(found->second, ',')) {
    one = absl::StripAsciiWhitespace(one);
    absl::ConsumePrefix(&one, "W/");
    if (one == "*" || ToStd(one) == tag) return true;
  }
  return false;
}

}  // namespace

ServerReply Tagged(const ServerRequest& request, ServerReply reply) {
  const std::string tag =
      absl::StrCat("\"", absl::BytesToHexString(Sha256(reply.body).substr(0, kTagBytes)), "\"");
  reply.headers.emplace_back("ETag", tag);
  if (Names(request, tag)) {
    reply.status = 304;
    reply.body.clear();
  }
  return reply;
}

}  // namespace clusterwire::http
