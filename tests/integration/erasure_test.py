"""Somebody is erased: is nothing of them left anywhere, and does no backup bring them back?"""

import json
import secrets
import shutil
import subprocess
import time
import unittest

import grpc
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

import shared
import steps
from api import PUBLIC, Refusal, catalogue, change, pages, refusal, types_v1
from bytes_of import files_under, holders
from databases import Sqlite
from processes import BUILD
from waiting import eventually


def marked(what):
    """A text that stands nowhere else, with letters that JSON escapes and case changes."""
    return f"Zqü{what}{secrets.token_hex(10)}Xyß"


def consent():
    given = catalogue.Consent(purpose="named as a contact", asked_by="programmes/go-cluster",
                              origin="form 12", text_version="v1")
    given.give_time.GetCurrentTime()
    given.give_time.seconds -= 3600
    return given


class ErasureTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = cls.new_database()
        cls.stack = shared.new_stack(database=cls.database)
        cls.stack.start()
        steps.add_countries(cls.stack)
        cls.client = cls.stack.catalogue.client
        cls.people = cls.client.Person

    @classmethod
    def new_database(cls):
        """On PostgreSQL a server of its own, since its log is every database's."""
        if shared.DATABASE == "sqlite":
            return Sqlite
        server = shared.new_postgresql("postgresql-erasure")
        server.execute(server.url_of("postgres"), "ALTER SYSTEM SET wal_recycle = off")
        server.execute(server.url_of("postgres"), "SELECT pg_reload_conf()")
        return server

    def create(self, **fields):
        """A person, all of whose texts are marked; and the texts."""
        texts = {one: marked(one) for one in ("name", "mail", "origin", "id", "source")}
        given = consent()
        given.origin = texts["origin"]
        person = catalogue.Person(
            display_name=texts["name"], emails=[texts["mail"] + "@example.org"],
            phones=["+49 351 8925880"], roles=["PERSON_ROLE_CLUSTER_MANAGER"], consents=[given],
            external_ids=[types_v1.ExternalId(scheme="eccp", id=texts["id"])],
            sources=[types_v1.Source(uri="https://example.org/" + texts["source"].replace("ü", "u")
                                     .replace("ß", "ss"))], **fields)
        texts["source"] = texts["source"].replace("ü", "u").replace("ß", "ss")
        made = self.people.CreatePerson(catalogue.CreatePersonRequest(
            person=person, request_id=secrets.token_hex(8)), timeout=10)
        return made, list(texts.values())

    def cluster(self, **fields):
        return steps.create_cluster(self.stack, regions=[], sectors=[], **fields)

    def erase(self, name):
        self.last = catalogue.ErasePersonRequest(name=name, request_id=secrets.token_hex(8))
        return self.people.ErasePerson(self.last, timeout=10)

    def places(self):
        """All that is kept or said anywhere: files, topics, metrics."""
        folders = [self.stack.folder, shared.folder() / "kafka"]
        if shared.DATABASE == "postgresql":
            folders.append(self.database.data)
        yield from files_under(*folders)
        for process in [self.stack.broker.process, getattr(self.database, "process", None)]:
            if process is not None:
                yield str(process.log), process.log.read_bytes()
        for service in self.stack.services:
            yield f"{service.name}/metrics", service.http_get("/metrics")[1].encode()
        yield from self.messages()

    def messages(self):
        consumer = Consumer({"bootstrap.servers": self.stack.broker.address, "log_level": 0,
                             "group.id": "bytes", "enable.auto.commit": False,
                             "enable.partition.eof": True})
        try:
            topics = consumer.list_topics(timeout=10).topics
            ours = [TopicPartition(name, partition, OFFSET_BEGINNING)
                    for name, topic in topics.items()
                    if name in (self.stack.topic, self.stack.erasures_topic)
                    for partition in topic.partitions]
            consumer.assign(ours)
            left = len(ours)
            while left:
                for message in consumer.consume(500, 0.3):
                    if message.error():
                        left -= 1
                        continue
                    headers = b"".join(value or b"" for _, value in message.headers() or ())
                    yield (f"{message.topic()}[{message.partition()}] {message.offset()}",
                           (message.key() or b"") + b"\n" + (message.value() or b"") + headers)
        finally:
            consumer.close()

    def vacuum(self):
        """The stated maintenance."""
        left = self.client.Operations.Vacuum(catalogue.VacuumRequest(), timeout=60).left
        self.assertEqual(list(left), [])

    def test_1_after_the_maintenance_not_one_byte_is_left_anywhere(self):
        reader = steps.subscribe(self.stack, "erasure-reader", {"types": ["cluster", "event"]})
        grace, texts = self.create()
        # By an update, and as one that is refused.
        more = marked("update")
        texts.append(more)
        self.people.UpdatePerson(catalogue.UpdatePersonRequest(
            person=catalogue.Person(name=grace.name, display_name=more)), timeout=10)
        wrong = marked("wrong")
        texts.append(wrong)
        refused = refusal(self.people.UpdatePerson, catalogue.UpdatePersonRequest(
            person=catalogue.Person(name=grace.name, emails=[wrong])))
        self.assertIn("person.emails[0]", refused.fields)
        exported = self.people.ExportPerson(catalogue.ExportPersonRequest(name=grace.name),
                                            timeout=10).json
        self.assertEqual(json.loads(exported)["person"]["display_name"], more)
        # In a register, in words that the import doesn't know.
        inside = marked("register")
        texts.append(inside)
        register = self.stack.folder.parent / f"registers-{secrets.token_hex(4)}"
        register.mkdir()
        (register / "clusters.ndjson").write_text(json.dumps(
            {"name": "Imported Cluster", "country": "DE", "manager": inside,
             "source": "https://example.org/list"}) + "\n")
        subprocess.run([BUILD / "services/catalogue/import/clusterwire-import", "--target",
                        self.stack.catalogue.address, register], capture_output=True, timeout=60)
        shutil.rmtree(register)
        # A day's traffic, in which the name of the resource goes everywhere.
        contact = types_v1.Contact(person=grace.name, role="PERSON_ROLE_CLUSTER_MANAGER")
        cluster = self.cluster(contacts=[contact])
        event = self.client.Event.CreateEvent(catalogue.CreateEventRequest(
            event=catalogue.CalendarEvent(
                title="A talk", kind="KIND_CLUSTER_TALK", state="STATE_PUBLISHED",
                period=types_v1.Period(start="2026-12-01", end="2026-12-01"),
                contacts=[types_v1.Contact(person=grace.name, role="PERSON_ROLE_SPEAKER")])),
            timeout=10)
        eventually(lambda: {one.change.name for one in steps.inbox(self.stack, reader)} >=
                   {cluster.name, event.name}, "the reader is told of both")
        held = holders(texts, self.places())
        self.assertTrue(held, "the scan finds what is there")
        self.assertEqual([one for one in held if not self.is_database(one[0])], [],
                         "it stands in the database alone")

        erased = self.erase(grace.name)
        self.assertTrue(erased.HasField("erase_time"))
        self.assertEqual(refusal(self.people.GetPerson, catalogue.GetPersonRequest(
            name=grace.name)).code.name, "NOT_FOUND")
        for read, name in [(self.client.Cluster.GetCluster, cluster.name),
                           (self.client.Event.GetEvent, event.name)]:
            request = catalogue.GetClusterRequest if "clusters/" in name else catalogue.GetEventRequest
            self.assertEqual(list(read(request(name=name), timeout=10).contacts), [])
        self.vacuum()
        self.assertEqual(holders(texts, self.places()), set())

    def is_database(self, name):
        return name.startswith(str(self.stack.folder / "catalogue.db")) or (
            shared.DATABASE == "postgresql" and name.startswith(str(self.database.data)))

    def test_2_nothing_of_a_person_is_told_or_shown_to_others(self):
        grace, _ = self.create()
        for metadata in (PUBLIC, (("clusterwire-view-as", "clusters/other"),)):
            self.assertIn(refusal(self.people.GetPerson, catalogue.GetPersonRequest(name=grace.name),
                                  metadata=metadata).code.name,
                          {"NOT_FOUND", "UNAUTHENTICATED", "PERMISSION_DENIED"})
        changes = list(pages(self.client.Change.ListChanges,
                             change.ListChangesRequest(page_size=1000), "changes"))
        self.assertTrue(changes)
        self.assertFalse([one for one in changes if one.name.startswith(("people/", "erasures/"))])
        cluster = self.cluster()      # behind it on the topic
        told = eventually(lambda: any(cluster.name.encode() in blob for _, blob in self.messages()),
                          "the cluster is on the topic")
        self.assertTrue(told)
        self.assertFalse([name for name, blob in self.messages() if grace.name.encode() in blob])

    def test_3_an_id_is_never_chosen(self):
        refused = refusal(self.people.CreatePerson, catalogue.CreatePersonRequest(
            person_id="ada-lovelace", person=catalogue.Person(display_name="Ada")))
        self.assertIn("person_id", refused.fields)

    def test_4_a_restored_backup_erases_again_before_it_answers(self):
        grace, texts = self.create()
        kept, _ = self.create()
        cluster = self.cluster(contacts=[
            types_v1.Contact(person=grace.name, role="PERSON_ROLE_CONTACT")])
        self.stack.catalogue.process.stop()
        backup = self.back_up()
        self.stack.catalogue.start()
        self.erase(grace.name)
        later = self.cluster()
        self.wait_until_sent()
        eventually(lambda: any(later.name.encode() in blob for _, blob in self.messages()),
                   "what the backup doesn't have is on the topic")
        self.stack.catalogue.process.stop()
        self.restore(backup)
        self.stack.catalogue.process.start()
        self.assertEqual(self.first_answer(grace.name), "NOT_FOUND")
        self.people.GetPerson(catalogue.GetPersonRequest(name=kept.name), timeout=10)
        self.assertEqual(list(self.client.Cluster.GetCluster(catalogue.GetClusterRequest(
            name=cluster.name), timeout=10).contacts), [])
        refused = refusal(self.people.CreatePerson, catalogue.CreatePersonRequest(
            person=catalogue.Person(display_name=texts[0], emails=[texts[1] + "@example.org"])))
        self.assertEqual(refused.reason, "PERSON_ERASED")
        # What the backup lost is what it always was: an operator decides.
        diagnosis = eventually(lambda: (found := self.client.Operations.Diagnose(
            catalogue.DiagnoseRequest(), timeout=10)) and any(
                one.part == "relay" and "StartNewHistory" in one.remedy for one in found.findings)
            and found, "the relay stands still")
        self.client.Operations.StartNewHistory(catalogue.StartNewHistoryRequest(
            history_id=diagnosis.history_id), timeout=10)
        self.stack.catalogue.wait_until_ready()
        self.vacuum()
        self.assertEqual(holders(texts, self.places()), set())

    def test_5_without_kafka_people_are_kept_back_and_all_else_is_served(self):
        grace, _ = self.create()
        self.stack.catalogue.process.stop()
        self.stack.broker.stop()
        try:
            self.stack.catalogue.process.start()
            self.stack.catalogue.wait_until_live()
            eventually(lambda: self.client.Cluster.ListClusters(
                catalogue.ListClustersRequest(), timeout=5, wait_for_ready=True), "clusters are served")
            refused = refusal(self.people.GetPerson, catalogue.GetPersonRequest(name=grace.name))
            self.assertEqual((refused.code.name, refused.reason), ("UNAVAILABLE", "ERASURES_UNREAD"))
            self.assertIsNotNone(refused.retry_seconds)
        finally:
            self.stack.broker.start()
        self.stack.catalogue.wait_until_ready()
        self.people.GetPerson(catalogue.GetPersonRequest(name=grace.name), timeout=10)

    def test_6_a_topic_that_forgets_keeps_the_catalogue_from_being_ready(self):
        stack = shared.new_stack(database=self.database)
        self.addCleanup(stack.stop)
        stack.broker.create_topic(stack.erasures_topic, 1, {"cleanup.policy": "delete"})
        catalogue_service = stack.catalogue
        catalogue_service.process.start()
        catalogue_service.wait_until_live()
        eventually(lambda: (found := catalogue_service.findings().get("erasures")) and
                   "cleanup.policy" in found.remedy, "it is named")
        self.assertEqual(catalogue_service.health(catalogue_service.ready), "NOT_SERVING")
        stack.broker.set_topic(stack.erasures_topic, {"cleanup.policy": "compact"})
        catalogue_service.wait_until_ready()

    def wait_until_sent(self):
        """The same call again says whether Kafka has by then what stays."""
        eventually(lambda: self.people.ErasePerson(self.last, timeout=10).on_topic,
                   "it is on the topic")

    def first_answer(self, name):
        """The code of the first call that isn't refused for the start."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                self.people.GetPerson(catalogue.GetPersonRequest(name=name), timeout=5)
                return "OK"
            except grpc.RpcError as error:
                if Refusal(error).code.name not in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
                    return Refusal(error).code.name
        raise AssertionError("no answer")

    def back_up(self):
        url = self.stack.catalogue.database_url
        if shared.DATABASE == "sqlite":
            file = url.removeprefix("sqlite:")
            backup = self.stack.folder.parent / f"backup-{secrets.token_hex(4)}.db"
            shutil.copy(file, backup)       # the service has ended: its log is in the file
            return backup
        name = f"backup_{secrets.token_hex(4)}"
        self.database.execute(self.database.url_of("postgres"),
                              f"CREATE DATABASE {name} TEMPLATE {self.name_of(url)}")
        return name

    def restore(self, backup):
        url = self.stack.catalogue.database_url
        if shared.DATABASE == "sqlite":
            for suffix in ("-wal", "-shm"):
                (self.stack.folder / f"catalogue.db{suffix}").unlink(missing_ok=True)
            shutil.move(backup, url.removeprefix("sqlite:"))
            return
        for statement in (f"DROP DATABASE {self.name_of(url)}",
                          f"ALTER DATABASE {backup} RENAME TO {self.name_of(url)}"):
            self.database.execute(self.database.url_of("postgres"), statement)

    @staticmethod
    def name_of(url):
        return url.split("///")[1].split("?")[0]
