"""Operators stop a wrong wave before it leaves, owners pause, and what was lost is sent again."""

import datetime
import unittest

import shared
import steps
from api import catalogue, notification, refusal
from waiting import eventually

Delivery, Endpoint = notification.Delivery, notification.Endpoint


class OperatingTest(unittest.TestCase):
    def setUp(self):
        self.stack = shared.records()
        self.client = self.stack.notification.client
        self.webhook = shared.receiver().endpoint()

    def tearDown(self):
        self.assertEqual(steps.balance(self.stack).difference, 0)

    def subscribe(self, name):
        """To clusters with the name in their title. Returns the subscriber."""
        return steps.subscribe(self.stack, name, {"types": ["cluster"], "words": name}, self.webhook)

    def create(self, title):
        return steps.create_cluster(self.stack, title=title)

    def delivery(self, subscriber, resource, state, reason=""):
        def find():
            found = steps.deliveries(self.stack, parent=subscriber, resource=resource)
            [one] = found or [None]
            return one if one and one.state == state and reason in one.reason else None
        return eventually(find, f"the delivery of {resource} is {Delivery.State.Name(state)} {reason}")

    def endpoint(self, subscriber):
        answer = self.client.Subscriber.ListEndpoints(
            notification.ListEndpointsRequest(parent=subscriber), timeout=10)
        [endpoint] = [one for one in answer.endpoints if one.HasField("webhook")]
        return endpoint

    def hold(self, **what):
        return self.client.Hold.CreateHold(notification.CreateHoldRequest(
            hold=notification.Hold(**what)), timeout=10)

    def test_a_wrong_wave_is_held_counted_and_discarded_and_a_right_one_released(self):
        subscriber = self.subscribe("waving")
        hold = self.hold(change_kind="cluster.created", note="a wrong import")
        self.addCleanup(self.end, hold.name)
        wrong = [self.create(f"Waving {number}") for number in range(3)]
        for cluster in wrong:
            self.delivery(subscriber, cluster.name, Delivery.STATE_PENDING, f"held: {hold.name}")
        finding = next(one for one in self.client.Operations.Diagnose(
            notification.DiagnoseRequest(), timeout=20).findings if one.part == "holds")
        self.assertIn(hold.name, finding.finding)
        self.assertGreaterEqual(self.client.Hold.DiscardHold(notification.DiscardHoldRequest(
            name=hold.name, validate_only=True), timeout=10).held, 3)
        self.client.Hold.DiscardHold(notification.DiscardHoldRequest(name=hold.name), timeout=10)
        for cluster in wrong:
            self.delivery(subscriber, cluster.name, Delivery.STATE_SUPPRESSED, f"discarded: {hold.name}")
        eventually(lambda: refusal(self.client.Hold.GetHold, notification.GetHoldRequest(
            name=hold.name)).code.name == "NOT_FOUND", "the hold has ended")
        self.assertEqual(self.webhook.messages, [])

        second = self.hold(change_kind="cluster.created")
        self.addCleanup(self.end, second.name)
        right = self.create("Waving 4")
        self.delivery(subscriber, right.name, Delivery.STATE_PENDING, f"held: {second.name}")
        self.client.Hold.ReleaseHold(notification.ReleaseHoldRequest(name=second.name), timeout=10)
        self.webhook.wait_for(right.name)

    def end(self, hold):
        refusal(self.client.Hold.DiscardHold, notification.DiscardHoldRequest(name=hold))

    def test_what_waits_for_a_paused_endpoint_goes_out_when_it_is_resumed(self):
        subscriber = self.subscribe("pausing")
        endpoint = self.endpoint(subscriber).name
        paused = self.client.Subscriber.PauseEndpoint(
            notification.PauseEndpointRequest(name=endpoint), timeout=10)
        self.assertEqual(paused.state, Endpoint.STATE_PAUSED)
        cluster = self.create("Pausing")
        self.delivery(subscriber, cluster.name, Delivery.STATE_PENDING, "paused: ")
        self.client.Subscriber.PauseSubscriber(
            notification.PauseSubscriberRequest(name=subscriber), timeout=10)
        self.client.Subscriber.ResumeEndpoint(
            notification.ResumeEndpointRequest(name=endpoint), timeout=10)
        self.delivery(subscriber, cluster.name, Delivery.STATE_PENDING, f"paused: {subscriber} is")
        self.assertEqual(self.webhook.messages, [])
        self.client.Subscriber.ResumeSubscriber(
            notification.ResumeSubscriberRequest(name=subscriber), timeout=10)
        self.webhook.wait_for(cluster.name)

    def test_an_inbox_gets_what_was_held_or_paused_once_it_may_in_its_order(self):
        subscriber = steps.subscribe(self.stack, "boxing", {"types": ["cluster"], "words": "boxing"})
        hold = self.hold(channel="inbox", change_kind="cluster.created")
        self.addCleanup(self.end, hold.name)
        first = self.create("Boxing 1")
        self.delivery(subscriber, first.name, Delivery.STATE_PENDING, f"held: {hold.name}")
        self.client.Subscriber.PauseSubscriber(
            notification.PauseSubscriberRequest(name=subscriber), timeout=10)
        self.client.Hold.ReleaseHold(notification.ReleaseHoldRequest(name=hold.name), timeout=10)
        self.delivery(subscriber, first.name, Delivery.STATE_PENDING, "paused: ")
        second = self.create("Boxing 2")
        self.delivery(subscriber, second.name, Delivery.STATE_PENDING, "paused: ")
        self.assertEqual(steps.inbox(self.stack, subscriber), [])
        self.client.Subscriber.ResumeSubscriber(
            notification.ResumeSubscriberRequest(name=subscriber), timeout=10)
        items = eventually(lambda: (found := steps.inbox(self.stack, subscriber)) and
                           len(found) == 2 and found, "both items")
        self.assertEqual({item.change.name for item in items}, {first.name, second.name})

    def test_the_next_notice_says_what_was_given_up_and_it_is_brought_back_with_others(self):
        self.webhook.answers = [422, 204]
        subscriber = self.subscribe("missing")
        cluster = self.create("Missing")
        dead = self.delivery(subscriber, cluster.name, Delivery.STATE_DEAD)
        self.stack.catalogue.client.Cluster.UpdateCluster(catalogue.UpdateClusterRequest(
            cluster=catalogue.Cluster(name=cluster.name, summary="Missing a notice")), timeout=10)
        eventually(lambda: len(self.webhook.messages) == 2, "the next notice")
        data = self.webhook.messages[1].event["data"]
        self.assertEqual((data["givenUpBefore"], data["lastGivenUp"]), (1, dead.name))
        self.assertIn(dead.name, data["text"])
        request = notification.RedriveDeliveriesRequest(parent=subscriber)
        self.assertEqual(self.client.Delivery.RedriveDeliveries(request, timeout=10).redriven, 1)
        eventually(lambda: len(self.webhook.messages) == 3, "it came again")
        self.assertEqual(self.webhook.messages[2].id, dead.name)

    def test_an_endpoint_that_was_switched_off_is_told_in_the_inbox(self):
        self.webhook.answers = [410]
        subscriber = self.subscribe("owning")
        self.create("Owning")
        [item] = eventually(lambda: steps.inbox(self.stack, subscriber), "an item")
        self.assertEqual(item.endpoint, self.endpoint(subscriber).name)
        self.assertIn("410", item.text)
        self.assertFalse(item.HasField("change"))

    def test_a_subscription_is_sent_again_what_came_since_a_moment(self):
        began = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)
        subscriber = self.subscribe("again")
        cluster = self.create("Again")
        first = self.webhook.wait_for(cluster.name)
        self.delivery(subscriber, cluster.name, Delivery.STATE_DELIVERED)
        [subscription] = self.client.Subscription.ListSubscriptions(
            notification.ListSubscriptionsRequest(parent=subscriber), timeout=10).subscriptions
        request = notification.ReplaySubscriptionRequest(name=subscription.name)
        request.start_time.FromDatetime(began)
        answer = self.client.Delivery.ReplaySubscription(request, timeout=20)
        self.assertEqual((answer.repeated, answer.added, answer.left), (0, 0, 1))
        request.include_delivered = True
        answer = self.client.Delivery.ReplaySubscription(request, timeout=20)
        self.assertEqual((answer.repeated, answer.added, answer.left), (1, 0, 0))
        eventually(lambda: len(self.webhook.about(cluster.name)) == 2, "it came again")
        self.assertEqual(self.webhook.about(cluster.name)[1].id, first.id)
        self.delivery(subscriber, cluster.name, Delivery.STATE_DELIVERED)

        late = steps.add_subscription(self.stack, subscriber, {"types": ["cluster"], "words": "again"})
        request = notification.ReplaySubscriptionRequest(name=late.name)
        request.start_time.FromDatetime(began)
        self.assertEqual(self.client.Delivery.ReplaySubscription(request, timeout=20).added, 1)
        eventually(lambda: any(one.subscription == late.name
                               for one in steps.inbox(self.stack, subscriber)), "the inbox has it")


if __name__ == "__main__":
    unittest.main()
