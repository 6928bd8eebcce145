"""Who may do what with the topics: on a Kafka that refuses what it was not told to allow, both
services work with the rights that deploy/kafka/acls.sh gives them, and nobody else reads anything."""

import pathlib
import subprocess
import tempfile
import unittest

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

import shared
import steps
from api import catalogue, types_v1
from broker import JAVA, Broker
from processes import ROOT
from waiting import eventually

DATABASES = ["sqlite"]      # no database has a part in it
SCRIPT = ROOT / "deploy/kafka/acls.sh"
# As the services and the script name them by themselves.
CHANGES, GRANTS, ERASURES = [f"clusterwire.{name}.v1" for name in ["changes", "grants", "erasures"]]
USERS = ["admin", "catalogue", "notification", "friend", "stranger"]
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
# Passwords; the controller, on loopback alone, is the one that comes without.
SETTINGS = f"""
listener.security.protocol.map=BROKER:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.broker.plain.sasl.jaas.config={PLAIN} username="admin" password="of-admin" \
{" ".join(f'user_{user}="of-{user}"' for user in USERS)};
super.users=User:admin;User:ANONYMOUS
allow.everyone.if.no.acl.found=false
"""
ADMINISTRATOR = f"""security.protocol=SASL_PLAINTEXT
sasl.mechanism=PLAIN
sasl.jaas.config={PLAIN} username="admin" password="of-admin";
"""


def signed_in(user):
    return {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": user,
            "sasl.password": f"of-{user}"}


class AclTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.broker = Broker(cls.folder, SETTINGS, signed_in("admin"))
        cls.addClassCleanup(cls.broker.process.kill)
        cls.broker.start()
        (cls.folder / "administrator.properties").write_text(ADMINISTRATOR)
        tool = cls.folder / "kafka-acls.sh"
        tool.write_text(f"""#!/bin/sh\nexec {" ".join(f"'{one}'" for one in JAVA)} org.apache.kafka.tools.AclCommand "$@"\n""")
        tool.chmod(0o755)
        done = cls.script(cls.broker.address, "--command-config", cls.folder / "administrator.properties",
                          "--reader", "User:friend=friends-copy")
        assert done.returncode == 0, done.stdout + done.stderr
        connect = {service: {"grants.topic": GRANTS, **{
            f"kafka.properties[{name}]": value for name, value in signed_in(service).items()}}
                   for service in ["catalogue", "notification"]}
        cls.stack = shared.new_stack(
            broker=cls.broker, topic=CHANGES, catalogue_settings=connect["catalogue"],
            notification_settings={"consumer_group": "clusterwire.notification", **connect["notification"]})
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        steps.add_countries(cls.stack)
        cls.draft = steps.create_cluster(cls.stack, regions=[], sectors=[], state="STATE_DRAFT")

    @classmethod
    def script(cls, *arguments):
        return subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, timeout=120,
                              env={"PATH": f"{cls.folder}:/usr/bin:/bin"})

    def read(self, user, topic, group="any-copy"):
        """The values of the topic's first records, or the code with which Kafka refuses to show them."""
        consumer = Consumer({"bootstrap.servers": self.broker.address, "group.id": group, "log_level": 0,
                             "auto.offset.reset": "earliest", **signed_in(user)})
        self.addCleanup(consumer.close)
        try:
            listed = consumer.list_topics(topic, timeout=20).topics[topic]
            if listed.error:
                return listed.error.code()
            consumer.assign([TopicPartition(topic, one, 0) for one in listed.partitions])
            message = consumer.poll(20)
        except KafkaException as error:
            return error.args[0].code()
        return message.error().code() if message.error() else message.value()

    def write(self, user, topic):
        """The code with which Kafka refuses a record; None where it doesn't."""
        refused = []
        producer = Producer({"bootstrap.servers": self.broker.address, "log_level": 0,
                             "message.timeout.ms": 5000, **signed_in(user)})
        producer.produce(topic, b"forged", on_delivery=lambda error, _: refused.append(error))
        producer.flush(20)
        return refused[0] and refused[0].code()

    def test_both_services_do_all_they_do_with_these_rights(self):
        subscriber = steps.subscribe(self.stack, "acl", {"types": ["cluster"]})
        self.stack.catalogue.client.Grant.CreateGrant(catalogue.CreateGrantRequest(grant=catalogue.Grant(
            subject="corp:1", resource=self.draft.name, role="ROLE_VIEWER")), timeout=10)
        made = steps.create_cluster(self.stack, regions=[], sectors=[])
        eventually(lambda: any(made.name == one.change.name for one in steps.inbox(self.stack, subscriber)),
                   "the change arrives")
        for service in self.stack.services:
            for part, found in service.findings().items():
                with self.subTest(service.name, part=part):
                    self.assertNotIn("the right", found.remedy)
                    self.assertNotEqual(found.severity, types_v1.Finding.SEVERITY_ERROR, found)

    def test_a_stranger_with_a_password_reads_and_writes_nothing(self):
        for topic in [CHANGES, GRANTS, ERASURES]:
            with self.subTest(topic):
                self.assertEqual(self.read("stranger", topic), KafkaError.TOPIC_AUTHORIZATION_FAILED)
                self.assertEqual(self.write("stranger", topic), KafkaError.TOPIC_AUTHORIZATION_FAILED)

    def test_whom_you_trust_reads_changes_and_nothing_else_and_writes_nothing(self):
        self.assertIsInstance(self.read("friend", CHANGES, "friends-copy"), bytes)
        self.assertEqual(self.read("friend", CHANGES), KafkaError.GROUP_AUTHORIZATION_FAILED)
        for topic in [GRANTS, ERASURES]:
            with self.subTest(topic):
                self.assertEqual(self.read("friend", topic, "friends-copy"),
                                 KafkaError.TOPIC_AUTHORIZATION_FAILED)
        self.assertEqual(self.write("friend", CHANGES), KafkaError.TOPIC_AUTHORIZATION_FAILED)

    def test_notification_writes_nothing_and_reads_no_erasures(self):
        for topic in [CHANGES, GRANTS, ERASURES]:
            with self.subTest(topic):
                self.assertEqual(self.write("notification", topic), KafkaError.TOPIC_AUTHORIZATION_FAILED)
        self.assertEqual(self.read("notification", ERASURES, "clusterwire.notification"),
                         KafkaError.TOPIC_AUTHORIZATION_FAILED)

    def test_what_the_script_is_given_wrong_is_named(self):
        for arguments, text in [(["--reader", "x"], "the brokers come first"),
                                (["b:9092", "--reader", "User:map"], "--reader takes PRINCIPAL=GROUP"),
                                (["b:9092", "--catalogue", "map"], "a principal has a type"),
                                (["b:9092", "--grup", "x"], "there is no option --grup"),
                                (["b:9092", "--group"], "--group takes a value")]:
            with self.subTest(text):
                done = self.script(*arguments)
                self.assertEqual(done.returncode, 1)
                self.assertIn(text, done.stderr)
