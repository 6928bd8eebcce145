"""Somebody is erased: is nothing of them left anywhere, and does no backup bring them back?"""

import json
import secrets
import shutil
import subprocess
import time
import unittest

import grpc

import everywhere
import shared
import steps
from api import PUBLIC, Refusal, catalogue, change, pages, refusal, types_v1
from bytes_of import holders
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
        return everywhere.new_database("erasure")

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
        return everywhere.places(self.stack, self.database)

    def messages(self):
        return everywhere.messages(self.stack)

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
        return everywhere.is_database(name, self.stack, self.database)

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

    def lists_clusters(self):
        """False while the service opens what it serves from."""
        try:
            self.client.Cluster.ListClusters(catalogue.ListClustersRequest(), timeout=5,
                                             wait_for_ready=True)
            return True
        except grpc.RpcError as error:
            self.assertEqual(error.code(), grpc.StatusCode.UNAVAILABLE)
            return False

    def test_5_without_kafka_people_are_kept_back_and_all_else_is_served(self):
        grace, _ = self.create()
        self.stack.catalogue.process.stop()
        self.stack.broker.stop()
        try:
            self.stack.catalogue.process.start()
            self.stack.catalogue.wait_until_live()
            eventually(self.lists_clusters, "clusters are served")
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
