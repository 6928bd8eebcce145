"""Who was granted something has it from the next call on, and who lost it has it no more."""

import concurrent.futures
import unittest

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

import shared
import steps
from api import catalogue, change, refusal
from tokens import Issuer
from waiting import eventually

VIEWER, EDITOR, OWNER = 1, 2, 3


class GrantsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.issuer = Issuer()
        cls.addClassCleanup(cls.issuer.close)
        cls.stack = shared.new_stack(
            catalogue_settings=cls.issuer.settings(operators=[cls.issuer.subject("operator")]),
            notification_settings=cls.issuer.settings())
        cls.stack.start()
        cls.addClassCleanup(cls.stack.stop)
        steps.add_countries(cls.stack)
        client = cls.stack.catalogue.client
        cls.client, cls.grants, cls.invitations = client, client.Grant, client.Invitation
        cls.names = iter(range(1000))

    def as_(self, who):
        return {"metadata": self.issuer.metadata(who), "timeout": 10}

    def draft(self, owner="anna"):
        """A cluster that the public doesn't see, with an owner."""
        name = self.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
            cluster=catalogue.Cluster(title=f"Hidden {next(self.names)}", country="DE")),
            timeout=10).name
        self.give(name, owner, OWNER, by="operator")
        return name

    def give(self, resource, to, role, by):
        subject = to if ":" in to else self.issuer.subject(to)
        return self.grants.CreateGrant(catalogue.CreateGrantRequest(grant=catalogue.Grant(
            subject=subject, resource=resource, role=role)), **self.as_(by))

    def sees(self, who, name):
        try:
            self.client.Cluster.GetCluster(catalogue.GetClusterRequest(name=name), **self.as_(who))
            return True
        except Exception as error:
            self.assertEqual(error.code().name, "NOT_FOUND")
            return False

    def refused(self, call, request, who):
        return refusal(call, request, metadata=self.issuer.metadata(who))

    def test_a_draft_is_seen_at_once_and_gone_at_once(self):
        name = self.draft()
        self.assertFalse(self.sees("bert", name))
        grant = self.give(name, "bert", VIEWER, by="anna")
        self.assertTrue(self.sees("bert", name))
        self.grants.DeleteGrant(catalogue.DeleteGrantRequest(name=grant.name), **self.as_("anna"))
        self.assertFalse(self.sees("bert", name))

    def test_an_editor_writes_and_gives_nothing(self):
        name = self.draft()
        grant = self.give(name, "bert", EDITOR, by="anna")
        update = catalogue.UpdateClusterRequest(cluster=catalogue.Cluster(name=name, acronym="HID"))
        self.client.Cluster.UpdateCluster(update, **self.as_("bert"))
        give = catalogue.CreateGrantRequest(grant=catalogue.Grant(
            subject=self.issuer.subject("carl"), resource=name, role=VIEWER))
        self.assertEqual(self.refused(self.grants.CreateGrant, give, "bert").reason, "NOT_YOURS")
        self.grants.UpdateGrant(catalogue.UpdateGrantRequest(grant=catalogue.Grant(
            name=grant.name, role=VIEWER)), **self.as_("anna"))
        self.assertIn(self.refused(self.client.Cluster.UpdateCluster, update, "bert").reason,
                      ("NOT_YOURS", "ACCESS_DENIED"))

    def test_a_pattern_lets_a_whole_namespace_in(self):
        name = self.draft()
        self.give(name, self.issuer.subject("system:serviceaccount:map:*"), VIEWER, by="anna")
        self.assertTrue(self.sees("system:serviceaccount:map:page", name))
        self.assertFalse(self.sees("system:serviceaccount:maps:page", name))

    def test_an_invitation_is_accepted_once_however_many_try(self):
        name = self.draft()
        made = self.invitations.CreateInvitation(catalogue.CreateInvitationRequest(
            invitation=catalogue.Invitation(resource=name, role=EDITOR)), **self.as_("anna"))
        accept = catalogue.AcceptInvitationRequest(token=made.token)

        def try_it(who):
            try:
                self.invitations.AcceptInvitation(accept, **self.as_(who))
                return who
            except Exception as error:
                self.assertEqual(error.code().name, "NOT_FOUND")
                return None

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            winners = [who for who in pool.map(try_it, [f"guest{i}" for i in range(8)]) if who]
        self.assertEqual(len(winners), 1)
        self.assertTrue(self.sees(winners[0], name))
        used = self.refused(self.invitations.AcceptInvitation, accept, "late")
        never = self.refused(self.invitations.AcceptInvitation,
                             catalogue.AcceptInvitationRequest(token="x.y"), "late")
        self.assertEqual((used.code, used.reason, used.message),
                         (never.code, never.reason, never.message))

    def test_the_last_owner_leaves_by_handing_over(self):
        name = self.draft()
        mine = [grant for grant in self.grants.ListGrants(
            catalogue.ListGrantsRequest(resource=name), **self.as_("anna")).grants]
        self.assertEqual(len(mine), 1)
        leave = catalogue.DeleteGrantRequest(name=mine[0].name)
        self.assertEqual(self.refused(self.grants.DeleteGrant, leave, "anna").reason, "LAST_OWNER")
        self.grants.TransferOwnership(catalogue.TransferOwnershipRequest(
            resource=name, subject=self.issuer.subject("bert")), **self.as_("anna"))
        self.assertFalse(self.sees("anna", name))
        self.assertTrue(self.sees("bert", name))
        self.grants.TransferOwnership(catalogue.TransferOwnershipRequest(
            resource=name, subject=self.issuer.subject("carl"), **{"from": self.issuer.subject("bert")}),
            **self.as_("operator"))
        self.assertFalse(self.sees("bert", name))
        self.assertTrue(self.sees("carl", name))

    def test_who_am_i_says_what_to_tell_an_owner(self):
        name = self.draft()
        answer = self.grants.WhoAmI(catalogue.WhoAmIRequest(), **self.as_("dora"))
        self.assertEqual((answer.subject, answer.operator, len(answer.rights)),
                         (self.issuer.subject("dora"), False, 0))
        self.give(name, answer.subject, EDITOR, by="anna")
        answer = self.grants.WhoAmI(catalogue.WhoAmIRequest(), **self.as_("dora"))
        self.assertEqual([(right.resource, right.role) for right in answer.rights], [(name, EDITOR)])
        self.assertTrue(self.grants.WhoAmI(catalogue.WhoAmIRequest(), **self.as_("operator")).operator)

    def test_a_grant_that_cannot_be_seen_is_worded_like_none(self):
        hidden = self.draft()

        def asked(resource):
            refused = self.refused(self.grants.CreateGrant, catalogue.CreateGrantRequest(
                grant=catalogue.Grant(subject="corp:x", resource=resource, role=VIEWER)), "eve")
            return refused.code, refused.reason, refused.message.replace(resource, "IT")

        other = self.draft(owner="eve")     # so that she may call it at all
        self.assertTrue(self.sees("eve", other))
        self.assertEqual(asked(hidden), asked("clusters/nowhere"))
        self.assertEqual(len(self.grants.ListGrants(catalogue.ListGrantsRequest(resource=hidden),
                                                    **self.as_("eve")).grants), 0)

    def records(self):
        """What stands on the topic of grants, by the records' names; None where it isn't complete."""
        consumer = Consumer({"bootstrap.servers": self.stack.broker.address, "group.id": "nobody",
                             "enable.auto.commit": False, "enable.partition.eof": True})
        try:
            consumer.assign([TopicPartition(f"{self.stack.topic}.grants", 0, OFFSET_BEGINNING)])
            found = {}
            while (message := consumer.poll(10)) is not None:
                if message.error():
                    return found if "complete" in found else None
                record = change.GrantChanged.FromString(message.value())
                self.assertEqual(message.key().decode(), record.name)
                found[record.name] = record
            return None
        finally:
            consumer.close()

    def test_x_a_topic_of_grants_that_was_lost_is_filled_again(self):
        self.draft()

        def standing():
            return {name: (record.subject_hash, record.resource, record.role)
                    for name, record in (self.records() or {}).items()
                    if not record.withdrawn and name != "complete"}

        count = len(self.grants.ListGrants(catalogue.ListGrantsRequest(page_size=1000),
                                           timeout=10).grants)
        eventually(lambda: len(standing()) == count, "all grants are on their topic", within=20)
        before = standing()
        self.stack.broker.make_topic_anew(f"{self.stack.topic}.grants", 1,
                                          {"cleanup.policy": "compact"})
        eventually(lambda: standing() == before, "they are sent again", within=60)

    def test_y_diagnose_finds_a_topic_that_forgets_grants(self):
        def severity():
            return self.stack.catalogue.findings()["grants"].severity

        topic = f"{self.stack.topic}.grants"
        eventually(lambda: severity() == 1, "the topic of grants is there", within=30)
        self.stack.broker.set_topic(topic, {"cleanup.policy": "delete"})
        eventually(lambda: severity() == 3, "it is found", within=30)
        self.assertIn("cleanup.policy=compact", self.stack.catalogue.findings()["grants"].remedy)
        self.stack.broker.set_topic(topic, {"cleanup.policy": "compact"})
        eventually(lambda: severity() == 1, "it is mended", within=30)


if __name__ == "__main__":
    unittest.main()
