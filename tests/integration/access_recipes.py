"""For each rpc of both services: how to ask it about a target, and what each caller must be answered.
All of it is made of the descriptors: a method of a new kind, or of a type that isn't in the world, has
no recipe, and the matrix fails."""

import dataclasses
import re

from google.protobuf import message_factory

import api
from api import types_v1

A = types_v1.Access
IN = "in"       # got past all questions of access: answered as the operator is

# How a method asks for what it is about: the rule that says who gets through.
VERBS = {"Get": "read", "BatchGet": "read", "Export": "read", "List": "list", "Create": "create",
         "Award": "create", "Update": "write", "Delete": "write", "Publish": "write", "End": "write",
         "Renew": "write", "Revoke": "write", "Erase": "write", "Undelete": "undelete"}

# Those that are about no resource in particular, or about one in a way of their own: the rule, the type
# whose targets they are asked about, and what an operator is answered, and others who get so far when
# that is something else.
SPECIAL = {
    # A draft isn't cancelled, so it is asked with an etag that is none's.
    "EventService.CancelEvent": ("write", "Event", "ABORTED"),
    "EventService.ReinstateEvent": ("write", "Event", "ABORTED"),
    # Labels need it.
    "LabelSchemeService.DeleteLabelScheme": ("write", "LabelScheme", "FAILED_PRECONDITION"),
    "ProgrammeService.CheckEligibility": ("read", "Cluster", "OK"),
    # Of a consulting that is asked for.
    "BookingService.AskForBooking": ("ask", "Booking", "OK"),
    "BookingService.ApproveBooking": ("write", "Booking", "OK"),
    "BookingService.RefuseBooking": ("write", "Booking", "OK"),
    "BookingService.CancelBooking": ("write", "Booking", "OK"),
    "BookingService.CompleteBooking": ("write", "Booking", "FAILED_PRECONDITION"),
    "BookingService.RecordInvoice": ("write", "Booking", "FAILED_PRECONDITION"),
    "BookingService.RecordPayment": ("write", "Booking", "FAILED_PRECONDITION"),
    "BookingService.WithdrawPayment": ("write", "Booking", "FAILED_PRECONDITION"),
    "BookingService.RecordAward": ("write", "Booking", "FAILED_PRECONDITION"),
    "BookingService.RecordRenewal": ("write", "Booking", "FAILED_PRECONDITION"),
    "BookingService.RecordNoAward": ("write", "Booking", "FAILED_PRECONDITION"),
    "OrganisationService.CountOrganisations": ("open", None, "OK"),
    # A draft isn't closed, so it is asked with an etag that is none's; so is a draft not archived.
    "PartnerRequestService.ClosePartnerRequest": ("write", "PartnerRequest", "ABORTED"),
    "PartnerRequestService.RankPartners": ("read", "PartnerRequest", "OK"),
    "InterestService.ExpressInterest": ("come", "Interest", "OK"),
    "InterestService.WithdrawInterest": ("team", "Interest", "OK"),
    "ClusterService.ArchiveCluster": ("archive", "Cluster", "ABORTED"),
    "ClusterService.EndCluster": ("operator", "Cluster", "ABORTED"),
    # Into what isn't there.
    "ClusterService.MergeClusters": ("operator", "Cluster", "NOT_FOUND"),
    "ClusterService.FindDuplicates": ("read", "Cluster", "OK"),
    # A draft isn't withdrawn, so it is asked with an etag that is none's.
    "CallService.WithdrawCall": ("write", "Call", "ABORTED"),
    "CallService.CheckCallEligibility": ("read", "Call", "OK"),
    # The same cluster is registered already, and waits for nothing.
    "RegistrationService.CreateRegistration": ("come", "Registration", "FAILED_PRECONDITION"),
    "RegistrationService.JoinWaitingList": ("come", "Registration", "FAILED_PRECONDITION"),
    "RegistrationService.ChangeSeats": ("team", "Registration", "OK"),
    "RegistrationService.PromoteRegistration": ("write", "Registration", "FAILED_PRECONDITION"),
    "RegistrationService.CancelRegistration": ("either", "Registration", "OK"),
    "SearchService.Search": ("open", None, "OK"),
    "SearchService.GetMap": ("open", None, "INVALID_ARGUMENT"),
    "ChangeService.ListChanges": ("open", None, "OK"),
    "TaxonomyService.SearchCodes": ("open", None, "INVALID_ARGUMENT"),
    "ImportService.Import": ("operator", None, "INVALID_ARGUMENT"),
    "OperationsService.Diagnose": ("open", None, "OK"),
    "OperationsService.StartNewHistory": ("open", None, "FAILED_PRECONDITION"),
    "OperationsService.Rewind": ("open", None, "INVALID_ARGUMENT"),
    "OperationsService.AcknowledgeGaps": ("open", None, "INVALID_ARGUMENT"),
    "OperationsService.Vacuum": ("open", None, "OK"),
    "ClusterService.PublishCluster": ("publish", "Cluster", "OK"),
    "AdmissionService.AskForConsultation": ("come", "Admission", "FAILED_PRECONDITION"),
    "AdmissionService.HoldConsultation": ("office", "Admission", "FAILED_PRECONDITION"),
    "AdmissionService.SubmitApplication": ("team", "Admission", "FAILED_PRECONDITION"),
    "AdmissionService.ReturnApplication": ("office", "Admission", "OK"),
    "AdmissionService.AssessApplication": ("office", "Admission", "OK"),
    "AdmissionService.WaiveCriterion": ("office", "Admission", "FAILED_PRECONDITION"),
    "AdmissionService.AdmitApplicant": ("office", "Admission", "FAILED_PRECONDITION"),
    "AdmissionService.RejectApplication": ("office", "Admission", "FAILED_PRECONDITION"),
    "AdmissionService.WithdrawApplication": ("team", "Admission", "OK"),
    "AdmissionService.CloseAdmission": ("office", "Admission", "OK"),
    "GrantService.WhoAmI": ("open", None, "OK"),
    "GrantService.GetGrant": ("owned", "Grant", "OK"),
    "GrantService.ListGrants": ("open", None, "OK"),
    "GrantService.CreateGrant": ("give", "Grant", "OK"),
    "GrantService.UpdateGrant": ("owned", "Grant", "OK"),
    "GrantService.DeleteGrant": ("owned", "Grant", "OK"),
    # An operator is no owner, so has none to give away.
    "GrantService.TransferOwnership": ("give", "Grant", "FAILED_PRECONDITION", "OK"),
    "InvitationService.CreateInvitation": ("give", "Grant", "OK"),
    "InvitationService.ListInvitations": ("give", "Grant", "OK"),
    "InvitationService.DeleteInvitation": ("open", None, "NOT_FOUND"),
    "InvitationService.AcceptInvitation": ("open", None, "NOT_FOUND"),
    "PersonService.CheckErasure": ("open", None, "INVALID_ARGUMENT"),
    "SubscriberService.WhoAmI": ("open", None, "OK"),
    "SubscriberService.ListSubscribers": ("open", None, "OK"),
    "SubscriberService.CreateSubscriber": ("open", "Subscriber", "OK"),
    "SubscriberService.RotateSecret": ("own", "Endpoint", "OK"),
    "SubscriberService.TestEndpoint": ("own", "Endpoint", "OK"),
    "SubscriptionService.RotateCalendarFeed": ("own", "Subscription", "OK"),
    "SubscriptionService.RevokeCalendarFeed": ("own", "Subscription", "OK"),
    # A webhook has no address to confirm.
    "SubscriberService.RequestConfirmation": ("own", "Endpoint", "INVALID_ARGUMENT"),
    "SubscriberService.ExportSubscriber": ("own", "Subscriber", "OK"),
    "SubscriberService.EraseSubscriber": ("own", "Subscriber", "OK"),
    "SubscriberService.EnableEndpoint": ("own", "Endpoint", "OK"),
    "SubscriberService.PauseSubscriber": ("own", "Subscriber", "OK"),
    "SubscriberService.ResumeSubscriber": ("own", "Subscriber", "OK"),
    "SubscriberService.PauseEndpoint": ("own", "Endpoint", "OK"),
    "SubscriberService.ResumeEndpoint": ("own", "Endpoint", "OK"),
    "DeliveryService.GetDelivery": ("own delivery", "Delivery", "OK"),
    "DeliveryService.ListDeliveries": ("own", "Subscriber", "OK"),
    "DeliveryService.ListAttempts": ("own delivery", "Delivery", "OK"),
    "DeliveryService.RedriveDelivery": ("own delivery", "Delivery", "FAILED_PRECONDITION"),
    "DeliveryService.CountDeliveries": ("own", "Subscriber", "OK"),
    "DeliveryService.RetryDelivery": ("own delivery", "Delivery", "FAILED_PRECONDITION"),
    "DeliveryService.RedriveDeliveries": ("own", "Subscriber", "OK"),
    "DeliveryService.ReplaySubscription": ("own", "Subscription", "INVALID_ARGUMENT"),
    "DeliveryService.RedriveDeadLetters": ("open", None, "OK"),
    "HoldService.CreateHold": ("open", None, "INVALID_ARGUMENT"),
    "HoldService.GetHold": ("open", None, "INVALID_ARGUMENT"),
    "HoldService.ListHolds": ("open", None, "OK"),
    "HoldService.ReleaseHold": ("open", None, "INVALID_ARGUMENT"),
    "HoldService.DiscardHold": ("open", None, "INVALID_ARGUMENT"),
    "ReachService.GetReach": ("reach", "Cluster", "OK"),
    "DeliveryService.GetBalance": ("open", None, "OK"),
    "DeliveryService.ListDeadLetters": ("open", None, "OK"),
    "DeliveryService.RedriveDeadLetter": ("open", None, "INVALID_ARGUMENT"),
    "ExplainService.Explain": ("own", "Subscriber", "NOT_FOUND"),
    "ExplainService.Preview": ("own", "Subscriber", "OK"),
    "InboxService.GetInbox": ("own", "Inbox", "OK"),
    # By what came back: proved by the address to which it came.
    "MailService.ReportBounce": ("open", None, "INVALID_ARGUMENT"),
    "MailService.ListSuppressions": ("open", None, "OK"),
    "MailService.DeleteSuppression": ("open", None, "INVALID_ARGUMENT"),
    "InboxService.ListInboxItems": ("own", "Inbox", "OK"),
    "InboxService.MarkInboxRead": ("own", "Inbox", "OK"),
    "InboxService.StreamInbox": ("own", "Inbox", "INVALID_ARGUMENT"),
}

# What a request is filled with where its method is about one resource. Nothing is kept: it is a dry run.
FIXED = {"validate_only": True, "end": "2024-12-31", "reason": "moved", "renewed": "2024-06",
         "valid_until": "2095", "revoked": "2024-06", "membership_id": "mx-new",
         "offering": "consulting", "note": "so it is"}
# What some are asked besides: of what isn't there, or can't be read.
OWN = {"CheckEligibility": {"programme": "programmes/mx-public"},
       "EndMembership": {"reason": "END_REASON_LEFT"}, "StreamInbox": {"cursor": "nonsense"},
       "MarkInboxRead": {"sequences": [1]},
       "RedriveDeadLetter": {"name": "x"}, "RedriveDeliveries": {"resource": ""},
       "ListDeliveries": {"resource": ""}, "CountDeliveries": {"resource": ""},
       "Explain": {"change": "none", "resource": ""},
       "Preview": {"subscription": {}},
       "WithdrawCall": {"etag": "none"}, "ChangeSeats": {"seats": 1},
       "CheckCallEligibility": {"cluster": "clusters/mx-public"},
       "CancelEvent": {"etag": "none"}, "ReinstateEvent": {"etag": "none"},
       "ClosePartnerRequest": {"etag": "none", "closing": "CLOSING_FOUND"},
       "ArchiveCluster": {"etag": "none"}, "EndCluster": {"etag": "none"},
       "MergeClusters": {"into": "clusters/none"},
       "SubmitApplication": {"parent": "", "cluster": ""},
       "DeleteInvitation": {"name": "invitations/none"}, "AcceptInvitation": {"token": "nothing"}}


@dataclasses.dataclass
class Recipe:
    method: object      # its descriptor
    rule: str
    noun: str | None    # None: about nothing in particular
    operator: str       # what an operator is answered
    others: str = ""    # and others who get so far; empty: the same

    @property
    def name(self):
        return f"{self.method.containing_service.name}.{self.method.name}"

    @property
    def access(self):
        return self.method.GetOptions().Extensions[types_v1.access]

    def request(self, target):
        request = message_factory.GetMessageClass(self.method.input_type)()
        values = OWN.get(self.method.name, {})
        if target is not None:
            values = {**FIXED, "name": target.name, "names": [target.name],
                      "call": target.name, "resource": target.owners[0], "subject": "corp:somebody",
                      "cluster": target.cluster or target.name,
                      "parent": target.name if self._is_under() else target.parent, **values}
        fields = request.DESCRIPTOR.fields_by_name
        for field, value in values.items():
            if value == {} and field in fields:
                getattr(request, field).SetInParent()
            elif field in fields and fields[field].message_type is None:
                if isinstance(value, list):
                    getattr(request, field).extend(value)
                else:
                    _set(request, fields[field], value)
        if target is not None:
            self._fill_resource(request, target)
        return request

    def _is_under(self):
        return self.noun in ("Delivery", "Inbox")

    def _fill_resource(self, request, target):
        for field in request.DESCRIPTOR.fields:
            inner = getattr(request, field.name)
            if field.name == "invitation":
                inner.resource, inner.role = target.owners[0], inner.DESCRIPTOR.fields_by_name[
                    "role"].enum_type.values_by_name["ROLE_VIEWER"].number
            elif target.new is not None and field.message_type == target.new.DESCRIPTOR:
                inner.CopyFrom(target.new)
                if self.rule in ("write", "own", "owned") and self.method.name.startswith("Update"):
                    inner.Clear()
                    inner.name = target.name
                    if self.noun == "Grant":
                        inner.role = 2

    def expected(self, caller, target):
        """The code's name."""
        if caller.level_in(self.method.full_name) < self.access:
            return "UNAUTHENTICATED" if caller.name == "public" else "PERMISSION_DENIED"
        if caller.is_operator:
            return self.operator
        answer = RULES[self.rule](caller, target)
        return self.others or self.operator if answer == IN else answer


def _set(request, field, value):
    if field.enum_type is not None:
        value = field.enum_type.values_by_name[value].number
    setattr(request, field.name, value)


def sees(caller, target):
    if caller.is_operator or target.audience is None:
        return True
    if target.seen_by_editors:
        return bool(caller.edits & set(target.owners))
    return bool(caller.members & target.audience)


def _sees_parent(caller, target):
    return (caller.is_operator or target.parent_audience is None or
            bool(caller.members & target.parent_audience))


def _writes(caller, target):
    return bool(caller.edits & set(target.owners))


def _create(caller, target):
    if target.name.startswith("clusters/") and not target.parent:
        return IN       # a draft, who has signed in
    if not _writes(caller, dataclasses.replace(target, owners=target.owners[-1:])):
        return "PERMISSION_DENIED"
    return IN if _sees_parent(caller, target) else "NOT_FOUND"


def _ask(caller, target):
    """Who edits the programme or the cluster."""
    if not _writes(caller, target):
        return "PERMISSION_DENIED"
    return IN if _sees_parent(caller, target) else "NOT_FOUND"


def _write(caller, target):
    if not sees(caller, target):
        return "NOT_FOUND"
    return IN if _writes(caller, target) else "PERMISSION_DENIED"


def _publish(caller, target):
    """A draft is published by operators and by the office that it applies to; what is published
    already stays so, for each of those who may ask and edits it or any programme."""
    if not sees(caller, target):
        return "NOT_FOUND"
    asks = _writes(caller, target) or any(n.startswith("programmes/") for n in caller.edits)
    return IN if asks and target.audience is None else "PERMISSION_DENIED"


def _archive(caller, target):
    """An office that may publish gets as far as the etag, and no further with a right one."""
    if not sees(caller, target):
        return "NOT_FOUND"
    publishes = target.audience is None and any(n.startswith("programmes/") for n in caller.edits)
    return IN if publishes or _writes(caller, target) else "PERMISSION_DENIED"


def _move(caller, target, party):
    """Of what stands between a programme and a cluster, the move of one of them."""
    if not sees(caller, target):
        return "NOT_FOUND"
    return IN if party in caller.edits else "PERMISSION_DENIED"


def _either(caller, target):
    """The move of both sides of a registration: the organiser's and the cluster's."""
    if not sees(caller, target):
        return "NOT_FOUND"
    moves = _writes(caller, target) or target.cluster in caller.edits
    return IN if moves else "PERMISSION_DENIED"


def _come(caller, target):
    if target.cluster not in caller.edits:
        return "PERMISSION_DENIED"
    return IN if _sees_parent(caller, target) else "NOT_FOUND"


def _undelete(caller, target):
    if not _sees_parent(caller, target):
        return "NOT_FOUND"
    return IN if _writes(caller, target) else "PERMISSION_DENIED"


def _give(caller, target):
    if not sees(caller, target):
        return "NOT_FOUND"
    return IN if caller.owns & set(target.owners) else "PERMISSION_DENIED"


RULES = {
    "open": lambda caller, target: IN,
    "operator": lambda caller, target: "PERMISSION_DENIED",
    "read": lambda caller, target: IN if sees(caller, target) else "NOT_FOUND",
    "list": lambda caller, target: IN if _sees_parent(caller, target) else "NOT_FOUND",
    "create": _create,
    "ask": _ask,
    "write": _write,
    "undelete": _undelete,
    "give": _give,
    "publish": _publish,
    "archive": _archive,
    "come": _come,
    "office": lambda caller, target: _move(caller, target, target.parent),
    "either": _either,
    "team": lambda caller, target: _move(caller, target, target.cluster),
    "owned": lambda caller, target: IN if caller.owns & set(target.owners) else "NOT_FOUND",
    # Of what is told of it: who edits its root, whether it is there or not.
    "reach": lambda caller, target: IN if _writes(caller, target) else "PERMISSION_DENIED",
    # In notification a refusal says nothing of whether there is such a thing.
    "own": lambda caller, target: IN if caller.subscribers & set(target.owners)
    else "PERMISSION_DENIED",
    "own delivery": lambda caller, target: IN if caller.subscribers & set(target.owners)
    else "NOT_FOUND",
}


def methods():
    """Of both services, as the contracts describe them."""
    files = {}
    for package in (api.catalogue, api.change, api.notification):
        for value in vars(package).values():
            file = getattr(getattr(value, "DESCRIPTOR", None), "file", None)
            if file is not None and file.services_by_name:
                files[file.name] = file
    for file in files.values():
        for service in file.services_by_name.values():
            yield from service.methods


def recipe_of(method, world):
    """None when there is none."""
    service = method.containing_service.name
    noun = service.removesuffix("Service")
    special = SPECIAL.get(f"{service}.{method.name}")
    if special is not None:
        return Recipe(method, *special)
    verb, about = re.match(r"(BatchGet|[A-Z][a-z]+)(\w*)", method.name).groups()
    noun = {"Endpoints": "Endpoint", "Endpoint": "Endpoint"}.get(about, noun)
    if verb not in VERBS or noun not in world:
        return None
    rule = "own" if ".notification." in method.full_name else VERBS[verb]
    # Nothing that is asked about is deleted.
    return Recipe(method, rule, noun, "FAILED_PRECONDITION" if verb == "Undelete" else "OK")
