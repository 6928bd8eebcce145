"""Both services against a broker, each stack on a topic, ports and a folder of its own."""

import http.client
import itertools
import json

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

import api
import pages
from processes import BUILD, ROOT, Process, free_ports
from waiting import eventually

_numbers = itertools.count(1)


class Service:
    """catalogue or notification: the process and a client of it."""

    def __init__(self, name, folder, database, settings, connect, served, environment=None,
                 trust=None, more=""):
        """`more`: text that goes into the configuration's file, for what can't be set by itself."""
        grpc_port, self.http_port = free_ports(2)
        self.name = name
        self.address = f"127.0.0.1:{grpc_port}"
        self.served = served
        self.database_url = database.url(folder, name)
        overrides = {"listen.grpc_address": self.address,
                     "listen.http_address": f"127.0.0.1:{self.http_port}",
                     "listen.loopback_is_operator": "true",
                     "database.url": self.database_url,
                     "token_key_file": folder / f"{name}.key",
                     "stop.grace": "5s", **settings}
        config = ROOT / f"deploy/config/{name}.textproto"
        if more:
            own = folder / f"{name}.textproto"
            own.write_text(config.read_text() + more)
            config = own
        command = [BUILD / f"services/{name}/clusterwire-{name}", "--config", config]
        for option, value in overrides.items():
            command += ["--set", f"{option}={value}"]
        self.process = Process(name, command, folder / f"{name}.log", environment=environment)
        self._trust = trust
        self.client = connect(self.address, trust and trust.grpc)
        self._health = health_pb2_grpc.HealthStub(self.client.channel)

    def start(self):
        self.process.start()
        self.wait_until_ready()

    def wait_until_ready(self):
        try:
            eventually(self._ready, f"{self.name} is serving", within=30)
        except AssertionError as error:
            states = {name: self.health(name) for name in [*self.served, self.ready]}
            raise AssertionError(f"{error}\n{states}\n{self.process.tail()}") from None

    def wait_until_live(self):
        eventually(lambda: self.health(self.live) == "SERVING", f"{self.name} takes calls", within=30)

    def health(self, service):
        """The state's name, or the name of the code with which the call failed."""
        request = health_pb2.HealthCheckRequest(service=service)
        try:
            return health_pb2.HealthCheckResponse.ServingStatus.Name(
                self._health.Check(request, timeout=2).status)
        except grpc.RpcError as error:
            return error.code().name

    @property
    def live(self):
        """The health name that says only that calls are taken."""
        return f"clusterwire.{self.name}.live"

    @property
    def ready(self):
        """The health name of the service as a whole."""
        return f"clusterwire.{self.name}.ready"

    def findings(self):
        """What Diagnose finds, by part."""
        package = {"catalogue": api.catalogue, "notification": api.notification}[self.name]
        answer = self.client.Operations.Diagnose(package.DiagnoseRequest(), timeout=20,
                                                 wait_for_ready=True)
        return {one.part: one for one in answer.findings}

    def logged(self, message):
        """All lines of its log with this message, as far as they are whole."""
        lines = [json.loads(line) for line in
                 self.process.log.read_text().splitlines(keepends=True)
                 if line.startswith("{") and line.endswith("\n")]
        return [line for line in lines if line["message"] == message]

    def all_health(self):
        """The states of all it says to be ready for."""
        return {self.health(name) for name in [*self.served, self.ready]}

    def watch_health(self, service):
        """A stream of answers."""
        return self._health.Watch(health_pb2.HealthCheckRequest(service=service), timeout=30)

    def http_get(self, path):
        """Returns status and text."""
        address = {"host": "127.0.0.1", "port": self.http_port, "timeout": 5}
        connection = (http.client.HTTPSConnection(**address, context=self._trust.https)
                      if self._trust else http.client.HTTPConnection(**address))
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def _ready(self):
        if not self.process.running:
            raise AssertionError(f"{self.name} ended")
        return self.all_health() == {"SERVING"}


CATALOGUE_SERVES = api.catalogue.SERVICES + api.change.SERVICES
NOTIFICATION_SERVES = api.notification.SERVICES

# Webhooks go to this machine, retries are soon, and so is reading on after a kill or without Kafka.
NOTIFICATION_FOR_TESTS = {
    "webhooks.allowed_networks": "127.0.0.0/8",
    "webhooks.allow_http": "true",
    "webhooks.timeout": "3s",
    "delivery.retry_schedule": "1s,1s,1s,1s,1s,1s,1s,1s",
    "kafka.properties[session.timeout.ms]": "2000",
    "kafka.properties[heartbeat.interval.ms]": "500",
    "kafka.properties[socket.timeout.ms]": "2000",
}


class Stack:
    def __init__(self, broker, folder, database, topic=None, catalogue_settings=None,
                 notification_settings=None, environments=None, trust=None):
        """`trust` (of certificates.py): how its clients connect where the settings say TLS."""
        number = next(_numbers)
        self.broker = broker
        self.topic = topic or f"clusterwire.changes.v1.{number}"
        self.erasures_topic = self.topic.replace(".changes.", ".erasures.")
        subject_key = folder / f"{self.topic}.subject.key"   # shared by all who use the topic
        folder = folder / f"stack{number}"
        folder.mkdir()
        self.folder = folder
        environments = environments or {}
        [pages_port] = free_ports(1)
        kafka = {"kafka.brokers": broker.address, "kafka.topic": self.topic,
                 "kafka.properties[reconnect.backoff.max.ms]": "500",
                 "grants.topic": f"{self.topic}.grants",
                 "grants.subject_key_file": subject_key}
        self.catalogue = Service("catalogue", folder, database,
                                 {**kafka, "erasures.topic": self.erasures_topic,
                                  **(catalogue_settings or {})}, api.catalogue_client,
                                 CATALOGUE_SERVES, environments.get("catalogue"), trust)
        self.notification = Service(
            "notification", folder, database,
            {**kafka, "consumer_group": f"notification.{number}", **NOTIFICATION_FOR_TESTS,
             **(notification_settings or {})},
            api.notification_client, NOTIFICATION_SERVES, environments.get("notification"), trust,
            more=pages.settings_at(pages_port))
        self.notification.pages = f"http://127.0.0.1:{pages_port}"

    @property
    def services(self):
        return [self.catalogue, self.notification]

    def start(self):
        for service in self.services:
            service.start()

    def stop(self):
        for service in reversed(self.services):
            service.process.stop()
            service.client.close()
