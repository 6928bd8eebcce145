#include "clusterwire/catalogue/v1/event.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class EventHandler final : public Handler<v1::EventService, Events> {
 public:
  using Handler::Handler;

  CW_STANDARD(Get, GetEvent, v1::CalendarEvent, resources_)
  CW_STANDARD(BatchGet, BatchGetEvents, v1::BatchGetEventsResponse, resources_)
  CW_STANDARD(List, ListEvents, v1::ListEventsResponse, resources_)
  CW_STANDARD(Create, CreateEvent, v1::CalendarEvent, resources_)
  CW_WRITE(UpdateEvent, v1::CalendarEvent, resources_->Update(call, *request))
  CW_STANDARD(Delete, DeleteEvent, v1::CalendarEvent, resources_)
  CW_STANDARD(Undelete, UndeleteEvent, v1::CalendarEvent, resources_)
  CW_WRITE(PublishEvent, v1::CalendarEvent,
           resources_->Publish(call, request->name(), request->etag()))
  CW_WRITE(CancelEvent, v1::CalendarEvent, resources_->Cancel(call, *request))
  CW_WRITE(ReinstateEvent, v1::CalendarEvent,
           resources_->Reinstate(call, request->name(), request->etag()))
};

}  // namespace

rpc::Service MakeEventService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::EventService>(std::make_unique<EventHandler>(api, store));
}

}  // namespace clusterwire::catalogue
