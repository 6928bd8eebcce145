#include "clusterwire/catalogue/v1/event.grpc.pb.h"

#include "services/catalogue/common/api/standard.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class EventServiceHandler final : public v1::EventService::CallbackService {
 public:
  EventServiceHandler(const Api& api, rpc::Late<store::Store>& store) : api_(api), events_(store) {}

  grpc::ServerUnaryReactor* GetEvent(grpc::CallbackServerContext* context,
                                     const v1::GetEventRequest* request,
                                     v1::CalendarEvent* response) override {
    return RunGet(api_, events_, context, *request, response);
  }
  grpc::ServerUnaryReactor* BatchGetEvents(grpc::CallbackServerContext* context,
                                           const v1::BatchGetEventsRequest* request,
                                           v1::BatchGetEventsResponse* response) override {
    return RunBatchGet(api_, events_, context, *request, response,
                       &v1::BatchGetEventsResponse::mutable_events);
  }
  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext* context,
                                       const v1::ListEventsRequest* request,
                                       v1::ListEventsResponse* response) override {
    return RunList(api_, events_, context, *request, response,
                   &v1::ListEventsResponse::mutable_events);
  }
  grpc::ServerUnaryReactor* CreateEvent(grpc::CallbackServerContext* context,
                                        const v1::CreateEventRequest* request,
                                        v1::CalendarEvent* response) override {
    return RunCreate(api_, events_, context, *request, request->event(), request->event_id(),
                     response);
  }
  grpc::ServerUnaryReactor* UpdateEvent(grpc::CallbackServerContext* context,
                                        const v1::UpdateEventRequest* request,
                                        v1::CalendarEvent* response) override {
    return RunUpdate(api_, events_, context, *request, request->event(), response);
  }
  grpc::ServerUnaryReactor* DeleteEvent(grpc::CallbackServerContext* context,
                                        const v1::DeleteEventRequest* request,
                                        v1::CalendarEvent* response) override {
    return RunDelete(api_, events_, context, *request, response);
  }
  grpc::ServerUnaryReactor* UndeleteEvent(grpc::CallbackServerContext* context,
                                          const v1::UndeleteEventRequest* request,
                                          v1::CalendarEvent* response) override {
    return RunUndelete(api_, events_, context, *request, response);
  }
  grpc::ServerUnaryReactor* PublishEvent(grpc::CallbackServerContext* context,
                                         const v1::PublishEventRequest* request,
                                         v1::CalendarEvent* response) override {
    return RunWrite(api_, context, *request, response, [this, request](const WriteCall& call) {
      return events_->Publish(call, request->name(), request->etag());
    });
  }

 private:
  const Api api_;
  rpc::Late<Events> events_;
};

}  // namespace

rpc::Service MakeEventService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::EventService>(std::make_unique<EventServiceHandler>(api, store));
}

}  // namespace clusterwire::catalogue
