"""Who a client's certificate is: the real catalogue over TLS, certificates of Python's making."""

import datetime
import time
import unittest

import shared
from api import catalogue, catalogue_client, refusal
from certificates import Authority, Trust, self_signed_client
from stack import CATALOGUE_SERVES, Service
from tokens import Issuer, bearer
from waiting import eventually

DATABASES = ["sqlite"]      # no database has a part in it
NOTHING = catalogue.GetClusterRequest(name="clusters/nothing")
OPS = "spiffe://example.org/ns/ops/sa/desk"
MAP = "spiffe://example.org/ns/map/sa/page"
SOON = datetime.timedelta(seconds=6)


class ClientCertificateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = shared.folder() / "client-certificates"
        cls.folder.mkdir()
        cls.authority = Authority()
        certificate, key = cls.authority.server().write(cls.folder, "server")
        cls.issuer = Issuer()
        cls.addClassCleanup(cls.issuer.close)
        settings = {
            "kafka.brokers": shared.broker().address, "kafka.topic": "client-certificates",
            "listen.loopback_is_operator": "false",
            "listen.tls.certificate_file": certificate, "listen.tls.key_file": key,
            "listen.tls.client_ca_file": cls.authority.write(cls.folder),
            **cls.issuer.settings(operators=["spiffe://example.org/ns/ops/*"],
                                  certificates=["spiffe://example.org/ns/*", "dns:map.example.org"])}
        cls.service = Service("catalogue", cls.folder, shared.database(), settings,
                              catalogue_client, CATALOGUE_SERVES,
                              trust=Trust(cls.authority.certificate))
        cls.addClassCleanup(cls.service.process.stop)
        cls.addClassCleanup(cls.service.client.close)
        cls.service.start()

    def client(self, shown=None):
        client = catalogue_client(self.service.address,
                                  Trust(self.authority.certificate, shown).grpc)
        self.addCleanup(client.close)
        return client

    def refused(self, client, **options):
        return refusal(client.Cluster.GetCluster, NOTHING, **options)

    def diagnose(self, client):
        return client.Operations.Diagnose(catalogue.DiagnoseRequest(), timeout=20)

    def callers(self):
        return {line.get("caller") for line in self.service.logged("call")}

    def test_a_spiffe_id_or_else_a_host_is_the_subject(self):
        for shown, subject in [(self.authority.client(spiffe=MAP, dns="map.example.org"), MAP),
                               (self.authority.client(dns="map.example.org"), "dns:map.example.org")]:
            self.assertEqual(self.refused(self.client(shown)).code.name, "NOT_FOUND")
            eventually(lambda: subject in self.callers(), f"the log names {subject}")
        self.diagnose(self.client(self.authority.client(spiffe=OPS)))
        refused = refusal(self.client(self.authority.client(spiffe=MAP)).Operations.Diagnose,
                          catalogue.DiagnoseRequest())
        self.assertEqual(refused.code.name, "PERMISSION_DENIED")

    def test_nothing_shown_is_the_public(self):
        self.assertEqual(self.refused(self.client()).code.name, "NOT_FOUND")
        refused = refusal(self.client().Operations.Diagnose, catalogue.DiagnoseRequest())
        self.assertEqual(refused.code.name, "UNAUTHENTICATED")

    def test_one_that_is_not_known_is_never_the_public(self):
        for names in [{"spiffe": "spiffe://elsewhere.org/ns/map/sa/page"}, {"dns": "other.example.org"},
                      {"spiffe": "spiffe://elsewhere.org/x", "dns": "map.example.org"}, {}]:
            refused = self.refused(self.client(self.authority.client(**names)))
            self.assertEqual((refused.code.name, refused.reason),
                             ("UNAUTHENTICATED", "CERTIFICATE_UNKNOWN"), names)

    def test_what_no_authority_vouches_for_does_not_connect(self):
        for shown in [self_signed_client(OPS), Authority("Another").client(spiffe=OPS),
                      self.authority.expired_client(spiffe=OPS)]:
            refused = self.refused(self.client(shown))
            self.assertEqual(refused.code.name, "UNAVAILABLE", refused)
            self.assertIsNone(refused.reason)

    def test_one_that_ends_in_mid_connection_is_refused_from_then_on(self):
        client = self.client(self.authority.client(spiffe=MAP, ends=SOON))
        start = time.monotonic()
        self.assertEqual(self.refused(client).code.name, "NOT_FOUND")
        refused = eventually(lambda: self.ended(client), "the certificate ends", within=20)
        self.assertEqual(refused.code.name, "UNAUTHENTICATED")
        self.assertGreater(time.monotonic() - start, 3)

    def ended(self, client):
        refused = self.refused(client)
        return refused if refused.reason == "CERTIFICATE_EXPIRED" else None

    def test_of_a_certificate_and_a_token_the_token_decides_and_either_may_be_wrong(self):
        known = self.client(self.authority.client(spiffe=OPS))
        refused = refusal(known.Operations.Diagnose, catalogue.DiagnoseRequest(),
                          metadata=self.issuer.metadata("bob"))
        self.assertEqual(refused.code.name, "PERMISSION_DENIED")
        self.assertEqual(self.refused(known, metadata=bearer("garbage")).reason, "TOKEN_MALFORMED")
        unknown = self.client(self.authority.client(dns="other.example.org"))
        self.assertEqual(self.refused(unknown, metadata=self.issuer.metadata("bob")).reason,
                         "CERTIFICATE_UNKNOWN")


if __name__ == "__main__":
    unittest.main()
