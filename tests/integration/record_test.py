"""A consumer in another language reads what travels on Kafka."""

import unittest

from cloudevents.core.bindings import kafka as cloudevents_kafka
from cloudevents.core.formats.json import JSONFormat
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

import shared
import steps
from api import catalogue, change
from waiting import eventually


class BytesFormat(JSONFormat):
    """Leaves data as it comes: ours is protobuf."""

    def read_data(self, body, datacontenttype):
        return body


class RecordTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.consumer = Consumer({"bootstrap.servers": cls.stack.broker.address, "group.id": "foreign",
                                 "enable.auto.commit": False, "log_level": 0})
        cls.addClassCleanup(cls.consumer.close)
        partitions = cls.consumer.list_topics(cls.stack.topic, timeout=10).topics[
            cls.stack.topic].partitions
        cls.consumer.assign([TopicPartition(cls.stack.topic, one, OFFSET_BEGINNING)
                             for one in partitions])
        cls.read = []

    def record_of(self, name, kind):
        """The message, the CloudEvent and the ResourceChanged."""
        def poll():
            self.read.extend(message for message in self.consumer.consume(500, 0.2)
                             if not message.error() and message.headers())
            return next((one for one in self.read if dict(one.headers()).get("ce_subject") ==
                         name.encode() and
                         dict(one.headers())["ce_type"] == f"clusterwire.{kind}.v1".encode()), None)

        message = eventually(poll, f"{kind} of {name} on the topic")
        event = cloudevents_kafka.from_binary_event(
            cloudevents_kafka.KafkaMessage(dict(message.headers()), message.key(), message.value()),
            BytesFormat())
        return message, event, change.ResourceChanged.FromString(event.get_data())

    def test_cloudevents_and_the_generated_code_decode_an_award(self):
        cluster = steps.create_cluster(self.stack)
        label = steps.award(self.stack, cluster.name)
        message, event, changed = self.record_of(label.name, "label.awarded")
        self.assertEqual(message.key().decode(), cluster.name)
        self.assertEqual(event.get_specversion(), "1.0")
        self.assertEqual(event.get_id(),
                         f"{changed.history_id}:{changed.revision}:{changed.ordinal}")
        self.assertEqual(event.get_source(), "/clusterwire/catalogue")
        self.assertEqual(event.get_time(), changed.time.ToDatetime(tzinfo=event.get_time().tzinfo))
        self.assertEqual(event.get_datacontenttype(), "application/protobuf")
        self.assertEqual(event.get_dataschema(), "urn:clusterwire:clusterwire.change.v1.ResourceChanged")
        self.assertRegex(dict(message.headers())["traceparent"].decode(),
                         "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
        self.assertEqual((changed.kind, changed.root, changed.quiet),
                         ("label.awarded", cluster.name, False))
        self.assertFalse(changed.HasField("before"))
        self.assertEqual(changed.after.label_levels, ["ecei:bronze", "ecei:silver"])
        self.assertEqual(changed.WhichOneof("resource"), "label")
        self.assertEqual(changed.label, label)

    def test_the_clusters_facts_are_refreshed_in_the_same_revision_with_both_images(self):
        cluster = steps.create_cluster(self.stack)
        label = steps.award(self.stack, cluster.name)
        _, _, awarded = self.record_of(label.name, "label.awarded")
        _, _, refreshed = self.record_of(cluster.name, "facts.refreshed")
        self.assertEqual(refreshed.revision, awarded.revision)
        self.assertEqual(refreshed.cause, label.name)
        self.assertEqual(refreshed.before.label_levels, [])
        self.assertEqual(refreshed.after.label_levels, ["ecei:bronze", "ecei:silver"])

    def test_a_deletion_is_a_record_without_an_image_after(self):
        cluster = steps.create_cluster(self.stack)
        self.stack.catalogue.client.Cluster.DeleteCluster(
            catalogue.DeleteClusterRequest(name=cluster.name), timeout=10)
        message, _, deleted = self.record_of(cluster.name, "cluster.deleted")
        self.assertTrue(message.value())
        self.assertEqual(deleted.before.title, cluster.title)
        self.assertFalse(deleted.HasField("after"))
        self.assertIsNone(deleted.WhichOneof("resource"))

    def test_records_of_one_cluster_are_in_one_partition_in_the_order_of_their_writes(self):
        cluster = steps.create_cluster(self.stack)
        label = steps.award(self.stack, cluster.name)
        revoked = self.stack.catalogue.client.Label.RevokeLabel(catalogue.RevokeLabelRequest(
            name=label.name, revoked=label.awarded, reason="a mistake"), timeout=10)
        self.record_of(label.name, "label.revoked")
        ours = [message for message in self.read if message.key() == cluster.name.encode()]
        self.assertEqual(len({message.partition() for message in ours}), 1)
        revisions = [change.ResourceChanged.FromString(message.value()).revision for message in ours]
        self.assertEqual(revisions, sorted(revisions))
        self.assertEqual(revisions[-1], revoked.revision)
