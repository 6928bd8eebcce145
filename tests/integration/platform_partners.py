"""The steps of a platform's year that are about profiles, partners and publications."""

from waiting import eventually
from year_world import Listener

ECCP = "programmes/eccp"


class PartnerSteps:
    """Part of PlatformYearTest."""

    def profile_is_returned_and_published(self):
        """A draft applies to the platform, is completed, and admitting it publishes it."""
        self.new_team = self.world.person("new-team")
        made = self.new_team.call("Cluster.CreateCluster", cluster={
            "title": "Test Leichtbau e.V.", "country": "DE", "regions": ["nuts:DEA2"]})
        self.new = made["name"]
        # The same words in another order: somebody else has such a name already.
        self.assertTrue(any(self.clusters[0] in note for note in made["notes"]), made["notes"])
        self.assertIn("strategy", made["missing_fields"])
        applied = self.new_team.call("Admission.SubmitApplication", parent=ECCP, cluster=self.new)
        self.assertEqual(self.stranger.refused("Cluster.GetCluster", name=self.new).reason,
                         "RESOURCE_NOT_FOUND")
        self.office.call("Admission.ReturnApplication", name=applied["name"], note="Who are your members?")
        self.new_team.call("Cluster.UpdateCluster", cluster={
            "name": self.new, "members": {"total": 20, "smes": 15, "start_ups": 3, "research_organisations": 5},
            "management_team": {"full_time_equivalents": 1, "staff_min": 1, "staff_max": 5},
            "native_title": "Leichtbau-Test", "languages": ["de", "en"]})
        complete = self.new_team.call("Cluster.UpdateCluster", cluster={
            "name": self.new, "strategy": "Light and lighter.", "technology_fields": ["named:lightweight-design"],
            "ticked_services": ["SUPPORT_SERVICE_TRAINING"], "major_players": [{"title": "Works"}]})
        self.assertGreater(complete["completeness"], made["completeness"])
        self.new_team.call("Admission.SubmitApplication", name=applied["name"])
        self.office.call("Admission.AssessApplication", name=applied["name"], met=["website"])
        admitted = self.office.call("Admission.AdmitApplicant", name=applied["name"])
        self.assertEqual(admitted["state"], "STATE_ADMITTED")
        self.assertEqual(self.stranger.call("Cluster.GetCluster", name=self.new)["state"], "STATE_PUBLISHED")
        self.happened("cluster.published", self.new, "the cluster's profile is public now")

    def partner_is_found_and_followed(self):
        mine, other, _ = self.clusters
        draft = self.team.call("PartnerRequest.CreatePartnerRequest", partner_request={
            "owner": mine, "title": "Lighter bicycles", "kind": "KIND_PROJECT", "sought": "A frame builder.",
            "offered": "Carbon.", "regions": ["nuts:DEA2"], "languages": ["de"]})
        self.request = draft["name"]
        self.assertEqual(self.found(self.stranger, names=[self.request]), {})
        opened = self.team.call("PartnerRequest.PublishPartnerRequest", name=self.request)
        ranked = self.team.call("PartnerRequest.RankPartners", name=self.request, page_size=100,
                                min_revision=opened["revision"])["partners"]
        best = ranked[0]
        self.assertEqual(best["facts"]["name"], self.new, "it alone is in the region and speaks the language")
        self.assertEqual(best["score"], sum(one["points"] for one in best["reasons"]))
        self.assertIn("German", str([one["text"]["en"] for one in best["reasons"]]))
        self.assertNotIn(mine, [one["facts"]["name"] for one in ranked])
        # Following is a subscription, made in one call.
        follower = Listener(self.stranger, "A follower", {"names": [self.request]})
        asker = Listener(self.team, "The asker", {"names": [self.request]})
        matches = Listener(self.team, "Matches", {"types": ["cluster"], "regions": ["nuts:DEA2"]})
        [subscription] = self.team.call("Subscription.ListSubscriptions", parent=matches.name)["subscriptions"]
        self.team.call("Subscription.UpdateSubscription", subscription={
            "name": subscription["name"], "filter": opened["filter"]})
        interest = self.new_team.call("Interest.ExpressInterest", parent=self.request, cluster=self.new,
                                      note="We build frames.")["name"]
        self.happened("interest.expressed", interest, "interest in the partner request was expressed", asker)
        self.assertEqual(self.team.call("Interest.GetInterest", name=interest)["note"], "We build frames.")
        for who in (self.stranger, self.other_team):
            self.assertEqual(who.refused("Interest.GetInterest", name=interest).reason, "RESOURCE_NOT_FOUND")
        self.assertNotIn("We build frames", str(asker.notices()))
        # Who comes to fit is told of with what fits.
        self.other_team.call("Cluster.UpdateCluster", cluster={"name": other, "languages": ["de"]})
        eventually(lambda: [one for one in matches.notices() if one[1] == other], "the cluster that fits is told")
        self.team.call("PartnerRequest.ClosePartnerRequest", name=self.request, closing="CLOSING_FOUND")
        self.happened("partner_request.closed", self.request, "the partner request is closed", follower, asker)
        self.assertEqual([one for one in follower.notices() if one[0].startswith("interest.")], [])
        late = self.other_team.refused("Interest.ExpressInterest", parent=self.request, cluster=other)
        self.assertEqual(late.reason, "REQUEST_CLOSED", late)

    def project_is_published_and_its_reach_read(self):
        mine, other, _ = self.clusters
        reader = Listener(self.stranger, "A reader of projects", {"types": ["publication"]})
        project = self.team.call("Publication.CreatePublication", publication={
            "owner": mine, "clusters": [other], "title": "A bicycle of carbon", "kind": "KIND_PROJECT",
            "period": {"start": str(self.world.today)}, "link": "https://example.org/bicycle"})["name"]
        self.assertEqual(self.found(self.stranger, types=["publication"], names=[mine]), {})
        self.team.call("Publication.PublishPublication", name=project)
        self.happened("publication.published", project, "the publication is out", reader)
        self.assertEqual(self.found(self.stranger, types=["publication"], names=[other]), {project: "published"})
        self.world.days_later(1)    # numbers are of whole hours

        def read():
            reach = self.team.call("Reach.GetReach", resource=project)
            return reach if reach.get("changes") else None
        reach = eventually(read, "the reach of the project is known")
        self.assertTrue(reach["delivered"]["under_five"])
        refused = self.other_team.refused("Reach.GetReach", resource=project)
        self.assertEqual(refused.reason, "NOT_ALLOWED", refused)

    def duplicates_become_one(self):
        """The entry of the new team was one of an organisation that is here already."""
        mine = self.clusters[0]
        self.office.refused("Cluster.MergeClusters", name=self.new, into=mine)
        [group] = self.operator.call("Cluster.FindDuplicates", name=self.new)["groups"]
        self.assertEqual({one["name"] for one in group["clusters"]}, {self.new, mine})
        self.assertEqual(self.operator.refused("Cluster.MergeClusters", name=mine, into=mine).reason,
                         "SAME_CLUSTER")
        self.operator.call("Cluster.MergeClusters", name=self.new, into=mine)
        self.assertEqual(self.stranger.call("Cluster.GetCluster", name=self.new)["name"], mine)
        self.assertIn(mine, self.found(self.stranger, types=["cluster"], names=[self.new]))
        again = self.operator.refused("Cluster.MergeClusters", name=self.new, into=mine)
        self.assertEqual(again.reason, "ALREADY_MERGED", again)
