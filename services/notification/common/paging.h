#pragma once

#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "libs/rpc/token/page_token.h"

namespace clusterwire::notification {

// Puts the first `page.size` of `items` on the page, fewer when they are large, and gives the token
// of the next one: empty when there is none. One more than fits was asked for, which is how we
// know. `key_of` says behind what the next page starts.
template <typename Item, typename KeyOf>
std::string FillPage(const rpc::TokenSigner& tokens, const google::protobuf::Message& request,
                     const rpc::Page& page, std::vector<Item> items, KeyOf key_of,
                     google::protobuf::RepeatedPtrField<Item>* out) {
  size_t bytes = 0;
  for (Item& item : items) {
    bytes += item.ByteSizeLong();
    if (out->size() == page.size || (bytes > rpc::kMaxPageBytes && !out->empty())) break;
    *out->Add() = std::move(item);
  }
  if (items.size() == static_cast<size_t>(out->size())) return "";
  return rpc::NextPageToken(tokens, request, key_of(*out->rbegin()));
}

// The key of what is listed in the order of names.
inline constexpr auto kByName = [](const auto& item) { return item.name(); };

}  // namespace clusterwire::notification
