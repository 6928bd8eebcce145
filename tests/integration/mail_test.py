"""Mails go out over an SMTP server with TLS, as any mail program reads them, and what the server answers
decides what becomes of each."""

import itertools
import pathlib
import tempfile
import unittest

import grpc

import pages
import shared
import steps
from api import catalogue, notification, refusal, types_v1
from certificates import Authority
from post_office import PostOffice, check_by_foreign_readers
from waiting import eventually

FROM = "office@clusterwire.example"
HOSTILE = ('Größe "x" <script>alert(1)</script> Bcc: eve@example.org =?UTF-8?Q?x?= {{X}} '
           + "ü" * 80)
_numbers = itertools.count(1)


def settings(port, authority_file, **more):
    """Of notification, with mails over this server."""
    return {"mail.server": f"localhost:{port}", "mail.ca_file": authority_file,
            "mail.from": FROM, "mail.sender_name": "Cluster Büro, \"Office\"",
            "mail.postal_line": "Street 1, 10115 Berlin", "mail.timeout": "3s",
            "mail.bounce_address": "bounces@clusterwire.example",
            "delivery.mails.settle": "0s", "delivery.mails.gather": "0s", **more}


class Readers(unittest.TestCase):
    """Who wants mails, and what becomes of them. A class sets `stack` and `office` up."""

    @classmethod
    def set_up(cls, port=None, environments=None, **more):
        """An office that wants a password, and a stack that knows it; mails go by `port`, if given."""
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        authority = Authority()
        cls.password = folder / "password"
        cls.password.touch(mode=0o600)
        cls.password.write_text("s3cret\n")
        cls.office = PostOffice(authority.server("localhost").write(folder, "post"),
                                user="office", password="s3cret")
        cls.addClassCleanup(cls.office.close)
        cls.stack = shared.new_stack(environments=environments, notification_settings=settings(
            port(cls.office) if port else cls.office.port, authority.write(folder),
            **{"mail.user": "office", "mail.password_file": cls.password, **more}))
        cls.stack.start()
        cls.addClassCleanup(cls.stack.stop)
        steps.add_countries(cls.stack)
        cls.client = cls.stack.notification.client

    @classmethod
    def tearDownClass(cls):
        check_by_foreign_readers(cls.office.mails)

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
        pages.confirm(self.office, address)
        return word, address

    def create(self, title):
        return steps.create_cluster(self.stack, title=title, regions=[], sectors=[])

    def told(self, word, title=""):
        """A change that the subscriber of the word hears of. Returns the delivery's name."""
        cluster = self.create(f"{title} {word}".strip())
        [delivery] = eventually(lambda: steps.deliveries(self.stack, resource=cluster.name),
                                "its delivery")
        return delivery.name

    def delivery(self, name):
        return self.client.Delivery.GetDelivery(notification.GetDeliveryRequest(name=name),
                                                timeout=10)

    def wait_for(self, name, state, within=15.0):
        wanted = notification.Delivery.State.Value(f"STATE_{state}")
        return eventually(lambda: (one := self.delivery(name)).state == wanted and one,
                          f"{name} is {state}", within)

    def attempts(self, name):
        return self.client.Delivery.ListAttempts(notification.ListAttemptsRequest(parent=name),
                                                 timeout=10).attempts


class MailTest(Readers):
    @classmethod
    def setUpClass(cls):
        cls.set_up()

    def test_a_mail_comes_whole_and_says_the_same_twice(self):
        word, address = self.subscribe()
        name = self.told(word, "Silicon Saxony")
        [mail] = self.office.notices(address)
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

    def test_a_foreign_reader_reads_every_mail_as_python_does(self):
        for language in ["en", "de"]:
            word, address = self.subscribe(language)
            self.told(word, HOSTILE)
            self.office.notices(address)
        for mail in self.office.mails:
            [sender] = mail["from"].addresses
            self.assertEqual((sender.addr_spec, sender.display_name), (FROM, 'Cluster Büro, "Office"'))
        check_by_foreign_readers(self.office.mails)

    def test_a_test_goes_to_a_confirmed_mailbox(self):
        word, address = self.subscribe()
        answer = self.client.Subscriber.TestEndpoint(
            notification.TestEndpointRequest(name=self.endpoint), timeout=20)
        self.assertTrue(answer.accepted, answer.detail)
        [mail] = [one for one in self.office.to(address) if "tests." in one["message-id"]]
        self.assertIn(self.endpoint, mail.text)

    def test_titles_that_want_to_be_headers_stay_titles(self):
        word, address = self.subscribe()
        self.told(word, HOSTILE)
        [mail] = self.office.notices(address)
        self.assertIsNone(mail["bcc"])
        self.assertIn("Größe", mail["subject"])
        self.assertNotIn("<script>", mail.html)
        self.assertEqual(mail.message.defects, [])
        self.assertEqual([part.defects for part in mail.message.walk() if part.defects], [])

    def test_mails_on_one_resource_are_one_conversation(self):
        word, address = self.subscribe()
        cluster = self.create(f"First {word}")
        self.office.notices(address)
        self.stack.catalogue.client.Cluster.UpdateCluster(catalogue.UpdateClusterRequest(
            cluster=catalogue.Cluster(name=cluster.name, title=f"Second {word}")), timeout=10)
        first, second = self.office.notices(address, count=2)
        self.assertNotEqual(first["message-id"], second["message-id"])
        self.assertEqual(first["references"], second["references"])

    def test_a_mailbox_that_is_not_there_is_not_written_to_again(self):
        word, address = self.subscribe()
        self.office.refuse("RCPT", address, f"550 5.1.1 <{address}>: no such user")
        before = self.office.tries("RCPT", address)
        name = self.told(word)
        dead = self.wait_for(name, "DEAD")
        self.assertIn("550 5.1.1 <***@example.org>", dead.reason)
        self.assertNotIn(address, dead.reason)
        later = self.wait_for(self.told(word), "SUPPRESSED")
        self.assertIn("suppressed", later.reason)
        self.assertEqual(self.office.tries("RCPT", address), before + 1)

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
        [mail] = self.office.notices(address, within=30)
        self.wait_for(name, "DELIVERED")
        self.assertEqual(mail["message-id"],
                         f"<{name.replace('/', '.')}@clusterwire.example>")
        self.assertIn("may have taken it", self.attempts(name)[0].detail)

    def test_a_bounce_is_believed_by_its_signed_address_alone(self):
        word, address = self.subscribe()
        self.told(word)
        [mail] = self.office.notices(address)
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
