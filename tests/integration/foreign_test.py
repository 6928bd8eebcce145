"""Clients that share no code with us, over TLS, with a token or a certificate of their own: grpcurl, and
the programs in Go and Python of deploy/clients as they stand."""

import json
import pathlib
import subprocess
import tempfile
import unittest

import grpc

import shared
from api import catalogue
from certificates import Authority
from processes import BUILD, GRPCURL, ROOT
from tokens import Issuer
from waiting import eventually

DATABASES = ["sqlite"]      # no database has a part in it
CLIENTS = ROOT / "deploy/clients"
SPIFFE = "spiffe://example.org/ns/map/sa/page"
WHO_AM_I = "clusterwire.catalogue.v1.GrantService/WhoAmI"
LIST = "clusterwire.catalogue.v1.ClusterService/ListClusters"


class Grpcurl:
    def __init__(self, address, authority):
        self._address = address
        self._common = ["-cacert", authority, "-max-time", "10"]

    def ask(self, token=None, certificate=None, key=None):
        """What the caller is taken for and sees, or what is said against it."""
        shown = ["-H", f"authorization: Bearer {token.read_text()}"] if token else []
        if certificate:
            shown += ["-cert", certificate, "-key", key]
        answers = []
        for method in [WHO_AM_I, LIST]:
            done = subprocess.run([GRPCURL, *self._common, *shown, self._address, method],
                                  capture_output=True, text=True, timeout=30)
            if done.returncode:
                return done.stderr
            answers.append(json.loads(done.stdout))
        return f"{answers[0]['subject']} sees {len(answers[1].get('clusters', []))} clusters\n"


class Program:
    """One of deploy/clients."""

    def __init__(self, command, dash, address, authority):
        self._dash = dash
        self._command = [*command, *self._option("address", address), *self._option("ca", authority)]

    def _option(self, name, value):
        return [f"{self._dash}{name}", str(value)] if value else []

    def ask(self, token=None, certificate=None, key=None):
        done = subprocess.run([*self._command, *self._option("token", token), *self._option("key", key),
                               *self._option("certificate", certificate)],
                              capture_output=True, text=True, timeout=30)
        return done.stderr if done.returncode else done.stdout


class ForeignTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        authority = Authority()
        cls.ca = authority.write(folder)
        certificate, key = authority.server("localhost").write(folder, "server")
        cls.certificate, cls.key = authority.client(spiffe=SPIFFE).write(folder, "client")
        cls.issuer = cls.enterClassContext(Issuer())
        cls.stack = shared.new_stack(catalogue_settings=cls.issuer.settings(
            operators=["test:operator"], certificates=["spiffe://example.org/*"], **{
                "listen.tls.certificate_file": certificate, "listen.tls.key_file": key,
                "listen.tls.client_ca_file": cls.ca, "listen.loopback_is_operator": "false"}))
        cls.stack.catalogue.process.start()
        cls.addClassCleanup(cls.stack.catalogue.process.stop)
        address = f"localhost:{cls.stack.catalogue.address.rsplit(':', 1)[1]}"
        cls.make_data(address, authority.certificate)
        subprocess.run([CLIENTS / "go/build", BUILD / "integration/go"], check=True)
        python = [BUILD / "integration/venv/bin/python", "-B", CLIENTS / "python/client.py"]
        cls.clients = {"grpcurl": Grpcurl(address, cls.ca),
                       "Go": Program([BUILD / "integration/go/client"], "-", address, cls.ca),
                       "Python": Program(python, "--", address, cls.ca)}

    @classmethod
    def make_data(cls, address, authority):
        """A cluster for everybody, and a draft that the token's subject and the certificate's may see."""
        channel = cls.enterClassContext(grpc.secure_channel(
            address, grpc.ssl_channel_credentials(authority)))
        clusters = catalogue.ClusterServiceStub(channel)
        grants = catalogue.GrantServiceStub(channel)
        taxonomies = catalogue.TaxonomyServiceStub(channel)
        asked = {"metadata": cls.issuer.metadata("operator"), "timeout": 10}

        def alive():
            try:
                return grants.WhoAmI(catalogue.WhoAmIRequest(), **asked).operator
            except grpc.RpcError:
                return None
        eventually(alive, f"the catalogue answers\n{cls.stack.catalogue.process.tail()}", within=30)
        taxonomies.CreateTaxonomy(catalogue.CreateTaxonomyRequest(taxonomy=catalogue.Taxonomy(
            title="Countries", list="iso", subject="SUBJECT_REGION",
            codes=[catalogue.TaxonomyCode(code="DE", title="Germany")])), **asked)
        for name, state in [("open", "STATE_PUBLISHED"), ("draft", "STATE_DRAFT")]:
            clusters.CreateCluster(catalogue.CreateClusterRequest(
                cluster_id=name, cluster=catalogue.Cluster(title=name, country="DE", state=state)), **asked)
        for subject in [cls.issuer.subject("page"), SPIFFE]:
            grants.CreateGrant(catalogue.CreateGrantRequest(grant=catalogue.Grant(
                subject=subject, resource="clusters/draft", role="ROLE_VIEWER")), **asked)

    def token(self, **claims):
        file = self.folder / "token"
        file.write_text(self.issuer.token("page", **claims))
        return file

    def check(self, expected, **shown):
        for name, client in self.clients.items():
            with self.subTest(name):
                self.assertIn(expected, client.ask(**shown))

    def test_a_token_says_who_calls(self):
        self.check("test:page sees 2 clusters\n", token=self.token())

    def test_a_certificate_says_who_calls(self):
        self.check(f"{SPIFFE} sees 2 clusters\n", certificate=self.certificate, key=self.key)

    def test_who_shows_both_is_who_the_token_says(self):
        self.check("test:page sees 2 clusters\n", token=self.token(), certificate=self.certificate,
                   key=self.key)

    def test_who_shows_nothing_is_the_public(self):
        self.check("public sees 1 clusters\n")

    def test_a_token_that_is_over_is_refused_with_the_reason(self):
        self.check("ask its issuer for a new one", token=self.token(exp=1))
