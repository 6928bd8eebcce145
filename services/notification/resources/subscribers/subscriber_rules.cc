#include "services/notification/resources/subscribers/subscriber_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/resource/call.h"
#include "libs/resource/id.h"
#include "libs/resource/update_mask.h"
#include "libs/text/text.h"
#include "services/notification/resources/subscribers/access.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/names.h"
#include "services/notification/resources/subscribers/scan.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kMaxTitle = 200;

void Check(const v1::Subscriber& subscriber, FieldErrors& errors) {
  resource::CheckText(errors, "subscriber.title", subscriber.title(), 1, kMaxTitle);
  if (!subscriber.language().empty() && !text::IsLanguageTag(subscriber.language())) {
    errors.Add("subscriber.language", "must be a language as BCP 47 writes it: \"de\", \"pt-BR\"");
  }
}

}  // namespace

absl::StatusOr<v1::Subscriber> Subscribers::Get(const rpc::CallContext& call,
                                                const v1::GetSubscriberRequest& request) const {
  RETURN_IF_ERROR(kSubscriberName.Check("name", request.name()));
  RETURN_IF_ERROR(CheckMayUse(call.caller, request.name()));
  ASSIGN_OR_RETURN(const auto reader, store_.Read());
  return reader->Get<v1::Subscriber>(request.name());
}

absl::StatusOr<std::vector<v1::Subscriber>> Subscribers::List(const rpc::CallContext& call,
                                                              std::string_view after,
                                                              size_t limit) const {
  RETURN_IF_ERROR(CheckOperator(call.caller));
  ASSIGN_OR_RETURN(const auto reader, store_.Read());
  return ListUpTo<v1::Subscriber>(*reader, Under("subscriber", "", after), limit);
}

absl::StatusOr<v1::Subscriber> Subscribers::Create(const rpc::CallContext& call,
                                                   const v1::CreateSubscriberRequest& request) {
  RETURN_IF_ERROR(CheckOperator(call.caller));
  ASSIGN_OR_RETURN(const store::Call store_call, StoreCall(call, request));
  v1::Subscriber subscriber = request.subscriber();
  resource::ClearOutputOnly({}, &subscriber);
  FieldErrors errors;
  const auto id = resource::IdOrRandom("subscriber_id", request.subscriber_id(), random_);
  errors.AddAll("", id.status());
  Check(subscriber, errors);
  RETURN_IF_ERROR(errors.ToStatus());
  subscriber.set_name(kSubscriberName.Format({*id}));
  ASSIGN_OR_RETURN(const store::Written written,
                   store_.Write(store_call, [&](store::Writer& writer) {
                     return writer.Put(subscriber, "subscriber.created");
                   }));
  return written.Answer<v1::Subscriber>();
}

absl::StatusOr<v1::Subscriber> Subscribers::Update(const rpc::CallContext& call,
                                                   const v1::UpdateSubscriberRequest& request) {
  const v1::Subscriber& wanted = request.subscriber();
  RETURN_IF_ERROR(kSubscriberName.Check("subscriber.name", wanted.name()));
  RETURN_IF_ERROR(CheckMayUse(call.caller, wanted.name()));
  ASSIGN_OR_RETURN(const store::Call store_call, StoreCall(call, request));
  const auto update = [&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Subscriber subscriber, writer.Get<v1::Subscriber>(wanted.name()));
    RETURN_IF_ERROR(resource::CheckEtag(subscriber, wanted.etag()));
    RETURN_IF_ERROR(resource::ApplyUpdate(wanted, request.update_mask(), {}, &subscriber));
    FieldErrors errors;
    Check(subscriber, errors);
    RETURN_IF_ERROR(errors.ToStatus());
    return writer.Put(subscriber, "subscriber.updated");
  };
  ASSIGN_OR_RETURN(const store::Written written, store_.Write(store_call, update));
  return written.Answer<v1::Subscriber>();
}

absl::Status Subscribers::Delete(const rpc::CallContext& call,
                                 const v1::DeleteSubscriberRequest& request) {
  RETURN_IF_ERROR(kSubscriberName.Check("name", request.name()));
  RETURN_IF_ERROR(CheckMayUse(call.caller, request.name()));
  ASSIGN_OR_RETURN(const store::Call store_call, StoreCall(call, request));
  const auto purge = [&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(const auto subscriber, writer.Get<v1::Subscriber>(request.name()));
    RETURN_IF_ERROR(resource::CheckEtag(subscriber, request.etag()));
    ASSIGN_OR_RETURN(const auto under, ScanUpTo(writer, Under("", request.name()),
                                                kMaxEndpoints + kMaxSubscriptions));
    for (const store::Scanned& one : under) {
      const store::ResourceType* type = store_.registry().ForMessage(*one.resource);
      RETURN_IF_ERROR(
          writer.Purge(store::NameOf(*one.resource), absl::StrCat(type->type, ".deleted")));
    }
    return writer.Purge(request.name(), "subscriber.deleted");
  };
  return store_.Write(store_call, purge).status();
}

}  // namespace clusterwire::notification
