#pragma once

#include <map>
#include <string>
#include <vector>

#include "clusterwire/change/v1/resource_changed.pb.h"
#include "clusterwire/notification/v1/subscriber.pb.h"
#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/base/random.h"
#include "libs/kafka/message.h"
#include "services/notification/grants/grants.h"

// What happens in the simulation, drawn from a seed.
namespace clusterwire::simulation {

// Somebody who hears of changes, by one subscription.
struct Reader {
  notification::v1::Subscriber subscriber;
  notification::v1::Endpoint endpoint;  // without a name: their inbox
  notification::v1::Subscription subscription;
  bool granted = false;    // they see programmes/p
  bool consented = false;  // of a mailbox: its owner wants these mails
};

class World {
 public:
  // `random` outlives it.
  // `single_mails`: some get mails one by one, and invitations.
  World(Random& random, int readers, bool single_mails);

  const std::vector<Reader>& readers() const { return readers_; }
  const std::vector<change::v1::ResourceChanged>& changes() const { return changes_; }
  // As they are now, by their ids.
  const std::map<std::string, type::v1::Facts>& resources() const { return resources_; }

  // The next changes as the topic has them, `count` of them, written now.
  std::vector<kafka::ReceivedMessage> Happen(int count, absl::Time now);
  // Where webhooks go: the same host for all, a path for each.
  void SetReceiver(const std::string& url);

 private:
  Reader MakeReader(int number, bool single_mails);
  void MakeMailReader(int number, Reader& reader);
  change::v1::ResourceChanged Draw(absl::Time now);
  void Redraw(const std::string& id, absl::Time now, type::v1::Facts* facts);
  void Reschedule(const std::string& id, absl::Time now, type::v1::Calendar* calendar);

  Random& random_;
  std::vector<Reader> readers_;
  std::map<std::string, type::v1::Facts> resources_;  // as they are, by name
  std::vector<change::v1::ResourceChanged> changes_;
};

// As if the grants of the readers had just been read.
void ReadGrants(notification::Grants& grants, Clock& clock, const World& world);

}  // namespace clusterwire::simulation
