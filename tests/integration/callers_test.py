"""Who calls, as far as it shows without certificates and tokens, and what one caller may take."""

import unittest

import grpc

import shared
import steps
from api import PUBLIC, catalogue, catalogue_client, notification, refusal

FORGED = (("x-forwarded-for", "127.0.0.1"), ("x-real-ip", "127.0.0.1"),
          ("forwarded", "for=127.0.0.1;proto=https"), ("x-forwarded-client-cert", "By=a;URI=spiffe://x/ops"),
          ("x-clusterwire-subject", "loopback"))


class CallersTest(unittest.TestCase):
    """A stack in which nobody is an operator for where they call from."""

    @classmethod
    def setUpClass(cls):
        settings = {"listen.loopback_is_operator": "false",
                    "callers.limits.public_calls_per_second": "20",
                    "callers.limits.public_streams": "2"}
        cls.stack = shared.new_stack(catalogue_settings=settings, notification_settings=settings)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()

    def setUp(self):
        self.client = self.stack.catalogue.client

    def create(self, **options):
        request = catalogue.CreateClusterRequest(cluster_id="test-nobody",
                                                 cluster=steps.cluster_of("Nobody's Cluster"))
        return refusal(self.client.Cluster.CreateCluster, request, **options)

    def test_1_whoever_calls_from_this_machine_is_the_public(self):
        self.client.Cluster.ListClusters(catalogue.ListClustersRequest(), timeout=10)
        refused = self.create()
        self.assertEqual((refused.code.name, refused.reason), ("UNAUTHENTICATED", "SIGN_IN"))
        self.assertIn("authorization: Bearer", refused.message)
        refused = refusal(self.stack.notification.client.Subscriber.CreateSubscriber,
                          notification.CreateSubscriberRequest())
        self.assertEqual(refused.reason, "SIGN_IN")

    def test_2_what_a_proxy_says_of_whom_it_calls_for_is_not_believed(self):
        for forged in [*((one,) for one in FORGED), FORGED]:
            refused = self.create(metadata=forged)
            self.assertEqual(refused.reason, "SIGN_IN", forged)
        refused = self.create(metadata=(("clusterwire-view-as", "clusters/a"),))
        self.assertEqual(refused.reason, "VIEW_AS_DENIED")
        self.assertEqual(self.create(metadata=PUBLIC).reason, "SIGN_IN")

    def test_3_operations_are_not_for_the_public_and_health_is(self):
        for service in (self.stack.catalogue, self.stack.notification):
            self.assertEqual(service.health(service.live), "SERVING")
        refused = refusal(self.client.Operations.Diagnose, catalogue.DiagnoseRequest())
        self.assertEqual(refused.reason, "SIGN_IN")


class LimitsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Everybody on this machine has the same address: the public is limited, operators are not.
        cls.stack = shared.new_stack(catalogue_settings={
            "listen.loopback_is_operator": "false",
            "callers.limits.public_calls_per_second": "2"})
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.catalogue.process.start()
        cls.stack.catalogue.wait_until_live()

    def call(self, client):
        return client.Cluster.GetCluster.with_call(catalogue.GetClusterRequest(name="clusters/nothing"),
                                                   timeout=10)

    def test_beyond_its_limit_a_caller_is_told_how_long_to_wait(self):
        client = self.stack.catalogue.client
        self.addCleanup(client.close)
        answers = [refusal(client.Cluster.GetCluster,
                           catalogue.GetClusterRequest(name="clusters/nothing")) for _ in range(30)]
        limited = [answer for answer in answers if answer.reason == "CALLER_LIMIT"]
        self.assertTrue(limited, [answer.reason for answer in answers])
        for answer in limited:
            self.assertEqual(answer.code, grpc.StatusCode.RESOURCE_EXHAUSTED)
            self.assertGreater(answer.retry_seconds, 0)
            self.assertLessEqual(answer.retry_seconds, 0.5)
            self.assertIn("callers.limits.public_calls_per_second", answer.message)
        metrics = self.stack.catalogue.metrics()
        self.assertIn('clusterwire_rpc_caller_limit_total{limit="calls"}', metrics)


if __name__ == "__main__":
    unittest.main()
