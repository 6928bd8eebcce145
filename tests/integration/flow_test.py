"""One write reaches those who asked for it, and nobody else."""

import secrets
import statistics
import time
import unittest

import shared
import steps
from api import notification
from waiting import eventually

SILVER_IN_SAXONY = {"types": ["label"], "kinds": ["silver"], "regions": ["nuts:DED"]}
SILVER_IN_BAVARIA = {"types": ["label"], "kinds": ["silver"], "regions": ["nuts:DE2"]}


class FlowTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.webhook = shared.receiver().endpoint()
        cls.elsewhere = shared.receiver().endpoint()
        cls.reader = steps.subscribe(cls.stack, "flow-reader", SILVER_IN_SAXONY)
        cls.crm = steps.subscribe(cls.stack, "flow-crm", SILVER_IN_SAXONY, cls.webhook,
                                  kinds=["label.awarded"])
        cls.others = [steps.subscribe(cls.stack, "flow-bavaria", SILVER_IN_BAVARIA, cls.elsewhere),
                      steps.subscribe(cls.stack, "flow-gold",
                                      {**SILVER_IN_SAXONY, "kinds": ["gold"]}),
                      steps.subscribe(cls.stack, "flow-renewals", SILVER_IN_SAXONY,
                                      kinds=["label.renewed"])]

    def award(self, **arguments):
        cluster = steps.create_cluster(self.stack, title="Flow Cluster Dresden",
                                       website="https://example.org/flow")
        return steps.award(self.stack, cluster.name, **arguments)

    def item_about(self, name):
        return eventually(lambda: next((item for item in steps.inbox(self.stack, self.reader)
                                        if item.change.name == name), None),
                          f"an inbox item about {name}")

    def test_an_award_reaches_webhook_and_inbox_within_a_second(self):
        first = self.award().name                        # connections are made
        self.webhook.wait_for(first)
        self.item_about(first)
        stub = self.stack.notification.client.Inbox
        seen = len(steps.inbox(self.stack, self.reader))
        by_webhook, by_inbox = [], []
        stream = stub.StreamInbox(notification.StreamInboxRequest(parent=self.reader), timeout=60)
        for _ in range(seen):
            next(stream)
        for _ in range(7):
            cluster = steps.create_cluster(self.stack)
            began = time.monotonic()
            name = steps.award(self.stack, cluster.name).name
            self.assertEqual(next(stream).item.change.name, name)
            by_inbox.append(time.monotonic() - began)
            by_webhook.append(self.webhook.wait_for(name).arrived - began)
        stream.cancel()
        for channel, seconds in [("webhook", by_webhook), ("inbox stream", by_inbox)]:
            print(f"\n  from the call to the {channel}: median "
                  f"{statistics.median(seconds) * 1000:.0f} ms, slowest {max(seconds) * 1000:.0f} ms",
                  end=" ", flush=True)
            self.assertLess(statistics.median(seconds), 1)

    def test_nobody_else_hears_of_it(self):
        name = self.award().name
        self.webhook.wait_for(name)
        self.item_about(name)
        told = {delivery.subscription.split("/")[1]
                for delivery in steps.deliveries(self.stack, resource=name)}
        self.assertEqual(told, {"flow-reader", "flow-crm", "everything", "everything-quiet"})
        for other in self.others:
            self.assertEqual(steps.deliveries(self.stack, parent=other), [])
        self.assertEqual(self.elsewhere.messages, [])

    def test_the_webhook_is_signed_and_tells_a_person_what_happened_and_why(self):
        label = self.award()
        message = self.webhook.wait_for(label.name)
        self.assertEqual(self.webhook.forged, [])
        self.assertTrue(message.headers["content-type"].startswith("application/cloudevents+json"))
        event, data = message.event, message.event["data"]
        self.assertEqual(event["specversion"], "1.0")
        self.assertEqual(event["type"], "clusterwire.notice.label.awarded.v1")
        self.assertEqual(event["id"], message.id)
        self.assertIn("Flow Cluster Dresden", data["title"])
        self.assertTrue(data["text"])
        self.assertEqual(data["link"], "https://example.org/flow")
        reasons = " ".join(data["reasons"])
        for said in ["label", "silver", "nuts:DED"]:
            self.assertIn(said, reasons)
        self.assertEqual(data["transition"], "TRANSITION_ENTERED")
        facts = data["facts"]
        self.assertNotIn("before", facts)
        self.assertEqual(facts["after"]["name"], label.name)
        self.assertIn("nuts:DED2", facts["after"]["codes"])
        self.assertIn("ecei:silver", facts["after"]["labelLevels"])

    def test_the_inbox_item_carries_the_record(self):
        label = self.award()
        item = self.item_about(label.name)
        self.assertEqual(item.change.kind, "label.awarded")
        self.assertEqual(item.change.label, label)
        self.assertEqual(item.transition, notification.TRANSITION_ENTERED)
        self.assertTrue(item.title and item.text and item.reasons)

    def test_what_was_read_is_marked_and_the_rest_is_counted(self):
        inbox = self.stack.notification.client.Inbox
        self.item_about(self.award().name)
        page = inbox.ListInboxItems(notification.ListInboxItemsRequest(parent=self.reader, page_size=1000),
                                    timeout=10)
        self.assertFalse(page.items[-1].read)
        marked = inbox.MarkInboxRead(notification.MarkInboxReadRequest(
            parent=self.reader, cursor=page.next_cursor), timeout=10)
        self.assertEqual((marked.subscriber, marked.unread_count), (self.reader, 0))
        name = self.award().name
        item = self.item_about(name)
        request = notification.GetInboxRequest(parent=self.reader)
        self.assertEqual(inbox.GetInbox(request, timeout=10).unread_count, 1)
        inbox.MarkInboxRead(notification.MarkInboxReadRequest(
            parent=self.reader, sequences=[item.sequence]), timeout=10)
        self.assertEqual(inbox.GetInbox(request, timeout=10).unread_count, 0)
        self.assertTrue(self.item_about(name).read)
        [delivery] = [one for one in steps.deliveries(self.stack, parent=self.reader)
                      if one.resource == name]
        self.assertEqual(delivery.state, notification.Delivery.STATE_DELIVERED)
        self.assertEqual((delivery.attempts, bool(delivery.reason)), (0, True))

    def test_one_trace_runs_from_the_call_to_the_webhook(self):
        trace, span = secrets.token_hex(16), secrets.token_hex(8)
        name = self.award(metadata=[("traceparent", f"00-{trace}-{span}-01")]).name
        version, of_webhook, span_of_webhook, _ = \
            self.webhook.wait_for(name).headers["traceparent"].split("-")
        self.assertEqual((version, of_webhook), ("00", trace))
        self.assertNotEqual(span_of_webhook, span)
        self.assertEqual({delivery.trace_id
                          for delivery in steps.deliveries(self.stack, resource=name)}, {trace})

    def test_the_ledger_shows_the_delivery_and_its_attempt_and_balances(self):
        name = self.award().name
        message = self.webhook.wait_for(name)

        def delivered():
            found = [one for one in steps.deliveries(self.stack, parent=self.crm)
                     if one.resource == name]
            return found if found and found[0].state == notification.Delivery.STATE_DELIVERED else []

        [delivery] = eventually(delivered, "the ledger says delivered")
        self.assertEqual(delivery.name, message.id)
        self.assertEqual(delivery.change_kind, "label.awarded")
        self.assertEqual(delivery.attempts, 1)
        attempts = self.stack.notification.client.Delivery.ListAttempts(
            notification.ListAttemptsRequest(parent=delivery.name), timeout=10).attempts
        self.assertEqual([(one.number, one.outcome, one.http_status) for one in attempts],
                         [(1, "delivered", 204)])
        self.assertEqual(steps.balance(self.stack).difference, 0)


