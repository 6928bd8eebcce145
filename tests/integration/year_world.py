"""Who plays a year of a programme's office: the office, a cluster's team and an operator, each with a
token, two who listen, and the time of day, which the test moves.

Both services see one clock; Kafka and the database keep the machine's. What a service keeps for so and
so long (records of notices: 30 days) is therefore checked before time moves on.
"""

import datetime

import shared
import steps
from grpcurl import Grpcurl, Refused
from tokens import Issuer
from waiting import eventually
from wall_clock import WallClock

OPERATOR = "test:operator"


class YearWorld:
    """A stack with the real records, at the machine's day until it is moved."""

    def __init__(self):
        self._clock = WallClock(f"year-{shared.DATABASE}")
        self._issuer = Issuer()
        environment = self._clock.environment
        settings = self._issuer.settings(operators=[OPERATOR])
        self.stack = shared.new_stack(
            environments={"catalogue": environment, "notification": environment},
            catalogue_settings=settings, notification_settings=settings)
        self.first_day = self.today

    def start(self):
        self.stack.start()
        shared.import_records(self.stack)
        self.operator, self.office, self.team, self.stranger = map(
            self.person, ["operator", "office", "team", "stranger"])

    def close(self):
        self.stack.stop()
        self._issuer.close()

    def person(self, sub):
        """Somebody who shows a token of that moment."""
        def token():
            now = int(self._now().timestamp())
            return self._issuer.token(sub, iat=now, exp=now + 600)
        return Grpcurl(self.stack, token)

    def _now(self):
        return (datetime.datetime.now(datetime.UTC)
                + datetime.timedelta(seconds=self._clock.shift))

    @property
    def today(self):
        return self._now().date()

    def day(self, date):
        """Moves on to noon of that day: what was due until then falls due at once."""
        noon = datetime.datetime.combine(date, datetime.time(12), datetime.UTC)
        if noon < self._now():
            raise AssertionError(f"{date} is over, it is {self.today}")
        # Timers look at the clock once a minute and at the start, so the catalogue sleeps until that day.
        self.stack.catalogue.process.stop()
        self._clock.step((noon - self._now()).total_seconds())
        self.stack.catalogue.start()
        eventually(self._notices_the_day, f"notification believes that it is {self.today}")

    def _notices_the_day(self):
        """A service reads the machine's clock every few seconds and counts on from there."""
        try:
            return self.operator.call("Subscriber.ListSubscribers", page_size=1)
        except Refused as refused:
            if "the token holds from" not in refused.message:   # the reflection says it without a reason
                raise
            return None

    def days_later(self, days):
        self.day(self.today + datetime.timedelta(days=days))


class Listener:
    """A person's own subscriber with one subscription: to a webhook of the receiver, or to the inbox."""

    def __init__(self, person, title, filter_, webhook=None):
        self._person = person
        self.webhook = webhook
        self.name = person.call("Subscriber.CreateSubscriber", subscriber={"title": title})["name"]
        endpoint = f"{self.name}/endpoints/inbox"
        if webhook:
            webhook.believes_the_clock = False
            endpoint = person.call(
                "Subscriber.CreateEndpoint", parent=self.name,
                endpoint={"webhook": {"uri": webhook.uri, "secret": webhook.secret}})["name"]
        person.call("Subscription.CreateSubscription", parent=self.name, subscription={
            "title": f"What {title} asked for", "filter": filter_, "endpoint": endpoint})

    def notices(self):
        """(kind, resource, title, text) of all that it was told and that is still kept."""
        if self.webhook:
            # What is sent twice has one id.
            events = {one.id: one.event for one in self.webhook.messages}.values()
            return [(event["data"]["kind"], event["subject"], event["data"]["title"],
                     event["data"].get("text", "")) for event in events]
        try:
            answer = self._person.call("Inbox.ListInboxItems", parent=self.name, page_size=1000)
        except Refused as refused:
            if refused.reason != "GRANTS_BEHIND":       # for a moment, after a leap of the clock
                raise
            answer = {}
        # What compared it with an image that the reader may not see has no text.
        return [(one["change"]["kind"], one["change"]["name"], one["title"], one.get("text", ""))
                for one in answer.get("items", [])]

    def told(self, kind, name, clause, times=1):
        """The notices of that kind of change of the resource whose title ends with the clause, once there
        are so many."""
        def found():
            notices = [one for one in self.notices()
                       if one[:2] == (kind, name) and one[2].endswith(f" – {clause}")]
            return notices if len(notices) >= times else None
        try:
            return eventually(found, f"{self.name} is told of {name}, {kind}: {clause}")
        except AssertionError as error:
            raise AssertionError(f"{error}; was told {self.notices()}") from None
