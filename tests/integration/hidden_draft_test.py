"""Nine callers look for one hidden draft, and for what is about it, in every way that there is: who may
see it finds it, nobody else a trace. Who wrote it is found by nobody but operators and owners."""

import base64
import re
import unittest

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

import hidden_world
import shared
import steps
from api import catalogue, change, notification
from hidden_looks import Looks, told, without_names
from hidden_world import ACTOR, TEXT, Hidden
from nine_callers import NineCallers
from tokens import Issuer
from waiting import eventually

# What is the hidden cluster's.
CLUSTERS = ("cluster", "label", "membership", "event", "admission", "booking", "publication", "call",
            "organisation", "member", "partner_request")
NOTES = [TEXT["admission"], TEXT["booking"]]        # seen with the resource, and nowhere else


class HiddenDraftTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        issuer = Issuer()
        cls.addClassCleanup(issuer.close)
        cls.callers = NineCallers(issuer)
        settings = {**cls.callers.settings(issuer),
                    **issuer.settings(operators=[issuer.subject("ops"), issuer.subject(ACTOR)])}
        cls.stack = shared.new_stack(catalogue_settings=settings, notification_settings=settings)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        cls.client = cls.stack.catalogue.client
        cls.actor = issuer.metadata(ACTOR)
        cls.hidden = Hidden.of()
        steps.add_countries(cls.stack)
        hidden_world.lay_out(cls.client, cls.actor)
        hidden_world.create_roots(cls.client, cls.actor)
        cls.grant()
        cls.subscribe()
        hidden_world.fill(cls.client, cls.hidden, cls.actor)
        cls.public = steps.create_cluster(cls.stack, metadata=cls.actor, regions=[], sectors=[])
        cls.wait_until_all_is_told()

    @classmethod
    def grant(cls):
        names = cls.hidden.names
        for caller, role in [(cls.callers.viewer, "VIEWER"), (cls.callers.editor, "EDITOR"),
                             (cls.callers.owner, "OWNER")]:
            cls.callers.grant(cls.stack, caller, role, names["cluster"])
        cls.callers.grant(cls.stack, cls.callers.office, "EDITOR", names["programme"],
                          "programmes/test-open", "labelSchemes/test-scheme")

    @classmethod
    def subscribe(cls):
        """Everybody with an identity asks for everything, to the inbox and to a webhook."""
        cls.subscribers, cls.webhooks = {}, {}
        client = cls.stack.notification.client
        for caller in cls.callers:
            if caller.name in ("public", "operator"):
                continue
            options = {"timeout": 10, "metadata": caller.metadata}
            name = client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
                subscriber=notification.Subscriber(title=caller.name)), **options).name
            webhook = shared.receiver().endpoint()
            hook = client.Subscriber.CreateEndpoint(notification.CreateEndpointRequest(
                parent=name, endpoint=notification.Endpoint(webhook=notification.Webhook(
                    uri=webhook.uri, secret=webhook.secret))), **options).name
            for endpoint in (hook, f"{name}/endpoints/inbox"):
                client.Subscription.CreateSubscription(notification.CreateSubscriptionRequest(
                    parent=name, subscription=notification.Subscription(
                        title="All", endpoint=endpoint, include_quiet=True)), **options)
            cls.subscribers[caller.name], cls.webhooks[caller.name] = name, webhook
            caller.subscribers.add(name)
            eventually(lambda: len(client.Subscriber.WhoAmI(
                notification.WhoAmIRequest(), **options).rights) == len(caller.roles),
                f"notification knows the grants of {caller}")

    @classmethod
    def wait_until_all_is_told(cls):
        for caller in cls.callers:
            if caller.name in cls.webhooks:
                cls.webhooks[caller.name].wait_for(cls.public.name)
                eventually(lambda: cls.public.name in cls.told(caller)["inbox"],
                           f"{caller} is told of the public cluster")
                for noun in sorted(cls.entitled(caller)):
                    cls.webhooks[caller.name].wait_for(cls.hidden.names[noun])

    @classmethod
    def told(cls, caller):
        return told(cls.stack, caller, cls.subscribers[caller.name])

    @classmethod
    def entitled(cls, caller):
        """To which of the texts."""
        if caller.is_operator:
            return set(TEXT)
        seen = set(CLUSTERS) if cls.hidden.names["cluster"] in caller.members else set()
        return seen | ({"programme"} if cls.hidden.names["programme"] in caller.members else set())

    def leaks(self, caller, texts):
        """Where a text shows that the caller isn't entitled to, or an id that nobody named."""
        forbidden = [TEXT[noun] for noun in TEXT.keys() - self.entitled(caller)]
        forbidden += [self.hidden.names[noun].split("/")[-1]
                      for noun in TEXT.keys() - self.entitled(caller)]
        return [f"{caller}: {mark} in {where}" for where, text in texts.items()
                for mark in forbidden if mark in self.readable(text)]

    @staticmethod
    def readable(text):
        """With what tokens in it are made of."""
        tokens = re.findall(r'(?:token|cursor): "([^"]+)"', text)
        inner = [base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("latin1")
                 for token in tokens]
        return "".join([text, *inner])

    def test_1_who_may_see_it_finds_all_of_it_and_nobody_else_a_trace(self):
        leaks = []
        for caller in self.callers:
            everything = Looks(self.stack, caller).everything()
            # What was asked for stands in no answer: no word is echoed.
            leaks += self.leaks(caller, everything)
            for noun in self.entitled(caller):
                for where in ("Search", "ListChanges", "latest"):
                    self.assertIn(self.hidden.names[noun], everything[where], (caller, noun))
        self.assertEqual(leaks, [])

    def test_2_who_names_it_is_answered_as_if_it_had_never_been(self):
        differences = []
        for caller in self.callers:
            looks = Looks(self.stack, caller)
            there = without_names(looks.by_name(self.hidden.names), self.hidden.names)
            never = without_names(looks.by_name(self.hidden.never), self.hidden.never)
            for what, noun in there:
                if noun in self.entitled(caller):
                    continue
                if there[what, noun] != never[what, noun]:
                    differences.append(f"{caller}: {what} {noun}\n  {there[what, noun]}\n"
                                       f"  {never[what, noun]}")
            self.assertTrue(any("NOT_FOUND" in text for text in never.values()), caller)
        self.assertEqual(differences, [], "\n".join(differences))

    def test_3_notification_tells_those_who_may_see_it_and_nobody_else(self):
        leaks = []
        for caller in self.callers:
            if caller.name not in self.subscribers:
                continue
            texts = self.told(caller)
            webhook = self.webhooks[caller.name]
            texts["webhook"] = "".join(f"{one.headers} {one.body}" for one in webhook.messages)
            leaks += self.leaks(caller, texts)
            for noun in self.entitled(caller):
                self.assertIn(self.hidden.names[noun], texts["inbox"], (caller, noun))
                self.assertIn(TEXT[noun] if noun in ("cluster", "event", "programme")
                              else self.hidden.names[noun], texts["webhook"], (caller, noun))
        self.assertEqual(leaks, [])

    def test_4_a_page_token_of_another_shows_what_its_bearer_sees(self):
        for call, request, field in [
                (self.client.Cluster.ListClusters, catalogue.ListClustersRequest(page_size=1),
                 "clusters"),
                (self.client.Search.Search, catalogue.SearchRequest(page_size=1), "hits"),
                (self.client.Change.ListChanges, change.ListChangesRequest(page_size=1), "changes")]:
            first = call(request, timeout=10, metadata=self.callers.operator.metadata)
            request.page_token = first.next_page_token
            request.page_size = 1000
            for caller in self.callers:
                answer = call(request, timeout=10, metadata=caller.metadata)
                self.assertEqual(self.leaks(caller, {field: str(answer)}), [])

    def test_5_metrics_and_health_name_nothing_of_it(self):
        for service in self.stack.services:
            for path in ("/metrics", "/livez", "/readyz"):
                text = service.http_get(path)[1]
                self.assertNotRegex(text, "zqtext|zqid|zqactor")

    def test_6_who_wrote_is_told_to_operators_and_owners_alone(self):
        marked = f"test:{ACTOR}"
        for caller in self.callers:
            answer = self.client.Change.ListChanges(change.ListChangesRequest(page_size=1000),
                                                    timeout=10, metadata=caller.metadata)
            self.assertEqual(len(answer.actors), len(answer.changes))
            told_of = {one.name for one, actor in zip(answer.changes, answer.actors) if actor}
            if caller.is_operator:
                self.assertIn(marked, answer.actors)
            else:
                owned = {self.hidden.names[noun] for noun in (
                    "cluster", "event", "publication", "call", "organisation", "member",
                    "partner_request")}
                self.assertEqual(told_of, owned if caller.owns else set(), caller)
            self.assertNotIn(ACTOR, str(answer.changes))
        for caller in self.callers:
            if caller.name in self.subscribers:
                self.assertNotIn(ACTOR, "".join(self.told(caller).values()))
                for one in self.webhooks[caller.name].messages:
                    self.assertNotIn(ACTOR, f"{one.headers} {one.body}")

    def test_7_who_wrote_and_what_was_noted_travels_on_no_topic(self):
        consumer = Consumer({"bootstrap.servers": self.stack.broker.address, "group.id": "actor",
                             "enable.auto.commit": False, "log_level": 0,
                             "enable.partition.eof": True})
        self.addCleanup(consumer.close)
        drafts_on = set()
        topics = {name for name in consumer.list_topics(timeout=10).topics
                  if name.startswith((self.stack.topic, self.stack.erasures_topic))}
        self.assertIn(self.stack.topic, topics)
        for topic in topics:
            partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
            consumer.assign([TopicPartition(topic, one, OFFSET_BEGINNING) for one in partitions])
            left = set(partitions)
            while left:
                for message in consumer.consume(500, 0.3):
                    if message.error():
                        left.discard(message.partition())
                        continue
                    read = b"".join(part if isinstance(part, bytes) else repr(part).encode()
                                    for part in (message.key() or b"", message.value() or b"",
                                                 message.headers()))
                    for mark in (ACTOR, *NOTES):
                        self.assertNotIn(mark.encode(), read)
                    if TEXT["cluster"].encode() in read:
                        drafts_on.add(topic)
        # As deploy/README.md says: drafts travel, so its readers are named.
        self.assertEqual(drafts_on, {self.stack.topic})

    def test_8_what_was_noted_stands_in_its_resource_and_nowhere_else(self):
        for caller in self.callers:
            everything = Looks(self.stack, caller).everything()
            if caller.name in self.subscribers:
                everything |= self.told(caller)
                everything["webhook"] = "".join(
                    f"{one.headers} {one.body}" for one in self.webhooks[caller.name].messages)
            for noun, where in [("admission", "ListAdmissions"), ("booking", "ListBookings")]:
                shown = {place for place, text in everything.items() if TEXT[noun] in self.readable(text)}
                self.assertEqual(shown, {where} if noun in self.entitled(caller) else set(), caller)
