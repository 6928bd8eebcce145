"""Nobody gets two mails of one change, and a digest comes once, at its reader's hour."""

import datetime
import zoneinfo

import pages
import shared
import steps
from api import catalogue, notification, types_v1
from mail_test import Readers
from waiting import eventually
from wall_clock import WallClock

BRUSSELS = zoneinfo.ZoneInfo("Europe/Brussels")
Schedule = notification.Schedule
PATIENCE = 30


class DigestTest(Readers):
    @classmethod
    def setUpClass(cls):
        cls.clock = WallClock(f"digest-{shared.DATABASE}")
        cls.set_up(environments={"notification": cls.clock.environment},
                   **{"delivery.mails.settle": "1s", "delivery.mails.gather": "600s",
                      "delivery.sweep": "2s"})

    def now(self):
        return (datetime.datetime.now(datetime.UTC)
                + datetime.timedelta(seconds=self.clock.shift)).astimezone(BRUSSELS)

    def leap_to(self, moment):
        """Notification's clock shows that moment; the machine's goes on as it does."""
        self.clock.step((moment - self.now()).total_seconds())

    def next_at(self, hour):
        today = self.now().replace(hour=hour, minute=0, second=0, microsecond=0)
        return today if today > self.now() else today + datetime.timedelta(days=1)

    def rename(self, cluster, title):
        cluster.title = title
        return self.stack.catalogue.client.Cluster.UpdateCluster(
            catalogue.UpdateClusterRequest(cluster=cluster, update_mask={"paths": ["title"]}),
            timeout=10)

    def states(self, name):
        return sorted(notification.Delivery.State.Name(one.state)
                      for one in steps.deliveries(self.stack, resource=name))

    def all_told(self, name, count):
        """Until the last of that many deliveries about it is over."""
        return eventually(
            lambda: len(found := self.states(name)) == count and "STATE_PENDING" not in found and found,
            f"{count} deliveries about {name} are over", PATIENCE)

    def test_a_digest_tells_in_one_mail_what_happened_and_nothing_when_nothing_did(self):
        word, address = self.subscribe(language="de")
        hour = (self.now().hour + 5) % 24
        at = self.next_at(hour)
        self.client.Subscription.UpdateSubscription(notification.UpdateSubscriptionRequest(
            subscription=notification.Subscription(name=self.subscription, schedule=Schedule(
                frequency=Schedule.FREQUENCY_DAILY, hour=hour))), timeout=10)
        first = self.create(f"Silicon Saxony {word}")
        second = self.create(f"Photonics {word}")
        self.rename(second, f"Photonics of today {word}")
        self.leap_to(at + datetime.timedelta(seconds=10))
        [mail] = self.office.notices(address, within=PATIENCE)
        for said in (mail.text, mail.html):
            self.assertIn("Silicon Saxony", said)
            self.assertIn("Photonics of today", said, "as it is now")
        self.assertEqual(mail["content-language"], "de")
        self.assertIn("Clusterorganisation in DE", mail.text)
        self.assertEqual(self.all_told(first.name, 1), ["STATE_DELIVERED"])
        self.assertEqual(self.all_told(second.name, 2), ["STATE_DELIVERED"] * 2)

        self.leap_to(at + datetime.timedelta(days=3))
        later = self.create(f"Later {word}")
        eventually(lambda: self.states(later.name), "its delivery")
        self.leap_to(self.next_at(hour) + datetime.timedelta(seconds=10))
        _, next_mail = self.office.notices(address, count=2, within=PATIENCE)
        self.assertIn("Later", next_mail.text)
        self.assertNotIn("Silicon Saxony", next_mail.text)
        self.assertEqual(self.all_told(later.name, 1), ["STATE_DELIVERED"])
        self.assertEqual(len(self.office.notices(address)), 2, "none in between")

    def test_one_mail_tells_an_address_of_a_change_that_several_asked_for(self):
        word, address = "oftenasked", "twice@example.org"
        subscriber = self.client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
            subscriber=notification.Subscriber(title="Twice")), timeout=10).name
        endpoint = self.client.Subscriber.CreateEndpoint(notification.CreateEndpointRequest(
            parent=subscriber, endpoint=notification.Endpoint(
                email=notification.Email(address=address))), timeout=10).name
        for title in ("All of a word", "Clusters of a word"):
            self.client.Subscription.CreateSubscription(notification.CreateSubscriptionRequest(
                parent=subscriber, subscription=notification.Subscription(
                    title=title, filter=types_v1.Filter(words=word), endpoint=endpoint)), timeout=10)
        pages.confirm(self.office, address)
        cluster = self.create(f"Once {word}")
        [mail] = self.office.notices(address, within=PATIENCE)
        self.assertIn("Once", mail["subject"])
        for title in ("All of a word", "Clusters of a word"):
            self.assertIn(title, mail.text)
        self.assertEqual(self.all_told(cluster.name, 2), ["STATE_DELIVERED", "STATE_SUPPRESSED"])
        self.assertEqual(len(self.office.notices(address)), 1)

    def test_what_happens_to_one_thing_soon_after_a_mail_is_the_next_mail(self):
        word, address = self.subscribe()
        cluster = self.create(f"Before {word}")
        self.office.notices(address, within=PATIENCE)
        for title in ("One", "Two", "Three"):
            cluster = self.rename(cluster, f"{title} {word}")
        eventually(lambda: len(self.states(cluster.name)) == 4, "its deliveries")
        self.clock.step(601)
        _, mail = self.office.notices(address, count=2, within=PATIENCE)
        self.assertIn("Three", mail["subject"])
        self.assertEqual(self.all_told(cluster.name, 4), ["STATE_DELIVERED"] * 4)
        self.assertEqual(len(self.office.notices(address)), 2)
