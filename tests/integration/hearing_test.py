"""Does what is not public reach those who may see it at that moment, and nobody else?"""

import hashlib
import hmac
import os
import threading
import unittest

import grpc
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

import shared
import steps
from api import catalogue, change, notification, refusal, types_v1
from stack import Stack
from tokens import Issuer
from waiting import eventually

Role = change.GrantChanged.Role


class Grants:
    """The topic of grants, written as the catalogue writes it."""

    def __init__(self, broker, topic, key):
        self.key, self.topic, self._revision, self._end = key, topic, 0, 0
        self._lock, self._silent, self._signs = threading.Lock(), threading.Event(), None
        self._admin = AdminClient({"bootstrap.servers": broker.address})
        eventually(self._make, f"{topic} is made")   # a deletion takes its time
        self._producer = Producer({"bootstrap.servers": broker.address, "log_level": 0})

    def _make(self):
        topic = NewTopic(self.topic, 1, 1, config={"cleanup.policy": "compact"})
        try:
            self._admin.create_topics([topic])[self.topic].result(30)
        except KafkaException:
            return False
        return True

    def delete(self):
        self.fall_silent()
        self._admin.delete_topics([self.topic])[self.topic].result(30)

    def give(self, name, subject, resource, role="ROLE_VIEWER"):
        self.send(name, subject_hash=self.hash(subject), is_pattern=subject.endswith("*"),
                  resource=resource, role=Role.Value(role))

    def withdraw(self, name):
        self.send(name, withdrawn=True)

    def complete(self):
        """All is there; signs of life follow."""
        self._sign()
        if self._signs is None:
            self._silent.clear()
            self._signs = threading.Thread(target=self._give_signs, daemon=True)
            self._signs.start()

    def fall_silent(self):
        self._silent.set()
        if self._signs is not None:
            self._signs.join()
            self._signs = None

    def _sign(self):
        self.send("complete", subject_hash=self.hash("complete"), looked_behind=self._end)

    def _give_signs(self):
        while not self._silent.wait(0.3):
            self._sign()

    def hash(self, subject):
        return hmac.new(self.key, subject.rstrip("*").encode(), hashlib.sha256).digest()

    def send(self, name, **fields):
        with self._lock:
            self._revision += 1
            record = change.GrantChanged(name=name, history="test", revision=self._revision,
                                         **fields)
            self._producer.produce(self.topic, key=name, value=record.SerializeToString(),
                                   on_delivery=self._sent)
            self._producer.flush(30)

    def _sent(self, error, message):
        if error is None:
            self._end = message.offset() + 1


class HearingTest(unittest.TestCase):
    def setUp(self):
        name = self.id().rpartition(".")[2]
        self.folder = shared.folder() / name
        self.folder.mkdir()
        self.key_file = self.folder / "subject.key"
        self.key_file.touch(mode=0o600)
        self.key_file.write_bytes(os.urandom(32))
        self.topic = f"clusterwire.grants.v1.{name}"
        self.grants = Grants(shared.broker(), self.topic, self.key_file.read_bytes())
        self.stack = Stack(shared.broker(), self.folder, shared.database(), notification_settings={
            "grants.topic": self.topic, "grants.subject_key_file": self.key_file,
            "grants.hold_after": "2s"})
        self.addCleanup(lambda: self.grants.fall_silent())
        self.addCleanup(self.stack.stop)

    def start(self):
        self.grants.complete()
        self.stack.start()
        steps.add_countries(self.stack)

    def subscriber(self, subject, webhook=None):
        """One of the subject, who wants to hear of everything; its name."""
        made = self.stack.notification.client.Subscriber.CreateSubscriber(
            notification.CreateSubscriberRequest(subscriber=notification.Subscriber(
                title="Somebody", subject=subject)), timeout=10).name
        steps.add_subscription(self.stack, made, {"types": ["cluster"]}, webhook)
        return made

    def create(self, id_, state="STATE_DRAFT"):
        return self.stack.catalogue.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster_id=id_, cluster=catalogue.Cluster(
                title=f"Cluster {id_}", country="DE", state=state)), timeout=10).name

    def told(self, subscriber):
        """The resources in its inbox."""
        return {item.change.name for item in steps.inbox(self.stack, subscriber)}

    def await_told(self, subscriber, *names):
        return eventually(lambda: (found := self.told(subscriber)) >= set(names) and found,
                          f"{subscriber} is told of {names}")

    def test_a_draft_reaches_whom_a_grant_lets_see_it_as_long_as_it_does(self):
        self.grants.give("grants/viewer", "corp:1", "clusters/test-hear-a")
        self.grants.give("grants/pattern", "k8s:map:*", "clusters/test-hear-a")
        self.start()
        hook, others_hook = shared.receiver().endpoint(), shared.receiver().endpoint()
        viewer, pattern = self.subscriber("corp:1"), self.subscriber("k8s:map:page")
        others = [self.subscriber(subject) for subject in ("corp:11", "k8s:mapper:page", "")]
        hooked = self.subscriber("corp:1", hook)
        self.subscriber("corp:2", others_hook)
        draft = self.create("test-hear-a")
        # What is public proves that everybody was asked.
        fence = self.create("test-hear-fence", state="STATE_PUBLISHED")
        for subscriber in (viewer, pattern):
            self.assertEqual(self.await_told(subscriber, fence, draft), {fence, draft})
        for subscriber in others:
            self.assertEqual(self.await_told(subscriber, fence), {fence})
        hook.wait_for(draft)
        others_hook.wait_for(fence)
        self.assertEqual(others_hook.about(draft), [])

        # Withdrawn: what lies in the inbox isn't shown, what is queued isn't sent.
        hook.answers = [500]
        renamed = catalogue.Cluster(name=draft, title="Renamed")
        self.stack.catalogue.client.Cluster.UpdateCluster(
            catalogue.UpdateClusterRequest(cluster=renamed), timeout=10)
        [queued] = eventually(lambda: [
            one for one in steps.deliveries(self.stack, parent=hooked, resource=draft)
            if one.attempts and one.state == notification.Delivery.STATE_PENDING], "a failed try")
        self.grants.withdraw("grants/viewer")
        suppressed = eventually(lambda: (one := self.delivery(queued.name)).state ==
                                notification.Delivery.STATE_SUPPRESSED and one, "it is suppressed")
        self.assertEqual(suppressed.reason, "audience: the subscriber may not see the resource")
        tries = len(hook.about(draft))
        eventually(lambda: self.told(viewer) == {fence}, "the inbox shows it no longer")
        self.assertEqual(self.told(pattern), {fence, draft})
        again = self.create("test-hear-again", state="STATE_PUBLISHED")
        hook.answers = [204]
        hook.wait_for(again)
        self.assertEqual(len(hook.about(draft)), tries)
        view = (("clusterwire-view-as", hooked),)
        listed = self.stack.notification.client.Delivery.ListDeliveries(
            notification.ListDeliveriesRequest(parent=hooked), timeout=10, metadata=view).deliveries
        self.assertNotIn(draft, {one.resource for one in listed})
        self.assertEqual(refusal(self.stack.notification.client.Delivery.GetDelivery,
                                 notification.GetDeliveryRequest(name=queued.name),
                                 metadata=view).code.name, "NOT_FOUND")

        # A restart reads everything again.
        self.stack.notification.process.kill()
        self.stack.notification.start()
        self.assertEqual(self.told(pattern), {fence, draft, again})
        self.assertEqual(self.told(viewer), {fence, again})
        self.assertEqual(steps.balance(self.stack).difference, 0)
        log = self.stack.notification.process.log.read_text()
        for marked in ("corp:1", "k8s:map:page", "Somebody"):
            self.assertNotIn(marked, log)
            self.assertNotIn(marked, self.stack.notification.http_get("/metrics")[1])

    def delivery(self, name):
        return self.stack.notification.client.Delivery.GetDelivery(
            notification.GetDeliveryRequest(name=name), timeout=10)

    def finding(self):
        return self.stack.notification.findings()["grants"]

    def test_old_grants_hold_what_is_not_public_and_nothing_else(self):
        self.grants.give("grants/viewer", "corp:1", "clusters/test-hear-b")
        self.start()
        viewer = self.subscriber("corp:1")
        self.await_fine()
        self.grants.delete()
        eventually(lambda: "is missing" in self.finding().finding, "Diagnose says what is wrong")
        self.assertIn("is held", self.finding().finding)
        draft = self.create("test-hear-b")
        public = self.create("test-hear-public", state="STATE_PUBLISHED")
        held = eventually(lambda: [
            one for one in steps.deliveries(self.stack, parent=viewer, resource=draft)
            if one.reason.startswith("grants: ")], "the draft's notice waits, and says why")
        self.assertEqual(held[0].state, notification.Delivery.STATE_PENDING)
        self.assertEqual(self.await_told(viewer, public), {public})
        self.assertIn("clusterwire_delivery_held 1", self.stack.notification.http_get("/metrics")[1])

        # Made anew and filled: everything is read again.
        self.grants = Grants(shared.broker(), self.topic, self.key_file.read_bytes())
        self.grants.give("grants/viewer", "corp:1", "clusters/test-hear-b")
        self.grants.complete()
        self.await_told(viewer, public, draft)
        self.await_fine()

    def await_fine(self):
        eventually(lambda: self.finding().severity == types_v1.Finding.SEVERITY_OK,
                   "it is known what is granted now")

    def test_without_a_sign_of_life_of_the_catalogue_what_is_not_public_is_held(self):
        self.grants.give("grants/viewer", "corp:1", "clusters/test-hear-e")
        self.start()
        viewer = self.subscriber("corp:1")
        self.await_fine()
        self.grants.fall_silent()
        eventually(lambda: "no sign of life" in self.finding().finding, "Diagnose names it")
        # What comes on the topic from anybody else is none.
        self.grants.give("grants/other", "corp:2", "clusters/test-hear-e")
        draft = self.create("test-hear-e")
        public = self.create("test-hear-e-public", state="STATE_PUBLISHED")
        self.assertEqual(self.await_told(viewer, public), {public})
        self.assertIn("no sign of life", self.finding().finding)
        self.assertEqual(self.stack.notification.health(self.stack.notification.ready), "SERVING")
        self.grants.complete()
        self.await_told(viewer, public, draft)

    def test_nothing_is_told_before_all_grants_are_known_nor_by_another_key(self):
        self.stack.catalogue.start()
        steps.add_countries(self.stack)
        self.stack.notification.process.start()
        self.stack.notification.wait_until_live()
        viewer = eventually(lambda: self.try_subscriber("corp:1"), "it takes calls")
        draft = self.create("test-hear-c")
        public = self.create("test-hear-c-public", state="STATE_PUBLISHED")
        eventually(lambda: "doesn't hold all grants yet" in self.finding().finding, "it says so")
        self.assertEqual(self.stack.notification.health(self.stack.notification.ready),
                         "NOT_SERVING")
        self.assertEqual(self.told(viewer), set())
        self.grants.give("grants/viewer", "corp:1", "clusters/test-hear-c")
        self.grants.complete()
        self.stack.notification.wait_until_ready()
        self.await_told(viewer, draft, public)

        self.grants.key = os.urandom(32)
        self.grants.give("grants/viewer", "corp:1", "clusters/test-hear-d")
        self.grants.complete()
        eventually(lambda: "another key" in self.finding().finding, "it says so")
        self.create("test-hear-d")
        later = self.create("test-hear-d-public", state="STATE_PUBLISHED")
        self.assertEqual(self.await_told(viewer, later), {public, later})

    def try_subscriber(self, subject):
        try:
            return self.subscriber(subject)
        except grpc.RpcError:
            return None


class ThemselvesTest(unittest.TestCase):
    """Who has shown who they are, and what the catalogue grants them."""

    @classmethod
    def setUpClass(cls):
        cls.issuer = Issuer()
        cls.addClassCleanup(cls.issuer.close)
        settings = cls.issuer.settings() | {"grants.hold_after": "2s"}
        cls.stack = shared.new_stack(catalogue_settings=settings, notification_settings=settings)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        steps.add_countries(cls.stack)
        cls.client = cls.stack.notification.client

    def who(self, name):
        return self.client.Subscriber.WhoAmI(notification.WhoAmIRequest(), timeout=10,
                                             metadata=self.issuer.metadata(name))

    def subscriber(self, name):
        """Made by themselves; to their inbox."""
        made = self.client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
            subscriber=notification.Subscriber(title=f"Marked Person {name}")), timeout=10,
            metadata=self.issuer.metadata(name)).name
        self.client.Subscription.CreateSubscription(notification.CreateSubscriptionRequest(
            parent=made, subscription=notification.Subscription(
                title="Clusters", filter=types_v1.Filter(types=["cluster"]),
                endpoint=f"{made}/endpoints/inbox")), timeout=10,
            metadata=self.issuer.metadata(name))
        return made

    def told(self, name, subscriber):
        return {item.change.name for item in self.client.Inbox.ListInboxItems(
            notification.ListInboxItemsRequest(parent=subscriber, page_size=1000), timeout=10,
            metadata=self.issuer.metadata(name)).items}

    def create(self, id_, state):
        return self.stack.catalogue.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster_id=id_, cluster=catalogue.Cluster(title=id_, country="DE", state=state)),
            timeout=10).name

    def test_what_the_catalogue_grants_is_heard_of_by_its_subject_until_it_is_withdrawn(self):
        ann, bob = self.subscriber("ann"), self.subscriber("bob")
        self.assertEqual(list(self.who("ann").subscribers), [ann])
        draft = self.create("test-own-draft", "STATE_DRAFT")
        given = self.stack.catalogue.client.Grant.CreateGrant(catalogue.CreateGrantRequest(
            grant=catalogue.Grant(subject=self.issuer.subject("ann"), resource=draft,
                                  role="ROLE_VIEWER")), timeout=10)
        seen = eventually(lambda: self.who("ann").rights, "notification has read the grant")
        self.assertEqual([(one.resource, one.role) for one in seen],
                         [(draft, Role.Value("ROLE_VIEWER"))])
        self.stack.catalogue.client.Cluster.UpdateCluster(catalogue.UpdateClusterRequest(
            cluster=catalogue.Cluster(name=draft, title="Renamed")), timeout=10)
        fence = self.create("test-own-fence", "STATE_PUBLISHED")
        eventually(lambda: self.told("ann", ann) == {draft, fence}, "ann is told of both")
        eventually(lambda: self.told("bob", bob) == {fence}, "bob is told of what is public")
        self.assertEqual(list(self.who("bob").rights), [])

        self.stack.catalogue.client.Grant.DeleteGrant(
            catalogue.DeleteGrantRequest(name=given.name), timeout=10)
        eventually(lambda: self.told("ann", ann) == {fence}, "ann sees it no longer")
        self.assertEqual(list(self.who("ann").rights), [])
        for shown in (self.stack.notification.process.log.read_text(),
                      self.stack.notification.http_get("/metrics")[1]):
            self.assertNotIn("Marked", shown)

    def test_nobody_reaches_what_is_anothers(self):
        eve, mallory = self.subscriber("eve"), self.subscriber("mallory")
        theirs = self.issuer.metadata("mallory")
        for call, request in [
                (self.client.Subscriber.GetSubscriber,
                 notification.GetSubscriberRequest(name=eve)),
                (self.client.Subscriber.DeleteSubscriber,
                 notification.DeleteSubscriberRequest(name=eve)),
                (self.client.Subscription.ListSubscriptions,
                 notification.ListSubscriptionsRequest(parent=eve)),
                (self.client.Inbox.ListInboxItems,
                 notification.ListInboxItemsRequest(parent=eve)),
                (self.client.Delivery.ListDeliveries,
                 notification.ListDeliveriesRequest(parent=eve))]:
            there = refusal(call, request, metadata=theirs)
            self.assertEqual((there.code.name, there.reason), ("PERMISSION_DENIED", "NOT_ALLOWED"))
            field = "name" if "name" in request.DESCRIPTOR.fields_by_name else "parent"
            setattr(request, field, "subscribers/is-not-there")
            nowhere = refusal(call, request, metadata=theirs)
            self.assertEqual(nowhere.message.replace("subscribers/is-not-there", eve), there.message)
        for wrong in [notification.CreateSubscriberRequest(
                          subscriber_id="mallory", subscriber=notification.Subscriber(title="M")),
                      notification.CreateSubscriberRequest(subscriber=notification.Subscriber(
                          title="M", subject=self.issuer.subject("eve")))]:
            self.assertEqual(refusal(self.client.Subscriber.CreateSubscriber, wrong,
                                     metadata=theirs).code.name, "INVALID_ARGUMENT")
        self.assertEqual(list(self.who("mallory").subscribers), [mallory])

    def test_z_a_catalogue_that_is_away_is_named_and_back_again(self):
        def finding():
            return self.stack.notification.findings()["grants"]

        fine = types_v1.Finding.SEVERITY_OK
        eventually(lambda: finding().severity == fine, "it gives signs of life")
        self.stack.catalogue.process.kill()
        eventually(lambda: "no sign of life" in finding().finding, "that is noticed")
        self.stack.catalogue.start()
        eventually(lambda: finding().severity == fine, "it gives them again")
