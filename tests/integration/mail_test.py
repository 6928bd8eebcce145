"""Mails go out over an SMTP server with TLS, as any mail program reads them, and what the server answers
decides what becomes of each."""

import email.header
import itertools
import json
import re
import subprocess
import tempfile
import pathlib
import unittest

import grpc

import shared
import steps
from api import notification, refusal
from certificates import Authority
from post_office import PostOffice
from waiting import eventually

FROM = "office@clusterwire.example"
HOSTILE = 'Größe "x" <script>alert(1)</script>\u2028Bcc: eve@example.org =?UTF-8?Q?x?= {{X}} ' + "ü" * 80
_numbers = itertools.count(1)


def settings(office, authority_file, **more):
    """Of notification, with mails over this office."""
    return {"mail.server": f"localhost:{office.port}", "mail.ca_file": authority_file,
            "mail.from": FROM, "mail.sender_name": "Cluster Büro, \"Office\"",
            "mail.postal_line": "Street 1, 10115 Berlin", "mail.timeout": "3s",
            "mail.bounce_address": "bounces@clusterwire.example",
            "delivery.mails.settle": "0s", "delivery.mails.gather": "0s", **more}


class MailTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        authority = Authority()
        cls.authority = authority.write(folder)
        cls.certificate = authority.server("localhost").write(folder, "post")
        (folder / "password").write_text("s3cret\n")
        cls.office = PostOffice(cls.certificate, user="office", password="s3cret")
        cls.addClassCleanup(cls.office.close)
        cls.stack = shared.new_stack(notification_settings=settings(
            cls.office, cls.authority, **{"mail.user": "office",
                                          "mail.password_file": folder / "password"}))
        cls.stack.start()
        cls.addClassCleanup(cls.stack.stop)
        steps.add_countries(cls.stack)
        cls.client = cls.stack.notification.client

    def tearDown(self):
        self.assertEqual(steps.balance(self.stack).difference, 0)

    def subscribe(self, language="", address=None):
        """Somebody who wants mails of clusters with a word of their own. Returns word and address."""
        number = next(_numbers)
        word = f"topic{number}"
        address = address or f"reader{number}@example.org"
        subscriber = self.client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
            subscriber=notification.Subscriber(title=f"Reader {number}", language=language)),
            timeout=10).name
        self.endpoint = self.client.Subscriber.CreateEndpoint(notification.CreateEndpointRequest(
            parent=subscriber, endpoint=notification.Endpoint(
                email=notification.Email(address=address))), timeout=10).name
        self.subscription = steps.add_subscription(
            self.stack, subscriber, {"types": ["cluster"], "words": word},
            endpoint_name=self.endpoint).name
        return word, address

    def told(self, word, title="", **fields):
        """A change that the subscriber of the word hears of. Returns the delivery's name."""
        cluster = steps.create_cluster(self.stack, title=f"{title} {word}".strip(), **fields)
        [delivery] = eventually(lambda: steps.deliveries(self.stack, resource=cluster.name),
                                "its delivery")
        return delivery.name

    def delivery(self, name):
        return self.client.Delivery.GetDelivery(notification.GetDeliveryRequest(name=name),
                                                timeout=10)

    def wait_for(self, name, state):
        wanted = notification.Delivery.State.Value(f"STATE_{state}")
        return eventually(lambda: (one := self.delivery(name)).state == wanted and one,
                          f"{name} is {state}")

    def attempts(self, name):
        return self.client.Delivery.ListAttempts(notification.ListAttemptsRequest(parent=name),
                                                 timeout=10).attempts

    def test_a_mail_comes_whole_and_says_the_same_twice(self):
        word, address = self.subscribe()
        name = self.told(word, "Silicon Saxony")
        [mail] = self.office.wait_for(address)
        self.wait_for(name, "DELIVERED")
        self.assertEqual(mail["to"], f"<{address}>" if "<" in mail["to"] else address)
        self.assertIn(FROM, mail["from"])
        self.assertIn("Cluster Büro", mail["from"])
        self.assertIn("Silicon Saxony", mail["subject"])
        self.assertEqual(mail["auto-submitted"], "auto-generated")
        self.assertEqual(mail["content-language"], "en")
        self.assertEqual(mail["message-id"],
                         f"<{name.replace('/', '.')}@clusterwire.example>")
        self.assertRegex(mail.sender, r"^bounces\+[0-9a-z]{42}@clusterwire\.example$")
        self.assertEqual(mail.message.get_content_type(), "multipart/alternative")
        for said in (mail.text, mail.html):
            self.assertIn("Silicon Saxony", said)
        for line in mail.raw.split(b"\r\n"):
            self.assertLess(len(line), 998)
            self.assertTrue(line.isascii(), line)
        self.assertNotIn(b"precedence", mail.raw.lower())

    def test_titles_that_want_to_be_headers_stay_titles(self):
        word, address = self.subscribe()
        self.told(word, 'Größe "x" <script>alert(1)</script> Bcc: eve@example.org =?UTF-8?Q?x?= {{X}} '
                  + "ü" * 80)
        [mail] = self.office.wait_for(address)
        self.assertIsNone(mail["bcc"])
        self.assertIn("Größe", mail["subject"])
        self.assertNotIn("<script>", mail.html)
        self.assertEqual(mail.message.defects, [])
        self.assertEqual([part.defects for part in mail.message.walk() if part.defects], [])

    def test_mails_on_one_resource_are_one_conversation(self):
        word, address = self.subscribe()
        cluster = steps.create_cluster(self.stack, title=f"First {word}")
        self.office.wait_for(address)
        steps.update_cluster(self.stack, cluster, title=f"Second {word}")
        first, second = self.office.wait_for(address, count=2)
        self.assertNotEqual(first["message-id"], second["message-id"])
        self.assertEqual(first["references"], second["references"])

    def test_a_mailbox_that_is_not_there_is_not_written_to_again(self):
        word, address = self.subscribe()
        self.office.refuse("RCPT", address, f"550 5.1.1 <{address}>: no such user")
        name = self.told(word)
        dead = self.wait_for(name, "DEAD")
        self.assertIn("550 5.1.1 <***@example.org>", dead.reason)
        self.assertNotIn(address, dead.reason)
        later = self.wait_for(self.told(word), "SUPPRESSED")
        self.assertIn("suppressed", later.reason)
        self.assertEqual(self.office.tries("RCPT", address), 1)

        endpoint = self.client.Subscriber.GetEndpoint(
            notification.GetEndpointRequest(name=self.endpoint), timeout=10)
        self.assertIn("no such mailbox", endpoint.email.suppression)
        [suppression] = [one for one in self.client.Mail.ListSuppressions(
            notification.ListSuppressionsRequest(), timeout=10).suppressions
            if one.create_time == endpoint.email.suppress_time]
        self.assertNotIn(address, str(suppression))
        self.client.Mail.DeleteSuppression(
            notification.DeleteSuppressionRequest(name=suppression.name), timeout=10)
        self.office.refuse("RCPT", address, "")
        self.wait_for(self.told(word), "DELIVERED")
        self.assertEqual(refusal(self.client.Mail.DeleteSuppression, notification.
                                 DeleteSuppressionRequest(name=suppression.name)).code,
                         grpc.StatusCode.NOT_FOUND)

    def test_what_is_refused_for_now_is_tried_again_and_what_is_refused_for_good_is_kept(self):
        for stage, answer, becomes in [("RCPT", "450 4.7.1 greylisted", "DELIVERED"),
                                       ("RCPT", "452 4.2.2 full", "DELIVERED"),
                                       ("DATA", "451 4.3.0 later", "DELIVERED"),
                                       ("DATA", "554 5.6.0 not like this", "DEAD")]:
            with self.subTest(stage=stage, answer=answer):
                word, address = self.subscribe()
                self.office.refuse(stage, address, answer, "")
                name = self.told(word)
                self.wait_for(name, becomes)
                self.assertIn(answer, self.attempts(name)[0].detail)

    def test_a_server_that_says_nothing_after_the_mail_gets_it_again_under_the_same_id(self):
        word, address = self.subscribe()
        self.office.refuse("DATA", address, "silence", "")
        name = self.told(word)
        [mail] = self.office.wait_for(address, within=30)
        self.wait_for(name, "DELIVERED")
        self.assertEqual(mail["message-id"],
                         f"<{name.replace('/', '.')}@clusterwire.example>")
        self.assertIn("may have taken it", self.attempts(name)[0].detail)

    def test_a_bounce_is_believed_by_its_signed_address_alone(self):
        word, address = self.subscribe()
        self.told(word)
        [mail] = self.office.wait_for(address)
        hard = notification.ReportBounceRequest.KIND_HARD
        forged = mail.sender.replace("+", "+0", 1)
        for recipient in [forged, address, "bounces@clusterwire.example", "x" * 400]:
            answer = refusal(self.client.Mail.ReportBounce, notification.ReportBounceRequest(
                recipient=recipient, kind=hard))
            self.assertEqual(answer.code, grpc.StatusCode.INVALID_ARGUMENT, recipient)
        said = self.client.Mail.ReportBounce(notification.ReportBounceRequest(
            recipient=mail.sender.upper(), kind=notification.ReportBounceRequest.KIND_COMPLAINT,
            diagnostic=f"abuse report of {address}"), timeout=10)
        self.assertTrue(said.suppressed)
        self.assertIn("complained", self.wait_for(self.told(word), "SUPPRESSED").reason)
        self.assertNotIn(address, self.stack.notification.process.log.read_text())

    def test_what_is_no_mailbox_is_refused_in_words(self):
        subscriber = self.client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
            subscriber=notification.Subscriber(title="Bad")), timeout=10).name
        for address in ["", "anna", "anna@localhost", "a\r\nb@example.org", '"a b"@example.org',
                        "anna@[127.0.0.1]", "a@example.org, b@example.org"]:
            answer = refusal(self.client.Subscriber.CreateEndpoint, notification.CreateEndpointRequest(
                parent=subscriber, endpoint=notification.Endpoint(
                    email=notification.Email(address=address))))
            self.assertIn("endpoint.email.address", answer.fields, address)
        made = self.client.Subscriber.CreateEndpoint(notification.CreateEndpointRequest(
            parent=subscriber, endpoint=notification.Endpoint(
                email=notification.Email(address="Info@Bücher.EXAMPLE"))), timeout=10)
        self.assertEqual(made.email.address, "Info@xn--bcher-kva.example")
        answer = refusal(self.client.Subscriber.UpdateEndpoint, notification.UpdateEndpointRequest(
            endpoint=notification.Endpoint(name=made.name, email=notification.Email(
                address="other@example.org"))))
        self.assertIn("keeps its address", answer.fields["endpoint.email"])


class AwayTest(unittest.TestCase):
    """What is the server's fault."""

    def start(self, office, **more):
        stack = shared.new_stack(notification_settings=settings(office, self.authority, **more))
        stack.start()
        self.addCleanup(stack.stop)
        return stack
