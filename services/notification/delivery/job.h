#pragma once

#include <memory>

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {

// A delivery with all that gates and channels ask, read at the moment of a try. Immutable.
struct Job {
  PendingDelivery delivery = {};
  std::shared_ptr<const Record> record = {};          // null: it can't be read any more
  std::shared_ptr<const Interest> interest = {};      // null: deleted, paused or held since
  std::shared_ptr<const v1::Endpoint> endpoint = {};  // with its secret; null: deleted since
  bool hidden = false;                                // the public no longer sees the resource
};

}  // namespace clusterwire::notification
