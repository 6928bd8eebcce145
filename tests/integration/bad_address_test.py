"""Webhooks go to nobody's inner networks, by number or by name."""

import unittest

import shared
import steps
from api import notification, refusal


class BadAddressTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.new_stack(topic=shared.records().topic, notification_settings={
            "webhooks.allowed_networks": "", "webhooks.allow_http": "false"})
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.notification.start()
        cls.subscriber = steps.subscribe(cls.stack, "bad-address", {"types": ["taxonomy"]})

    def endpoints(self):
        return self.stack.notification.client.Subscriber.ListEndpoints(
            notification.ListEndpointsRequest(parent=self.subscriber), timeout=10).endpoints

    def test_inner_addresses_and_other_schemes_are_refused_with_the_reason(self):
        for uri in ["https://169.254.169.254/latest/meta-data/", "https://127.0.0.1/",
                    "https://localhost/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
                    "https://10.1.2.3/", "https://2130706433/", "http://93.184.216.34/",
                    "ftp://93.184.216.34/", "https://user:secret@93.184.216.34/", "nonsense"]:
            with self.subTest(uri):
                answer = refusal(self.stack.notification.client.Subscriber.CreateEndpoint,
                                 notification.CreateEndpointRequest(
                                     parent=self.subscriber, endpoint=notification.Endpoint(
                                         webhook=notification.Webhook(uri=uri))))
                self.assertEqual((answer.code.name, answer.reason),
                                 ("INVALID_ARGUMENT", "INVALID_FIELDS"), answer)
                self.assertEqual(list(answer.fields), ["endpoint.webhook.uri"])
                self.assertTrue(answer.fields["endpoint.webhook.uri"])
        self.assertEqual([one.name for one in self.endpoints()],
                         [f"{self.subscriber}/endpoints/inbox"])

    def test_an_outer_address_is_taken_and_its_secret_shown_once(self):
        made = self.stack.notification.client.Subscriber.CreateEndpoint(
            notification.CreateEndpointRequest(parent=self.subscriber, endpoint=notification.Endpoint(
                webhook=notification.Webhook(uri="https://93.184.216.34/hook"))), timeout=10)
        self.addCleanup(self.stack.notification.client.Subscriber.DeleteEndpoint,
                        notification.DeleteEndpointRequest(name=made.name), timeout=10)
        self.assertTrue(made.webhook.secret.startswith("whsec_"))
        self.assertEqual([one.webhook.secret for one in self.endpoints()], ["", ""])
