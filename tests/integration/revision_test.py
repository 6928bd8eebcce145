"""Read your own write: what asks for a revision gets it, and what asks for one that isn't there
holds up nobody."""

import time
import unittest

import grpc

import shared
import steps
from api import PUBLIC, catalogue, refusal, types_v1

CALLS = 1000
FAR = 2 ** 62


class RevisionTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.client = cls.stack.catalogue.client

    def search_for(self, name, **arguments):
        return catalogue.SearchRequest(filter=types_v1.Filter(names=[name]), **arguments)

    def test_what_was_just_written_is_found(self):
        for _ in range(20):
            cluster = steps.create_cluster(self.stack)
            found = self.client.Search.Search(
                self.search_for(cluster.name, min_revision=cluster.revision), timeout=10)
            self.assertEqual([hit.facts.name for hit in found.hits], [cluster.name])
            self.assertGreaterEqual(found.revision, cluster.revision)

    def test_a_revision_that_is_not_written_yet_is_out_of_range_at_once(self):
        name = steps.create_cluster(self.stack).name
        for call, request in [
                (self.client.Cluster.GetCluster,
                 catalogue.GetClusterRequest(name=name, min_revision=FAR)),
                (self.client.Cluster.ListClusters,
                 catalogue.ListClustersRequest(min_revision=FAR)),
                (self.client.Search.Search, self.search_for(name, min_revision=FAR))]:
            began = time.monotonic()
            answer = refusal(call, request)
            self.assertEqual((answer.code.name, answer.reason),
                             ("OUT_OF_RANGE", "FUTURE_REVISION"), answer)
            self.assertLess(time.monotonic() - began, 1)

    def test_a_thousand_calls_with_a_far_min_revision_hold_up_no_get_and_no_search(self):
        name = steps.create_cluster(self.stack).name
        # Connections of their own, since one takes 256 calls at once.
        channels = [grpc.insecure_channel(self.stack.catalogue.address,
                                          [("grpc.use_local_subchannel_pool", 1)])
                    for _ in range(8)]
        for channel in channels:
            self.addCleanup(channel.close)
        waiting = []
        for i in range(CALLS):
            channel = channels[i % len(channels)]
            if i % 2:
                call = catalogue.ClusterServiceStub(channel).GetCluster.future(
                    catalogue.GetClusterRequest(name=name, min_revision=FAR), timeout=60,
                    metadata=PUBLIC, wait_for_ready=True)
            else:
                call = catalogue.SearchServiceStub(channel).Search.future(
                    self.search_for(name, min_revision=FAR), timeout=60, metadata=PUBLIC,
                    wait_for_ready=True)
            waiting.append(call)
        slowest = 0
        for _ in range(10):
            began = time.monotonic()
            self.client.Cluster.GetCluster(catalogue.GetClusterRequest(name=name), timeout=30)
            self.client.Search.Search(self.search_for(name), timeout=30)
            slowest = max(slowest, time.monotonic() - began)
        print(f"\n  the slowest Get and Search beside them: {slowest:.2f} s", end=" ", flush=True)
        self.assertLess(slowest, 2)
        self.assertLessEqual({call.code().name for call in waiting},
                             {"OUT_OF_RANGE", "RESOURCE_EXHAUSTED"})
