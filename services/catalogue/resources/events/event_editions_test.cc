// Editions of a series, where not everybody sees all of them.
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using Event = v1::CalendarEvent;

class EventEditionsTest : public ::testing::Test {
 protected:
  // The seventh of the talks, of that cluster, made by its team.
  absl::StatusOr<Event> New(const std::string& owner, Event::State state) {
    Event event;
    event.set_owner(owner);
    event.set_title("Talk");
    event.set_kind(Event::KIND_CLUSTER_TALK);
    event.set_state(state);
    event.set_series("talks");
    event.set_edition(7);
    event.mutable_period()->set_start("2022-09-26");
    return events_.Create(world_.As(owner), "", event, "");
  }
  absl::StatusOr<Event> Publish(const std::string& name) {
    return events_.Publish(world_.As(mine_), name, "");
  }

  World world_;
  Events events_{*world_.store};
  const std::string mine_ = world_.NewCluster("Mine").name();
  const std::string theirs_ = world_.NewCluster("Theirs").name();
};

TEST_F(EventEditionsTest, ANumberThatAHiddenDraftHasIsFreeForWhoDoesNotSeeIt) {
  const auto hidden = New(mine_, Event::STATE_DRAFT);
  ASSERT_THAT(hidden, IsOk());
  EXPECT_THAT(New(mine_, Event::STATE_DRAFT), HasFieldError("event.edition"));
  EXPECT_THAT(New(theirs_, Event::STATE_PUBLISHED), IsOk());
  EXPECT_THAT(New(theirs_, Event::STATE_PUBLISHED), HasFieldError("event.edition"));
}

TEST_F(EventEditionsTest, OfTwoThatHaveANumberTheOneThatIsShownFirstKeepsIt) {
  const auto hidden = New(mine_, Event::STATE_DRAFT);
  const auto shown = New(theirs_, Event::STATE_PUBLISHED);
  ASSERT_THAT(hidden, IsOk());
  ASSERT_THAT(shown, IsOk());
  v1::UpdateEventRequest other_words;
  other_words.mutable_event()->set_name(hidden->name());
  other_words.mutable_event()->set_title("Still hidden");
  EXPECT_THAT(events_.Update(world_.As(mine_), other_words), IsOk());
  EXPECT_THAT(Publish(hidden->name()), HasFieldError("event.edition"));
  ASSERT_THAT(events_.Delete(world_.AsOperator(), shown->name(), ""), IsOk());
  EXPECT_THAT(Publish(hidden->name()), IsOk());
  EXPECT_THAT(New(theirs_, Event::STATE_PUBLISHED), HasFieldError("event.edition"));
}

}  // namespace
}  // namespace clusterwire::catalogue
