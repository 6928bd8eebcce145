"""Reminders that fell due while the catalogue was down, on the real program with its clock set ahead."""

import datetime
import unittest

import shared
import steps
from api import catalogue, change, types_v1
from wall_clock import WallClock

DAY = 24 * 60 * 60
LABEL_ENDS_IN = 10      # days


class ReminderTest(unittest.TestCase):
    def setUp(self):
        self.clock = WallClock("reminders")
        self.stack = shared.new_stack(environments={"catalogue": self.clock.environment})
        self.addCleanup(self.stack.stop)
        self.service = self.stack.catalogue
        self.service.start()
        self.client = self.service.client
        steps.add_countries(self.stack)
        self.client.LabelScheme.CreateLabelScheme(catalogue.CreateLabelSchemeRequest(
            label_scheme_id="test", label_scheme=catalogue.LabelScheme(
                title="Test", time_zone="UTC", renewal_window_months=12, reminder_days=[9, 6, 3])),
            timeout=10)
        cluster = self.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster_id="test", cluster=catalogue.Cluster(
                title="Test", country="DE", state="STATE_PUBLISHED")), timeout=10)
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.last_day = today + datetime.timedelta(days=LABEL_ENDS_IN)
        self.label = self.client.Label.AwardLabel(catalogue.AwardLabelRequest(
            parent=cluster.name, label=catalogue.Label(
                scheme="labelSchemes/test", awarded=today.isoformat(),
                valid_until=self.last_day.isoformat())), timeout=10).name

    def down_until(self, days):
        """Stopped, and started again when so many days have passed; gives back ready."""
        self.service.process.stop()
        self.clock.set(days * DAY)
        self.service.start()

    def told(self):
        """What the history has of the label: the kind, and for a reminder the days left."""
        answer = self.client.Change.ListChanges(change.ListChangesRequest(
            filter=types_v1.Filter(names=[self.label])), timeout=10)
        return [(one.kind, one.reminder.days_left if one.HasField("reminder") else None)
                for one in sorted(answer.changes, key=lambda one: one.revision)
                if one.kind != "facts.refreshed"]

    def test_after_an_outage_the_newest_alone_is_there_once_the_service_is_ready(self):
        told = [("label.awarded", None)]
        self.assertEqual(self.told(), told)
        self.down_until(LABEL_ENDS_IN - 2)      # all three have fallen due
        told.append(("label.expiring", 2))
        self.assertEqual(self.told(), told)
        reminder = self.client.Label.GetLabel(
            catalogue.GetLabelRequest(name=self.label), timeout=10).reminders[0]
        self.assertEqual((reminder.kind, reminder.day, reminder.lead_days),
                         ("label.expiring", self.last_day.isoformat(), 3))
        self.down_until(LABEL_ENDS_IN - 8)      # the clock is set back, the label written
        self.client.Label.UpdateLabel(catalogue.UpdateLabelRequest(
            label=catalogue.Label(name=self.label, issuer="EUCLES")), timeout=10)
        told.append(("label.updated", None))
        self.down_until(LABEL_ENDS_IN - 2)
        self.assertEqual(self.told(), told)
        self.down_until(LABEL_ENDS_IN + 1)
        told.append(("label.expired", None))
        self.assertEqual(self.told(), told)
