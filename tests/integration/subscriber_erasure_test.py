"""A subscriber is exported and erased: is no byte of them left in any file, metric or log, and does no
import bring them back?"""

import json
import pathlib
import secrets
import tempfile
import unittest

import everywhere
import pages
import shared
import steps
from api import catalogue, notification, refusal
from bytes_of import holders
from certificates import Authority
from mail_test import settings
from post_office import PostOffice
from waiting import eventually


class SubscriberErasureTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = everywhere.new_database("subscribers")
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        authority = Authority()
        cls.office = PostOffice(authority.server("localhost").write(folder, "post"))
        cls.addClassCleanup(cls.office.close)
        cls.stack = shared.new_stack(
            database=cls.database,
            notification_settings=settings(cls.office.port, authority.write(folder)))
        cls.stack.start()
        steps.add_countries(cls.stack)
        cls.client = cls.stack.notification.client

    def create(self, address, title):
        subscriber = self.client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
            subscriber=notification.Subscriber(title=title)), timeout=10).name
        endpoint = self.add_endpoint(subscriber, address).name
        subscription = steps.add_subscription(self.stack, subscriber, {"types": ["cluster"]},
                                              endpoint_name=endpoint)
        steps.add_subscription(self.stack, subscriber, {"types": ["cluster"]})
        return subscriber, endpoint, subscription.name

    def add_endpoint(self, subscriber, address):
        return self.client.Subscriber.CreateEndpoint(notification.CreateEndpointRequest(
            parent=subscriber, endpoint=notification.Endpoint(
                email=notification.Email(address=address))), timeout=10)

    def test_all_is_handed_over_and_then_nothing_is_left(self):
        mark = secrets.token_hex(10)
        address = f"zq{mark}@example.org"
        title = f"Zqü{mark}ß"
        subscriber, endpoint, subscription = self.create(address, title)
        pages.confirm(self.office, address)
        first = steps.create_cluster(self.stack, title="First", regions=[], sectors=[])
        self.office.wait_for(address, 2)
        self.office.refuse("DATA", address, f"550 5.7.1 {address} is not here")
        second = steps.create_cluster(self.stack, title="Second", regions=[], sectors=[])
        eventually(lambda: {one.state for one in steps.deliveries(self.stack, resource=second.name)
                            if one.subscription == subscription} ==
                   {notification.Delivery.STATE_DEAD}, "the mail is refused")

        exported = self.export(subscriber)
        self.assertEqual(exported["subscriber"]["title"], title)
        self.assertIn(address, json.dumps(exported["endpoints"]))
        self.assertEqual({"asked", "confirmed"}, {one["event"] for one in exported["proofs"]})
        self.assertEqual({one["delivery"]["resource"] for one in exported["deliveries"]},
                         {first.name, second.name})
        self.assertTrue(holders([mark], everywhere.places(self.stack, self.database)),
                        "the scan finds what is there")

        self.client.Subscriber.EraseSubscriber(notification.EraseSubscriberRequest(name=subscriber),
                                               timeout=20)
        self.assertEqual(refusal(self.client.Subscriber.GetSubscriber,
                                 notification.GetSubscriberRequest(name=subscriber)).code.name,
                         "NOT_FOUND")
        self.assertEqual(steps.deliveries(self.stack, parent=subscriber), [])
        self.assertEqual(steps.balance(self.stack).difference, 0)
        left = self.client.Operations.Vacuum(notification.VacuumRequest(), timeout=60).left
        self.assertEqual(list(left), [])
        self.stack.catalogue.client.Operations.Vacuum(catalogue.VacuumRequest(), timeout=60)
        self.assertEqual(holders([mark], everywhere.places(self.stack, self.database)), set())

        other = self.client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
            subscriber=notification.Subscriber(title="Import")), timeout=10).name
        refused = refusal(self.client.Subscriber.CreateEndpoint, notification.CreateEndpointRequest(
            parent=other, endpoint=notification.Endpoint(
                email=notification.Email(address=address.upper()))))
        self.assertEqual(refused.reason, "ADDRESS_ERASED")
        self.assertNotIn(mark, refused.message)

        # They may come back themselves.
        link = f"{self.stack.notification.pages}/signup"
        [form] = pages.get(link).forms
        fields = [one for one in form.fields if one[0] != "address"]
        self.office.refusals.clear()
        self.assertEqual(pages.send(link, [*fields, ("offer", "clusters"), ("address", address)]).status,
                         200)
        pages.confirm(self.office, address, 3)
        steps.create_cluster(self.stack, title="Third", regions=[], sectors=[])
        self.office.wait_for(address, 4)
        self.assertEqual(self.add_endpoint(other, address).email.address, address,
                         "known again, so it may be entered")

    def export(self, subscriber):
        whole = None
        request = notification.ExportSubscriberRequest(name=subscriber, page_size=1)
        while True:
            answer = self.client.Subscriber.ExportSubscriber(request, timeout=10)
            page = json.loads(answer.json)
            if whole is None:
                whole = page
            else:
                whole["deliveries"] += page.get("deliveries", [])
            if not answer.next_page_token:
                return whole
            request.page_token = answer.next_page_token
