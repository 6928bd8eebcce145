"""A cluster comes to an office: does each side do its part, hear of it, and does nobody else read what
the two said to each other?"""

import os
import secrets
import unittest

import everywhere
import shared
import steps
from api import PUBLIC, catalogue, change, notification, refusal, types_v1
from bytes_of import holders
from hearing_test import Grants
from stack import Stack
from waiting import eventually

OFFICE = (("clusterwire-view-as", "programmes/platform"),)
CRITERION = catalogue.Criterion(id="website", group="GROUP_IMPACT", title="An English website",
                                by_hand=True, waivable=True)


class AdmissionTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = everywhere.new_database("admission")
        folder = shared.folder() / "admission"
        folder.mkdir()
        key = folder / "subject.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(32))
        topic = "clusterwire.grants.v1.admission"
        cls.grants = Grants(shared.broker(), topic, key.read_bytes())
        cls.stack = Stack(shared.broker(), folder, cls.database, notification_settings={
            "grants.topic": topic, "grants.subject_key_file": key})
        cls.addClassCleanup(cls.grants.fall_silent)
        cls.addClassCleanup(cls.stack.stop)
        cls.grants.give("grants/office", "corp:office", "programmes/platform", "ROLE_EDITOR")
        cls.grants.complete()
        cls.stack.start()
        steps.add_countries(cls.stack)
        cls.client = cls.stack.catalogue.client
        cls.moves = cls.client.Admission
        cls.client.Programme.CreateProgramme(catalogue.CreateProgrammeRequest(
            programme_id="platform", programme=catalogue.Programme(
                title="Platform", kind="KIND_PLATFORM", country="EU", state="STATE_PUBLISHED",
                criteria=[CRITERION], admission=catalogue.AdmissionProcess(
                    takes_applications=True, lists_drafts=True))), timeout=10)

    def draft(self, title):
        name = self.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster=catalogue.Cluster(title=title, country="DE")), timeout=10).name
        return name, (("clusterwire-view-as", name),)

    def sees(self, cluster, metadata):
        try:
            self.client.Cluster.GetCluster(catalogue.GetClusterRequest(name=cluster), timeout=10,
                                           metadata=metadata)
            return True
        except Exception as error:  # noqa: any refusal but this one fails the test
            self.assertEqual(error.code().name, "NOT_FOUND")
            return False

    def submit(self, cluster, team, **more):
        return self.moves.SubmitApplication(catalogue.SubmitApplicationRequest(
            parent="programmes/platform", cluster=cluster, **more), timeout=10, metadata=team)

    def test_1_a_draft_gets_in_by_the_office_alone_and_is_public_with_that(self):
        cluster, team = self.draft("New Cluster")
        refused = refusal(self.client.Cluster.PublishCluster,
                          catalogue.PublishClusterRequest(name=cluster), metadata=team)
        self.assertEqual(refused.reason, "NOT_YOURS")
        self.assertFalse(self.sees(cluster, OFFICE))
        name = self.submit(cluster, team).name
        self.assertTrue(self.sees(cluster, OFFICE))
        self.assertFalse(self.sees(cluster, PUBLIC))
        refused = refusal(self.moves.AssessApplication,
                          catalogue.AssessApplicationRequest(name=name), metadata=team)
        self.assertEqual(refused.reason, "ACCESS_DENIED")
        self.moves.AssessApplication(catalogue.AssessApplicationRequest(name=name), timeout=10,
                                     metadata=OFFICE)
        refused = refusal(self.moves.AdmitApplicant, catalogue.AdmitApplicantRequest(name=name),
                          metadata=OFFICE)
        self.assertEqual((refused.reason, refused.metadata["criteria"]), ("CRITERIA_OPEN", "website"))
        self.moves.AssessApplication(
            catalogue.AssessApplicationRequest(name=name, met=["website"]), timeout=10,
            metadata=OFFICE)
        admitted = self.moves.AdmitApplicant(catalogue.AdmitApplicantRequest(name=name), timeout=10,
                                             metadata=OFFICE)
        self.assertTrue(self.sees(cluster, PUBLIC))
        membership = self.client.Membership.GetMembership(
            catalogue.GetMembershipRequest(name=admitted.membership), timeout=10)
        self.assertEqual(membership.cluster, cluster)
        # All of it in one write.
        shown = self.client.Cluster.GetCluster(catalogue.GetClusterRequest(name=cluster), timeout=10)
        self.assertEqual(shown.revision, admitted.revision)
        self.assertEqual(list(shown.shown_to), [])
        self.assertEqual(refusal(self.moves.GetAdmission, catalogue.GetAdmissionRequest(name=name),
                                 metadata=(("clusterwire-view-as", "clusters/other"),)).code.name,
                         "NOT_FOUND")

    def test_2_a_note_stands_in_the_admission_and_nowhere_else(self):
        office = self.subscriber("corp:office")
        hook = shared.receiver().endpoint()
        self.subscriber("corp:office", hook)
        stranger = self.subscriber("corp:stranger")
        cluster, team = self.draft("Shy Cluster")
        notes = [f"Zq{what}{secrets.token_hex(10)}Xy" for what in ("first", "back", "why", "end")]
        name = self.submit(cluster, team, note=notes[0], request_id="r1").name
        self.moves.ReturnApplication(catalogue.ReturnApplicationRequest(
            name=name, note=notes[1], request_id="r2"), timeout=10, metadata=OFFICE)
        self.moves.SubmitApplication(catalogue.SubmitApplicationRequest(name=name), timeout=10,
                                     metadata=team)
        self.moves.AssessApplication(catalogue.AssessApplicationRequest(name=name), timeout=10,
                                     metadata=OFFICE)
        self.moves.WaiveCriterion(catalogue.WaiveCriterionRequest(
            name=name, criterion="website", note=notes[2], request_id="r3"), timeout=10,
            metadata=OFFICE)
        admitted = self.moves.AdmitApplicant(catalogue.AdmitApplicantRequest(
            name=name, note=notes[3], request_id="r4"), timeout=10, metadata=OFFICE)
        self.assertEqual([step.note for step in admitted.steps if step.note], notes)
        again = self.submit(cluster, team, note=notes[0], request_id="r1")
        self.assertEqual([step.note for step in again.steps], notes[:1])
        items = eventually(lambda: {one.change.kind for one in steps.inbox(self.stack, office)} >=
                           {"admission.submitted", "admission.returned", "admission.admitted"} and
                           steps.inbox(self.stack, office), "the office is told")
        hook.wait_for(name)
        said = "".join(str(one) for one in items)
        listed = self.client.Change.ListChanges(change.ListChangesRequest(
            filter=types_v1.Filter(names=[name])), timeout=10)
        self.assertTrue(listed.changes)
        shown = said + str(listed) + str(hook.about(name))
        self.assertEqual([note for note in notes if note in shown], [])
        self.assertEqual([one for one in steps.inbox(self.stack, stranger)
                          if one.change.name == name], [])
        held = holders(notes, everywhere.places(self.stack, self.database))
        self.assertTrue(held, "the scan finds what is there")
        self.assertEqual([one for one in held
                          if not everywhere.is_database(one[0], self.stack, self.database)], [])
        self.assertEqual(self.in_tables(notes), {"resource"})

    def in_tables(self, notes):
        """The tables of the catalogue whose rows hold one of them."""
        found = set()
        as_hex = "hex({})" if shared.DATABASE == "sqlite" else "encode({}, 'hex')"
        for table, columns in [("resource", ("data", "own_facts", "facts")), ("request", ("answer",)),
                               ("change", ("after", "facts_before", "facts_after"))]:
            for column in columns:
                rows = self.database.execute(
                    self.stack.catalogue.database_url,
                    f"SELECT {as_hex.format(column)} FROM {table} WHERE {column} IS NOT NULL")
                if any(note.encode().hex() in str(rows).lower() for note in notes):
                    found.add(table)
        return found

    def subscriber(self, subject, webhook=None):
        """One of the subject, who wants to hear of admissions; its name."""
        made = self.stack.notification.client.Subscriber.CreateSubscriber(
            notification.CreateSubscriberRequest(subscriber=notification.Subscriber(
                title="Somebody", subject=subject)), timeout=10).name
        steps.add_subscription(self.stack, made, {"types": ["admission"]}, webhook)
        return made
