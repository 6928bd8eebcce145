"""Who is calling, by tokens and by this machine: against an issuer that shares no code with us."""

import base64
import concurrent.futures
import hashlib
import hmac
import json
import threading
import time
import unittest

import grpc
from cryptography.hazmat.primitives import serialization

import shared
from api import catalogue, notification, refusal
from certificates import Authority
from processes import free_ports
from tokens import Issuer, Key, bearer
from waiting import eventually

DATABASES = ["sqlite"]      # no database has a part in it
NEW_KEY_WITHIN = 10.5  # an issuer is asked for an unknown key at most once in 10 s
CALLS_A_SECOND = 200
NO_LIMITS = {f"callers.limits.{name}": "1000000"
             for name in ["calls_per_second", "public_calls_per_second"]}
# What callers get who were believed, and have nothing there.
BELIEVED = [grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED]
# What is asked when only the caller matters.
NOTHING = catalogue.GetClusterRequest(name="clusters/nothing")


def _part(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def settings(issuer, **more):
    return {"listen.loopback_is_operator": "false", **NO_LIMITS,
            **issuer.settings(operators=[issuer.subject("ops")], **more)}


class Believing(unittest.TestCase):
    """A stack that believes one issuer, with keys at an address in one service and in a file in the
    other. Without tests of its own."""

    @classmethod
    def setUpClass(cls):
        cls.issuer = Issuer()
        cls.addClassCleanup(cls.issuer.close)
        cls.file = shared.folder() / f"{cls.__name__}-keys.json"
        cls.issuer.write(cls.file)
        cls.stack = shared.new_stack(catalogue_settings=settings(cls.issuer),
                                     notification_settings=settings(cls.issuer, file=cls.file))
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        cls.client = cls.stack.catalogue.client

    def refused(self, metadata):
        """What the least of calls is refused for; "" where it isn't for who calls."""
        refused = refusal(self.client.Cluster.GetCluster, NOTHING, metadata=metadata)
        return "" if refused.code.name == "NOT_FOUND" else refused.reason

    def diagnose(self, service, metadata):
        package = {"catalogue": catalogue, "notification": notification}[service.name]
        answer = service.client.Operations.Diagnose(package.DiagnoseRequest(), timeout=20,
                                                    metadata=metadata)
        return {one.part: one for one in answer.findings}

    def ops(self):
        return self.issuer.metadata("ops")


class IdentityTest(Believing):
    def test_a_token_makes_a_caller_and_operators_are_those_of_the_configuration(self):
        for service in self.stack.services:
            findings = self.diagnose(service, self.ops())
            self.assertEqual(findings["issuers/test"].severity, 1, findings["issuers/test"])
        for sub in ["bob", "ops2", "op"]:
            refused = refusal(self.client.Operations.Diagnose, catalogue.DiagnoseRequest(),
                              metadata=self.issuer.metadata(sub))
            self.assertEqual(refused.code.name, "PERMISSION_DENIED", refused)
        eventually(lambda: "test:bob" in {line.get("caller") for line in
                                          self.stack.catalogue.logged("call")}, "the log names bob")

    def test_nothing_shown_is_the_public(self):
        self.assertEqual(self.refused(None), "")
        refused = refusal(self.client.Operations.Diagnose, catalogue.DiagnoseRequest())
        self.assertEqual(refused.code.name, "UNAUTHENTICATED")

    def wrong_tokens(self):
        now = int(time.time())
        token = self.issuer.token
        key = self.issuer.keys[-1]
        header = {"alg": "none", "kid": key.id}
        claims = {"iss": self.issuer.issuer, "aud": "clusterwire", "sub": "ops", "exp": now + 3600}
        public = key.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        symmetric = f"{_part({**header, 'alg': 'HS256'})}.{_part(claims)}"
        mac = _part(hmac.new(public, symmetric.encode(), hashlib.sha256).digest())
        stranger = Key(key.id, "ES256")
        other = Key("other", "ES256")
        changed = token("bob").split(".")
        changed[1] = _part({**claims, "sub": "ops"})
        yield "none", "TOKEN_ALGORITHM", f"{_part(header)}.{_part(claims)}."
        yield "HS256 with the public key", "TOKEN_ALGORITHM", f"{symmetric}.{mac}"
        yield "another algorithm", "TOKEN_ALGORITHM", token("ops", key=Key(key.id, "PS256"))
        yield "another audience", "TOKEN_AUDIENCE", token("ops", aud="other")
        yield "no audience", "TOKEN_AUDIENCE", token("ops", aud=None)
        yield "another issuer", "TOKEN_ISSUER", token("ops", iss="https://evil.example")
        yield "ended", "TOKEN_EXPIRED", token("ops", exp=now - 70)
        yield "without an end", "TOKEN_CLAIMS", token("ops", exp=None)
        yield "not yet", "TOKEN_NOT_YET_VALID", token("ops", nbf=now + 300)
        yield "unknown key", "TOKEN_KEY_UNKNOWN", token("ops", key=other)
        yield "another's signature", "TOKEN_SIGNATURE", token("ops", key=stranger)
        yield "a key of its own", "TOKEN_SIGNATURE", token("ops", key=stranger,
                                                           header={"jwk": stranger.public()})
        yield "changed claims", "TOKEN_SIGNATURE", ".".join(changed)
        yield "an extension", "TOKEN_CRITICAL", token("ops", header={"crit": ["x"], "x": 1})
        for sub in ["", "a b", "a\n", "a\u202eb", "*", "x" * 201]:
            yield f"subject {sub!r}", "TOKEN_SUBJECT", token(sub)
        yield "garbage", "TOKEN_MALFORMED", "garbage"
        yield "encrypted", "TOKEN_MALFORMED", "a.b.c.d.e"
        yield "10 kB", "TOKEN_TOO_LARGE", token("ops", padding="x" * 10_000)

    def test_each_wrong_token_is_refused_with_its_reason_and_nothing_is_shown(self):
        cluster = catalogue.CreateClusterRequest(cluster=catalogue.Cluster(title="Never"))
        for name, reason, token in self.wrong_tokens():
            with self.subTest(name):
                for call, request in [(self.client.Cluster.GetCluster, NOTHING),
                                      (self.client.Cluster.CreateCluster, cluster)]:
                    refused = refusal(call, request, metadata=bearer(token))
                    self.assertEqual((refused.code.name, refused.reason), ("UNAUTHENTICATED", reason))
                    for part in [token, *token.split(".")]:
                        self.assertTrue(len(part) < 8 or part not in refused.message, refused.message)
        listed = self.client.Cluster.ListClusters(catalogue.ListClustersRequest(), timeout=10,
                                                  metadata=self.ops())
        self.assertEqual([one.title for one in listed.clusters if one.title == "Never"], [])
        log = self.stack.catalogue.process.log.read_text()
        self.assertNotIn("eyJ", log, "the log holds a token")

    def test_a_token_of_16_kb_is_refused_by_its_size(self):
        refused = refusal(self.client.Cluster.GetCluster, NOTHING,
                          metadata=self.issuer.metadata("ops", padding="x" * 16_000))
        self.assertIn(refused.reason, ["TOKEN_TOO_LARGE", "METADATA_TOO_LARGE"])
        self.assertIn("at most", refused.message.replace("are the most", "at most"))

    def test_authorization_is_one_bearer_token(self):
        token = self.issuer.token("ops")
        self.assertEqual(self.refused(bearer(token) * 2), "AUTHORIZATION_REPEATED")
        for value in ["", token, f"Basic {token}", "Bearer"]:
            self.assertEqual(self.refused([("authorization", value)]), "AUTHORIZATION_SCHEME", value)
        self.assertEqual(self.refused([("authorization", f"bearer {token}")]), "")

    def test_clocks_that_differ_are_diagnosed(self):
        self.assertEqual(self.refused(self.issuer.metadata("ann", iat=int(time.time()) + 30)), "")
        finding = self.diagnose(self.stack.catalogue, self.ops())["clocks/test"]
        self.assertIn("behind the issuer's", finding.finding)

    def test_refusals_are_counted_by_reason(self):
        self.refused(bearer("garbage"))
        status, text = self.stack.catalogue.http_get("/metrics")
        self.assertEqual(status, 200)
        self.assertIn('clusterwire_identity_refused_total{reason="TOKEN_MALFORMED"}', text)


class RotationTest(Believing):
    """Keys come and go."""

    def under_load(self, call, request, act):
        """Runs act() while 200 calls a second are made with the newest token; returns failures and
        how many were made."""
        failures, made, done = [], 0, threading.Event()
        pool = concurrent.futures.ThreadPoolExecutor(8)

        def one():
            try:
                call(request, timeout=10, metadata=self.issuer.metadata(f"ann{made % 50}"))
            except grpc.RpcError as error:
                if error.code() not in BELIEVED:
                    failures.append(error)

        def load():
            nonlocal made
            start = time.monotonic()
            while not done.is_set():
                made += 1
                pool.submit(one)
                done.wait(max(0.0, start + made / CALLS_A_SECOND - time.monotonic()))

        thread = threading.Thread(target=load)
        thread.start()
        try:
            act()
        finally:
            done.set()
            thread.join()
            pool.shutdown()
        return failures, made

    def rotate(self, publish):
        """A new key signs as soon as it is published; a while later the old one is gone."""
        def act():
            for _ in range(2):
                _pass(NEW_KEY_WITHIN)
                old = self.issuer.keys[-1]
                new = Key(f"next-{time.monotonic_ns()}", "ES256")
                self.issuer.keys = [new, old]  # the last one signs
                publish()
                self.issuer.keys = [old, new]
                _pass(2)
                self.issuer.withdraw(old)
                publish()
        return act

    def test_keys_at_an_address_are_rotated_under_load(self):
        failures, made = self.under_load(self.client.Cluster.GetCluster, NOTHING,
                                         self.rotate(lambda: None))
        self.assertEqual(failures, [])
        self.assertGreater(made, CALLS_A_SECOND * 10)

    def test_keys_in_a_file_are_rotated_under_load(self):
        self.issuer.write(self.file)
        failures, made = self.under_load(
            self.stack.notification.client.Subscriber.GetSubscriber,
            notification.GetSubscriberRequest(name="subscribers/nothing"),
            self.rotate(lambda: self.issuer.write(self.file)))
        self.assertEqual(failures, [])
        self.assertGreater(made, CALLS_A_SECOND * 10)

    def test_unknown_keys_a_thousand_times_a_second_ask_the_issuer_once_in_ten_seconds(self):
        key = Key("made-up", "ES256")
        strangers = [bearer(self.issuer.token("ops", key=key, header={"kid": f"made-up-{n}"}))
                     for n in range(2000)]
        asked = self.issuer.asked
        start = time.monotonic()
        reasons, sent = set(), 0
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            while time.monotonic() < start + 15:
                for reason in pool.map(self.refused, strangers[:500]):
                    reasons.add(reason)
                    sent += 1
                strangers = strangers[500:] + strangers[:500]
                self.assertEqual(self.refused(self.issuer.metadata("ann")), "", "known keys go on")
        self.assertEqual(reasons, {"TOKEN_KEY_UNKNOWN"})
        self.assertGreater(sent, 1000)
        self.assertLessEqual(self.issuer.asked - asked, 2)

    def test_an_issuer_that_is_away_is_diagnosed_and_its_known_keys_go_on(self):
        self.issuer.status = 503
        try:
            stranger = bearer(self.issuer.token("ops", key=Key("made-up", "ES256")))
            eventually(lambda: self.refused(stranger) == "ISSUER_UNREACHABLE",
                       "the issuer is found away", within=30)
            finding = self.diagnose(self.stack.catalogue, self.ops())["issuers/test"]
            self.assertIn("can't be read since", finding.finding)
            self.assertIn("503", finding.finding)
            self.assertIn("jwks_uri", finding.remedy)
            self.assertEqual(self.refused(self.issuer.metadata("ann")), "")
        finally:
            self.issuer.status = 200
        eventually(lambda: self.diagnose(self.stack.catalogue, self.ops())["issuers/test"].severity == 1,
                   "the issuer is found back", within=70)

    def test_a_key_file_of_garbage_leaves_the_keys_that_were_known(self):
        self.issuer.write(self.file)
        self.file.write_text("garbage")
        try:
            finding = eventually(self.unreadable_file, "the file is found to be garbage", within=15)
            self.assertIn("is no key set", finding.finding)
        finally:
            self.issuer.write(self.file)
        eventually(lambda: not self.unreadable_file(), "the file is found mended", within=15)

    def unreadable_file(self):
        finding = self.diagnose(self.stack.notification, self.ops())["issuers/test"]
        return finding if "can't be read" in finding.finding else None


class SurroundingsTest(unittest.TestCase):
    def start(self, options):
        stack = shared.new_stack(catalogue_settings=options)
        self.addCleanup(stack.stop)
        stack.catalogue.start()
        return stack.catalogue

    def test_an_issuer_that_is_away_at_the_start_keeps_no_service_from_serving(self):
        with Issuer() as issuer:
            options = settings(issuer)
            options["callers.issuers[0].jwks_uri"] = f"http://127.0.0.1:{free_ports(1)[0]}/keys"
            service = self.start(options)
            refused = refusal(service.client.Cluster.GetCluster, NOTHING,
                              metadata=issuer.metadata("ops"))
            self.assertEqual((refused.code.name, refused.reason), ("UNAVAILABLE", "ISSUER_UNREACHABLE"))
            self.assertGreater(refused.retry_seconds, 0)
            refused = refusal(service.client.Cluster.GetCluster, NOTHING)
            self.assertEqual(refused.code.name, "NOT_FOUND", "the public is served")

    def test_what_is_shown_on_loopback_counts_and_not_the_loopback(self):
        with Issuer() as issuer:
            service = self.start({**settings(issuer), "listen.loopback_is_operator": "true"})
            service.client.Operations.Diagnose(catalogue.DiagnoseRequest(), timeout=20)
            refused = refusal(service.client.Operations.Diagnose, catalogue.DiagnoseRequest(),
                              metadata=issuer.metadata("bob"))
            self.assertEqual(refused.code.name, "PERMISSION_DENIED")
            refused = refusal(service.client.Operations.Diagnose, catalogue.DiagnoseRequest(),
                              metadata=bearer("garbage"))
            self.assertEqual(refused.reason, "TOKEN_MALFORMED")

    def test_a_service_account_of_kubernetes_calls_with_its_own_token(self):
        """The keys are those of the API server, over TLS of its own authority, for who shows a token."""
        folder = shared.folder()
        authority = Authority()
        token_file = folder / "api-server-token"
        token_file.write_text("its-own-token\n")
        with Issuer(name="k8s", issuer="https://kubernetes.default.svc.cluster.local",
                    algorithm="RS256", tls=authority.server().write(folder, "api-server"),
                    asks_for="its-own-token") as cluster:
            sub = "system:serviceaccount:map:page"
            service = self.start({
                "listen.loopback_is_operator": "false",
                "callers.issuers[0].ca_file": authority.write(folder, "api-server-ca"),
                "callers.issuers[0].token_file": token_file,
                **cluster.settings(operators=["k8s:system:serviceaccount:map:*"])})
            now = int(time.time())
            claims = {"aud": ["clusterwire"], "nbf": now, "jti": "0c1d", "kubernetes.io": {
                "namespace": "map", "serviceaccount": {"name": "page", "uid": "2"}}}
            service.client.Operations.Diagnose(catalogue.DiagnoseRequest(), timeout=20,
                                               metadata=cluster.metadata(sub, **claims))
            eventually(lambda: f"k8s:{sub}" in {line.get("caller") for line in service.logged("call")},
                       "the log names the service account")
            refused = refusal(service.client.Cluster.GetCluster, NOTHING, metadata=cluster.metadata(
                sub, **{**claims, "aud": ["https://kubernetes.default.svc.cluster.local"]}))
            self.assertEqual(refused.reason, "TOKEN_AUDIENCE")


def _pass(seconds):
    """Load goes on meanwhile."""
    end = time.monotonic() + seconds
    eventually(lambda: time.monotonic() > end, "time passes", within=seconds + 5)


if __name__ == "__main__":
    unittest.main()
