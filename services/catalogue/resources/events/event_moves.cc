#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/moves.h"
#include "services/catalogue/resources/events/event_calendar.h"
#include "services/catalogue/resources/events/event_parts.h"
#include "services/catalogue/resources/events/event_rules.h"

namespace clusterwire::catalogue {
namespace {

using Event = v1::CalendarEvent;

// Parts that a move by days is about. `next` has no name where the request's is none.
absl::Status FindMovedParts(const Context& context, const v1::UpdateEventRequest& request,
                            const Event& next, PartsOfEvent* parts, int64_t* days) {
  FieldErrors errors;
  CheckEnum("parts", request.parts(), errors);
  const auto before = context.reader.Get<Event>(next.name());
  if (!before.ok() || before->period().start() == next.period().start()) return errors.ToStatus();
  absl::StatusOr<PartsOfEvent> found = PartsOf(next.name(), context, [](const Event& part) {
    return part.state() != Event::STATE_CANCELLED && FirstDayOf(part);
  });
  if (request.parts() == v1::EVENT_PARTS_KEEP) {
    if (found.ok()) *parts = *std::move(found);
    return errors.ToStatus();
  }
  RETURN_IF_ERROR(found.status());
  *parts = *std::move(found);
  CheckChoice(request.parts(), *parts, errors);
  const auto from = FirstDayOf(*before);
  const auto to = FirstDayOf(next);
  if (from && to) {
    *days = *to - *from;
  } else if (request.parts() == v1::EVENT_PARTS_CASCADE && !parts->own.empty()) {
    errors.Add("parts", absl::StrCat("can't be EVENT_PARTS_CASCADE from '",
                                     before->period().start(), "' to '", next.period().start(),
                                     "': by how many days is known of days alone"));
  }
  return errors.ToStatus();
}

}  // namespace

absl::StatusOr<Event> Events::Update(const WriteCall& call, const v1::UpdateEventRequest& request) {
  PartsOfEvent parts;
  int64_t days = 0;
  return Update(
      call, request.event(), request.update_mask(),
      [&](const Context& context, Event* next) {
        parts = {};
        days = 0;
        return FindMovedParts(context, request, *next, &parts, &days);
      },
      [&](store::Writer& writer, const Context& context, const Event& next, Notes& notes) {
        if (request.parts() != v1::EVENT_PARTS_CASCADE) {
          TellKept(parts, notes);
          return absl::OkStatus();
        }
        return ChangeParts(
            writer, context, parts, change::KindText(change::v1::CHANGE_KIND_EVENT_MOVED),
            next.name(), [&](Event* part) { Shift(days, part); }, notes);
      });
}

absl::StatusOr<Event> Events::Publish(const WriteCall& call, const std::string& name,
                                      const std::string& etag) {
  return Modify(call, name, etag, change::KindText(change::v1::CHANGE_KIND_EVENT_PUBLISHED),
                [](const Context&, Event* event) {
                  if (event->state() == Event::STATE_CANCELLED) {
                    return IllegalMove(*event,
                                       ", and was published before that: ReinstateEvent takes the "
                                       "cancellation back");
                  }
                  event->set_state(Event::STATE_PUBLISHED);
                  return absl::OkStatus();
                });
}

absl::StatusOr<Event> Events::Cancel(const WriteCall& call, const v1::CancelEventRequest& request) {
  PartsOfEvent parts;
  const auto cancel = [&](const Context& context, Event* event) {
    event->set_state(Event::STATE_CANCELLED);
    event->mutable_cancellation()->set_reason(request.reason());
    *event->mutable_cancellation()->mutable_time() = ToTimestamp(context.now);
  };
  return Modify(
      call, request.name(), request.etag(),
      change::KindText(change::v1::CHANGE_KIND_EVENT_CANCELLED),
      [&](const Context& context, Event* event) -> absl::Status {
        parts = {};
        FieldErrors errors;
        resource::CheckText(errors, "reason", request.reason(), 1, 500);
        CheckEnum("parts", request.parts(), errors);
        if (event->name().empty() || !errors.empty()) return errors.ToStatus();
        if (event->state() == Event::STATE_DRAFT) {
          return IllegalMove(*event, ", so nobody was told of it: DeleteEvent removes it");
        }
        if (event->state() == Event::STATE_CANCELLED) {
          if (event->cancellation().reason() == request.reason()) return absl::OkStatus();
          return Error(absl::StatusCode::kFailedPrecondition, "ALREADY_CANCELLED",
                       absl::StrCat(event->name(), " is cancelled already, because: ",
                                    event->cancellation().reason(),
                                    "; for another reason, ReinstateEvent first"),
                       {{"resource", event->name()}});
        }
        if (request.parts() != v1::EVENT_PARTS_KEEP) {
          ASSIGN_OR_RETURN(parts, PartsOf(event->name(), context, [](const Event& part) {
                             return part.state() == Event::STATE_PUBLISHED;
                           }));
          CheckChoice(request.parts(), parts, errors);
        }
        cancel(context, event);
        return errors.ToStatus();
      },
      "name", Shown::kAsRead,
      [&](store::Writer& writer, const Context& context, const Event& next, Notes& notes) {
        if (request.parts() != v1::EVENT_PARTS_CASCADE) return absl::OkStatus();
        return ChangeParts(
            writer, context, parts, change::KindText(change::v1::CHANGE_KIND_EVENT_CANCELLED),
            next.name(), [&](Event* part) { cancel(context, part); }, notes);
      });
}

absl::StatusOr<Event> Events::Reinstate(const WriteCall& call, const std::string& name,
                                        const std::string& etag) {
  return Modify(call, name, etag, change::KindText(change::v1::CHANGE_KIND_EVENT_REINSTATED),
                [](const Context&, Event* event) {
                  if (event->state() == Event::STATE_DRAFT) {
                    return IllegalMove(*event, ", and not cancelled: PublishEvent announces it");
                  }
                  event->set_state(Event::STATE_PUBLISHED);
                  event->clear_cancellation();
                  return absl::OkStatus();
                });
}

}  // namespace clusterwire::catalogue
