#pragma once

#include "libs/service/findings.h"
#include "services/notification/delivery/queue/delivery_queue.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {

// "places": who holds the places of delivery, and who doesn't answer.
service::Finding LookAtPlaces(const DeliveryQueue::Usage& usage);

// "receivers": endpoints that are switched on and have taken nothing for a day.
service::Finding LookAtReceivers(Ledger& ledger, const Interests& interests);

// "inboxes": those that are full, so that unread items went.
service::Finding LookAtInboxes(Ledger& ledger);

}  // namespace clusterwire::notification
