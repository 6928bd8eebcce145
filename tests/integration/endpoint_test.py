"""A webhook's address and secret can be changed, and what its receiver answers can be asked for."""

import unittest

from standardwebhooks.webhooks import Webhook

import shared
import steps
from api import notification, refusal


class EndpointTest(unittest.TestCase):
    def setUp(self):
        self.stack = shared.records()
        self.client = self.stack.notification.client
        self.webhook = shared.receiver().endpoint()

    def subscribe(self, name):
        """To clusters with the name in their title. Returns the endpoint's name."""
        subscriber = steps.subscribe(self.stack, name, {"types": ["cluster"], "words": name},
                                     self.webhook)
        answer = self.client.Subscriber.ListEndpoints(
            notification.ListEndpointsRequest(parent=subscriber), timeout=10)
        [endpoint] = [one.name for one in answer.endpoints if one.HasField("webhook")]
        return endpoint

    def ask(self, endpoint):
        return self.client.Subscriber.TestEndpoint(
            notification.TestEndpointRequest(name=endpoint), timeout=20)

    def move(self, endpoint, uri):
        return notification.UpdateEndpointRequest(endpoint=notification.Endpoint(
            name=endpoint, webhook=notification.Webhook(uri=uri)))

    def test_a_receiver_that_redirects_is_found_by_a_test_and_gets_its_new_address(self):
        endpoint = self.subscribe("moving")
        self.webhook.answers = [301]
        answer = self.ask(endpoint)
        self.assertEqual((answer.accepted, answer.http_status), (False, 301))
        self.assertIn("UpdateEndpoint", answer.detail)
        self.assertEqual([message.id for message in self.webhook.messages], [answer.webhook_id])
        [message] = self.webhook.messages
        self.assertEqual(message.event["type"], "clusterwire.notice.test.v1")

        elsewhere = shared.receiver().endpoint()
        elsewhere.secret = self.webhook.secret
        self.client.Subscriber.UpdateEndpoint(self.move(endpoint, elsewhere.uri), timeout=10)
        self.assertTrue(self.ask(endpoint).accepted)
        cluster = steps.create_cluster(self.stack, title="Moving")
        elsewhere.wait_for(cluster.name)
        self.assertEqual(elsewhere.forged, [])
        self.assertEqual(self.webhook.about(cluster.name), [])

    def test_after_a_rotation_old_and_new_secret_verify_until_the_overlap_ends(self):
        endpoint = self.subscribe("rotating")
        rotated = self.client.Subscriber.RotateSecret(
            notification.RotateSecretRequest(name=endpoint), timeout=10)
        self.assertTrue(self.ask(endpoint).accepted)       # by the former secret
        [message] = self.webhook.messages
        self.assertEqual([one.split(",")[0] for one in message.headers["webhook-signature"].split()],
                         ["v1", "v1", "v1a", "v1a"])
        Webhook(rotated.webhook.secret).verify(message.body, message.headers)
        cluster = steps.create_cluster(self.stack, title="Rotating")
        self.webhook.wait_for(cluster.name)
        self.assertEqual(self.webhook.forged, [])

        request = notification.RotateSecretRequest(name=endpoint)
        request.overlap.FromSeconds(0)
        last = self.client.Subscriber.RotateSecret(request, timeout=10).webhook.secret
        self.assertEqual(self.ask(endpoint).http_status, 401)
        self.webhook.secret = last
        self.assertTrue(self.ask(endpoint).accepted)

    def test_addresses_that_are_none_are_refused_in_words_that_help(self):
        endpoint = self.subscribe("bad-addresses")
        for uri, says in [("http:///x", "no host"), ("https://127.0.0.1:65536/", "65535"),
                          ("https://me:hunter2@example.org/", "user name"),
                          ("https://bücher.example/", "xn--bcher-kva.example"),
                          ("https://10.0.0.1/", "private")]:
            answer = refusal(self.client.Subscriber.UpdateEndpoint, self.move(endpoint, uri))
            self.assertEqual(answer.code.name, "INVALID_ARGUMENT", uri)
            self.assertIn(says, answer.fields["endpoint.webhook.uri"])
            self.assertNotIn("hunter2", answer.message)

