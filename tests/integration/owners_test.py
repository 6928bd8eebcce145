"""Who has signed in makes a cluster of their own, and what that owns."""

import unittest

import shared
import steps
from api import PUBLIC, catalogue, refusal, types_v1
from nine_callers import NineCallers
from tokens import Issuer

PERIOD = types_v1.Period(start="2090-01-01", end="2090-01-01")


class OwnersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.issuer = Issuer()
        cls.addClassCleanup(cls.issuer.close)
        cls.stack = shared.new_stack(catalogue_settings=NineCallers.settings(cls.issuer))
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.catalogue.start()
        cls.client = cls.stack.catalogue.client
        steps.add_countries(cls.stack)

    def options(self, sub):
        return {"timeout": 10, "metadata": self.issuer.metadata(sub)}

    def create(self, sub, title="Own Cluster", **request):
        return self.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster=catalogue.Cluster(title=title, country="DE"), **request), **self.options(sub))

    def event(self, sub, **fields):
        return self.client.Event.CreateEvent(catalogue.CreateEventRequest(
            event=catalogue.CalendarEvent(title="Open day", kind="KIND_MEETING", period=PERIOD,
                                          **fields)), **self.options(sub))

    def test_a_draft_is_its_creators_and_a_retry_makes_no_second_one(self):
        made = self.create("ann", request_id="once")
        again = self.create("ann", request_id="once")
        self.assertEqual(made, again)
        self.assertRegex(made.name, "^clusters/own-cluster-[0-9a-z]{5}$")
        rights = self.client.Grant.WhoAmI(catalogue.WhoAmIRequest(), **self.options("ann")).rights
        self.assertEqual([(one.resource, one.role) for one in rights], [(made.name, 3)])
        get = catalogue.GetClusterRequest(name=made.name)
        self.client.Cluster.GetCluster(get, **self.options("ann"))
        for metadata in (self.issuer.metadata("bob"), PUBLIC):
            self.assertEqual(refusal(self.client.Cluster.GetCluster, get,
                                     metadata=metadata).code.name, "NOT_FOUND")

    def test_five_drafts_and_no_more_however_many_ask_at_once(self):
        for _ in range(5):
            self.create("eve")
        refused = refusal(self.client.Cluster.CreateCluster, catalogue.CreateClusterRequest(
            cluster=catalogue.Cluster(title="Sixth", country="DE")),
            metadata=self.issuer.metadata("eve"))
        self.assertEqual(refused.reason, "TOO_MANY_DRAFTS")
        several = [self.client.Cluster.CreateCluster.future(catalogue.CreateClusterRequest(
            cluster=catalogue.Cluster(title="At once", country="DE")), **self.options("mob"))
            for _ in range(20)]
        self.assertEqual(sum(one.exception() is None for one in several), 5)

    def test_an_event_is_its_owners_and_shows_the_public_no_draft(self):
        cluster = self.create("dan", title="Dan's").name
        event = self.event("dan", owner=cluster)
        publish = catalogue.PublishEventRequest(name=event.name)
        refused = refusal(self.client.Event.PublishEvent, publish,
                          metadata=self.issuer.metadata("dan"))
        self.assertIn("event.state", refused.fields)
        published = catalogue.PublishClusterRequest(name=cluster)
        refused = refusal(self.client.Cluster.PublishCluster, published,
                          metadata=self.issuer.metadata("dan"))
        self.assertEqual(refused.reason, "NOT_YOURS")
        self.client.Cluster.PublishCluster(published, timeout=10)
        self.client.Event.PublishEvent(publish, **self.options("dan"))
        self.create("joe", title="Joe's")
        for call, request in [
                (self.client.Event.DeleteEvent, catalogue.DeleteEventRequest(name=event.name)),
                (self.client.Event.CreateEvent, catalogue.CreateEventRequest(
                    event=catalogue.CalendarEvent(title="Theirs", kind="KIND_MEETING",
                                                  period=PERIOD, owner=cluster)))]:
            self.assertEqual(refusal(call, request, metadata=self.issuer.metadata("joe")).reason,
                             "NOT_YOURS")

    def test_an_id_is_chosen_by_operators_alone(self):
        refused = refusal(self.client.Cluster.CreateCluster, catalogue.CreateClusterRequest(
            cluster_id="mine", cluster=catalogue.Cluster(title="Mine", country="DE")),
            metadata=self.issuer.metadata("kim"))
        self.assertIn("cluster_id", refused.fields)
