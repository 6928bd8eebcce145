"""What the nine callers ask about: of each type one that is public, one that is a draft, one of others,
and one of others that is a draft, as far as the type has them."""

import dataclasses
import re

import steps
from api import catalogue, notification, types_v1

KINDS = ("public", "draft", "other", "other draft")


@dataclasses.dataclass
class Target:
    """A resource: who sees it, who writes it, and what a creation beside it says."""
    name: str
    audience: set | None = None         # None: everybody
    owners: tuple = ()                  # a right on one of them is a right on it
    parent: str = ""
    parent_audience: set | None = None
    new: object = None                  # what a creation of such a one sends
    seen_by_editors: bool = False       # and by nobody else
    cluster: str = ""                   # of what stands between a programme and a cluster


def build(stack, callers):
    """{type of the service: {kind: Target}}, after all of it was made by an operator."""
    client = stack.catalogue.client
    steps.add_countries(stack)
    world = {}
    world["Cluster"] = {kind: Target(*_cluster(client, kind)) for kind in KINDS}
    for target in world["Cluster"].values():
        target.owners = (target.name,)
        target.new = catalogue.Cluster(title="Another", country="DE")
    world["Programme"] = {kind: _programme(client, kind) for kind in KINDS}
    world["LabelScheme"] = {kind: _scheme(client, kind) for kind in ("public", "other")}
    world["Taxonomy"] = {kind: _taxonomy(client, kind) for kind in ("public", "other")}
    world["Label"] = {kind: _label(client, world, kind) for kind in KINDS}
    world["Membership"] = {kind: _membership(client, world, kind) for kind in KINDS}
    world["Standing"] = {kind: _standing(world, kind) for kind in KINDS}
    world["Event"] = {kind: _event(client, world, kind) for kind in KINDS}
    world["Organisation"] = {kind: _organisation(client, world, kind) for kind in KINDS}
    world["Member"] = {kind: _member(client, world, kind) for kind in KINDS}
    world["PartnerRequest"] = {kind: _partner_request(client, world, kind) for kind in KINDS}
    world["Interest"] = {kind: _interest(client, world, kind) for kind in ("public", "other")}
    world["Call"] = {kind: _call(client, world, kind) for kind in KINDS}
    world["Registration"] = {kind: _registration(client, world, kind) for kind in ("public", "other")}
    world["Budget"] = {kind: _budget(client, world, kind) for kind in KINDS}
    world["Booking"] = {kind: _booking(client, world, kind) for kind in ("public", "draft", "other")}
    _grant(stack, callers, world)
    world["Admission"] = {kind: _admission(client, world, kind) for kind in ("public", "other")}
    callers.grant(stack, callers.office, "EDITOR", world["Admission"]["public"].parent)
    world["Person"] = {kind: _person(client, world, kind) for kind in KINDS}
    world["Grant"] = {kind: _grant_of(client, callers, world, kind) for kind in KINDS}
    for noun in [noun for noun in vars(client) if noun not in world and _has_owner(noun)]:
        world[noun] = {kind: _owned(client, world, noun, kind) for kind in KINDS}
    return world


def _grant(stack, callers, world):
    clusters = [world["Cluster"]["public"].name, world["Cluster"]["draft"].name]
    for caller, role in [(callers.viewer, "VIEWER"), (callers.editor, "EDITOR"),
                         (callers.owner, "OWNER")]:
        callers.grant(stack, caller, role, *clusters)
    callers.grant(stack, callers.office, "EDITOR", *(
        world[noun][kind].name for noun, kind in [
            ("Programme", "public"), ("Programme", "draft"), ("LabelScheme", "public"),
            ("Taxonomy", "public")]))


def _id(kind):
    return "mx-" + kind.replace(" ", "-")


def _state(kind):
    return "STATE_DRAFT" if "draft" in kind else "STATE_PUBLISHED"


def _audience(kind, *names):
    return set(names) if "draft" in kind else None


def _cluster(client, kind):
    name = client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
        cluster_id=_id(kind), cluster=catalogue.Cluster(
            title=f"Matrix {kind}", country="DE", state=_state(kind))), timeout=10).name
    return name, _audience(kind, name)


def _programme(client, kind):
    new = catalogue.Programme(title=f"Programme {kind}", kind="KIND_PROGRAMME", country="EU",
                              state=_state(kind))
    name = client.Programme.CreateProgramme(catalogue.CreateProgrammeRequest(
        programme_id=_id(kind), programme=new), timeout=10).name
    return Target(name, _audience(kind, name), (name,), new=new)


def _scheme(client, kind):
    new = catalogue.LabelScheme(title=f"Scheme {kind}")
    name = client.LabelScheme.CreateLabelScheme(catalogue.CreateLabelSchemeRequest(
        label_scheme_id=_id(kind), label_scheme=new), timeout=10).name
    return Target(name, None, (name,), new=new)


def _taxonomy(client, kind):
    def new(list_):
        return catalogue.Taxonomy(title=f"Codes {kind}", list=list_, subject="SUBJECT_SECTOR",
                                  codes=[catalogue.TaxonomyCode(code="a", title="A")])
    name = client.Taxonomy.CreateTaxonomy(catalogue.CreateTaxonomyRequest(
        taxonomy_id=_id(kind), taxonomy=new(_id(kind))), timeout=10).name
    return Target(name, None, (name,), new=new("mx-new"))


def _label(client, world, kind):
    cluster = world["Cluster"][kind]
    scheme = world["LabelScheme"]["other" if "other" in kind else "public"].name
    new = catalogue.Label(scheme=scheme, awarded="2024-05", valid_until="2090")
    made = client.Label.AwardLabel(catalogue.AwardLabelRequest(
        parent=cluster.name, label=new, label_id=_id(kind)), timeout=10)
    new = catalogue.Label(scheme=scheme, awarded="2025-05")
    return Target(made.name, cluster.audience, (scheme,), cluster.name, cluster.audience, new)


def _membership(client, world, kind):
    programme = world["Programme"]["other" if "other" in kind else "public"]
    # A cluster has one membership at a time in a programme.
    cluster = world["Cluster"]["other" if "draft" in kind else "public"].name
    made = client.Membership.CreateMembership(catalogue.CreateMembershipRequest(
        parent=programme.name, membership_id=_id(kind), membership=catalogue.Membership(
            cluster=cluster, state="STATE_DRAFT" if "draft" in kind else "STATE_UNSPECIFIED")),
        timeout=10)
    return Target(made.name, _audience(kind, programme.name), (programme.name,), programme.name,
                  programme.audience, catalogue.Membership(
                      cluster=cluster, period=types_v1.Period(start="2010", end="2011")))


def _standing(world, kind):
    """Of the membership: whose office and whose cluster see it, as far as they see that."""
    membership = world["Membership"][kind]
    seen_by = membership.audience or {membership.parent, membership.new.cluster}
    return Target(membership.name + "/standing", seen_by, membership.owners,
                  new=catalogue.Standing())


def _admission(client, world, kind):
    """In a programme of its own, since one to which somebody applies can't be deleted."""
    cluster = world["Cluster"][kind].name
    programme = client.Programme.CreateProgramme(catalogue.CreateProgrammeRequest(
        programme_id=f"mx-admits-{kind}", programme=catalogue.Programme(
            title=f"Admits {kind}", kind="KIND_PROGRAMME", country="EU", state="STATE_PUBLISHED",
            admission=catalogue.AdmissionProcess(takes_applications=True))), timeout=10).name
    name = client.Admission.SubmitApplication(catalogue.SubmitApplicationRequest(
        parent=programme, cluster=cluster), timeout=10).name
    return Target(name, {programme, cluster}, (programme, cluster), programme, cluster=cluster)


def _budget(client, world, kind):
    """Its office's alone."""
    programme = world["Programme"][kind]

    def of(year):
        return catalogue.Budget(year=year, given={"currency_code": "EUR", "units": 1000})
    made = client.Budget.CreateBudget(catalogue.CreateBudgetRequest(
        parent=programme.name, budget=of(2040)), timeout=10)
    return Target(made.name, {programme.name}, (programme.name,), programme.name, programme.audience,
                  of(2041))


def _booking(client, world, kind):
    """Between a programme and a member of it; that of a draft programme is seen by the office alone."""
    programme = world["Programme"][kind]
    cluster = world["Cluster"]["public"].name
    client.Programme.UpdateProgramme(catalogue.UpdateProgrammeRequest(programme=catalogue.Programme(
        name=programme.name, offerings=[catalogue.Offering(
            id="consulting", kind="KIND_CONSULTING", title="Consulting")])), timeout=10)
    if kind == "draft":
        client.Membership.CreateMembership(catalogue.CreateMembershipRequest(
            parent=programme.name, membership_id="mx-books",
            membership=catalogue.Membership(cluster=cluster)), timeout=10)
    made = client.Booking.AskForBooking(catalogue.AskForBookingRequest(
        parent=programme.name, cluster=cluster, offering="consulting", booking_id=_id(kind)),
        timeout=10)
    audience = {programme.name} if kind == "draft" else {programme.name, cluster}
    return Target(made.name, audience, (programme.name, cluster), programme.name,
                  programme.audience, cluster=cluster)


def _event(client, world, kind):
    owner = world["Cluster"]["other" if "other" in kind else "public"].name
    new = catalogue.CalendarEvent(title=f"Event {kind}", kind="KIND_MEETING", owner=owner,
                                  period=types_v1.Period(start="2090-01-01", end="2090-01-01"),
                                  state=_state(kind))
    name = client.Event.CreateEvent(catalogue.CreateEventRequest(event_id=_id(kind), event=new),
                                    timeout=10).name
    return Target(name, _audience(kind, name, owner), (name, owner), new=new)


def _owner(world, kind):
    return world["Cluster"]["other" if "other" in kind else "public"].name


def _has_owner(noun):
    message = getattr(catalogue, noun, None)
    return message is not None and {"title", "owner", "state"} <= set(message.DESCRIPTOR.fields_by_name)


def _owned(client, world, noun, kind):
    """Of a type that asks for no more than a title and one of its kinds."""
    owner = _owner(world, kind)
    new = getattr(catalogue, noun)(title=f"{noun} {kind}", owner=owner, state=_state(kind))
    if "kind" in new.DESCRIPTOR.fields_by_name:
        new.kind = 1
    field = re.sub(r"(?<!^)(?=[A-Z])", "_", noun).lower()
    create = getattr(getattr(client, noun), f"Create{noun}")
    name = create(getattr(catalogue, f"Create{noun}Request")(
        **{f"{field}_id": _id(kind), field: new}), timeout=10).name
    return Target(name, _audience(kind, name, owner), (name, owner), new=new)


def _organisation(client, world, kind):
    owner = _owner(world, kind)
    new = catalogue.Organisation(title=f"Organisation {kind}", kind="KIND_SME", country="DE",
                                 owner=owner, state=_state(kind))
    name = client.Organisation.CreateOrganisation(catalogue.CreateOrganisationRequest(
        organisation_id=_id(kind), organisation=new), timeout=10).name
    return Target(name, _audience(kind, name, owner), (name, owner), new=new)


def _member(client, world, kind):
    """Of a cluster of that kind, the same public organisation."""
    cluster = world["Cluster"][kind]
    name = client.Member.CreateMember(catalogue.CreateMemberRequest(
        parent=cluster.name, member=catalogue.Member(
            organisation=world["Organisation"]["public"].name)), timeout=10).name
    return Target(name, cluster.audience, (cluster.name,), cluster.name, cluster.audience,
                  catalogue.Member(organisation=world["Organisation"]["other"].name))


def _partner_request(client, world, kind):
    owner = _owner(world, kind)
    new = catalogue.PartnerRequest(
        title=f"Request {kind}", kind="KIND_PROJECT", owner=owner, sought="Somebody.",
        state="STATE_DRAFT" if "draft" in kind else "STATE_OPEN")
    name = client.PartnerRequest.CreatePartnerRequest(catalogue.CreatePartnerRequestRequest(
        partner_request_id=_id(kind), partner_request=new), timeout=10).name
    return Target(name, _audience(kind, name, owner), (name, owner), new=new)


def _interest(client, world, kind):
    """Of the public cluster in the other one's request, and the other way round."""
    cluster = world["Cluster"][kind].name
    request = world["PartnerRequest"]["other" if kind == "public" else "public"]
    name = client.Interest.ExpressInterest(catalogue.ExpressInterestRequest(
        parent=request.name, cluster=cluster, note="so it is"), timeout=10).name
    return Target(name, {cluster, *request.owners}, (cluster,), request.name, cluster=cluster)


def _call(client, world, kind):
    owner = world["Cluster"]["other" if "other" in kind else "public"].name
    new = catalogue.Call(title=f"Call {kind}", kind="KIND_FUNDING", owner=owner, state=_state(kind),
                         cut_offs=[catalogue.CallCutOff(date="2090-01-01")])
    name = client.Call.CreateCall(catalogue.CreateCallRequest(call_id=_id(kind), call=new),
                                  timeout=10).name
    return Target(name, _audience(kind, name, owner), (name, owner), new=new)


def _registration(client, world, kind):
    """Of a cluster to an event of a programme's, which is seen by these two alone."""
    programme, cluster = world["Programme"][kind].name, world["Cluster"][kind].name
    event = client.Event.CreateEvent(catalogue.CreateEventRequest(
        event_id=f"mx-registers-{kind}", event=catalogue.CalendarEvent(
            title=f"Registers {kind}", kind="KIND_MEETING", owner=programme, state="STATE_PUBLISHED",
            period=types_v1.Period(start="2090-02-01", end="2090-02-01"),
            registration=catalogue.EventRegistration(capacity=5))), timeout=10).name
    name = client.Registration.CreateRegistration(catalogue.CreateRegistrationRequest(
        parent=event, cluster=cluster), timeout=10).name
    return Target(name, {event, programme, cluster}, (event, programme), event, cluster=cluster)


def _person(client, world, kind):
    owner = world["Cluster"][kind].name
    new = catalogue.Person(display_name=f"Person {kind}", owner=owner)
    name = client.Person.CreatePerson(catalogue.CreatePersonRequest(person=new), timeout=10).name
    return Target(name, set(), (name, owner), new=new, seen_by_editors=True)


def _grant_of(client, callers, world, kind):
    """A grant to somebody who never calls."""
    cluster = world["Cluster"][kind]

    def to(subject):
        return catalogue.Grant(subject=callers.issuer.subject(subject), resource=cluster.name,
                               role="ROLE_VIEWER")
    name = client.Grant.CreateGrant(catalogue.CreateGrantRequest(grant=to("nobody")),
                                    timeout=10).name
    return Target(name, cluster.audience, (cluster.name,), cluster.name, cluster.audience,
                  to("somebody"))


def build_notification(stack, callers):
    """{type: {"public": the subscriber's, "other": the other one's}}."""
    client = stack.notification.client
    world = {noun: {} for noun in ("Subscriber", "Endpoint", "Subscription", "Delivery", "Inbox")}
    for kind, caller in [("public", callers.subscriber), ("other", callers.other_subscriber)]:
        subscriber = next(iter(caller.subscribers))
        inbox = f"{subscriber}/endpoints/inbox"
        new = notification.Subscription(title="All", endpoint=inbox,
                                        filter=types_v1.Filter(types=["cluster"]))
        made = client.Subscription.CreateSubscription(notification.CreateSubscriptionRequest(
            parent=subscriber, subscription=new), timeout=10)
        webhook = notification.Endpoint(webhook=notification.Webhook(
            uri="http://127.0.0.1:9/hook"))
        hook = client.Subscriber.CreateEndpoint(notification.CreateEndpointRequest(
            parent=subscriber, endpoint=webhook), timeout=10)
        own = {"audience": {subscriber}, "owners": (subscriber,), "parent": subscriber,
               "parent_audience": {subscriber}}
        world["Subscriber"][kind] = Target(subscriber, **own,
                                           new=notification.Subscriber(title="Another"))
        world["Endpoint"][kind] = Target(hook.name, **own, new=webhook)
        world["Subscription"][kind] = Target(made.name, **own, new=new)
        world["Inbox"][kind] = Target(subscriber, **own)
    return world
