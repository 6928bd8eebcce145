"""The pages that links in mails lead to, and the sign-up page: in headless Chromium at a phone's width,
with scripts off, in both languages; and what a link scanner and a forger get."""

import os
import pathlib
import tempfile
import unittest
import urllib.parse

import pages
import shared
import steps
from api import notification
from browser import Browser
from certificates import Authority
from mail_test import settings
from post_office import PostOffice, check_by_foreign_readers
from waiting import eventually

DATABASES = ["sqlite"]      # no database has a part in it
PICTURES = pathlib.Path(os.environ.get("CLUSTERWIRE_PICTURES", shared.BUILD / "integration/pictures"))


class PagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        authority = Authority()
        cls.office = PostOffice(authority.server("localhost").write(folder, "post"))
        cls.addClassCleanup(cls.office.close)
        cls.stack = shared.new_stack(
            notification_settings=settings(cls.office.port, authority.write(folder)))
        cls.stack.start()
        steps.add_countries(cls.stack)
        cls.client = cls.stack.notification.client
        cls.uri = cls.stack.notification.pages
        cls.browser = cls.enterClassContext(Browser())

    @classmethod
    def tearDownClass(cls):
        check_by_foreign_readers(cls.office.mails)

    def tearDown(self):
        self.assertEqual(steps.balance(self.stack).difference, 0)

    def signed_up(self, address, language):
        """By the page, in Chromium: what the address gets is confirmed there too."""
        page = self.browser.page(language=language)
        page.open(f"{self.uri}/signup")
        self.assertEqual(page.language(), language)
        self.fits(page)
        page.picture(PICTURES / f"signup-{language}.png")
        page.fill("input[name=address]", address)
        page.click("input[value=clusters]")
        page.click("button")
        page.picture(PICTURES / f"signed-up-{language}.png")
        self.assertIn({"en": "mailbox", "de": "Postfach"}[language], page.text())
        mail = self.office.wait_for(address)[-1]
        page.open(pages.link_in(mail.text, "confirm"))
        self.fits(page)
        page.picture(PICTURES / f"confirm-{language}.png")
        self.assertIn(address, page.text())
        page.click("button")
        page.picture(PICTURES / f"confirmed-{language}.png")
        self.assertIn({"en": "Confirmed", "de": "Bestätigt"}[language], page.text())
        return page

    def fits(self, page):
        wide, window = page.width()
        self.assertLessEqual(wide, window, "nothing has to be moved sideways")

    def mailed(self, address, title, count):
        """A cluster that a mail tells of."""
        steps.create_cluster(self.stack, title=title, regions=[], sectors=[])
        return self.office.wait_for(address, count)[-1]

    def test_1_who_signs_up_confirms_reads_and_unsubscribes_in_their_language(self):
        for language, address in [("en", "reader-en@example.org"), ("de", "leser-de@example.org")]:
            with self.subTest(language):
                page = self.signed_up(address, language)
                mail = self.mailed(address, f"Cluster for {language}", 2)
                self.assertIn(f"Cluster for {language}", mail.text)
                self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")

                page.open(pages.link_in(mail.text, "preferences"))
                self.fits(page)
                page.picture(PICTURES / f"preferences-{language}.png")
                self.assertIn({"en": "New clusters", "de": "Neue Cluster"}[language], page.text())

                page.open(pages.link_in(mail.text, "unsubscribe"))
                self.fits(page)
                page.picture(PICTURES / f"unsubscribe-{language}.png")
                page.click("button")
                page.picture(PICTURES / f"unsubscribed-{language}.png")
                self.assertIn({"en": "Unsubscribed", "de": "Abbestellt"}[language], page.text())
                page.open(pages.link_in(mail.text, "preferences"))
                page.picture(PICTURES / f"preferences-after-{language}.png")
                mails = len(self.office.to(address))
                cluster = steps.create_cluster(self.stack, title="After that", regions=[], sectors=[])
                [suppressed] = eventually(
                    lambda: [one for one in steps.deliveries(self.stack, resource=cluster.name)
                             if one.subscription.startswith("subscribers/p-")
                             and one.state == notification.Delivery.STATE_SUPPRESSED][:1],
                    "it is dropped")
                self.assertEqual(suppressed.reason, "consent: unsubscribed")
                self.assertEqual(len(self.office.to(address)), mails)

    def test_2_a_scanner_that_gets_every_link_changes_nothing(self):
        address = "scanned@example.org"
        subscriber = self.client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
            subscriber=notification.Subscriber(title="Scanned")), timeout=10).name
        endpoint = self.client.Subscriber.CreateEndpoint(notification.CreateEndpointRequest(
            parent=subscriber, endpoint=notification.Endpoint(
                email=notification.Email(address=address))), timeout=10).name
        subscription = steps.add_subscription(self.stack, subscriber, {"types": ["cluster"]},
                                              endpoint_name=endpoint).name
        confirmation = self.office.wait_for(address)[0]
        for _ in range(3):
            self.assertEqual(pages.get(pages.link_in(confirmation.text, "confirm")).status, 200)
        before = self.client.Subscriber.GetEndpoint(
            notification.GetEndpointRequest(name=endpoint), timeout=10)
        self.assertFalse(before.email.HasField("verify_time"))
        pages.confirm(self.office, address)
        mail = self.mailed(address, "Scanned", 2)
        one_click = mail["List-Unsubscribe"].split(">")[0].strip("<>")
        for link in [one_click, pages.link_in(mail.text, "preferences")]:
            self.assertEqual(pages.get(link).status, 200)
        self.assertEqual(self.consent(subscription).state, notification.Consent.STATE_GIVEN)
        for body, kind in [("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
                           ('--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
                            "One-Click\r\n--b--\r\n", "multipart/form-data; boundary=b"),
                           ("", "application/x-www-form-urlencoded")]:
            answer = pages.ask("POST", one_click, body, {"Content-Type": kind})
            self.assertEqual(answer.status, 200, "replayed, and however it is written")
            self.assertEqual(self.consent(subscription).state, notification.Consent.STATE_WITHDRAWN)

    def consent(self, subscription):
        return self.client.Subscription.GetSubscription(
            notification.GetSubscriptionRequest(name=subscription), timeout=10).consent

    def test_3_what_is_forged_gets_what_everything_gets_that_is_not_there(self):
        answers = {pages.get(f"{self.uri}{path}").body for path in
                   ["/confirm/abc", "/unsubscribe/", "/preferences/" + "A" * 200, "/nothing"]}
        self.assertEqual(len(answers), 1)
        [body] = answers
        self.assertIn("Hier ist nichts", body)
        page = self.browser.page()
        page.open(f"{self.uri}/confirm/abc")
        page.picture(PICTURES / "nothing-here.png")
        answer = pages.get(f"{self.uri}/signup")
        for name, value in [("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"),
                            ("X-Frame-Options", "DENY"), ("X-Content-Type-Options", "nosniff")]:
            self.assertEqual(answer.headers[name], value)
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])

    def test_4_signing_up_answers_alike_and_only_its_own_form_is_taken(self):
        link = f"{self.uri}/signup"
        [form] = pages.get(link).forms
        fields = [one for one in form.fields if one[0] != "address"] + [("offer", "labels")]
        bodies = {pages.send(link, [*fields, ("address", address)]).body
                  for address in ["reader-en@example.org", "nobody-yet@example.org"]}
        self.assertEqual(len(bodies), 1)
        [body] = bodies
        self.assertIn("mailbox", body)
        for wrong in ["", "no address", "a@b", "x@example.org\r\nBcc: y@example.org",
                      '"><script>alert(1)</script>@example.org', "ü" * 300 + "@example.org"]:
            answer = pages.send(link, [*fields, ("address", wrong)])
            self.assertEqual(answer.status, 422, wrong)
            self.assertNotIn("<script", answer.body)
        forged = [("address", "z@example.org"), ("offer", "labels"), ("token", "x")]
        self.assertEqual(pages.send(link, forged).status, 422)
        self.assertEqual(self.office.to("z@example.org"), [])

    def test_5_links_stay_secret_in_the_log(self):
        log = self.stack.notification.process.log.read_text()
        for mail in self.office.mails:
            self.assertNotIn(mail.recipient, log)
            for kind in ["confirm", "unsubscribe", "preferences"]:
                if f"/{kind}/" in mail.text:
                    self.assertNotIn(urllib.parse.urlsplit(pages.link_in(mail.text, kind)).path, log)
