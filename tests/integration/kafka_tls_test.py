"""Kafka over TLS: by librdkafka's own properties, and what is said when it can't be trusted."""

import unittest

import shared
import steps
from api import types_v1
from broker import Broker
from certificates import Authority
from waiting import eventually

ERROR = types_v1.Finding.SEVERITY_ERROR
DATABASES = ["sqlite"]      # no database has a part in it

# The listener of clients speaks TLS and asks them for a certificate; all files are in PEM.
BROKER = """
listener.security.protocol.map=BROKER:SSL,CONTROLLER:PLAINTEXT
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={authority}
ssl.client.auth=required
"""


class KafkaTlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = shared.folder() / "kafka-tls"
        folder.mkdir()
        authority = Authority()
        cls.right = authority.write(folder)
        cls.wrong = Authority("Another Authority").write(folder, "other")
        server = authority.broker()
        keystore = folder / "broker.keystore.pem"
        keystore.write_bytes(server.key + server.certificate)
        own, key = authority.client(dns="clusterwire.example.org").write(folder, "client")
        cls.own = {"ssl.certificate.location": own, "ssl.key.location": key}
        cls.broker = Broker(folder, BROKER.format(keystore=keystore, authority=cls.right),
                            cls.properties(cls.right))
        cls.addClassCleanup(cls.broker.process.kill)
        cls.broker.start()

    @classmethod
    def properties(cls, authority):
        return {"security.protocol": "ssl", "ssl.ca.location": str(authority),
                **{key: str(value) for key, value in cls.own.items()}}

    def stack(self, authority):
        settings = {f"kafka.properties[{key}]": value
                    for key, value in self.properties(authority).items()}
        stack = shared.new_stack(broker=self.broker, catalogue_settings=settings,
                                 notification_settings=settings)
        self.addCleanup(stack.stop)
        return stack

    def test_a_change_goes_through_a_broker_that_speaks_tls_alone(self):
        stack = self.stack(self.right)
        stack.start()
        steps.add_countries(stack)
        subscriber = steps.subscribe(stack, "test-kafka-tls", {})
        made = steps.create_cluster(stack, regions=[], sectors=[])
        eventually(lambda: [item for item in steps.inbox(stack, subscriber)
                            if made.name in str(item)], "the change is in the inbox", 30)

    def test_a_broker_of_another_authority_is_not_trusted_and_diagnose_says_so(self):
        stack = self.stack(self.wrong)
        for service in stack.services:
            service.process.start()
            service.wait_until_live()
            found = eventually(lambda: (found := service.findings().get("kafka")) and
                               found.severity == ERROR and "certificate" in found.finding and found,
                               f"{service.name} says what is wrong", 45)
            self.assertIn("certificate verify failed", found.finding)
            self.assertIn("kafka.properties", found.remedy)
            self.assertEqual(service.health(service.ready), "NOT_SERVING")
