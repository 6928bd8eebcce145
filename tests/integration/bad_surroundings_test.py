"""What a service needs isn't there or isn't as it should be: it says what is wrong and what to mend,
is not ready, and stays alive."""

import os
import pathlib
import subprocess
import unittest

import shared
from api import catalogue, refusal, types_v1
from processes import GRPCURL
from waiting import eventually

DATABASES = ["sqlite"]      # which database the services are on has no part in it

ERROR = types_v1.Finding.SEVERITY_ERROR
NOWHERE = "127.0.0.1:1"


class MissingAtStartTest(unittest.TestCase):
    def start(self, setting, value):
        """Both services, with this one setting; each is alive and not ready."""
        stack = shared.new_stack(catalogue_settings={setting: value},
                                 notification_settings={setting: value})
        self.addCleanup(stack.stop)
        for service in stack.services:
            service.process.start()
            service.wait_until_live()
        return stack

    def check_it_says(self, service, *said):
        eventually(lambda: (found := service.findings()).keys() == {"start"} and
                   found["start"].severity == ERROR, "it has tried to start")
        text = service.findings()["start"].finding
        logged = service.logged("not ready")[-1]["status"]
        for part in said:
            self.assertIn(part, text)
            self.assertIn(part, logged)
        self.assertEqual(service.all_health(), {"NOT_SERVING"})
        self.assertEqual(service.health(service.live), "SERVING")
        self.assertNotIn("pa55word", text + service.process.log.read_text())

    def test_a_database_that_is_not_there_is_named_without_its_password(self):
        not_a_database = shared.folder() / "notes.txt"
        not_a_database.write_text("Milk, bread, and a postcard for the neighbours. " * 100)
        for url, remedy in {
                f"postgresql://clusterwire:pa55word@{NOWHERE}/catalogue":
                    "start the database, or mend database.url",
                "sqlite:/nowhere/store.db": "mend database.url",
                f"sqlite:{not_a_database}": "mend database.url"}.items():
            stack = self.start("database.url", url)
            for service in stack.services:
                with self.subTest(f"{service.name} {url}"):
                    self.check_it_says(service, "database.url: ", remedy)
            stack.stop()

    def test_calls_are_refused_and_reflection_shows_the_services(self):
        stack = self.start("database.url", "sqlite:/nowhere/store.db")
        answer = refusal(stack.catalogue.client.Cluster.GetCluster,
                         catalogue.GetClusterRequest(name="clusters/test-absent"))
        self.assertEqual((answer.code.name, answer.reason), ("UNAVAILABLE", "STARTING"), answer)
        self.assertIn("Diagnose", answer.message)
        self.assertIsNotNone(answer.retry_seconds)
        for method, said in {"clusterwire.catalogue.v1.ClusterService/GetCluster": "STARTING",
                             "clusterwire.change.v1.ChangeService/ListChanges": "STARTING",
                             "clusterwire.catalogue.v1.OperationsService/Diagnose":
                                 "database.url"}.items():
            with self.subTest(method):
                done = subprocess.run([GRPCURL, "-plaintext", stack.catalogue.address, method],
                                      capture_output=True, text=True, timeout=20)
                self.assertIn(said, done.stdout + done.stderr)
        status, metrics = stack.catalogue.http_get("/metrics")
        self.assertEqual(status, 200)
        self.assertIn("UNAVAILABLE", metrics)

    def test_a_secret_that_is_missing_is_named_and_taken_once_it_is_there(self):
        place = shared.folder() / "mounted-later"
        place.write_text("where the folder of the secret will be")
        stack = self.start("token_key_file", place / "token.key")
        for service in stack.services:
            with self.subTest(service.name):
                self.check_it_says(service, "token_key_file: ", str(place), "at least 32 bytes")
        place.unlink()
        place.mkdir()
        key = place / "token.key"
        key.touch(0o600)
        key.write_bytes(b"x" * 5)
        for service in stack.services:
            with self.subTest(service.name):
                eventually(lambda: "holds 5 bytes" in service.findings()["start"].finding,
                           "the short one is refused")
        key.write_bytes(os.urandom(32))
        key.chmod(0o644)
        for service in stack.services:
            with self.subTest(service.name):
                eventually(lambda: "chmod 600" in service.findings()["start"].finding,
                           "one that others can read is refused")
        key.chmod(0o600)
        for service in stack.services:
            with self.subTest(service.name):
                service.wait_until_ready()

    def test_a_file_that_another_process_has_is_refused_until_that_one_ends(self):
        first = shared.new_stack()
        self.addCleanup(first.stop)
        first.start()
        for option, service in {"database.url": first.catalogue,
                                "ledger.url": first.notification}.items():
            with self.subTest(option):
                file = pathlib.Path(service.database_url.removeprefix("sqlite:"))
                if option == "ledger.url":
                    file = file.with_name("ledger.db")
                second = shared.new_stack(topic=first.topic,
                                          **{f"{service.name}_settings": {option: f"sqlite:{file}"}})
                second = {s.name: s for s in second.services}[service.name]
                self.addCleanup(second.process.kill)
                second.process.start()
                second.wait_until_live()
                self.check_it_says(second, f"{option}: {file} is used by clusterwire-{service.name}, "
                                   f"process {service.process.pid}", f"mend {option}")
                service.process.kill()
                eventually(lambda: "start" not in second.findings(), "it has opened the file")
                self.assertEqual(file.stat().st_mode & 0o777, 0o600)

    def test_the_file_of_the_other_service_is_refused_also_without_starting(self):
        stack = shared.new_stack()
        self.addCleanup(stack.stop)
        stack.start()
        for service in stack.services:
            service.process.stop()
        for mine, other in [(stack.notification, stack.catalogue),
                            (stack.catalogue, stack.notification)]:
            with self.subTest(mine.name):
                said = f"belongs to the {other.name} service"
                command = [*mine.process.command, "--set", f"database.url={other.database_url}"]
                done = subprocess.run([*command, "--check_config"], capture_output=True, text=True,
                                      timeout=20)
                self.assertEqual(done.returncode, 1)
                self.assertIn("database.url: ", done.stderr)
                self.assertIn(said, done.stderr)
                mine.process.command = command
                mine.process.start()
                mine.wait_until_live()
                self.check_it_says(mine, "database.url: ", said)

    def test_it_stops_while_it_waits(self):
        stack = self.start("database.url", "sqlite:/nowhere/store.db")
        for service in stack.services:
            with self.subTest(service.name):
                self.assertEqual(service.process.stop(), 0)


class BadBrokerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        wrong = {"kafka.brokers": NOWHERE}
        cls.stack = shared.new_stack(catalogue_settings=wrong, notification_settings=wrong)
        cls.addClassCleanup(cls.stack.stop)
        for service in cls.stack.services:
            service.process.start()
            service.wait_until_live()
            eventually(lambda: "kafka" in service.findings(), "it has opened its database")

    def test_diagnose_and_the_log_name_the_address_and_the_option(self):
        for service in self.stack.services:
            with self.subTest(service.name):
                finding = service.findings()["kafka"]
                self.assertEqual(finding.severity, ERROR)
                self.assertIn(f"mend kafka.brokers ({NOWHERE})", finding.remedy)
                eventually(lambda: any(line["part"] == "kafka" and "kafka.brokers" in line["remedy"]
                                       for line in service.logged("diagnosis")), "it is logged")

    def test_it_is_alive_and_not_ready_and_what_needs_no_kafka_serves(self):
        for service in self.stack.services:
            # Who was erased stands on a topic.
            needs = {service.ready, "clusterwire.notification.v1.DeliveryService",
                     "clusterwire.catalogue.v1.PersonService"}
            for name in [*service.served, service.ready, service.live]:
                state = "NOT_SERVING" if name in needs else "SERVING"
                with self.subTest(name):
                    eventually(lambda: service.health(name) == state, f"{name} is {state}")


class BadTopicTest(unittest.TestCase):
    """Of a new process, and of one that was ready before."""

    def topic(self, service, severity, **config):
        """The finding once the topic has these properties."""
        shared.broker().set_topic(self.topic_name, config)
        return eventually(lambda: (finding := service.findings().get("topic")) and
                          finding.severity == severity and finding,
                          f"the topic is found to be {severity}")

    def new_stack(self, **config):
        stack = shared.new_stack()
        self.addCleanup(stack.stop)
        self.topic_name = stack.topic
        shared.broker().create_topic(stack.topic, 8, config)
        return stack

    def test_one_that_forgets_too_soon_keeps_the_catalogue_from_being_ready(self):
        service = self.new_stack(**{"retention.ms": "60000"}).catalogue
        service.process.start()
        service.wait_until_live()
        finding = self.topic(service, ERROR, **{"retention.ms": "60000"})
        self.assertIn("keeps records for 1m, and relay.retention asks for 168h", finding.finding)
        self.assertIn("retention.ms to 604800000", finding.remedy)
        eventually(lambda: any("relay.retention" in line["remedy"]
                               for line in service.logged("diagnosis")), "it is logged")
        self.assertEqual(service.health(service.ready), "NOT_SERVING")
        self.assertEqual(service.health(service.live), "SERVING")
        self.topic(service, types_v1.Finding.SEVERITY_OK, **{"retention.ms": "604800000"})
        service.wait_until_ready()
        self.topic(service, ERROR, **{"retention.ms": "60000"})     # callers stay; Diagnose says it
        self.assertEqual(service.health(service.ready), "SERVING")

    def test_one_that_is_missing_keeps_notification_from_being_ready(self):
        stack = shared.new_stack()
        self.addCleanup(stack.stop)
        service = stack.notification
        service.process.start()
        service.wait_until_live()
        finding = eventually(lambda: (found := service.findings().get("topic")) and
                             found.severity == ERROR and found, "the topic is missed")
        self.assertIn(f"{stack.topic} is missing", finding.finding)
        self.assertIn("kafka.topic", finding.remedy)
        self.assertEqual(service.health(service.ready), "NOT_SERVING")
        stack.catalogue.start()     # which makes it
        service.wait_until_ready()

    def test_one_that_keeps_longer_than_the_ledger_is_named(self):
        stack = self.new_stack()
        stack.notification.process.start()
        stack.notification.wait_until_live()
        finding = self.topic(stack.notification, types_v1.Finding.SEVERITY_WARNING,
                             **{"retention.ms": "-1"})
        self.assertIn("retention.records", finding.remedy)

    def test_one_that_is_compacted_is_named(self):
        service = self.new_stack(**{"cleanup.policy": "compact"}).catalogue
        service.process.start()
        service.wait_until_live()
        finding = self.topic(service, ERROR, **{"cleanup.policy": "compact"})
        self.assertIn("compacted", finding.finding)
        self.assertIn("cleanup.policy", finding.remedy)
        self.assertEqual(service.health(service.ready), "NOT_SERVING")
