#pragma once

#include <map>
#include <memory>

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/base/random.h"
#include "libs/base/time/clock.h"
#include "libs/http/client.h"
#include "services/notification/channels/channel.h"
#include "services/notification/ledger/inbox/inbox.h"

namespace clusterwire::notification {

// What channels work with; all of it outlives them.
struct ChannelContext {
  http::Client& client;  // guarded: it says where requests may go
  InboxSignal& inbox_signal;
  Clock& clock;
  Random& random;
};

// One of each channel, by its case of Endpoint.channel.
using Channels = std::map<v1::Endpoint::ChannelCase, std::unique_ptr<Channel>>;

// Those of channels.def.
Channels MakeChannels(const ChannelContext& context);

}  // namespace clusterwire::notification
