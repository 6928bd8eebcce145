"""A year of a platform: conferences and talks, registration to the last seat, calls, and what clusters find
and tell each other there.

Everything is asked by grpcurl, a line each, by the platform's office, two clusters' teams, an operator and
a stranger. The steps stand in files of their own, each a part of this test, and are played in the order of
the year.
"""

import unittest

import shared
from platform_events import EventSteps
from platform_partners import PartnerSteps
from year_world import Listener, YearWorld

P = "programmes/eccp"


class PlatformYearTest(EventSteps, PartnerSteps, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = YearWorld()
        cls.addClassCleanup(cls.world.close)
        cls.world.start()
        cls.operator, cls.office, cls.team = cls.world.operator, cls.world.office, cls.world.team
        cls.other_team, cls.late_team = cls.world.person("other-team"), cls.world.person("late-team")
        cls.stranger = cls.world.stranger
        cls.operator.call("Grant.CreateGrant",
                          grant={"subject": "test:office", "resource": P, "role": "ROLE_OWNER"})

    def test_a_platform_plays_a_year_with_its_clusters(self):
        self.clusters_are_listed()
        self.profile_is_returned_and_published()
        self.partner_is_found_and_followed()
        self.project_is_published_and_its_reach_read()
        self.conference_is_announced_with_its_parts()
        self.conference_moves_and_a_side_event_is_cancelled()
        self.matchmaking_fills_up_to_the_last_seat()
        self.talks_are_a_series()
        self.call_is_announced()
        self.registration_closes_by_the_clock()
        self.call_passes_its_cut_offs_and_closes()
        self.conference_is_over_and_told_of()
        self.duplicates_become_one()

    # What is looked at at each step.

    def happened(self, kind, name, clause, *listeners):
        """The history has it, and each of those who listen was told in a sentence that a person reads."""
        answer = self.operator.call("Change.ListChanges", filter={"names": [name]}, kinds=[kind])
        self.assertTrue(answer.get("changes"), f"{kind} of {name} is in the history")
        for listener in listeners:
            for _, _, title, text in listener.told(kind, name, clause):
                self.assertNotRegex(f"{title}\n{text}", r"\b(clusters|programmes|events|calls|people)/",
                                    "people read no resource names")

    def found(self, who, **filter_):
        """The states of what somebody finds, by name."""
        answer = who.call("Search.Search", filter=filter_)
        return {hit["facts"]["name"]: hit["facts"].get("state") for hit in answer.get("hits", [])}

    def facts(self, name, who=None):
        answer = (who or self.operator).call("Search.Search", filter={"names": [name]})
        return next(hit["facts"] for hit in answer["hits"] if hit["facts"]["name"] == name)

    # The first step: who is there.

    def clusters_are_listed(self):
        """Each team records its cluster, an operator publishes it; all subscribe."""
        self.clusters = []
        for who, title, members in ((self.team, "Leichtbau Test", 40), (self.other_team, "Photonik Test", 20),
                                    (self.late_team, "Wasser Test", 5)):
            name = who.call("Cluster.CreateCluster", cluster={
                "title": title, "country": "DE", "regions": ["nuts:DEA2"], "members": {"total": members}})["name"]
            self.operator.call("Cluster.PublishCluster", name=name)
            self.clusters.append(name)
        self.crm = Listener(self.office, "The platform", {"types": ["event", "registration", "call"]},
                            shared.receiver().endpoint())
        # What the public may see, and nothing of who comes.
        self.reader = Listener(self.stranger, "A reader", {"kinds": ["conference", "side_event", "funding"]})
        self.late_inbox = Listener(self.late_team, "The late team", {"names": [self.clusters[2]]})
