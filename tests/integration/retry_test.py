"""What a receiver answers decides what happens next."""

import time
import unittest

import shared
import steps
from api import catalogue, notification
from waiting import eventually

Delivery, Endpoint = notification.Delivery, notification.Endpoint


class RetryTest(unittest.TestCase):
    def setUp(self):
        self.stack = shared.records()
        self.webhook = shared.receiver().endpoint()

    def subscribe(self, name, webhook):
        """To clusters with the name in their title. Returns the subscriber."""
        return steps.subscribe(self.stack, name, {"types": ["cluster"], "words": name}, webhook)

    def create(self, title):
        return steps.create_cluster(self.stack, title=title)

    def delivery(self, subscriber, name, state):
        """The one delivery about the resource, once it is in the state."""
        def find():
            found = [one for one in steps.deliveries(self.stack, parent=subscriber)
                     if one.resource == name]
            self.assertLessEqual(len(found), 1)
            return found[0] if found and found[0].state == state else None

        return eventually(find, f"the delivery of {name} is {Delivery.State.Name(state)}")

    def attempts(self, delivery):
        return self.stack.notification.client.Delivery.ListAttempts(
            notification.ListAttemptsRequest(parent=delivery.name), timeout=10).attempts

    def endpoint_of(self, subscriber):
        answer = self.stack.notification.client.Subscriber.ListEndpoints(
            notification.ListEndpointsRequest(parent=subscriber), timeout=10)
        [endpoint] = [one for one in answer.endpoints if one.HasField("webhook")]
        return endpoint

    def test_a_receiver_that_is_away_is_tried_again_with_the_same_id(self):
        self.webhook.answers = [503, 204]
        subscriber = self.subscribe("retrying", self.webhook)
        cluster = self.create("Retrying")
        delivery = self.delivery(subscriber, cluster.name, Delivery.STATE_DELIVERED)
        self.assertEqual([(one.number, one.outcome, one.http_status)
                          for one in self.attempts(delivery)],
                         [(1, "retry", 503), (2, "delivered", 204)])
        self.assertEqual([message.id for message in self.webhook.messages], [delivery.name] * 2)
        first, second = self.webhook.messages
        self.assertGreater(second.arrived - first.arrived, 0.8)
        self.assertNotEqual(first.headers["webhook-timestamp"] + first.headers["traceparent"],
                            second.headers["webhook-timestamp"] + second.headers["traceparent"])

    def test_410_switches_the_endpoint_off_and_what_follows_is_suppressed_until_it_is_on_again(self):
        self.webhook.answers = [410, 204]
        subscriber = self.subscribe("leaving", self.webhook)
        gone = self.create("Leaving 1")
        self.assertIn("410", self.delivery(subscriber, gone.name, Delivery.STATE_DEAD).reason)
        endpoint = eventually(lambda: (found := self.endpoint_of(subscriber)).state ==
                              Endpoint.STATE_DISABLED and found, "the endpoint is switched off")
        self.assertIn("410", endpoint.state_reason)
        kept = self.create("Leaving 2")
        suppressed = self.delivery(subscriber, kept.name, Delivery.STATE_SUPPRESSED)
        self.assertTrue(suppressed.reason)
        self.assertEqual(len(self.webhook.messages), 1)
        self.stack.notification.client.Subscriber.EnableEndpoint(
            notification.EnableEndpointRequest(name=endpoint.name), timeout=10)
        back = self.create("Leaving 3")
        self.webhook.wait_for(back.name)
        self.assertEqual(self.webhook.about(kept.name), [])
        self.assertEqual(steps.balance(self.stack).difference, 0)

    def test_a_slow_receiver_delays_only_itself(self):
        slow = shared.receiver().endpoint()
        slow.hold.clear()
        self.addCleanup(slow.hold.set)
        subscriber = self.subscribe("patience", slow)
        self.subscribe("patience-too", self.webhook)
        for number in range(10):
            began = time.monotonic()
            cluster = self.create(f"Patience too {number}")
            self.assertLess(self.webhook.wait_for(cluster.name).arrived - began, 2)
        self.assertEqual([one.state for one in steps.deliveries(self.stack, parent=subscriber)],
                         [Delivery.STATE_PENDING] * 10)
        slow.hold.set()
        self.delivery(subscriber, cluster.name, Delivery.STATE_DELIVERED)

    def test_changes_of_one_cluster_stay_in_order_through_a_retry(self):
        self.webhook.answers = [503, 204]
        self.subscribe("orderly", self.webhook)
        cluster = self.create("Orderly 1")
        label = steps.award(self.stack, cluster.name)
        self.stack.catalogue.client.Label.RevokeLabel(
            catalogue.RevokeLabelRequest(name=label.name, revoked=label.awarded,
                                         reason="a mistake"), timeout=10)
        renamed = steps.cluster_of("Orderly 2")
        renamed.name = cluster.name
        self.stack.catalogue.client.Cluster.UpdateCluster(
            catalogue.UpdateClusterRequest(cluster=renamed), timeout=10)
        eventually(lambda: [one for one in self.webhook.messages
                            if one.event["data"]["kind"] == "cluster.updated"], "the last change")
        self.assertEqual([one.event["data"]["kind"] for one in self.webhook.messages],
                         ["cluster.created", "cluster.created", "cluster.updated"])

    def test_a_deleted_subscriber_is_told_nothing_more(self):
        self.webhook.answers = [503]
        subscriber = self.subscribe("departing", self.webhook)
        cluster = self.create("Departing")
        self.webhook.wait_for(cluster.name)
        self.delivery(subscriber, cluster.name, Delivery.STATE_PENDING)
        self.stack.notification.client.Subscriber.DeleteSubscriber(
            notification.DeleteSubscriberRequest(name=subscriber), timeout=10)
        # At once, and not when its next try is due.
        [delivery] = [one for one in steps.deliveries(self.stack, resource=cluster.name)
                      if one.subscription.startswith(subscriber + "/")]
        self.assertEqual(delivery.state, Delivery.STATE_SUPPRESSED)
        self.assertIn("wanted", delivery.reason)
        self.assertEqual(steps.balance(self.stack).difference, 0)

    def test_an_event_that_is_refused_ends_alone_and_can_be_brought_back(self):
        self.webhook.answers = [422, 204]
        subscriber = self.subscribe("refusing", self.webhook)
        refused = self.create("Refusing 1")
        dead = self.delivery(subscriber, refused.name, Delivery.STATE_DEAD)
        self.assertIn("HTTP 422", dead.reason)
        other = self.create("Refusing 2")
        self.delivery(subscriber, other.name, Delivery.STATE_DELIVERED)
        self.assertEqual(self.endpoint_of(subscriber).state, Endpoint.STATE_ENABLED)
        again = self.stack.notification.client.Delivery.RedriveDelivery(
            notification.RedriveDeliveryRequest(name=dead.name), timeout=10)
        self.assertEqual(again.name, dead.name)
        delivered = self.delivery(subscriber, refused.name, Delivery.STATE_DELIVERED)
        self.assertEqual([(one.number, one.http_status) for one in self.attempts(delivered)],
                         [(1, 422), (2, 204)])
        self.assertEqual({one.id for one in self.webhook.about(refused.name)}, {dead.name})
        self.assertEqual(steps.balance(self.stack).difference, 0)

    def test_forty_receivers_that_never_answer_delay_neither_a_webhook_nor_an_inbox(self):
        silent = [shared.receiver().endpoint() for _ in range(40)]
        for number, endpoint in enumerate(silent):
            endpoint.hold.clear()
            self.addCleanup(endpoint.hold.set)
            steps.subscribe(self.stack, f"silent-{number}",
                            {"types": ["cluster"], "words": "unheard"}, endpoint)
        for number in range(30):
            self.create(f"Unheard {number}")
        eventually(lambda: all(one.messages for one in silent), "all of them are tried")
        self.subscribe("unheard", self.webhook)
        inbox = self.subscribe("unheard-inbox", None)
        for number in range(5):
            began = time.monotonic()
            cluster = self.create(f"Unheard Unheard-Inbox {number}")
            self.assertLess(self.webhook.wait_for(cluster.name).arrived - began, 1)
            eventually(lambda: cluster.name in [item.change.name
                                                for item in steps.inbox(self.stack, inbox)],
                       "the inbox item", 1)
        [places] = [one for one in self.stack.notification.client.Operations.Diagnose(
            notification.DiagnoseRequest(), timeout=20).findings if one.part == "places"]
        self.assertIn("subscribers/silent-", places.finding)
        waiting = [one for one in steps.deliveries(self.stack, parent="subscribers/silent-0")
                   if one.state == Delivery.STATE_PENDING]
        self.assertTrue(waiting)
        self.assertTrue(all(one.reason for one in waiting), waiting)

    def test_what_is_pending_follows_its_subscription_to_another_endpoint(self):
        self.webhook.answers = [503]
        subscriber = self.subscribe("following", self.webhook)
        cluster = self.create("Following")
        self.webhook.wait_for(cluster.name)
        new = shared.receiver().endpoint()
        client = self.stack.notification.client
        endpoint = client.Subscriber.CreateEndpoint(notification.CreateEndpointRequest(
            parent=subscriber, endpoint=notification.Endpoint(webhook=notification.Webhook(
                uri=new.uri, secret=new.secret))), timeout=10).name
        [subscription] = client.Subscription.ListSubscriptions(
            notification.ListSubscriptionsRequest(parent=subscriber), timeout=10).subscriptions
        client.Subscription.UpdateSubscription(notification.UpdateSubscriptionRequest(
            subscription=notification.Subscription(name=subscription.name, endpoint=endpoint)),
            timeout=10)
        new.wait_for(cluster.name)
        delivered = self.delivery(subscriber, cluster.name, Delivery.STATE_DELIVERED)
        self.assertEqual(delivered.endpoint, endpoint)
