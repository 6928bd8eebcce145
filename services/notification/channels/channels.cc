#include "services/notification/channels/channels.h"

#include <utility>

namespace clusterwire::notification {

#define CHANNEL(name, Name) std::unique_ptr<Channel> Make##Name##Channel(const ChannelContext&);
#include "services/notification/channels/channels.def"
#undef CHANNEL

Channels MakeChannels(const ChannelContext& context) {
  Channels channels;
  const auto add = [&](v1::Endpoint::ChannelCase kind, std::unique_ptr<Channel> channel) {
    if (channel != nullptr) channels[kind] = std::move(channel);
  };
#define CHANNEL(name, Name) add(v1::Endpoint::k##Name, Make##Name##Channel(context));
#include "services/notification/channels/channels.def"
#undef CHANNEL
  return channels;
}

}  // namespace clusterwire::notification
