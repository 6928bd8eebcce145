#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include <google/protobuf/message.h>

#include "libs/rpc/token/page_position.pb.h"

namespace clusterwire::rpc {

// Makes opaque tokens that only holders of the same key can make and read: page and resume tokens.
// Where a list goes on may be behind something that its reader doesn't see. Replicas that share the
// key accept each other's tokens, also after a restart. Immutable; safe for use from any thread.
class TokenSealer {
 public:
  // `key` is secret and has at least 16 bytes; a shorter one makes a program error.
  explicit TokenSealer(std::string key);

  // `purpose` keeps tokens of one kind from passing as another: "page", "watch".
  std::string Seal(std::string_view purpose, std::string_view content) const;
  // The content; INVALID_ARGUMENT, reason TOKEN_INVALID, for anything that Seal() with this key and
  // purpose didn't make.
  absl::StatusOr<std::string> Open(std::string_view purpose, std::string_view token) const;

 private:
  const std::string key_;
};

// Pages of a list as AIP-158 wants them. Both functions take the whole request, which has the
// fields `page_size` (int32) and `page_token` (string):
//
//   ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(tokens_, request, {}));
//   … load page.size + 1 rows behind page.after.name() …
//   if (more) response.set_next_page_token(rpc::NextPageToken(tokens_, request, last));

struct PageLimits {
  int default_size = 50;  // for page_size 0
  int max_size = 1000;    // a larger page_size is cut to this
};

struct Page {
  int size = 0;             // 1 … max_size
  PagePosition after = {};  // what NextPageToken() was given; empty for the first page
};

// INVALID_ARGUMENT for a negative page_size, for a token that isn't ours (PAGE_TOKEN_INVALID), and
// for one of another query (PAGE_TOKEN_MISMATCH): a token is bound to all fields of its request but
// the two of paging. The page size may change between pages.
absl::StatusOr<Page> ReadPage(const TokenSealer& sealer, const google::protobuf::Message& request,
                              const PageLimits& limits);

// The next page starts behind `position`.
std::string NextPageToken(const TokenSealer& sealer, const google::protobuf::Message& request,
                          PagePosition position);

}  // namespace clusterwire::rpc
