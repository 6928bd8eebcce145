"""A draft is nobody's business but the office's."""

import unittest

import shared
import steps
from api import PUBLIC, catalogue, change, notification, pages, refusal, types_v1
from waiting import eventually


class AudienceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.client = cls.stack.catalogue.client
        cls.reader = steps.subscribe(cls.stack, "audience-reader", {"types": ["cluster", "label"],
                                                                    "names": ["clusters/test-draft"]})
        cls.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster_id="test-draft", cluster=steps.cluster_of("Draft Cluster Dresden")), timeout=10)
        cls.label = steps.award(cls.stack, "clusters/test-draft")

    def search(self, metadata):
        return [hit.facts.name for hit in self.client.Search.Search(catalogue.SearchRequest(
            filter=types_v1.Filter(names=["clusters/test-draft"]),
            min_revision=steps.revision(self.stack)), timeout=10, metadata=metadata).hits]

    def changes(self, metadata):
        return list(self.client.Change.ListChanges(change.ListChangesRequest(
            filter=types_v1.Filter(names=["clusters/test-draft"])), timeout=10,
            metadata=metadata).changes)

    def listed(self, metadata):
        return {cluster.name for cluster in pages(
            lambda request, timeout: self.client.Cluster.ListClusters(
                request, timeout=timeout, metadata=metadata),
            catalogue.ListClustersRequest(page_size=1000), "clusters")}

    def test_1_the_public_finds_no_trace_of_a_draft(self):
        for call, request in [
                (self.client.Cluster.GetCluster,
                 catalogue.GetClusterRequest(name="clusters/test-draft")),
                (self.client.Label.GetLabel, catalogue.GetLabelRequest(name=self.label.name))]:
            self.assertEqual(refusal(call, request, metadata=PUBLIC).code.name, "NOT_FOUND")
            call(request, timeout=10)
        self.assertNotIn("clusters/test-draft", self.listed(PUBLIC))
        self.assertIn("clusters/test-draft", self.listed(None))
        self.assertEqual(self.search(PUBLIC), [])
        self.assertEqual(set(self.search(None)), {"clusters/test-draft", self.label.name})
        self.assertEqual(self.changes(PUBLIC), [])
        self.assertEqual([one.kind for one in self.changes(None)][:1], ["cluster.created"])

    def test_2_its_own_people_see_it(self):
        as_member = (("clusterwire-view-as", "clusters/test-draft"),)
        self.client.Cluster.GetCluster(catalogue.GetClusterRequest(name="clusters/test-draft"),
                                       timeout=10, metadata=as_member)
        self.assertIn("clusters/test-draft", self.search(as_member))

    def test_3_the_public_may_not_write(self):
        refused = refusal(self.client.Cluster.DeleteCluster,
                          catalogue.DeleteClusterRequest(name="clusters/silicon-saxony-e-v"),
                          metadata=PUBLIC)
        self.assertEqual((refused.code.name, refused.reason), ("UNAUTHENTICATED", "SIGN_IN"))

    def test_4_publishing_is_entered_and_shows_nothing_of_the_draft(self):
        # A change of another cluster that was told of proves that the draft's would have been.
        steps.create_cluster(self.stack)
        self.client.Cluster.PublishCluster(
            catalogue.PublishClusterRequest(name="clusters/test-draft"), timeout=10)
        items = eventually(lambda: (found := steps.inbox(self.stack, self.reader)) and
                           {one.change.name for one in found} >=
                           {"clusters/test-draft", self.label.name} and found,
                           "the reader is told of the cluster and its label")
        by_name = {one.change.name: one for one in items}
        self.assertEqual(len(items), 2)
        self.assertEqual(by_name["clusters/test-draft"].change.kind, "cluster.published")
        for item in items:
            self.assertEqual(item.transition, notification.TRANSITION_ENTERED)
            self.assertFalse(item.change.HasField("before"))
        self.assertEqual(self.search(PUBLIC), self.search(None))
        seen = self.changes(PUBLIC)
        self.assertEqual([one.kind for one in seen if one.name == "clusters/test-draft"],
                         ["cluster.published"])
        self.assertFalse(any(one.HasField("before") for one in seen))
