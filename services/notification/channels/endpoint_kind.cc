#include "services/notification/channels/endpoint_kind.h"

namespace clusterwire::notification {

#define CHANNEL(name, Name) const EndpointKind& Name##Endpoints();
#include "services/notification/channels/channels.def"
#undef CHANNEL

std::string_view ChannelNameOf(const v1::Endpoint& endpoint) {
  switch (endpoint.channel_case()) {
#define CHANNEL(name, Name)   \
  case v1::Endpoint::k##Name: \
    return #name;
#include "services/notification/channels/channels.def"
#undef CHANNEL
    case v1::Endpoint::CHANNEL_NOT_SET:
      break;
  }
  return "";
}

std::vector<std::string> ChannelNames() {
  return {
#define CHANNEL(name, Name) #name,
#include "services/notification/channels/channels.def"
#undef CHANNEL
  };
}

const EndpointKind* EndpointKindOf(const v1::Endpoint& endpoint) {
  switch (endpoint.channel_case()) {
#define CHANNEL(name, Name)   \
  case v1::Endpoint::k##Name: \
    return &Name##Endpoints();
#include "services/notification/channels/channels.def"
#undef CHANNEL
    case v1::Endpoint::CHANNEL_NOT_SET:
      break;
  }
  return nullptr;
}

}  // namespace clusterwire::notification
