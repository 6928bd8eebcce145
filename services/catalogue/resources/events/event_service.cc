#include "clusterwire/catalogue/v1/event.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class EventHandler final : public v1::EventService::CallbackService {
 public:
  EventHandler(const Api& api, rpc::Late<store::Store>& store) : api_(api), events_(store) {}

  CW_STANDARD(Get, GetEvent, v1::CalendarEvent, events_)
  CW_STANDARD(BatchGet, BatchGetEvents, v1::BatchGetEventsResponse, events_)
  CW_STANDARD(List, ListEvents, v1::ListEventsResponse, events_)
  CW_STANDARD(Create, CreateEvent, v1::CalendarEvent, events_)
  CW_STANDARD(Update, UpdateEvent, v1::CalendarEvent, events_)
  CW_STANDARD(Delete, DeleteEvent, v1::CalendarEvent, events_)
  CW_STANDARD(Undelete, UndeleteEvent, v1::CalendarEvent, events_)
  CW_WRITE(PublishEvent, v1::CalendarEvent,
           events_->Publish(call, request->name(), request->etag()))

 private:
  const Api api_;
  rpc::Late<Events> events_;
};

}  // namespace

rpc::Service MakeEventService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::EventService>(std::make_unique<EventHandler>(api, store));
}

}  // namespace clusterwire::catalogue
