"""Each reads in their own language, in the inbox as in a webhook, from the moment they choose it."""

import unittest

import shared
import steps
from api import notification
from waiting import eventually


class LanguageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.records()
        cls.client = cls.stack.notification.client.Subscriber

    def reader(self, language, word, webhook=None):
        name = self.client.CreateSubscriber(notification.CreateSubscriberRequest(
            subscriber=notification.Subscriber(title="A reader", language=language)), timeout=10).name
        steps.add_subscription(self.stack, name, {"types": ["cluster"], "words": word}, webhook)
        return name

    def told(self, reader, count):
        return eventually(lambda: (items := steps.inbox(self.stack, reader))[count - 1:] and items,
                          f"{reader} is told {count} times")[-1]

    def test_each_is_told_in_the_language_they_have_chosen_by_then(self):
        readers = {tag: self.reader(tag, "mundart") for tag in ["", "de-CH", "fr"]}
        steps.create_cluster(self.stack, title="Mundart eins")
        for tag, reader in readers.items():
            item = self.told(reader, 1)
            german = tag == "de-CH"
            self.assertEqual(item.language, "de" if german else "en")
            self.assertEqual(item.title, "Mundart eins – das Cluster ist hier neu" if german
                             else "Mundart eins – the cluster is new here")
            self.assertEqual(list(item.reasons), ["Es ist ein Cluster.", "Es erwähnt „mundart“."]
                             if german else ["It is a cluster.", "It mentions “mundart”."])
        self.client.UpdateSubscriber(notification.UpdateSubscriberRequest(
            subscriber=notification.Subscriber(name=readers["fr"], language="DE")), timeout=10)
        steps.create_cluster(self.stack, title="Mundart zwei")
        self.assertEqual(self.told(readers["fr"], 2).language, "de")
        self.assertEqual(steps.balance(self.stack).difference, 0)

    def test_a_webhook_says_in_which_language_it_is(self):
        webhook = shared.receiver().endpoint()
        self.reader("de", "hochsprache", webhook)
        cluster = steps.create_cluster(self.stack, title="Hochsprache")
        data = webhook.wait_for(cluster.name).event["data"]
        self.assertEqual(data["language"], "de")
        self.assertIn("Es passt jetzt zu „", data["text"])


if __name__ == "__main__":
    unittest.main()
