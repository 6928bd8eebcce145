"""A real Kafka broker with the settings of deploy/local."""

import socket
import subprocess

from confluent_kafka import OFFSET_END, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, AdminClient, \
    AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic, ResourcePatternType, ResourceType

from processes import KAFKA_HOME, ROOT, Process, free_ports
from waiting import eventually

CLUSTER_ID = "Y2x1c3RlcndpcmUtdGVzdA"      # 16 bytes in base64, any would do
SETTINGS = ROOT / "deploy/local/kafka/server.properties.in"
# Groups notice a killed member within the patience of a test; a restarted broker is let in at once;
# everybody may do everything until a test gives a topic an access list.
FOR_TESTS = """
group.min.session.timeout.ms=1000
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
"""
JAVA = ["java", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
        f"{KAFKA_HOME}/libs/*"]


class Broker:
    def __init__(self, folder, more_settings="", administrator=None):
        """`more_settings` of the broker, which win; `administrator` says how one connects to it then."""
        port, controller = free_ports(2)
        self.address = f"127.0.0.1:{port}"
        self._port = port
        self._admin = AdminClient({"bootstrap.servers": self.address, "log_level": 0,
                                   **(administrator or {})})
        settings = folder / "kafka.properties"
        settings.write_text(SETTINGS.read_text().replace("@PORT@", str(port))
                            .replace("@CONTROLLER_PORT@", str(controller))
                            .replace("@STATE@", str(folder / "kafka")) + FOR_TESTS + more_settings)
        formatted = subprocess.run([*JAVA, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID,
                                    "-c", str(settings)], capture_output=True, text=True)
        if formatted.returncode:
            raise AssertionError(f"Kafka's storage was not formatted:\n{formatted.stdout}"
                                 f"{formatted.stderr}")
        self.process = Process("kafka", [*JAVA, "kafka.Kafka", settings], folder / "kafka.log")

    def start(self):
        self.process.start()
        eventually(self._listens, "Kafka listens", within=60)
        eventually(lambda: self._answers(), "Kafka answers", within=60)

    def stop(self):
        self.process.stop()

    def create_topic(self, name, partitions, config):
        new = NewTopic(name, num_partitions=partitions, replication_factor=1, config=config)
        self._admin.create_topics([new])[name].result(20)

    def make_topic_anew(self, name, partitions, config):
        """Deletes it and makes it, unless the catalogue was quicker."""
        self._admin.delete_topics([name])[name].result(20)
        try:
            self.create_topic(name, partitions, config)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise

    def forget_records(self, name):
        """What retention does: the log of each partition begins at its end."""
        ends = [TopicPartition(name, one, OFFSET_END)
                for one in self._admin.list_topics(name, timeout=5).topics[name].partitions]
        for future in self._admin.delete_records(ends).values():
            future.result(20)

    def allow_only(self, name, operations):
        """From now on everybody may do these things with the topic, and nothing else."""
        bindings = [AclBinding(ResourceType.TOPIC, name, ResourcePatternType.LITERAL, "User:*", "*",
                               AclOperation[one], AclPermissionType.ALLOW) for one in operations]
        for future in self._admin.create_acls(bindings).values():
            future.result(20)

    def set_topic(self, name, config):
        """Changes these properties of it."""
        entries = [ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
                   for key, value in config.items()]
        resource = ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=entries)
        self._admin.incremental_alter_configs([resource])[resource].result(20)

    def _listens(self):
        if not self.process.running:
            raise AssertionError(f"Kafka ended\n{self.process.tail()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def _answers(self):
        try:
            return self._admin.list_topics(timeout=1).brokers
        except KafkaException:
            return None
