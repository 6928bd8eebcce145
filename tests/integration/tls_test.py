"""TLS of both services: who is let in, and certificates that change while calls go on."""

import concurrent.futures
import contextlib
import datetime
import os
import socket
import ssl
import subprocess
import threading
import time
import unittest

import grpc
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

import api
import shared
from api import catalogue, refusal, types_v1
from certificates import Authority, Trust, self_signed_client
from processes import BUILD, GRPCURL, ROOT
from waiting import eventually

ERROR = types_v1.Finding.SEVERITY_ERROR
OK = types_v1.Finding.SEVERITY_OK
DATABASES = ["sqlite"]      # no database has a part in it
CALLS_A_SECOND = 200
DIAGNOSE = "clusterwire.catalogue.v1.OperationsService/Diagnose"
PAGE = "spiffe://example.org/ns/map/sa/page"
DESK = "spiffe://example.org/ns/ops/sa/desk"


def settings(folder, **more):
    """TLS from the files of `folder`; clients of a namespace are believed, one is an operator."""
    return {"listen.tls.certificate_file": folder / "server.pem",
            "listen.tls.key_file": folder / "server.key",
            "listen.tls.client_ca_file": folder / "clients.pem",
            "callers.certificates": "spiffe://example.org/ns/*",
            "callers.operators": DESK,
            "callers.limits.calls_per_second": "1000000",
            "callers.limits.public_calls_per_second": "1000000", **more}


class OverTls(unittest.TestCase):
    """A stack with TLS. Without tests of its own."""

    @classmethod
    def setUpClass(cls):
        cls.folder = shared.folder() / cls.__name__
        cls.folder.mkdir()
        cls.servers, cls.clients = Authority("Servers"), Authority("Clients")
        cls.ca = cls.servers.write(cls.folder)
        cls.clients.write(cls.folder, "clients")
        cls.server = cls.servers.server()
        cls.server.write(cls.folder, "server")
        cls.desk = cls.clients.client(spiffe=DESK)
        cls.trust = Trust(cls.servers.certificate, cls.desk)
        cls.stack = shared.new_stack(catalogue_settings=settings(cls.folder),
                                     notification_settings=settings(cls.folder), trust=cls.trust)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        cls.service = cls.stack.catalogue

    def client(self, own=None):
        """Of the catalogue, on a connection of its own."""
        made = api.catalogue_client(
            self.service.address, Trust(self.servers.certificate, own).grpc)
        self.addCleanup(made.close)
        return made

    def diagnose(self, own):
        """The code of a call for operators alone, by this certificate."""
        client = self.client(own)
        try:
            client.Operations.Diagnose(catalogue.DiagnoseRequest(), timeout=20)
            return "OK"
        except grpc.RpcError as error:
            return error.code().name


    def shown(self, port):
        """The certificate that a new connection sees."""
        context = ssl.create_default_context(cadata=self.servers.certificate.decode())
        context.set_alpn_protocols(["h2"])
        with socket.create_connection(("127.0.0.1", port), 5) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as encrypted:
                return ssl.DER_cert_to_PEM_cert(encrypted.getpeercert(True)).encode()

    def await_shown(self, certificate):
        wanted = certificate.certificate.split()
        for port in [int(self.service.address.rpartition(":")[2]), self.service.http_port]:
            eventually(lambda: self.shown(port).split() == wanted, "new connections see it", 15)


class TlsTest(OverTls):
    def grpcurl(self, *arguments):
        return subprocess.run([GRPCURL, *map(str, arguments[:-1]), self.service.address,
                               arguments[-1]], capture_output=True, text=True, timeout=30)

    def test_grpcurl_trusts_the_authority_and_nobody_else(self):
        done = self.grpcurl("-cacert", self.ca, "list")
        self.assertIn("clusterwire.catalogue.v1.ClusterService", done.stdout, done.stderr)
        other = Authority().write(self.folder, "other")
        self.assertIn("certificate", self.grpcurl("-cacert", other, "list").stderr)
        self.assertNotEqual(self.grpcurl("-plaintext", "-max-time", "3", "list").returncode, 0)

    def test_grpcurl_with_a_client_certificate_is_who_it_says(self):
        certificate, key = self.desk.write(self.folder, "desk")
        done = self.grpcurl("-cacert", self.ca, "-cert", certificate, "-key", key, DIAGNOSE)
        self.assertIn('"part": "certificate"', done.stdout, done.stderr)
        page, key = self.clients.client(spiffe=PAGE).write(self.folder, "page")
        done = self.grpcurl("-cacert", self.ca, "-cert", page, "-key", key, DIAGNOSE)
        self.assertIn("PermissionDenied", done.stderr)

    def test_a_certificate_that_does_not_verify_never_becomes_the_public(self):
        request = catalogue.ListClustersRequest(page_size=1)
        self.client().Cluster.ListClusters(request, timeout=10)     # nobody may
        before = len(self.service.logged("TLS handshake failed"))
        for bad in [self_signed_client(DESK), Authority("Strangers").client(spiffe=DESK),
                    self.clients.expired_client(spiffe=DESK), self.servers.client(spiffe=DESK)]:
            with self.subTest(issuer=bad.x509.issuer.rfc4514_string()):
                refused = refusal(self.client(bad).Cluster.ListClusters, request)
                self.assertEqual(refused.code.name, "UNAVAILABLE", refused)
        lines = eventually(lambda: self.service.logged("TLS handshake failed")[before:],
                           "the log says so")
        self.assertIn("client's certificate doesn't verify", lines[0]["source"])

    def run_import(self, ca, own):
        certificate, key = own.write(self.folder, "importing")
        return subprocess.run(
            [BUILD / "services/catalogue/import/clusterwire-import", "--target",
             self.service.address, "--tls_ca_file", ca, "--tls_certificate_file", certificate,
             "--tls_key_file", key, ROOT / "tests/data/taxonomies.ndjson"],
            capture_output=True, text=True, timeout=60)

    def test_the_import_program_calls_as_its_certificate_says(self):
        done = self.run_import(self.ca, self.desk)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for ca, own in [(self.ca, self.clients.client(spiffe=PAGE)),
                        (Authority().write(self.folder, "other"), self.desk)]:
            refused = self.run_import(ca, own)
            self.assertEqual(refused.returncode, 2, refused.stdout + refused.stderr)

    def test_connections_that_say_nothing_keep_nobody_from_calling(self):
        for port in [self.service.http_port, int(self.service.address.rpartition(":")[2])]:
            with contextlib.ExitStack() as strangers:
                for number in range(300):
                    stranger = strangers.enter_context(
                        socket.create_connection(("127.0.0.1", port), 5))
                    if number % 2:
                        stranger.sendall(b"\x16\x03\x01")
                self.client(self.desk).Operations.Diagnose(catalogue.DiagnoseRequest(), timeout=20)
                self.assertEqual(self.service.http_get("/livez")[0], 200)

    def test_keys_of_every_usual_kind_are_served(self):
        folder = self.folder / "kinds"
        folder.mkdir()
        for number, key in enumerate([rsa.generate_private_key(65537, 2048),
                                      ec.generate_private_key(ec.SECP384R1()),
                                      ed25519.Ed25519PrivateKey.generate()]):
            server = self.servers.server(key=key, ends=datetime.timedelta(days=20 + number))
            server.write(folder, "server")
            self.clients.write(folder, "clients")
            if number == 0:
                stack = shared.new_stack(catalogue_settings=settings(folder), trust=self.trust)
                self.addCleanup(stack.catalogue.process.stop)
                stack.catalogue.start()
                self.service = stack.catalogue
            self.await_shown(server)
            done = self.grpcurl("-cacert", self.ca, "list")
            self.assertIn("ClusterService", done.stdout, f"{key} {done.stderr}")

    def test_a_certificate_for_another_host_is_refused_by_the_client(self):
        client = grpc.secure_channel(self.service.address, self.trust.grpc,
                                     [("grpc.ssl_target_name_override", "elsewhere.example")])
        self.addCleanup(client.close)
        refused = refusal(catalogue.ClusterServiceStub(client).ListClusters,
                          catalogue.ListClustersRequest())
        self.assertEqual(refused.code.name, "UNAVAILABLE", refused)

    def test_pages_are_served_over_https_to_those_without_a_certificate(self):
        for service in self.stack.services:
            self.assertEqual(service.http_get("/livez"), (200, "live\n"))
            self.assertEqual(service.http_get("/readyz"), (200, "ready\n"))
            status, text = service.http_get("/metrics")
            self.assertEqual(status, 200)
            self.assertIn(f'clusterwire_tls_certificate_end_seconds{{file="certificate"}} '
                          f"{int(self.server.end.timestamp())}", text)
        anybody = ssl.create_default_context(cadata=self.servers.certificate.decode())
        with socket.create_connection(("127.0.0.1", self.service.http_port), 5) as plain:
            with anybody.wrap_socket(plain, server_hostname="localhost") as encrypted:
                self.assertIn(encrypted.version(), ["TLSv1.2", "TLSv1.3"])

    def test_a_client_that_knows_only_tls_1_1_is_refused(self):
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        for port in [self.service.http_port, int(self.service.address.rpartition(":")[2])]:
            with socket.create_connection(("127.0.0.1", port), 5) as plain:
                with self.assertRaises(OSError):
                    old.wrap_socket(plain)

    def test_a_half_of_tls_or_a_bad_file_is_an_error_of_the_start_by_its_option(self):
        garbage = self.folder / "garbage.key"
        garbage.write_text("garbage")
        garbage.chmod(0o600)
        for change, words in [
                ({"listen.tls.key_file": ""}, "listen.tls.key_file: is not set"),
                ({"listen.tls.certificate_file": ""}, "listen.tls.certificate_file: is not set"),
                ({"listen.tls.client_ca_file": "",
                  "listen.tls.require_client_certificate": "true"},
                 "listen.tls.client_ca_file: is not set"),
                ({"listen.tls.key_file": garbage}, "listen.tls.key_file: holds no private key"),
                ({"listen.tls.key_file": self.desk.write(self.folder, "desk")[1]},
                 "listen.tls.key_file: holds a key that doesn't fit")]:
            overrides = [word for option, value in change.items()
                         for word in ("--set", f"{option}={value}")]
            for more in [[], ["--check_config"]]:
                with self.subTest(words=words, more=more):
                    done = subprocess.run([*self.service.process.command, *overrides, *more],
                                          capture_output=True, text=True, timeout=30)
                    self.assertEqual(done.returncode, 1, done.stderr)
                    self.assertIn(words, done.stderr)


class RotationTest(OverTls):
    """Clients that call all the time, on connections that stay and on new ones."""

    def call_all_the_time(self, stop):
        """Returns how many calls there were and what failed; call it in a thread."""
        request = catalogue.ListClustersRequest(page_size=1)
        stays = self.client(self.desk)
        failed, calls, began = [], 0, time.monotonic()
        while not stop.is_set():
            # One call in twenty makes a connection of its own.
            client = stays if calls % 20 else self.client(self.desk)
            try:
                client.Cluster.ListClusters(request, timeout=10)
            except grpc.RpcError as error:
                failed.append(f"{error.code().name}: {error.details()}")
            if client is not stays:
                client.close()
            calls += 1
            ahead = began + calls / (CALLS_A_SECOND / 4) - time.monotonic()
            if ahead > 0:
                stop.wait(ahead)
        return calls, failed, time.monotonic() - began

    def under_calls(self, change):
        """Runs change() under 200 calls a second, of which none may fail."""
        stop = threading.Event()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            running = [pool.submit(self.call_all_the_time, stop) for _ in range(4)]
            try:
                change()
            finally:
                stop.set()
            results = [one.result() for one in running]
        self.assertEqual([failure for _, failed, _ in results for failure in failed], [])
        self.rate = sum(calls / seconds for calls, _, seconds in results)

    def finding(self, severity):
        return eventually(lambda: (found := self.service.findings()["certificate"]) and
                          found.severity == severity and found, f"a finding of {severity}", 20)

    def test_certificates_are_rewritten_under_calls_and_none_fails(self):
        def rewrite():
            for _ in range(5):
                new = self.servers.server()
                new.write(self.folder, "server")
                self.await_shown(new)

        self.under_calls(rewrite)
        self.assertGreater(self.rate, CALLS_A_SECOND * 0.5, "the machine was too slow to tell")

    def test_a_folder_is_swapped_behind_its_link_under_calls_and_none_fails(self):
        folder = shared.folder() / "swapped"
        folder.mkdir()

        def place(number, server):
            """As Kubernetes does: all files at once."""
            made = folder / f"..{number}"
            made.mkdir()
            server.write(made, "server")
            self.clients.write(made, "clients")
            (folder / "..tmp").symlink_to(made.name)
            os.replace(folder / "..tmp", folder / "..data")

        place(0, self.server)
        stack = shared.new_stack(catalogue_settings=settings(folder / "..data"), trust=self.trust)
        self.addCleanup(stack.catalogue.process.stop)
        stack.catalogue.start()
        self.service = stack.catalogue

        def swap():
            for number in range(1, 4):
                new = self.servers.server()
                place(number, new)
                self.await_shown(new)

        self.under_calls(swap)

    def test_another_authority_of_clients_is_let_in_under_calls_and_none_fails(self):
        next_clients = Authority("Next Clients")
        newcomer = next_clients.client(spiffe=DESK)
        self.assertEqual(self.diagnose(newcomer), "UNAVAILABLE")

        def add():
            (self.folder / "clients.pem").write_bytes(self.clients.certificate +
                                                      next_clients.certificate)
            eventually(lambda: self.diagnose(newcomer) == "OK", "it is let in", 20)

        self.under_calls(add)
        (self.folder / "clients.pem").write_bytes(self.clients.certificate)
        eventually(lambda: self.diagnose(newcomer) == "UNAVAILABLE", "it is kept out again", 20)

    def test_garbage_replaces_nothing_and_diagnose_says_so_until_it_is_mended(self):
        server = self.servers.server()
        certificate, key = server.write(self.folder, "server")
        self.await_shown(server)

        def break_and_mend():
            for file, bad in [(key, b"garbage"), (key, self.desk.key), (certificate, b""),
                              (certificate, server.certificate[:200])]:
                good = file.read_bytes()
                file.write_bytes(bad)
                found = self.finding(ERROR)
                self.assertIn("the earlier ones go on", found.finding)
                self.await_shown(server)
                file.write_bytes(good)
                self.finding(OK)

        before = len(self.service.logged("new certificates can't be used; the earlier ones go on"))
        self.under_calls(break_and_mend)
        said = self.service.logged("new certificates can't be used; the earlier ones go on")[before:]
        self.assertEqual(len(said), 4, said)


class RequiredTest(OverTls):
    def test_where_a_certificate_is_required_nobody_calls_without_one(self):
        stack = shared.new_stack(
            catalogue_settings=settings(self.folder,
                                        **{"listen.tls.require_client_certificate": "true"}),
            trust=self.trust)
        self.addCleanup(stack.catalogue.process.stop)
        stack.catalogue.start()
        self.service = stack.catalogue
        self.assertEqual(self.diagnose(None), "UNAVAILABLE")
        self.assertEqual(self.diagnose(self.desk), "OK")
        self.assertEqual(self.service.http_get("/livez")[0], 200)
