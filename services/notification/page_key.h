#pragma once

#include <optional>

#include "libs/rpc/token/token.h"
#include "services/notification/ledger/deliveries/deliveries.h"

namespace clusterwire::notification {

// Where a list goes on that is newest first, in a page token and out of one.
inline rpc::PagePosition PositionOf(const PageKey& key) {
  rpc::PagePosition position;
  position.mutable_entry()->set_unix_micros(key.order);
  position.mutable_entry()->set_name(key.name);
  return position;
}

// Nothing of the first page.
inline std::optional<PageKey> PageKeyIn(const rpc::Page& page) {
  if (!page.after.has_entry()) return std::nullopt;
  return PageKey{page.after.entry().unix_micros(), page.after.entry().name()};
}

}  // namespace clusterwire::notification
