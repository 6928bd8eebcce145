#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/base/random.h"
#include "libs/filter/predicate.h"
#include "services/notification/resources/subscribers/access.h"

namespace clusterwire::notification {

inline constexpr int kMaxSubscriptions = 1000;  // of one subscriber
inline constexpr int kMaxWide = 20;             // of them, by whom is no operator, about everything
inline constexpr int kMaxKinds = 50;            // named by one subscription

// The filter of a subscription as it is asked: as its subscriber sees, without prefix words. Errors
// name fields under "subscription.filter". What is stored is asked as it is; what comes in may have
// only words of the `vocabulary`. Whether it can be asked doesn't depend on the viewer.
absl::StatusOr<filter::Predicate> CompileSubscription(
    const v1::Subscription& subscription, const filter::Viewer& viewer = filter::Viewer::Public(),
    const filter::Vocabulary* vocabulary = nullptr);
// The same for many with one viewer.
absl::StatusOr<filter::Predicate> CompileSubscription(
    const v1::Subscription& subscription, std::shared_ptr<const filter::Viewer> viewer,
    const filter::Vocabulary* vocabulary = nullptr);

// Tells a subscription from another that had its name before: its create_time in microseconds.
int64_t WhenMade(const v1::Subscription& subscription);

// The one rule which changes a subscription hears of, once its filter has said how the change
// relates to it. `kind` is the record's ("label.awarded"). Whether it is active and has an endpoint
// is asked elsewhere. Gives why it doesn't want to hear of it, for a person; empty: it does.
std::string_view WhyUnwanted(const v1::Subscription& subscription, filter::Transition transition,
                             std::string_view kind, bool quiet);
inline bool Wants(const v1::Subscription& subscription, filter::Transition transition,
                  std::string_view kind, bool quiet) {
  return WhyUnwanted(subscription, transition, kind, quiet).empty();
}

// What of a filter isn't known here and so isn't checked, in words; empty: nothing.
std::string NoteOnUnknown(const filter::Filter& filter);

// TRANSITION_UNSPECIFIED for kNone.
v1::Transition ToProto(filter::Transition transition);

// What subscribers want to hear of. A stored filter that this release doesn't understand is shown
// as held; a later release finds it as it was. Safe for use from any thread; writes wait for their
// commit.
class Subscriptions : public resource::Resources<v1::Subscription> {
 public:
  // How many subscriptions ask about everything now.
  using CountWide = std::function<size_t()>;

  Subscriptions(store::Store& store, Random& random, CountWide count_wide);

  // Has the consent of one that was made then stand so; OK where it does already or none is needed.
  // `viewer` is who asks, where that is what happens. What was withdrawn is given only in answer to
  // what was `asked` since. NOT_FOUND when it is gone.
  absl::StatusOr<v1::Subscription> Say(const filter::Viewer& viewer, const std::string& name,
                                       int64_t made, v1::Consent::State state,
                                       absl::Time asked = absl::InfinitePast());
};

}  // namespace clusterwire::notification
