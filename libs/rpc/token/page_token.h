#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include <google/protobuf/message.h>

#include "libs/rpc/token/token.h"

// Pages of a list as AIP-158 wants them. Both functions take the whole request, which has the
// fields `page_size` (int32) and `page_token` (string):
//
//   ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(tokens_, request, {}));
//   … load page.size + 1 rows behind page.after …
//   if (more) response.set_next_page_token(rpc::NextPageToken(tokens_, request, last_key));
namespace clusterwire::rpc {

// A page ends before it holds more, or with its first item: clients take messages of 4 MiB unless
// they are told otherwise.
inline constexpr size_t kMaxPageBytes = 3 << 20;

struct PageLimits {
  int default_size = 50;  // for page_size 0
  int max_size = 1000;    // a larger page_size is cut to this
};

struct Page {
  int size = 0;            // 1 … max_size
  std::string after = "";  // what NextPageToken() was given as `position`; "" for the first page
};

// INVALID_ARGUMENT for a negative page_size, for a token that isn't ours (PAGE_TOKEN_INVALID), and
// for one of another query (PAGE_TOKEN_MISMATCH): a token is bound to all fields of its request but
// the two of paging. The page size may change between pages.
absl::StatusOr<Page> ReadPage(const TokenSigner& signer, const google::protobuf::Message& request,
                              const PageLimits& limits);

// `position` is what the next page starts behind: opaque to the client, yours to define, not "".
std::string NextPageToken(const TokenSigner& signer, const google::protobuf::Message& request,
                          std::string_view position);

}  // namespace clusterwire::rpc
