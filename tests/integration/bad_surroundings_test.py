"""What a service needs isn't there or isn't as it should be: it says what is wrong and what to mend."""

import json
import subprocess
import unittest

import shared
from api import catalogue, notification, types_v1
from processes import BUILD, ROOT
from waiting import eventually

DATABASES = ["sqlite"]      # which database the services are on has no part in it

NOWHERE = "127.0.0.1:1"
# What is wrong with the database's address: what the message must name.
ADDRESSES = {
    f"postgresql://clusterwire:secret@{NOWHERE}/catalogue": "start the database, or mend database.url",
    "postgresql://clusterwire:secret@[::1/catalogue": "mend database.url",
    "mysql://clusterwire:secret@localhost/catalogue": "postgresql://user@host/name",
    "sqlite:/nowhere/store.db": "mend database.url",
}


def operations(service):
    package = {"catalogue": catalogue, "notification": notification}[service.name]
    findings = service.client.Operations.Diagnose(package.DiagnoseRequest(), timeout=20).findings
    return {one.part: one for one in findings}


def findings_in_log(service):
    lines = [json.loads(line) for line in
             service.process.log.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return {line["part"]: line for line in lines if line["message"] == "diagnosis"}


class BadDatabaseTest(unittest.TestCase):
    def test_a_wrong_address_is_named_without_its_password(self):
        folder = shared.folder() / "surroundings"
        folder.mkdir()
        not_a_database = folder / "notes.txt"
        not_a_database.write_text("Milk, bread, and a postcard for the neighbours. " * 100)
        for name in ["catalogue", "notification"]:
            for url, said in {**ADDRESSES, f"sqlite:{not_a_database}": "mend database.url"}.items():
                with self.subTest(f"{name} {url}"):
                    done = subprocess.run(
                        [BUILD / f"services/{name}/clusterwire-{name}", "--config",
                         ROOT / f"deploy/config/{name}.textproto", "--set", f"database.url={url}",
                         "--set", f"token_key_file={folder / 'key'}"],
                        capture_output=True, text=True, timeout=20)
                    self.assertEqual(done.returncode, 1)
                    [line] = [line for line in done.stderr.splitlines()
                              if line.startswith(f"clusterwire-{name}: ")]
                    self.assertIn("database.url: ", line)
                    self.assertIn(said, line)
                    self.assertNotIn("secret", done.stderr)


class BadBrokerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        wrong = {"kafka.brokers": NOWHERE}
        cls.stack = shared.new_stack(catalogue_settings=wrong, notification_settings=wrong)
        cls.addClassCleanup(cls.stack.stop)
        for service in cls.stack.services:
            service.process.start()

    def test_diagnose_and_the_log_name_the_address_and_the_option(self):
        for service in self.stack.services:
            with self.subTest(service.name):
                service.wait_until_live()
                finding = operations(service)["kafka"]
                self.assertEqual(finding.severity, types_v1.Finding.SEVERITY_ERROR)
                self.assertIn(f"mend kafka.brokers ({NOWHERE})", finding.remedy)
                line = eventually(lambda: findings_in_log(service).get("kafka"), "it is in the log")
                self.assertIn("kafka.brokers", line["remedy"])

    def test_what_needs_no_kafka_serves_and_the_rest_is_not_ready(self):
        needs = "clusterwire.notification.v1.DeliveryService"
        for service in self.stack.services:
            service.wait_until_live()
            for name in service.served:
                state = "NOT_SERVING" if name == needs else "SERVING"
                with self.subTest(name):
                    eventually(lambda: service.health(name) == state, f"{name} is {state}")


class BadTopicTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.new_stack()
        cls.addClassCleanup(cls.stack.stop)
        shared.broker().create_topic(cls.stack.topic, 8, {"retention.ms": "60000"})
        cls.stack.start()

    def topic(self, service, severity, **config):
        """The finding once the topic has these properties."""
        shared.broker().set_topic(self.stack.topic, config)
        return eventually(lambda: (finding := operations(service)["topic"]).severity == severity and
                          finding, f"the topic is found to be {severity}")

    def test_one_that_forgets_too_soon_is_named_in_diagnose_and_in_the_log(self):
        finding = self.topic(self.stack.catalogue, types_v1.Finding.SEVERITY_WARNING,
                             **{"retention.ms": "60000"})
        self.assertIn("keeps records for 1m, and relay.retention asks for 168h", finding.finding)
        self.assertIn("retention.ms to 604800000", finding.remedy)
        line = eventually(lambda: findings_in_log(self.stack.catalogue).get("topic"), "it is logged")
        self.assertIn("relay.retention", line["remedy"])

    def test_one_that_keeps_longer_than_the_ledger_is_named(self):
        finding = self.topic(self.stack.notification, types_v1.Finding.SEVERITY_WARNING,
                             **{"retention.ms": "-1"})
        self.assertIn("retention.records", finding.remedy)

    def test_one_that_is_compacted_is_named(self):
        self.addCleanup(shared.broker().set_topic, self.stack.topic, {"cleanup.policy": "delete"})
        finding = self.topic(self.stack.catalogue, types_v1.Finding.SEVERITY_ERROR,
                             **{"cleanup.policy": "compact"})
        self.assertIn("compacted", finding.finding)
        self.assertIn("cleanup.policy", finding.remedy)
