"""The nine who ask in the tests of access: what they show, what is granted to them, and so what they
are."""

from api import PUBLIC, catalogue, notification, types_v1

A = types_v1.Access


class Caller:
    """One of them, with what they hold: roles by resource, and subscribers of their own."""

    def __init__(self, name, metadata, is_operator=False):
        self.name = name
        self.metadata = tuple(metadata)
        self.is_operator = is_operator
        self.roles = {}
        self.subscribers = set()

    def _holds(self, *roles):
        return {resource for resource, role in self.roles.items() if role in roles}

    @property
    def members(self):
        return self._holds("VIEWER", "EDITOR", "OWNER")

    @property
    def edits(self):
        return self._holds("EDITOR", "OWNER")

    @property
    def owns(self):
        return self._holds("OWNER")

    def level_in(self, method):
        """As the comments of access.proto have it. Notification asks for subscribers alone."""
        if self.is_operator:
            return A.Value("ACCESS_OPERATOR")
        if ".notification." in method:
            return A.Value("ACCESS_SUBSCRIBER" if self.subscribers else self._signed_in())
        offices = ("programmes/", "labelSchemes/", "taxonomies/")
        if any(name.startswith(offices) for name in self.edits):
            return A.Value("ACCESS_OFFICE")
        if self.edits:
            return A.Value("ACCESS_CLUSTER")
        return A.Value(self._signed_in())

    def _signed_in(self):
        return "ACCESS_PUBLIC" if self.name == "public" else "ACCESS_SIGNED_IN"

    def __repr__(self):
        return self.name


class NineCallers:
    """Makes them known to a stack whose services believe the issuer, and whose operator is "ops"."""

    def __init__(self, issuer):
        def signed_in(name, **more):
            return Caller(name, issuer.metadata(name.replace(" ", "-")), **more)

        self.issuer = issuer
        self.public = Caller("public", PUBLIC)
        self.operator = Caller("operator", issuer.metadata("ops"), is_operator=True)
        self.signed_in = signed_in("signed in")
        self.subscriber = signed_in("subscriber")
        self.other_subscriber = signed_in("other subscriber")
        self.viewer = signed_in("viewer")
        self.editor = signed_in("editor")
        self.owner = signed_in("owner")
        self.office = signed_in("office")

    def __iter__(self):
        return iter([self.public, self.signed_in, self.subscriber, self.other_subscriber,
                     self.viewer, self.editor, self.owner, self.office, self.operator])

    @staticmethod
    def settings(issuer):
        """What both services are started with. The limits of callers are another test's."""
        return issuer.settings(operators=[issuer.subject("ops")],
                               **{"callers.limits.calls_per_second": 100_000,
                                  "callers.limits.public_calls_per_second": 100_000})

    def grant(self, stack, caller, role, *resources):
        subject = self.issuer.subject(caller.name.replace(" ", "-"))
        for resource in resources:
            caller.roles[resource] = role
            stack.catalogue.client.Grant.CreateGrant(catalogue.CreateGrantRequest(
                grant=catalogue.Grant(subject=subject, resource=resource, role=f"ROLE_{role}")),
                timeout=10)

    def subscribe(self, stack):
        """Both subscribers make themselves one."""
        for caller in (self.subscriber, self.other_subscriber):
            made = stack.notification.client.Subscriber.CreateSubscriber(
                notification.CreateSubscriberRequest(
                    subscriber=notification.Subscriber(title=caller.name)),
                timeout=10, metadata=caller.metadata)
            caller.subscribers.add(made.name)
