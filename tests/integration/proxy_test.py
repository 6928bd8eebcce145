"""Strangers come through a proxy: what it hands on, and what it stops."""

import contextlib
import http.client
import os
import pathlib
import socket
import ssl
import struct
import tempfile
import unittest
import urllib.parse

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

import api
import pages
import shared
from api import catalogue
from certificates import Authority
from processes import BUILD, ROOT, Process, free_ports
from tokens import Issuer
from waiting import eventually

DATABASES = ["sqlite"]      # no database has a part in it
NGINX = BUILD / "integration/nginx/usr/sbin/nginx"
HEADER_BYTES = 25_000_000
FRAME = 16_384


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def varint(value):
    """A whole number as HPACK writes it behind a prefix that is full (RFC 7541, 5.1)."""
    digits = bytearray()
    while value >= 128:
        digits.append(value % 128 + 128)
        value //= 128
    return bytes([*digits, value])


def endless_headers():
    """A call with one header of 25 MB, which never becomes complete: what gRPC 1.51 copies anew with
    every frame."""
    yield b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"")
    start = b"\x83\x86\x84" + b"\x00" + b"\x03abc" + b"\x7f" + varint(HEADER_BYTES)
    yield frame(1, 0, 1, start)     # HEADERS: POST http /, and a field without indexing
    for _ in range(HEADER_BYTES // FRAME):
        yield frame(9, 0, 1, b"x" * FRAME)      # CONTINUATION without an end


def processor_seconds(pid):
    user, system = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class ProxyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        authority = Authority()
        authority.write(folder, "services-ca")
        certificate, key = authority.server("catalogue").write(folder, "service")
        cls.issuer = cls.enterClassContext(Issuer())
        # As it is shipped, and on the proxy's own machine: nobody is an operator for that.
        own, own_key = authority.server("notification").write(folder, "notification")
        cls.stack = shared.new_stack(catalogue_settings=cls.issuer.settings(
            operators=["test:operator"], **{
                "listen.tls.certificate_file": certificate, "listen.tls.key_file": key,
                "listen.loopback_is_operator": "false"}),
            notification_settings={
                "listen.tls.certificate_file": own, "listen.tls.key_file": own_key,
                "pages.trusted_proxies": "127.0.0.1/32"})
        cls.addClassCleanup(cls.stack.stop)
        for service in cls.stack.services:
            service.process.start()
        cls.port, cls.other_port, cls.pages_port = free_ports(3)
        for file, content in zip(authority.server("localhost").write(folder, "proxy"), ["crt", "key"]):
            file.rename(folder / f"tls.{content}")
        behind = cls.stack.catalogue.address
        text = (ROOT / "deploy/proxy/nginx.conf").read_text()
        for old, new in [("listen 50051", f"listen 127.0.0.1:{cls.port}"),
                         ("listen 50052", f"listen 127.0.0.1:{cls.other_port}"),
                         ("listen 8443", f"listen 127.0.0.1:{cls.pages_port}"),
                         ("notification:8090", cls.stack.notification.pages.partition("//")[2]),
                         ("catalogue:8081", f"127.0.0.1:{cls.stack.catalogue.http_port}"),
                         ("catalogue:50051", behind),
                         ("notification:50052", behind),
                         ("services-ca.crt", "services-ca.pem"),
                         ("/etc/nginx/tls", str(folder)),
                         ("/run/nginx.pid", str(folder / "nginx.pid"))]:
            assert old in text, old
            text = text.replace(old, new)
        cls.certificate = authority.certificate
        paths = "".join(f"{name}_temp_path {folder}/{name};" for name in
                        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        (folder / "nginx.conf").write_text(text.replace("http {", "http { " + paths, 1))
        cls.nginx = Process("nginx", [NGINX, "-p", folder, "-c", folder / "nginx.conf",
                                      "-e", "stderr", "-g", "daemon off;"], folder / "nginx.log")
        cls.nginx.start()
        cls.addClassCleanup(cls.nginx.stop)
        cls.channel = grpc.secure_channel(f"localhost:{cls.port}",
                                          grpc.ssl_channel_credentials(cls.certificate))
        cls.addClassCleanup(cls.channel.close)
        cls.clusters = catalogue.ClusterServiceStub(cls.channel)
        cls.grants = catalogue.GrantServiceStub(cls.channel)
        cls.health = health_pb2_grpc.HealthStub(cls.channel)
        eventually(cls.ready, "the catalogue answers through the proxy", within=30)

    @classmethod
    def ready(cls):
        """The catalogue has all that it needs."""
        try:
            return cls.grants.WhoAmI(catalogue.WhoAmIRequest(), timeout=2)
        except grpc.RpcError:
            return None

    @classmethod
    def alive(cls):
        try:
            answer = cls.health.Check(health_pb2.HealthCheckRequest(
                service="clusterwire.catalogue.live"), timeout=2)
        except grpc.RpcError:
            return False
        return answer.status == health_pb2.HealthCheckResponse.SERVING

    def flood(self):
        """Sends the endless headers until it is done or cut off."""
        context = ssl.create_default_context(cadata=self.certificate.decode())
        context.set_alpn_protocols(["h2"])
        with socket.create_connection(("localhost", self.port), timeout=20) as plain, \
                context.wrap_socket(plain, server_hostname="localhost") as wire:
            try:
                for part in endless_headers():
                    wire.sendall(part)
            except OSError:
                return

    def test_calls_streams_and_refusals_pass_as_they_are(self):
        eventually(lambda: self.clusters.ListClusters(catalogue.ListClustersRequest(), timeout=5)
                   is not None, "a list", within=10)
        answer = api.refusal(self.clusters.GetCluster, catalogue.GetClusterRequest(name="clusters/none"))
        self.assertEqual(answer.code, grpc.StatusCode.NOT_FOUND)
        self.assertEqual(answer.domain, "clusterwire")
        watch = self.health.Watch(health_pb2.HealthCheckRequest(
            service="clusterwire.catalogue.live"), timeout=10)
        self.assertEqual(next(iter(watch)).status, health_pb2.HealthCheckResponse.SERVING)
        watch.cancel()

    def who_am_i(self, metadata=()):
        return self.grants.WhoAmI(catalogue.WhoAmIRequest(), timeout=10, metadata=metadata)

    def test_a_stranger_through_a_proxy_on_this_machine_is_the_public(self):
        answer = self.who_am_i()
        self.assertEqual((answer.subject, answer.operator), ("public", False))
        answer = api.refusal(self.clusters.CreateCluster, catalogue.CreateClusterRequest(
            cluster_id="stranger", cluster=catalogue.Cluster(title="Stranger", country="DE")))
        self.assertEqual(answer.code, grpc.StatusCode.UNAUTHENTICATED)

    def test_who_shows_a_token_is_who_it_says(self):
        answer = self.who_am_i(self.issuer.metadata("page"))
        self.assertEqual((answer.subject, answer.operator), ("test:page", False))
        self.assertTrue(self.who_am_i(self.issuer.metadata("operator")).operator)
        answer = api.refusal(self.grants.WhoAmI, catalogue.WhoAmIRequest(),
                             metadata=self.issuer.metadata("page", exp=1))
        self.assertEqual(answer.code, grpc.StatusCode.UNAUTHENTICATED)

    def test_a_service_with_another_services_certificate_gets_no_call(self):
        # Behind this port is the catalogue, and the proxy looks for notification there.
        with grpc.secure_channel(f"localhost:{self.other_port}",
                                 grpc.ssl_channel_credentials(self.certificate)) as channel:
            answer = api.refusal(health_pb2_grpc.HealthStub(channel).Check,
                                 health_pb2.HealthCheckRequest())
        self.assertEqual(answer.code, grpc.StatusCode.UNAVAILABLE)

    def test_endless_headers_cost_the_service_nothing(self):
        pid = self.stack.catalogue.process.pid
        before = processor_seconds(pid)
        for _ in range(4):
            self.flood()
        self.assertTrue(self.alive())
        self.assertLess(processor_seconds(pid) - before, 1)

    def page(self, method, path, fields=None, headers=None):
        """What the proxy answers: status, headers, text."""
        connection = http.client.HTTPSConnection(
            "localhost", self.pages_port, timeout=10,
            context=ssl.create_default_context(cadata=self.certificate.decode()))
        with contextlib.closing(connection):
            body = urllib.parse.urlencode(fields) if fields else None
            kind = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
            connection.request(method, path, body, {**kind, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()

    def test_pages_and_feeds_come_through_and_nothing_else_does(self):
        eventually(lambda: self.page("GET", "/signup")[0] == 200, "the sign-up page", within=30)
        _, headers, text = self.page("GET", "/signup", headers={"Accept-Language": "de"})
        self.assertIn("Neue Labels", text)
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        for path in ["/confirm/none", "/unsubscribe/none", "/preferences/none"]:
            status, headers, _ = self.page("GET", path)
            self.assertEqual((status, headers["Cache-Control"]), (404, "no-store"), path)
        status, _, text = self.page("GET", "/calendar/none.ics")
        self.assertEqual((status, text), (404, "There is no such calendar.\n"))
        for path in ["/", "/metrics", "/livez", "/signup/", "/signups", "/calendar",
                     "/clusterwire.notification.v1.InboxService/ListInboxItems"]:
            status, headers, _ = self.page("GET", path)
            self.assertEqual((status, headers["Cache-Control"]), (404, None), path)

    def test_the_catalogues_pages_come_through(self):
        for path, said in [("/map", "<svg"), ("/labels?date=2020-01-01", "<table"),
                           ("/search.geojson", "FeatureCollection"), ("/pages.css", "body{")]:
            status, _, text = self.page("GET", path)
            self.assertEqual(status, 200, path)
            self.assertIn(said, text)
        for path in ["/clusters/none", "/events/none.ics"]:
            self.assertIn("no such page", self.page("GET", path)[2])

    def test_who_signs_up_is_counted_by_what_the_proxy_saw(self):
        eventually(lambda: self.page("GET", "/signup")[0] == 200, "the sign-up page", within=30)
        # A form is for the network that it was given to: what a stranger says of theirs isn't believed.
        _, _, text = self.page("GET", "/signup", headers={"X-Forwarded-For": "203.0.113.9"})
        [form] = pages.forms_in(text)
        token = [field for field in form.fields if field[0] == "token"]
        status, _, text = self.page("POST", "/signup", [
            *token, ("address", "anna@example.org"), ("offer", "labels")])
        self.assertEqual(status, 200, text)

    def test_no_path_of_a_page_is_in_a_log(self):
        for path in ["/unsubscribe/a-secret-link", "/elsewhere/a-secret-link"]:
            self.page("GET", path)
        self.assertNotIn("a-secret-link", self.nginx.log.read_text())
        self.assertNotIn("a-secret-link", self.stack.notification.process.log.read_text())

    # The last one by its name: the address is refused for a moment after it.
    def test_zealous_addresses_are_refused_until_they_rest(self):
        request = health_pb2.HealthCheckRequest(service="clusterwire.catalogue.live")
        calls = [self.health.Check.future(request, timeout=20) for _ in range(2000)]
        codes = {call.code() for call in calls}
        self.assertEqual(codes, {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE})
        eventually(self.alive, "it is taken again", within=20)
