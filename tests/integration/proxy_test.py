"""Strangers come through a proxy: what it hands on, and what it stops."""

import os
import pathlib
import socket
import ssl
import struct
import subprocess
import tempfile
import unittest

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

import api
import shared
from api import catalogue
from processes import BUILD, ROOT, Process, free_ports
from waiting import eventually

DATABASES = ["sqlite"]      # no database has a part in it
NGINX = BUILD / "integration/nginx/usr/sbin/nginx"
HEADER_BYTES = 25_000_000
FRAME = 16_384


def own_address():
    """An address of this machine that isn't loopback; None where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))     # sends nothing: it only chooses a way
        except OSError:
            return None
        address = probe.getsockname()[0]
    return None if address.startswith("127.") else address


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
        address = own_address()
        assert address, "this machine has no address but loopback, whose callers are operators"
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.port, unused, behind = free_ports(3)
        cls.stack = shared.new_stack(catalogue_settings={
            "listen.grpc_address": f"{address}:{behind}", "listen.allow_insecure": "true"})
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.catalogue.process.start()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", folder / "tls.key", "-out", folder / "tls.crt"],
                       check=True, capture_output=True)
        text = (ROOT / "deploy/proxy/nginx.conf").read_text()
        for old, new in [("listen 50051", f"listen 127.0.0.1:{cls.port}"),
                         ("listen 50052", f"listen 127.0.0.1:{unused}"),
                         ("catalogue:50051", f"{address}:{behind}"),
                         ("notification:50052", f"{address}:{behind}"),
                         ("/etc/nginx/tls", str(folder)),
                         ("/run/nginx.pid", str(folder / "nginx.pid"))]:
            assert old in text, old
            text = text.replace(old, new)
        (folder / "nginx.conf").write_text(text)
        cls.certificate = (folder / "tls.crt").read_bytes()
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
        cls.health = health_pb2_grpc.HealthStub(cls.channel)
        eventually(cls.alive, "the catalogue answers through the proxy", within=30)

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

    def test_a_caller_through_the_proxy_is_no_operator(self):
        answer = api.refusal(self.clusters.CreateCluster, catalogue.CreateClusterRequest(
            cluster_id="stranger", cluster=catalogue.Cluster(title="Stranger", country="DE")))
        self.assertEqual(answer.code, grpc.StatusCode.UNAUTHENTICATED)

    def test_endless_headers_cost_the_service_nothing(self):
        pid = self.stack.catalogue.process.pid
        before = processor_seconds(pid)
        for _ in range(4):
            self.flood()
        self.assertTrue(self.alive())
        self.assertLess(processor_seconds(pid) - before, 1)
