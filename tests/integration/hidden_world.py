"""One hidden draft with all that is about it, each with a text of its own that stands nowhere else, for
the tests that look for it."""

import dataclasses

from google.type import money_pb2

from api import catalogue, types_v1

# In a text of each; in every id; in the subject of who writes.
TEXT = {"cluster": "zqtextcluster", "label": "zqtextlabel", "membership": "zqtextmembership",
        "event": "zqtextevent", "programme": "zqtextprogramme", "admission": "zqtextadmission",
        "booking": "zqtextbooking", "publication": "zqtextpublication", "call": "zqtextcall",
        "organisation": "zqtextorganisation", "member": "zqtextmember",
        "partner_request": "zqtextrequest"}
ID = "zqid"
ACTOR = "zqactor"


@dataclasses.dataclass
class Hidden:
    """What is there, by type, and what there is of each that never was."""
    names: dict
    never: dict

    @classmethod
    def of(cls):
        cluster, programme = f"clusters/{ID}-cluster", f"programmes/{ID}-programme"
        names = {"cluster": cluster, "label": f"{cluster}/labels/{ID}-label",
                 "membership": f"programmes/test-open/memberships/{ID}-membership",
                 "event": f"events/{ID}-event", "programme": programme,
                 "admission": f"programmes/test-platform/admissions/{ID}-cluster",
                 "booking": f"programmes/test-open/bookings/{ID}-booking",
                 "publication": f"publications/{ID}-publication", "call": f"calls/{ID}-call",
                 "organisation": f"organisations/{ID}-organisation",
                 "member": f"{cluster}/members/{ID}-member",
                 "partner_request": f"partnerRequests/{ID}-request"}
        return cls(names, {noun: name.replace(ID, "none") for noun, name in names.items()})


def lay_out(client, metadata):
    """What is public around it: a programme of which the cluster is a member, and a platform to which it
    applies, whose office nobody is of."""
    public = {"country": "EU", "state": "STATE_PUBLISHED"}
    for id_, programme in [
            ("test-open", catalogue.Programme(
                title="Open", kind="KIND_PROGRAMME", **public, offerings=[catalogue.Offering(
                    id="advice", kind="KIND_CONSULTING", title="Advice")])),
            ("test-platform", catalogue.Programme(
                title="Platform", kind="KIND_PLATFORM", **public, admission=catalogue.AdmissionProcess(
                    takes_applications=True, lists_drafts=True)))]:
        client.Programme.CreateProgramme(catalogue.CreateProgrammeRequest(
            programme_id=id_, programme=programme), timeout=10, metadata=metadata)
    client.LabelScheme.CreateLabelScheme(catalogue.CreateLabelSchemeRequest(
        label_scheme_id="test-scheme", label_scheme=catalogue.LabelScheme(title="Scheme")),
        timeout=10, metadata=metadata)


def create_roots(client, metadata):
    """The cluster and the programme, with nothing in them yet: so grants can be given first."""
    client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
        cluster_id=f"{ID}-cluster", cluster=catalogue.Cluster(title="Nothing yet", country="DE")),
        timeout=10, metadata=metadata)
    client.Programme.CreateProgramme(catalogue.CreateProgrammeRequest(
        programme_id=f"{ID}-programme", programme=catalogue.Programme(
            title="Nothing yet", kind="KIND_PROGRAMME", country="EU")), timeout=10, metadata=metadata)


def fill(client, hidden, metadata):
    """All the texts, and what is about the cluster."""
    names = hidden.names
    options = {"timeout": 10, "metadata": metadata}
    client.Cluster.UpdateCluster(catalogue.UpdateClusterRequest(cluster=catalogue.Cluster(
        name=names["cluster"], title=f"Cluster {TEXT['cluster']}",
        support_services=[f"advice {TEXT['cluster']}"],
        sectors=["named:" + TEXT["cluster"]])), **options)
    client.Programme.UpdateProgramme(catalogue.UpdateProgrammeRequest(programme=catalogue.Programme(
        name=names["programme"], title=f"Programme {TEXT['programme']}")), **options)
    client.Label.AwardLabel(catalogue.AwardLabelRequest(
        parent=names["cluster"], label_id=f"{ID}-label", label=catalogue.Label(
            scheme="labelSchemes/test-scheme", awarded="2024-05", valid_until="2090",
            issuer=TEXT["label"], title_then=TEXT["label"])), **options)
    client.Membership.CreateMembership(catalogue.CreateMembershipRequest(
        parent="programmes/test-open", membership_id=f"{ID}-membership",
        membership=catalogue.Membership(cluster=names["cluster"], sources=[
            types_v1.Source(uri="https://example.org/", value=TEXT["membership"])])), **options)
    client.Event.CreateEvent(catalogue.CreateEventRequest(
        event_id=f"{ID}-event", event=catalogue.CalendarEvent(
            title=f"Event {TEXT['event']}", kind="KIND_MEETING", owner=names["cluster"],
            period=types_v1.Period(start="2090-01-01", end="2090-01-01"))), **options)
    client.Admission.SubmitApplication(catalogue.SubmitApplicationRequest(
        parent="programmes/test-platform", cluster=names["cluster"], note=TEXT["admission"]), **options)
    client.Booking.AskForBooking(catalogue.AskForBookingRequest(
        parent="programmes/test-open", cluster=names["cluster"], offering="advice",
        booking_id=f"{ID}-booking", note=TEXT["booking"]), **options)
    client.Budget.CreateBudget(catalogue.CreateBudgetRequest(
        parent=names["programme"], budget_id="2090", budget=catalogue.Budget(
            given=money_pb2.Money(currency_code="EUR", units=1))), **options)
    fill_later_rooms(client, names, options)


def fill_later_rooms(client, names, options):
    """What the cluster owns besides events."""
    own = {"owner": names["cluster"]}
    client.Publication.CreatePublication(catalogue.CreatePublicationRequest(
        publication_id=f"{ID}-publication", publication=catalogue.Publication(
            title=TEXT["publication"], kind="KIND_REPORT", clusters=[names["cluster"]], **own)), **options)
    client.Call.CreateCall(catalogue.CreateCallRequest(call_id=f"{ID}-call", call=catalogue.Call(
        title=TEXT["call"], kind="KIND_FUNDING",
        cut_offs=[catalogue.CallCutOff(date="2090-01-01")], **own)), **options)
    client.Organisation.CreateOrganisation(catalogue.CreateOrganisationRequest(
        organisation_id=f"{ID}-organisation", organisation=catalogue.Organisation(
            title=TEXT["organisation"], kind="KIND_SME", country="DE", **own)), **options)
    client.Member.CreateMember(catalogue.CreateMemberRequest(
        parent=names["cluster"], member_id=f"{ID}-member", member=catalogue.Member(
            organisation=names["organisation"], role=TEXT["member"])), **options)
    client.PartnerRequest.CreatePartnerRequest(catalogue.CreatePartnerRequestRequest(
        partner_request_id=f"{ID}-request", partner_request=catalogue.PartnerRequest(
            title=TEXT["partner_request"], kind="KIND_PROJECT", sought="A port.", **own)), **options)
