"""Nobody gets two mails of one change, and a digest comes once, at its reader's hour."""

import datetime
import zoneinfo

import shared
import steps
from api import catalogue, notification
from mail_test import Readers
from waiting import eventually
from wall_clock import WallClock

BRUSSELS = zoneinfo.ZoneInfo("Europe/Brussels")
Schedule = notification.Schedule
PATIENCE = 90       # what waits for an hour is looked at once a minute


class DigestTest(Readers):
    @classmethod
    def setUpClass(cls):
        cls.clock = WallClock(f"digest-{shared.DATABASE}")
        cls.set_up(environments={"notification": cls.clock.environment},
                   **{"delivery.mails.settle": "1s", "delivery.mails.gather": "600s"})

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
        word, address = self.subscribe()
        hour = (self.now().hour + 5) % 24
        at = self.next_at(hour)
        self.client.Subscription.UpdateSubscription(notification.UpdateSubscriptionRequest(
            subscription=notification.Subscription(name=self.subscription, schedule=Schedule(
                frequency=Schedule.FREQUENCY_DAILY, hour=hour))), timeout=10)
        first = steps.create_cluster(self.stack, title=f"Silicon Saxony {word}")
        second = steps.create_cluster(self.stack, title=f"Photonics {word}")
        self.rename(second, f"Photonics of today {word}")
        self.leap_to(at + datetime.timedelta(seconds=10))
        [mail] = self.office.wait_for(address, within=PATIENCE)
        for said in (mail.text, mail.html):
            self.assertIn("Silicon Saxony", said)
            self.assertIn("Photonics of today", said, "as it is now")
        self.assertEqual(self.all_told(first.name, 1), ["STATE_DELIVERED"])
        self.assertEqual(self.all_told(second.name, 2), ["STATE_DELIVERED"] * 2)

        self.leap_to(at + datetime.timedelta(days=3))
        later = steps.create_cluster(self.stack, title=f"Later {word}")
        eventually(lambda: self.states(later.name), "its delivery")
        self.leap_to(self.next_at(hour) + datetime.timedelta(seconds=10))
        _, next_mail = self.office.wait_for(address, count=2, within=PATIENCE)
        self.assertIn("Later", next_mail.text)
        self.assertNotIn("Silicon Saxony", next_mail.text)
        self.assertEqual(self.all_told(later.name, 1), ["STATE_DELIVERED"])
        self.assertEqual(len(self.office.to(address)), 2, "none in between")

    def test_one_mail_tells_an_address_of_a_change_that_several_asked_for(self):
        _, address = self.subscribe()
        word, _ = self.subscribe(address=address)
        steps.add_subscription(self.stack, self.endpoint[:self.endpoint.index("/endpoints")],
                               {"words": word}, endpoint_name=self.endpoint)
        cluster = steps.create_cluster(self.stack, title=f"Once {word}")
        [mail] = self.office.wait_for(address, within=PATIENCE)
        self.assertIn("Once", mail["subject"])
        self.assertEqual(self.all_told(cluster.name, 2), ["STATE_DELIVERED", "STATE_SUPPRESSED"])
        self.assertEqual(len(self.office.to(address)), 1)

    def test_what_happens_to_one_thing_soon_after_a_mail_is_the_next_mail(self):
        word, address = self.subscribe()
        cluster = steps.create_cluster(self.stack, title=f"Before {word}")
        self.office.wait_for(address, within=PATIENCE)
        for title in ("One", "Two", "Three"):
            cluster = self.rename(cluster, f"{title} {word}")
        eventually(lambda: len(self.states(cluster.name)) == 4, "its deliveries")
        self.clock.step(601)
        _, mail = self.office.wait_for(address, count=2, within=PATIENCE)
        self.assertIn("Three", mail["subject"])
        self.assertEqual(self.all_told(cluster.name, 4), ["STATE_DELIVERED"] * 4)
        self.assertEqual(len(self.office.to(address)), 2)
