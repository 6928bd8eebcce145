#include "services/notification/resources/subscribers/subscriber_rules.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/subject.h"
#include "libs/base/time/clock.h"
#include "libs/base/time/zone.h"
#include "libs/resource/name.h"
#include "libs/store/registry.h"
#include "libs/text/text.h"
#include "services/notification/resources/subscribers/schedule.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kMaxSubscriberTitle = 200;
constexpr absl::Duration kCatchUpLimit = absl::Seconds(2);

// Whose it is, at its creation.
void CheckSubjectOf(const v1::Subscriber& subscriber, FieldErrors& errors) {
  constexpr char kPath[] = "subscriber.subject";
  const std::string& subject = subscriber.subject();
  if (subject == "loopback" || subject == "public") {
    errors.Add(kPath, absl::StrCat("'", subject, "' is nobody: whoever calls so shows no identity ",
                                   "of their own; a certificate or a token shows one"));
  } else if (!subject.empty()) {
    if (const absl::Status status = CheckSubject(subject); !status.ok()) {
      errors.Add(kPath, std::string(status.message()));
    }
  }
}

absl::Status Check(const v1::Subscriber* before, const v1::Subscriber& subscriber,
                   const resource::Context&, FieldErrors& errors) {
  if (before == nullptr) CheckSubjectOf(subscriber, errors);
  resource::CheckText(errors, "subscriber.title", subscriber.title(), 1, kMaxSubscriberTitle);
  if (!subscriber.language().empty() && !text::IsLanguageTag(subscriber.language())) {
    errors.Add("subscriber.language", "must be a language as BCP 47 writes it: \"de\", \"pt-BR\"");
  }
  if (!subscriber.time_zone().empty() && !IsTimeZone(subscriber.time_zone())) {
    errors.Add("subscriber.time_zone",
               absl::StrCat("'", subscriber.time_zone(),
                            "' is no time zone; write one as Europe/Brussels"));
  }
  if (subscriber.has_quiet_hours()) CheckQuietHours(subscriber.quiet_hours(), errors);
  return absl::OkStatus();
}

}  // namespace

store::ResourceType SubscriberType() {
  store::ResourceType type =
      store::MakeType<v1::Subscriber>("subscriber", std::string(kSubscriberName.pattern()));
  type.images_in_log = false;  // personal data: the log keeps names alone
  return type;
}

// Others of the same subject wait, each for itself: what they make is counted one by one.
class Subscribers::Creation {
 public:
  Creation(Subscribers& of, const std::string& subject) : of_(of), subject_(subject) {
    MutexLock lock(of_.mutex_);
    is_alone_ = of_.creating_.insert(subject_).second;
  }
  ~Creation() {
    MutexLock lock(of_.mutex_);
    if (is_alone_) of_.creating_.erase(subject_);
  }
  bool is_alone() const { return is_alone_; }

 private:
  Subscribers& of_;
  const std::string subject_;
  bool is_alone_ = false;
};

Subscribers::Subscribers(store::Store& store, Random& random, Interests& interests)
    : Resources(store, SubscriberService(),
                {.type = "subscriber",
                 .collection = "subscribers",
                 .output_only = {"pause_time"},
                 .create_only = {"subject"},
                 .random_ids = &random,
                 .check = &Check,
                 .purge = true}),
      interests_(interests) {}

absl::StatusOr<v1::Subscriber> Subscribers::Add(const WriteCall& call,
                                                const v1::Subscriber& subscriber,
                                                std::string_view id) {
  v1::Subscriber own = subscriber;
  FieldErrors errors;
  if (!call.viewer.operator_) {
    if (!id.empty()) {
      errors.Add("subscriber_id",
                 "is made at random, since a chosen one would say who you are; leave it empty");
    }
    // Nothing is looked up of another's: not even whether there is room.
    if (!own.subject().empty() && own.subject() != call.viewer.subject) {
      errors.Add("subscriber.subject",
                 "is set to who calls; operators alone name another: leave it out");
    }
    own.set_subject(call.viewer.subject);
  }
  const auto also = [&errors](const resource::Context&, v1::Subscriber*) {
    return errors.ToStatus();
  };
  if (own.subject().empty()) return Create(call, "", own, id, also);
  const Creation creation(*this, own.subject());
  if (!creation.is_alone()) {
    return WithRetryDelay(Error(absl::StatusCode::kUnavailable, "CREATION_UNDER_WAY",
                                "another subscriber of the same subject is being created; try "
                                "again"),
                          absl::Milliseconds(200));
  }
  const auto check = [&](const resource::Context&, v1::Subscriber*) -> absl::Status {
    RETURN_IF_ERROR(errors.ToStatus());
    return CheckRoom(own.subject());
  };
  RETURN_IF_ERROR(interests_.CatchUpWithin(kCatchUpLimit));
  return Create(call, "", own, id, check);
}

absl::StatusOr<v1::Subscriber> Subscribers::SetPaused(const WriteCall& call,
                                                      const std::string& name,
                                                      const std::string& etag, bool paused) {
  const auto set = [paused](const resource::Context& context, v1::Subscriber* subscriber) {
    if (paused == subscriber->has_pause_time()) return absl::OkStatus();
    subscriber->clear_pause_time();
    if (paused) *subscriber->mutable_pause_time() = ToTimestamp(context.now);
    return absl::OkStatus();
  };
  return Modify(call, name, etag, paused ? "subscriber.paused" : "subscriber.resumed", set);
}

absl::Status Subscribers::CheckRoom(const std::string& subject) {
  if (interests_.SubscribersOf(subject).size() < kMaxSubscribers) return absl::OkStatus();
  return Error(
      absl::StatusCode::kFailedPrecondition, "TOO_MANY_SUBSCRIBERS",
      absl::StrCat("there are ", kMaxSubscribers,
                   " subscribers of this subject, the most there may be: delete one first, "
                   "or use one of them; WhoAmI names your own"));
}

}  // namespace clusterwire::notification
