"""Events reach calendars: who asked for invitations has them moved and taken back, also once the event
left the filter; all others may take an entry or leave it; and a feed is read without a login."""

import http.client
import itertools
import pathlib
import tempfile
import unittest
import urllib.parse

import calendars
import pages
import shared
import steps
from api import catalogue, notification, refusal
from certificates import Authority
from mail_test import settings
from post_office import PostOffice, check_by_foreign_readers
from waiting import eventually

_numbers = itertools.count(1)
HOSTILE = ["; , \\ \" : <b>", "END:VEVENT", "{{TITLE}} &amp;", "Größe 😀 " + "ü" * 120, "^n^'", "=?UTF-8?Q?x?="]


def ask(uri, method="GET", **headers):
    """Status, headers and text of what a calendar program gets there."""
    parts = urllib.parse.urlsplit(uri)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request(method, parts.path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


class CalendarTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        authority = Authority()
        # With TLS from the first byte on; mail_test's begins with STARTTLS.
        cls.office = PostOffice(authority.server("localhost").write(folder, "post"), tls="implicit")
        cls.addClassCleanup(cls.office.close)
        cls.stack = shared.new_stack(
            notification_settings=settings(cls.office.port, authority.write(folder),
                                           **{"mail.tls": "TLS_IMPLICIT"}))
        cls.stack.start()
        cls.addClassCleanup(cls.stack.stop)
        steps.add_countries(cls.stack, CZ="Czechia")
        cls.client = cls.stack.notification.client
        cls.events = cls.stack.catalogue.client.Event

    @classmethod
    def tearDownClass(cls):
        check_by_foreign_readers(cls.office.mails)

    def tearDown(self):
        self.assertEqual(steps.balance(self.stack).difference, 0)

    def reader(self, mode="PUBLISH", language="", subject="", **filter_):
        """Somebody with a confirmed mailbox who is told of events with a word of their own."""
        number = next(_numbers)
        self.word, self.address = f"eventword{number}", f"guest{number}@example.org"
        subscriber = self.client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
            subscriber=notification.Subscriber(title=f"Guest {number}", language=language, subject=subject)),
            timeout=10).name
        endpoint = self.client.Subscriber.CreateEndpoint(notification.CreateEndpointRequest(
            parent=subscriber, endpoint=notification.Endpoint(
                email=notification.Email(address=self.address))), timeout=10).name
        self.subscription = steps.add_subscription(
            self.stack, subscriber, {"types": ["event"], "words": self.word, **filter_},
            endpoint_name=endpoint, calendar=f"CALENDAR_MODE_{mode}").name
        pages.confirm(self.office, self.address)
        self.read = len(self.office.to(self.address))

    def event(self, title="Conference", start="2032-09-26", end="2032-09-27", **fields):
        return self.events.CreateEvent(catalogue.CreateEventRequest(
            event_id=f"event-{next(_numbers)}", event=catalogue.CalendarEvent(
            title=f"{title} {self.word}", kind="KIND_CONFERENCE", state="STATE_PUBLISHED",
            period={"start": start, "end": end}, **fields)), timeout=10).name

    def update(self, name, *paths, **fields):
        self.events.UpdateEvent(catalogue.UpdateEventRequest(
            event=catalogue.CalendarEvent(name=name, **fields),
            update_mask={"paths": list(paths or fields)}), timeout=10)

    def cancel(self, name):
        self.events.CancelEvent(catalogue.CancelEventRequest(name=name, reason="Storm"), timeout=10)

    def next_calendar(self):
        """What the next mail holds for a calendar."""
        self.read += 1
        return calendars.of_mail(self.office.wait_for(self.address, count=self.read)[self.read - 1])

    def test_who_asked_is_invited_moved_and_uninvited(self):
        self.reader("INVITE")
        name = self.event(start_time="09:00", end_time="17:30", time_zone="Europe/Prague",
                          place={"city": "Bochum", "country": "DE"})
        own = calendars.Reader()
        invited = self.next_calendar()
        self.assertEqual(invited["method"], "REQUEST")
        own.take(invited)
        [event] = own.events.values()
        self.assertEqual(event["start"], "2032-09-26T07:00:00Z")
        self.assertEqual(event["end"], "2032-09-27T15:30:00Z")
        self.assertEqual(event["attendees"], [f"mailto:{self.address}"])
        self.update(name, "period", period={"start": "2032-11-26", "end": "2032-11-27"})
        own.take(self.next_calendar())
        [event] = own.events.values()
        self.assertEqual(event["start"], "2032-11-26T08:00:00Z")
        self.cancel(name)
        cancelled = self.next_calendar()
        self.assertEqual(cancelled["method"], "CANCEL")
        own.take(cancelled)
        self.assertEqual(own.events, {})

    def test_who_reads_german_is_told_of_a_cancellation_in_german(self):
        self.reader("INVITE", language="de")
        name = self.event()
        self.assertEqual(self.next_calendar()["method"], "REQUEST")
        self.cancel(name)
        self.assertEqual(self.next_calendar()["method"], "CANCEL")
        text = self.office.to(self.address)[-1].text
        self.assertIn("Abgesagt: Storm 26. September 2032 bis 27. September 2032", text)
        self.assertNotIn("Cancelled", text)

    def test_an_event_that_left_the_filter_is_still_corrected(self):
        self.reader("INVITE")
        name = self.event()
        own = calendars.Reader()
        own.take(self.next_calendar())
        self.update(name, "title", "period", title="Another matter",
                    period={"start": "2032-10-01", "end": "2032-10-01"})
        own.take(self.next_calendar())
        self.assertEqual([one["start"] for one in own.events.values()], ["2032-10-01"])
        self.assertIn("→ 1 October 2032", self.office.to(self.address)[-1].text, "as the calendar has it")
        self.cancel(name)
        own.take(self.next_calendar())
        self.assertEqual(own.events, {})
        transitions = [one.transition for one in steps.deliveries(self.stack, resource=name)
                       if one.subscription == self.subscription]
        self.assertIn(notification.TRANSITION_CORRECTED, transitions)

    def test_statement_13_the_conference_in_prague_comes_by_mail_and_feed_with_its_move_and_its_end(self):
        # The one of the records, as the import brings it: 26 to 27 September 2022.
        self.word, self.address = "", "nrw@example.org"
        subscriber = self.client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
            subscriber=notification.Subscriber(title="Clusters in NRW", language="de")),
            timeout=10).name
        endpoint = self.client.Subscriber.CreateEndpoint(notification.CreateEndpointRequest(
            parent=subscriber, endpoint=notification.Endpoint(
                email=notification.Email(address=self.address))), timeout=10).name
        subscription = steps.add_subscription(
            self.stack, subscriber, {"types": ["event"], "kinds": ["conference"],
                                     "words": "European Cluster Conference"},
            endpoint_name=endpoint, calendar="CALENDAR_MODE_INVITE", include_quiet=True).name
        pages.confirm(self.office, self.address)
        self.read = len(self.office.to(self.address))
        feed = self.client.Subscription.RotateCalendarFeed(
            notification.RotateCalendarFeedRequest(name=subscription), timeout=10).uri

        with tempfile.TemporaryDirectory() as folder:
            lines = (shared.ROOT / "tests/data/events.ndjson").read_text().splitlines(keepends=True)
            [line] = [one for one in lines if '"European Cluster Conference 2022", "kind"' in one]
            pathlib.Path(folder, "events.ndjson").write_text(line)
            shared.import_records(self.stack, folder)
        own = calendars.Reader()

        def told(method, start, text):
            """By the mail, in its calendar and in its text, and by the feed."""
            calendar = self.next_calendar()
            self.assertEqual(calendar["method"], method)
            own.take(calendar)
            self.assertEqual([one["start"] for one in own.events.values()], [start] if start else [])
            self.assertIn(text, self.office.to(self.address)[-1].text)
            [event] = calendars.read(ask(feed)[2])["events"]
            self.assertEqual((event["uid"], event["sequence"]),
                             (calendar["events"][0]["uid"], calendar["events"][0]["sequence"]))
            return event

        self.assertEqual(told("REQUEST", "2022-09-26", "European Cluster Conference 2022")["location"],
                         "Praha, CZ")
        [delivery] = steps.deliveries(self.stack, parent=subscription)
        self.update(delivery.resource, "period", period={"start": "2022-10-10", "end": "2022-10-11"})
        self.assertEqual(told("REQUEST", "2022-10-10", "10. Oktober 2022")["start"], "2022-10-10")
        self.cancel(delivery.resource)
        self.assertEqual(told("CANCEL", None, "Abgesagt: Storm")["status"], "CANCELLED")

    def test_who_loses_a_registration_has_it_taken_out_and_no_other_hears_of_it(self):
        self.reader("INVITE")
        name = self.event(registration={"capacity": 20})
        guest, about = self.subscription, self.word
        cluster = steps.create_cluster(self.stack, title="Whose team comes", regions=[], sectors=[]).name
        grant = self.stack.catalogue.client.Grant.CreateGrant(catalogue.CreateGrantRequest(
            grant=catalogue.Grant(subject="corp:anna", resource=cluster, role="ROLE_EDITOR")), timeout=10).name
        self.reader(types=["registration"], words=about, subject="corp:anna")
        self.stack.catalogue.client.Registration.CreateRegistration(
            catalogue.CreateRegistrationRequest(parent=name, cluster=cluster, seats=2), timeout=10)
        own = calendars.Reader()
        invited = self.next_calendar()
        own.take(invited)
        self.assertEqual((invited["method"], len(own.events)), ("REQUEST", 1))
        self.stack.catalogue.client.Grant.DeleteGrant(
            catalogue.DeleteGrantRequest(name=grant), timeout=10)
        as_anna = (("clusterwire-view-as", self.subscription.partition("/subscriptions")[0]),)
        eventually(lambda: not self.client.Delivery.ListDeliveries(
            notification.ListDeliveriesRequest(parent=self.subscription), timeout=10,
            metadata=as_anna).deliveries, "notification knows that the grant is gone")
        self.update(name, "period", period={"start": "2032-10-01", "end": "2032-10-01"})
        own.take(self.next_calendar())
        self.assertEqual(own.events, {})
        self.assertNotIn("Conference", self.office.to(self.address)[-1].text)
        self.assertEqual({one.resource for one in steps.deliveries(self.stack, parent=guest)}, {name})

    def test_a_deleted_event_leaves_the_calendar_and_comes_back(self):
        self.reader("INVITE")
        name = self.event()
        own = calendars.Reader()
        own.take(self.next_calendar())
        self.events.DeleteEvent(catalogue.DeleteEventRequest(name=name), timeout=10)
        own.take(self.next_calendar())
        self.assertEqual(own.events, {})
        self.events.UndeleteEvent(catalogue.UndeleteEventRequest(name=name), timeout=10)
        own.take(self.next_calendar())
        self.assertEqual(len(own.events), 1)

    def test_none_follows_an_unsubscription(self):
        self.reader("INVITE")
        name = self.event()
        self.next_calendar()
        self.client.Subscription.DeleteSubscription(
            notification.DeleteSubscriptionRequest(name=self.subscription), timeout=10)
        before = len(self.office.to(self.address))
        self.cancel(name)
        eventually(lambda: steps.balance(self.stack).pending == 0, "all is handed over")
        self.assertEqual(len(self.office.to(self.address)), before)

    def test_all_others_get_an_entry_to_take_or_leave(self):
        self.reader("PUBLISH")
        self.event()
        published = self.next_calendar()
        self.assertEqual(published["method"], "PUBLISH")
        self.assertEqual(published["events"][0]["attendees"], [])
        self.assertEqual((published["events"][0]["start"], published["events"][0]["end"]),
                         ("2032-09-26", "2032-09-28"))
        self.event(start="2033-05", end="2033-05")
        self.assertIsNone(self.next_calendar(), "of a month no entry is made")
        self.reader("NONE")
        self.event()
        self.assertIsNone(self.next_calendar())

    def test_an_invitation_needs_a_mailbox_and_no_digest(self):
        subscriber = self.client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
            subscriber=notification.Subscriber(title="No mailbox")), timeout=10).name
        refused = refusal(self.client.Subscription.CreateSubscription,
                          notification.CreateSubscriptionRequest(
                              parent=subscriber, subscription=notification.Subscription(
                                  title="x", endpoint=f"{subscriber}/endpoints/inbox",
                                  calendar="CALENDAR_MODE_INVITE")))
        self.assertIn("subscription.calendar", refused.fields)

    def feed(self):
        return self.client.Subscription.RotateCalendarFeed(
            notification.RotateCalendarFeedRequest(name=self.subscription), timeout=10)

    def test_a_feed_has_what_matched_as_it_is_now(self):
        self.reader()
        name = self.event()
        self.next_calendar()
        feed = self.feed()
        self.assertEqual(feed.webcal_uri, feed.uri.replace("http", "webcal", 1))
        status, headers, text = ask(feed.uri)
        self.assertEqual((status, headers["content-type"]), (200, "text/calendar; charset=utf-8"))
        self.assertEqual([one["start"] for one in calendars.read(text)["events"]], ["2032-09-26"])
        self.assertEqual(ask(feed.uri, If_None_Match=headers["etag"])[::2], (304, ""))
        self.assertEqual(ask(feed.uri, "HEAD")[::2], (200, ""))
        self.update(name, "period", period={"start": "2032-10-01", "end": "2032-10-01"})
        self.next_calendar()
        status, later, text = ask(feed.uri, If_None_Match=headers["etag"])
        self.assertEqual(status, 200)
        self.assertEqual([one["start"] for one in calendars.read(text)["events"]], ["2032-10-01"])
        self.cancel(name)
        self.next_calendar()
        [event] = calendars.read(ask(feed.uri)[2])["events"]
        self.assertEqual(event["status"], "CANCELLED")

    def test_a_feed_is_read_by_its_newest_token_alone(self):
        self.reader()
        first, second = self.feed(), self.feed()
        self.assertEqual(ask(second.uri)[0], 200)
        [_, _, nothing] = missing = ask(second.uri[:-8] + "AAAA.ics")
        self.assertEqual(missing[0], 404)
        for uri in (first.uri, second.uri.replace("/calendar/", "/calendar/x"),
                    second.uri.rsplit("/", 1)[0] + "/", second.uri + "x" * 500):
            status, _, text = ask(uri)
            self.assertEqual((status, text), (404, nothing), uri)
        for _ in range(2):
            self.client.Subscription.RevokeCalendarFeed(
                notification.RevokeCalendarFeedRequest(name=self.subscription), timeout=10)
        self.assertEqual(ask(second.uri)[::2], (404, nothing))
        third = self.feed()
        self.client.Subscription.DeleteSubscription(
            notification.DeleteSubscriptionRequest(name=self.subscription), timeout=10)
        self.assertEqual(ask(third.uri)[::2], (404, nothing))

    def test_a_feed_that_is_asked_for_without_end_has_to_wait(self):
        self.reader()
        feed = self.feed()
        answers = [ask(feed.uri) for _ in range(62)]
        self.assertIn(429, [status for status, _, _ in answers])
        self.assertEqual(answers[-1][1]["retry-after"], "60")

    def test_what_titles_hold_harms_no_calendar(self):
        self.reader()
        zones = ["Europe/Prague", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
        for number, title in enumerate(HOSTILE * 3):
            self.event(title, start_time="09:00", end_time="23:59", time_zone=zones[number % len(zones)],
                       start=f"20{25 + number}-03-27", end=f"20{25 + number}-10-31")
        eventually(lambda: len(self.office.to(self.address)) >= self.read + 3 * len(HOSTILE), "all mails")
        for mail in self.office.to(self.address)[self.read:]:
            self.assertEqual(len(calendars.of_mail(mail)["events"]), 1)
        events = calendars.read(ask(self.feed().uri)[2])["events"]
        self.assertCountEqual([one["summary"] for one in events],
                              [f"{title} {self.word}" for title in HOSTILE * 3])


if __name__ == "__main__":
    unittest.main()
