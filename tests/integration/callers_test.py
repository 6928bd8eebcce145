"""Who calls, what they are let do at all, and what one caller may take."""

import socket
import threading
import unittest

import grpc

import shared
import steps
from api import PUBLIC, Refusal, catalogue, catalogue_client, notification, refusal
from processes import free_ports
from tokens import Issuer
from waiting import eventually

DATABASES = ["sqlite"]      # no database has a part in it
FORGED = (("x-forwarded-for", "127.0.0.1"), ("x-real-ip", "127.0.0.1"),
          ("forwarded", "for=127.0.0.1;proto=https"), ("x-forwarded-client-cert", "By=a;URI=spiffe://x/ops"),
          ("x-clusterwire-subject", "loopback"))


class CallersTest(unittest.TestCase):
    """A stack in which nobody is an operator for where they call from."""

    @classmethod
    def setUpClass(cls):
        settings = {"listen.loopback_is_operator": "false"}
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
        refused = refusal(lambda request, **options: list(self.stack.notification.client.Inbox.StreamInbox(
            request, **options)), notification.StreamInboxRequest(parent="subscribers/none"))
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
    """Two strangers, of whom one calls too much."""

    @classmethod
    def setUpClass(cls):
        cls.stack = shared.new_stack(catalogue_settings={
            "listen.loopback_is_operator": "false", "callers.limits.public_calls_per_second": "2"})
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.catalogue.start()

    def call(self, client):
        return refusal(client.Cluster.GetCluster, catalogue.GetClusterRequest(name="clusters/none"))

    def test_who_calls_too_much_is_told_how_long_to_wait_and_others_are_served(self):
        other = catalogue_client(relay_from("127.0.0.2", self.stack.catalogue.address, self))
        self.addCleanup(other.close)
        answers = [self.call(self.stack.catalogue.client) for _ in range(50)]
        limited = [answer for answer in answers if answer.reason == "CALLER_LIMIT"]
        self.assertTrue(limited, answers)
        for answer in limited:
            self.assertEqual(answer.code, grpc.StatusCode.RESOURCE_EXHAUSTED)
            self.assertGreater(answer.retry_seconds, 0)
            self.assertLessEqual(answer.retry_seconds, 0.5)
            self.assertIn("callers.limits.public_calls_per_second", answer.message)
        self.assertEqual(self.call(other).code, grpc.StatusCode.NOT_FOUND)
        eventually(lambda: self.call(self.stack.catalogue.client).code is grpc.StatusCode.NOT_FOUND,
                   "the first is served again", within=10)
        status, metrics = self.stack.catalogue.http_get("/metrics")
        self.assertEqual(status, 200)
        self.assertIn('clusterwire_rpc_caller_limit_total{limit="calls"}', metrics)


class SignedInTest(unittest.TestCase):
    """Callers whom tokens show."""

    @classmethod
    def setUpClass(cls):
        cls.issuer = cls.enterClassContext(Issuer())
        settings = cls.issuer.settings(operators=[cls.issuer.subject("ann")],
                                       **{"callers.limits.calls_per_second": "2"})
        cls.stack = shared.new_stack(catalogue_settings=settings)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.catalogue.start()
        cls.client = cls.stack.catalogue.client

    def get(self, who):
        return refusal(self.client.Cluster.GetCluster,
                       catalogue.GetClusterRequest(name="clusters/none"),
                       metadata=self.issuer.metadata(who))

    def test_who_has_shown_who_they_are_may_do_what_that_is_enough_for(self):
        refused = refusal(self.client.Operations.Diagnose, catalogue.DiagnoseRequest(),
                          metadata=self.issuer.metadata("bob"))
        self.assertEqual((refused.code.name, refused.reason), ("PERMISSION_DENIED", "ACCESS_DENIED"))
        self.assertIn("for operators", refused.message)
        self.assertIn(f"'{self.issuer.subject('bob')}' is signed in", refused.message)
        self.client.Operations.Diagnose(catalogue.DiagnoseRequest(), timeout=10,
                                        metadata=self.issuer.metadata("ann"))

    def test_a_wrong_token_is_no_way_to_be_the_public(self):
        wrong = self.issuer.metadata("bob", aud="another")
        refused = refusal(self.client.Cluster.ListClusters, catalogue.ListClustersRequest(),
                          metadata=wrong)
        self.assertEqual(refused.code.name, "UNAUTHENTICATED")

    def test_each_subject_has_a_limit_of_its_own_and_operators_have_none(self):
        reasons = [self.get("carl").reason for _ in range(50)]
        self.assertIn("CALLER_LIMIT", reasons)
        self.assertEqual(self.get("dora").reason, "RESOURCE_NOT_FOUND")
        self.assertEqual({self.get("ann").reason for _ in range(50)}, {"RESOURCE_NOT_FOUND"})


class StartingTest(unittest.TestCase):
    """A catalogue whose database is away: nobody's rights can be looked up."""

    @classmethod
    def setUpClass(cls):
        cls.issuer = cls.enterClassContext(Issuer())
        cls.stack = shared.new_stack(catalogue_settings=cls.issuer.settings(
            operators=[cls.issuer.subject("ann")],
            **{"database.url": f"postgresql://nobody@127.0.0.1:{free_ports(1)[0]}/nothing",
               "listen.loopback_is_operator": "false"}))
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.catalogue.process.start()
        cls.stack.catalogue.wait_until_live()

    def test_an_operator_is_told_what_is_missing_and_everybody_else_to_wait(self):
        diagnose = self.stack.catalogue.client.Operations.Diagnose
        findings = diagnose(catalogue.DiagnoseRequest(), timeout=10,
                            metadata=self.issuer.metadata("ann")).findings
        self.assertIn("takes no connection", str(findings))
        for metadata in [(), self.issuer.metadata("bob")]:
            refused = refusal(diagnose, catalogue.DiagnoseRequest(), metadata=metadata)
            self.assertEqual((refused.code.name, refused.reason), ("UNAVAILABLE", "STARTING"))
            self.assertGreater(refused.retry_seconds, 0)
        refused = refusal(diagnose, catalogue.DiagnoseRequest(),
                          metadata=self.issuer.metadata("ann", exp=1))
        self.assertEqual(refused.code.name, "UNAUTHENTICATED")


class StreamsTest(unittest.TestCase):
    """Two subscribers, who may have one stream open each."""

    @classmethod
    def setUpClass(cls):
        cls.issuer = cls.enterClassContext(Issuer())
        cls.stack = shared.new_stack(notification_settings=cls.issuer.settings(
            **{"callers.limits.streams": "1"}))
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        cls.client = cls.stack.notification.client

    def subscriber(self, who):
        return self.client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
            subscriber=notification.Subscriber(title=who)), timeout=10,
            metadata=self.issuer.metadata(who)).name

    def stream(self, who, subscriber):
        return self.client.Inbox.StreamInbox(notification.StreamInboxRequest(parent=subscriber),
                                             timeout=30, metadata=self.issuer.metadata(who))

    def refused(self, who, subscriber):
        """Why it is, or nothing when the stream is still open after a moment."""
        stream = self.client.Inbox.StreamInbox(notification.StreamInboxRequest(parent=subscriber),
                                               timeout=1, metadata=self.issuer.metadata(who))
        try:
            next(iter(stream))
        except grpc.RpcError as error:
            return None if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED else Refusal(error)
        return None

    def open_streams(self):
        _, metrics = self.stack.notification.http_get("/metrics")
        return int(metrics.split("\nclusterwire_rpc_open_streams ")[1].split()[0])

    def test_a_stream_too_many_is_refused_until_another_has_ended(self):
        anns, bobs = self.subscriber("ann"), self.subscriber("bob")
        stream = self.stream("ann", anns)
        eventually(lambda: self.open_streams() == 1, "the stream is open")
        refused = self.refused("ann", anns)
        self.assertEqual((refused.code.name, refused.reason), ("RESOURCE_EXHAUSTED", "CALLER_LIMIT"))
        self.assertIn("callers.limits.streams", refused.message)
        self.assertGreater(refused.retry_seconds, 0)
        self.assertIsNone(self.refused("bob", bobs))
        stream.cancel()
        eventually(lambda: self.refused("ann", anns) is None, "the place is free again")


def relay_from(source, address, test):
    """An address from which connections go on to `address`, as if they came from `source`."""
    host, _, port = address.rpartition(":")
    listener = socket.create_server(("127.0.0.1", 0))
    ends = [listener]

    def pass_on(from_, to):
        try:
            while data := from_.recv(65536):
                to.sendall(data)
        except OSError:
            pass
        to.close()

    def accept():
        while True:
            try:
                near = listener.accept()[0]
                far = socket.create_connection((host, int(port)), source_address=(source, 0))
            except OSError:
                return
            ends.extend([near, far])
            for pair in [(near, far), (far, near)]:
                threading.Thread(target=pass_on, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    test.addCleanup(lambda: [end.close() for end in ends])
    return f"127.0.0.1:{listener.getsockname()[1]}"
