#include "services/notification/resources/subscribers/subscriber_rules.h"

#include "libs/base/status/error.h"
#include "libs/resource/name.h"
#include "libs/store/registry.h"
#include "libs/text/text.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kMaxTitle = 200;

absl::Status Check(const v1::Subscriber*, const v1::Subscriber& subscriber,
                   const resource::Context&, FieldErrors& errors) {
  resource::CheckText(errors, "subscriber.title", subscriber.title(), 1, kMaxTitle);
  if (!subscriber.language().empty() && !text::IsLanguageTag(subscriber.language())) {
    errors.Add("subscriber.language", "must be a language as BCP 47 writes it: \"de\", \"pt-BR\"");
  }
  return absl::OkStatus();
}

}  // namespace

store::ResourceType SubscriberType() {
  store::ResourceType type =
      store::MakeType<v1::Subscriber>("subscriber", std::string(kSubscriberName.pattern()));
  type.images_in_log = false;  // personal data: the log keeps names alone
  return type;
}

Subscribers::Subscribers(store::Store& store, Random& random)
    : Resources(store, NotificationService(),
                {.type = "subscriber",
                 .collection = "subscribers",
                 .random_ids = &random,
                 .check = &Check,
                 .purge = true}) {}

}  // namespace clusterwire::notification
