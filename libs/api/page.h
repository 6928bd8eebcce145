#pragma once

#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "libs/resource/page.h"
#include "libs/rpc/token/page_token.h"

namespace clusterwire::api {

// Puts the first `page.size` of `items` on the page, fewer when they are large, and gives the token
// of the next one: empty when there is none. One more than fits was asked for, which is how that is
// known. `position_of` says behind what the next page starts.
template <typename Item, typename PositionOf>
std::string FillPage(const rpc::TokenSigner& tokens, const google::protobuf::Message& request,
                     const rpc::Page& page, std::vector<Item> items, PositionOf position_of,
                     google::protobuf::RepeatedPtrField<Item>* out) {
  resource::PageRoom room(static_cast<size_t>(page.size));
  for (Item& item : items) {
    if (!room.Takes(item.ByteSizeLong())) {
      return rpc::NextPageToken(tokens, request, position_of(*out->rbegin()));
    }
    *out->Add() = std::move(item);
  }
  return "";
}

}  // namespace clusterwire::api
