#!/usr/bin/python3
"""usage: show.py GRPCURL CATALOGUE_PORT NOTIFICATION_PORT

Shows one write reaching those who asked for it. Makes a subscriber with a webhook and an inbox, a
cluster, and awards it a Silver label; prints the webhook and the inbox item that arrive, and what ECCP's
Weekly Digest would have told of until now; removes what it made."""

import base64
import contextlib
import datetime
import json
import os
import queue
import subprocess
import sys
import threading
import time

import receiver

ARRIVES_WITHIN_SECONDS = 20


class Services:
    def __init__(self, grpcurl, catalogue_port, notification_port):
        self._grpcurl = grpcurl
        self._ports = {"catalogue": catalogue_port, "notification": notification_port}

    def call(self, service, method, **request):
        """Calls clusterwire.SERVICE.v1.METHOD; a refusal ends the demonstration with its text."""
        done = subprocess.run(
            [self._grpcurl, "-plaintext", "-max-time", "20", "-d", json.dumps(request),
             f"127.0.0.1:{self._ports[service]}", f"clusterwire.{service}.v1.{method}"],
            capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{method} was refused: {done.stderr.strip()}")
        return json.loads(done.stdout)


def subscribe(services, undo, mark, webhook):
    """A subscriber who hears of Silver labels twice: by webhook and in the inbox."""
    subscriber = f"subscribers/{mark}"
    services.call("notification", "SubscriberService/CreateSubscriber", subscriberId=mark,
                  subscriber={"title": "Demonstration", "language": "en"})
    undo.callback(services.call, "notification", "SubscriberService/DeleteSubscriber",
                  name=subscriber)
    services.call("notification", "SubscriberService/CreateEndpoint", parent=subscriber,
                  endpointId="webhook", endpoint={"webhook": webhook})
    for endpoint in ["webhook", "inbox"]:
        services.call("notification", "SubscriptionService/CreateSubscription", parent=subscriber,
                      subscriptionId=endpoint, subscription={
                          "title": "Silver labels of clusters in Berlin",
                          "filter": {"types": ["label"], "labelLevels": ["ecei:silver"],
                                     "regions": ["nuts:DE3"]},
                          "kinds": ["label.awarded"],
                          "endpoint": f"{subscriber}/endpoints/{endpoint}"})
    return subscriber


# One subscription: with a mailbox as its endpoint it is a mail on Friday mornings.
WEEKLY_DIGEST = {
    "title": "ECCP Weekly Digest",
    "filter": {"types": ["event", "label", "cluster"]},
    "transitions": ["TRANSITION_ENTERED"],
    "includeQuiet": True,       # the records of the demonstration were imported
    "schedule": {"frequency": "FREQUENCY_WEEKLY", "weekday": "WEEKDAY_FRIDAY", "hour": 8}}


def show_digest(services, subscriber):
    preview = services.call("notification", "ExplainService/Preview", parent=subscriber,
                            subscription=WEEKLY_DIGEST)
    print(f"  digest    \"{WEEKLY_DIGEST['title']}\" would have told of {preview.get('matched', 0)} of "
          f"{preview.get('looked_at', 0)} changes, among them")
    for sample in preview.get("latest", []):
        print(f"            {sample.get('resource_title') or sample['resource']} ({sample['change_kind']})")
    print()


def make_cluster(services, undo, mark):
    cluster = f"clusters/{mark}"
    services.call("catalogue", "ClusterService/CreateCluster", clusterId=mark, cluster={
        "title": "Demonstration Cluster Berlin", "country": "DE", "regions": ["nuts:DE3"],
        "sectors": ["esca:ict"]})
    undo.callback(services.call, "catalogue", "ClusterService/DeleteCluster", name=cluster)
    services.call("catalogue", "ClusterService/PublishCluster", name=cluster)
    return cluster


def award_silver(services, cluster):
    today = datetime.date.today()
    return services.call("catalogue", "LabelService/AwardLabel", parent=cluster, labelId="silver",
                         label={"scheme": "labelSchemes/ecei", "level": "silver",
                                "awarded": today.isoformat(),
                                "validUntil": (today + datetime.timedelta(days=730)).isoformat()})


def wait_for_inbox_item(services, subscriber):
    deadline = time.monotonic() + ARRIVES_WITHIN_SECONDS
    while time.monotonic() < deadline:
        items = services.call("notification", "InboxService/ListInboxItems",
                              parent=subscriber).get("items")
        if items:
            return items[0]
        time.sleep(0.1)
    sys.exit(f"no inbox item within {ARRIVES_WITHIN_SECONDS} s")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    services = Services(*sys.argv[1:])
    mark = f"demo-{int(time.time())}"
    secret = "whsec_" + base64.b64encode(os.urandom(24)).decode()
    arrived = queue.Queue()
    server = receiver.serve(0, secret, lambda headers, event: arrived.put(
        (time.monotonic(), headers["webhook-id"], event)))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    with contextlib.ExitStack() as undo:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        subscriber = subscribe(services, undo, mark, {"uri": address, "secret": secret})
        cluster = make_cluster(services, undo, mark)
        label = award_silver(services, cluster)
        answered = time.monotonic()
        try:
            moment, message_id, event = arrived.get(timeout=ARRIVES_WITHIN_SECONDS)
        except queue.Empty:
            sys.exit(f"no webhook within {ARRIVES_WITHIN_SECONDS} s")
        item = wait_for_inbox_item(services, subscriber)

        print(f"\n  awarded   {label['name']} ({label['level']}, until {label['valid_until']})")
        print(f"  webhook   {max(0, round((moment - answered) * 1000))} ms after the answer, "
              f"signature verified, id {message_id}")
        print("            " + json.dumps(event, ensure_ascii=False, indent=2)
              .replace("\n", "\n            "))
        print(f"  inbox     {item['title']}\n            {item.get('text', '')}\n")
        show_digest(services, subscriber)
    server.shutdown()


if __name__ == "__main__":
    main()
