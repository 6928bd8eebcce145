"""The ways in which a caller looks for the hidden draft. Each gives the texts that it was answered,
errors included."""

import grpc

from api import Refusal, catalogue, change, notification, types_v1
from hidden_world import TEXT

NOUNS = {"cluster": "Cluster", "label": "Label", "membership": "Membership", "event": "CalendarEvent",
         "programme": "Programme", "admission": "Admission", "booking": "Booking",
         "publication": "Publication", "call": "Call", "organisation": "Organisation",
         "member": "Member", "partner_request": "PartnerRequest"}
SERVICE = {"event": "Event", "person": "Person", "interest": "Interest"}
PLURAL = {"cluster": "Clusters", "label": "Labels", "membership": "Memberships", "event": "Events",
          "programme": "Programmes", "admission": "Admissions", "booking": "Bookings",
          "publication": "Publications", "call": "Calls", "organisation": "Organisations",
          "member": "Members", "partner_request": "PartnerRequests"}
PARENT = {"label": "clusters/-", "member": "clusters/-", "membership": "programmes/-", "admission": "programmes/-",
          "booking": "programmes/-"}
# What changes one by its name, besides what all types have; with what is required.
MOVES = {"admission": {"HoldConsultation": {}, "SubmitApplication": {}, "WithdrawApplication": {},
                       "ReturnApplication": {"note": "Why"}, "AdmitApplicant": {}},
         "booking": {"ApproveBooking": {}, "CancelBooking": {}, "RefuseBooking": {"note": "Why"},
                     "CompleteBooking": {}}}
FACETS = ["types", "sectors", "regions", "programmes", "label_levels", "labels_held", "kinds",
          "states", "languages"]


def service_of(noun):
    return SERVICE.get(noun) or NOUNS[noun]


class Looks:
    """Of one caller at one catalogue."""

    def __init__(self, stack, caller):
        self.client = stack.catalogue.client
        self.caller = caller

    def ask(self, call, request):
        """The answer as text, or the error with all that it carries."""
        try:
            return str(call(request, timeout=10, metadata=self.caller.metadata))
        except grpc.RpcError as error:
            refused = Refusal(error)
            return f"{refused} {sorted(refused.metadata.items())}"

    def _call(self, noun, method, **fields):
        request = getattr(catalogue, f"{method}Request")(**fields)
        return self.ask(getattr(getattr(self.client, service_of(noun)), method), request)

    def everything(self):
        """All that is shown to who names nothing, page by page; by where."""
        found = {}
        for noun, plural in PLURAL.items():
            fields = {"parent": PARENT[noun]} if noun in PARENT else {}
            found[f"List{plural}"] = "".join(self._pages(
                getattr(getattr(self.client, service_of(noun)), f"List{plural}"),
                getattr(catalogue, f"List{plural}Request")(**fields)))
        found["ListGrants"] = self.ask(self.client.Grant.ListGrants,
                                       catalogue.ListGrantsRequest(page_size=1000))
        found["WhoAmI"] = self.ask(self.client.Grant.WhoAmI, catalogue.WhoAmIRequest())
        found["Search"] = "".join(self._pages(self.client.Search.Search,
                                              catalogue.SearchRequest(facets=FACETS)))
        for word in [*TEXT.values(), "zq*"]:
            found[f"Search {word}"] = self.ask(self.client.Search.Search, catalogue.SearchRequest(
                filter=types_v1.Filter(words=word), facets=FACETS))
        found["ListChanges"] = "".join(self._pages(self.client.Change.ListChanges,
                                                   change.ListChangesRequest()))
        found["latest"] = self.ask(self.client.Change.ListChanges, change.ListChangesRequest(
            latest_per_resource=True, page_size=1000))
        found["SearchCodes"] = self.ask(self.client.Taxonomy.SearchCodes,
                                        catalogue.SearchCodesRequest(query="zqtext"))
        return found

    def _pages(self, call, request):
        """In pages of three, so that tokens are made; the tokens too."""
        request.page_size = 3
        for _ in range(200):
            try:
                answer = call(request, timeout=10, metadata=self.caller.metadata)
            except grpc.RpcError as error:
                yield str(error)
                return
            yield str(answer)
            request.page_token = answer.next_page_token
            if not request.page_token:
                return

    def by_name(self, names):
        """What is answered to who names them; by what was asked, and about which of them."""
        found = {}
        for noun, name in names.items():
            resource = getattr(catalogue, NOUNS[noun])
            method = NOUNS[noun].removeprefix("Calendar")
            found["Get", noun] = self._call(noun, f"Get{method}", name=name)
            found["BatchGet", noun] = self._call(noun, f"BatchGet{PLURAL[noun]}", names=[name])
            stub = getattr(self.client, service_of(noun))
            if hasattr(stub, f"Update{method}"):
                found["Update", noun] = self._call(
                    noun, f"Update{method}", validate_only=True,
                    **{noun: resource(name=name, etag="no-etag")})
            for verb in ("Delete", "Undelete", "Publish"):
                if hasattr(stub, f"{verb}{method}"):
                    found[verb, noun] = self._call(noun, f"{verb}{method}", name=name,
                                                   etag="no-etag", validate_only=True)
            for move, fields in MOVES.get(noun, {}).items():
                found[move, noun] = self._call(noun, move, name=name, etag="no-etag", validate_only=True,
                                               **fields)
            found["Search", noun] = self.ask(self.client.Search.Search, catalogue.SearchRequest(
                filter=types_v1.Filter(names=[name]), facets=FACETS)).split("revision")[0]
            found["changes", noun] = self.ask(
                self.client.Change.ListChanges, change.ListChangesRequest(
                    filter=types_v1.Filter(names=[name]))).split("revision")[0]
            found["grants", noun] = self.ask(
                self.client.Grant.ListGrants,
                catalogue.ListGrantsRequest(resource=name)).split("revision")[0]
            found["grant", noun] = self.ask(self.client.Grant.CreateGrant, catalogue.CreateGrantRequest(
                validate_only=True, grant=catalogue.Grant(
                    subject="corp:x", resource=name, role="ROLE_VIEWER")))
            found["transfer", noun] = self.ask(
                self.client.Grant.TransferOwnership, catalogue.TransferOwnershipRequest(
                    resource=name, subject="corp:x", validate_only=True))
            found["invitations", noun] = self.ask(
                self.client.Invitation.ListInvitations,
                catalogue.ListInvitationsRequest(resource=name)).split("revision")[0]
            found["invite", noun] = self.ask(
                self.client.Invitation.CreateInvitation, catalogue.CreateInvitationRequest(
                    invitation=catalogue.Invitation(resource=name, role="ROLE_VIEWER")))
        return found | self._references(names) | self._people(names)

    def _people(self, names):
        """What is answered to who would have somebody belong to it."""
        def create(**fields):
            return self._call("person", "CreatePerson", validate_only=True,
                              person=catalogue.Person(display_name="Ann", **fields))

        found = {}
        for noun in ("cluster", "programme"):
            found["person owned by", noun] = create(owner=names[noun])
            found["people of", noun] = self._call("person", "ListPeople", owner=names[noun])
            for own in sorted(self.caller.edits):
                if own.split("/")[0] in ("clusters", "programmes"):
                    found[f"person belongs for {own}", noun] = create(owner=own,
                                                                      belongs_to=[names[noun]])
        return found

    def _references(self, names):
        """What is answered to who would create the same, or refer to it."""
        period = types_v1.Period(start="2090-01-01", end="2090-01-01")

        def event(**fields):
            return self._call("event", "CreateEvent", validate_only=True,
                              event=catalogue.CalendarEvent(title="Mine", kind="KIND_MEETING",
                                                            period=period, **fields))

        found = {("owner", noun): event(owner=names[noun]) for noun in ("cluster", "programme")}
        for own in sorted(self.caller.edits):
            if own.split("/")[0] in ("clusters", "programmes"):
                found[f"parent for {own}", "event"] = event(owner=own, parent=names["event"])
                found[f"event for {own}", "programme"] = event(owner=own, programmes=[names["programme"]])
                found |= self._named_by(own, names)
        for noun in ("cluster", "event", "programme"):
            method = NOUNS[noun].removeprefix("Calendar")
            fields = {"title": "The same id"}
            if noun != "event":
                fields["country"] = "DE"
            found["create", noun] = self._call(
                noun, f"Create{method}", validate_only=True,
                **{noun: getattr(catalogue, NOUNS[noun])(**fields),
                   f"{noun}_id": names[noun].split("/")[1]})
        found["membership", "cluster"] = self._call(
            "membership", "CreateMembership", parent="programmes/test-open", validate_only=True,
            membership=catalogue.Membership(cluster=names["cluster"]))
        found["label", "cluster"] = self._call(
            "label", "AwardLabel", parent=names["cluster"], validate_only=True,
            label=catalogue.Label(scheme="labelSchemes/test-scheme", awarded="2024-05"))
        for noun, parent in [("label", "cluster"), ("membership", "programme")]:
            found["under", parent] = self._call(noun, f"List{PLURAL[noun]}", parent=names[parent])
        return found


    def _named_by(self, own, names):
        """What is answered to who edits `own` and names it in what that owns, or in what that says."""
        found = {}

        def create(noun, about, **fields):
            what = NOUNS[noun]
            found[f"{noun} for {own}", about] = self._call(
                noun, f"Create{what}", validate_only=True,
                **{noun: getattr(catalogue, what)(title="Mine", owner=own, **fields)})

        create("publication", "cluster", kind="KIND_REPORT", clusters=[names["cluster"]])
        create("call", "programme", kind="KIND_FUNDING", programmes=[names["programme"]])
        create("partner_request", "programme", kind="KIND_PROJECT", sought="A port.",
               programmes=[names["programme"]])
        if own.startswith("clusters/"):
            found[f"member of {own}", "organisation"] = self._call(
                "member", "CreateMember", parent=own, validate_only=True,
                member=catalogue.Member(organisation=names["organisation"]))
            found[f"player of {own}", "organisation"] = self._call(
                "cluster", "UpdateCluster", validate_only=True, cluster=catalogue.Cluster(
                    name=own, major_players=[catalogue.MajorPlayer(
                        title="Works", organisation=names["organisation"])]))
            found[f"interest of {own}", "partner_request"] = self._call(
                "interest", "ExpressInterest", parent=names["partner_request"], cluster=own,
                validate_only=True)
        return found


def told(stack, caller, subscriber):
    """All that notification shows to a caller: the inbox, deliveries and tries."""
    client = stack.notification.client
    options = {"timeout": 10, "metadata": caller.metadata}
    items = client.Inbox.ListInboxItems(notification.ListInboxItemsRequest(
        parent=subscriber, page_size=1000), **options)
    sent = client.Delivery.ListDeliveries(notification.ListDeliveriesRequest(
        parent=subscriber, page_size=1000), **options)
    who = client.Subscriber.WhoAmI(notification.WhoAmIRequest(), **options)
    return {"inbox": str(items), "deliveries": str(sent), "WhoAmI": str(who)}


def without_names(texts, names):
    """Answers to who named something, with what they named taken out: so those about what is there and
    those about what never was can be compared."""
    known = sorted([*names.values(), *(name.split("/")[-1] for name in names.values())], key=len,
                   reverse=True)

    def plain(text):
        for name in known:
            text = text.replace(name, "…")
        return text
    return {asked: plain(text) for asked, text in texts.items()}
