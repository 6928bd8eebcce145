#include "services/notification/channels/endpoint_tester.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/notification/channels/endpoint_kind.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kIdBytes = 16;
constexpr size_t kDetailBytes = 500;

v1::TestEndpointResponse ResponseOf(const Outcome& outcome) {
  v1::TestEndpointResponse response;
  const auto tell = [&](int http_status, std::string_view detail) {
    response.set_http_status(http_status);
    response.set_detail(ReadableUtf8(detail, kDetailBytes));
  };
  if (const auto* done = std::get_if<Done>(&outcome)) {
    response.set_accepted(true);
    tell(done->http_status, done->receipt);
  } else if (const auto* wait = std::get_if<Wait>(&outcome)) {
    tell(wait->http_status, wait->reason);
  } else {
    const auto& dead = std::get<Dead>(outcome);
    tell(dead.http_status, dead.reason);
  }
  return response;
}

}  // namespace

absl::Status EndpointTester::Start(const resource::ReadCall& call, const std::string& name,
                                   absl::Time deadline, Done done) {
  RETURN_IF_ERROR(kEndpointName.Check("name", name));
  RETURN_IF_ERROR(CheckMayUse(call.viewer, name));
  const std::string subscriber(store::RootOf(name));
  const auto endpoint = std::make_shared<v1::Endpoint>();
  text::Language language = text::Language::kEnglish;
  {
    ASSIGN_OR_RETURN(const auto reader, on_.store.Read(call.at_least));
    RETURN_IF_ERROR(LoadEndpoint(*reader, name, endpoint.get()));
    ASSIGN_OR_RETURN(const v1::Subscriber owner, reader->Get<v1::Subscriber>(subscriber));
    language = text::LanguageFor(owner.language());
  }
  const auto channel = on_.channels.find(endpoint->channel_case());
  const EndpointKind* kind = EndpointKindOf(*endpoint);
  if (kind != nullptr && !IsInbox(name) && channel == on_.channels.end()) {
    return Error(absl::StatusCode::kFailedPrecondition, "CHANNEL_UNKNOWN",
                 absl::StrCat("nothing can be sent to ", name,
                              ": its channel isn't configured in this service any more"));
  }
  if (IsInbox(name) || kind == nullptr || channel == on_.channels.end()) {
    return Error(absl::StatusCode::kFailedPrecondition, "INBOX_IS_BUILT_IN",
                 absl::StrCat(name, " has no receiver that could be tested"));
  }
  AddressCheck::Place place = on_.addresses.TakePlace(subscriber);
  if (place == nullptr) return AddressCheck::NoPlace(subscriber);

  const absl::Duration begun = on_.clock.Uptime();
  const absl::Time now = on_.clock.Now();
  const absl::Duration limit = std::min(deadline - now, limit_);
  const std::string id = "tests/" + absl::BytesToHexString(RandomBytes(on_.random, kIdBytes));
  const auto end = [begun, id, place = std::move(place), done = std::move(done),
                    &clock = on_.clock](const Outcome& outcome) {
    v1::TestEndpointResponse response = ResponseOf(outcome);
    response.set_webhook_id(id);
    response.set_duration_ms(absl::ToInt64Milliseconds(clock.Uptime() - begun));
    done(std::move(response));
  };
  const EndpointKind::Address address = kind->AddressOf(*endpoint);
  // Looked up first, since that tells no stranger what names lead to inside our network.
  return on_.addresses.Start(call.viewer, address.path, address.url, now + limit,
                             [endpoint, id, language, until = begun + limit, end,
                              &to = *channel->second](const absl::Status& reachable) {
                               if (!reachable.ok()) {
                                 end(Dead{.reason = std::string(reachable.message())});
                               } else {
                                 to.SendTest(*endpoint, id, language, until, end);
                               }
                             });
}

}  // namespace clusterwire::notification
