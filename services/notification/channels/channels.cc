#include "services/notification/channels/channels.h"

namespace clusterwire::notification {

#define CHANNEL(name, Name) std::unique_ptr<Channel> Make##Name##Channel(const ChannelContext&);
#include "services/notification/channels/channels.def"
#undef CHANNEL

Channels MakeChannels(const ChannelContext& context) {
  Channels channels;
#define CHANNEL(name, Name) channels[v1::Endpoint::k##Name] = Make##Name##Channel(context);
#include "services/notification/channels/channels.def"
#undef CHANNEL
  return channels;
}

}  // namespace clusterwire::notification
