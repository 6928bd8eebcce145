"""A real Kafka broker with the settings of deploy/local."""

import socket
import subprocess

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, \
    NewTopic

from processes import KAFKA_HOME, ROOT, Process, free_ports
from waiting import eventually

CLUSTER_ID = "Y2x1c3RlcndpcmUtdGVzdA"      # 16 bytes in base64, any would do
SETTINGS = ROOT / "deploy/local/kafka/server.properties.in"
# Groups notice a killed member within the patience of a test; a restarted broker is let in at once.
FOR_TESTS = """
group.min.session.timeout.ms=1000
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
"""
JAVA = ["java", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
        f"{KAFKA_HOME}/libs/*"]


class Broker:
    def __init__(self, folder):
        port, controller = free_ports(2)
        self.address = f"127.0.0.1:{port}"
        self._port = port
        self._admin = AdminClient({"bootstrap.servers": self.address, "log_level": 0})
        settings = folder / "kafka.properties"
        settings.write_text(SETTINGS.read_text().replace("@PORT@", str(port))
                            .replace("@CONTROLLER_PORT@", str(controller))
                            .replace("@STATE@", str(folder / "kafka")) + FOR_TESTS)
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
