"""What tests do time and again: people subscribe, clusters are made and awarded labels."""

import datetime
import itertools

from api import catalogue, notification, types_v1

_numbers = itertools.count(1)


def subscribe(stack, name, filter_, webhook=None, **options):
    """A subscriber with one subscription, to the webhook (an Endpoint of the receiver) or else to the
    inbox. Returns the subscriber's name."""
    client = stack.notification.client
    subscriber = client.Subscriber.CreateSubscriber(notification.CreateSubscriberRequest(
        subscriber_id=name, subscriber=notification.Subscriber(title=name)), timeout=10).name
    add_subscription(stack, subscriber, filter_, webhook, **options)
    return subscriber


def add_subscription(stack, subscriber, filter_, webhook=None, endpoint_name=None, **options):
    """To the webhook (an Endpoint of the receiver), to an endpoint that is there, or to the inbox."""
    client = stack.notification.client
    endpoint = endpoint_name or f"{subscriber}/endpoints/inbox"
    if webhook is not None:
        endpoint = client.Subscriber.CreateEndpoint(notification.CreateEndpointRequest(
            parent=subscriber, endpoint=notification.Endpoint(webhook=notification.Webhook(
                uri=webhook.uri, secret=webhook.secret))), timeout=10).name
    return client.Subscription.CreateSubscription(notification.CreateSubscriptionRequest(
        parent=subscriber, subscription=notification.Subscription(
            title=f"{subscriber} wants this", filter=types_v1.Filter(**filter_), endpoint=endpoint,
            **options)), timeout=10)


def inbox(stack, subscriber):
    """All items."""
    request = notification.ListInboxItemsRequest(parent=subscriber, page_size=1000)
    items = []
    while True:
        answer = stack.notification.client.Inbox.ListInboxItems(request, timeout=10)
        if not answer.items:
            return items
        items += answer.items
        request.cursor = answer.next_cursor


def deliveries(stack, **which):
    """All deliveries of a parent, a change or a resource."""
    request = notification.ListDeliveriesRequest(page_size=1000, **which)
    found = []
    while True:
        answer = stack.notification.client.Delivery.ListDeliveries(request, timeout=10)
        found += answer.deliveries
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


def balance(stack):
    return stack.notification.client.Delivery.GetBalance(notification.GetBalanceRequest(),
                                                         timeout=10)


def add_countries(stack, **more):
    """The list of countries that a country is checked by, as far as tests go: DE and `more`, by their
    codes."""
    codes = [catalogue.TaxonomyCode(code=code, title=title)
             for code, title in {"DE": "Germany", **more}.items()]
    stack.catalogue.client.Taxonomy.CreateTaxonomy(catalogue.CreateTaxonomyRequest(
        taxonomy=catalogue.Taxonomy(title="Countries", list="iso", subject="SUBJECT_REGION",
                                    codes=codes)), timeout=10)


def cluster_of(title, **fields):
    described = {"country": "DE", "regions": ["nuts:DED2"], "sectors": ["esca:ict"], **fields}
    return catalogue.Cluster(title=title, **described)


def create_cluster(stack, state="STATE_PUBLISHED", title=None, metadata=None, **fields):
    number = next(_numbers)
    cluster = cluster_of(title or f"Test Cluster {number}", state=state, **fields)
    return stack.catalogue.client.Cluster.CreateCluster(catalogue.CreateClusterRequest(
        cluster_id=f"test-{number}", cluster=cluster), timeout=10, metadata=metadata)


def silver(**fields):
    """A Silver label awarded today, valid for two years."""
    today = datetime.date.today()
    dates = {"awarded": today.isoformat(),
             "valid_until": (today + datetime.timedelta(days=730)).isoformat(), **fields}
    return catalogue.Label(scheme="labelSchemes/ecei", level="silver", **dates)


def award(stack, cluster, label=None, metadata=None):
    return stack.catalogue.client.Label.AwardLabel(catalogue.AwardLabelRequest(
        parent=cluster, label=label or silver()), timeout=10, metadata=metadata)


def revision(stack):
    """Of the catalogue's last write."""
    return stack.catalogue.client.Cluster.ListClusters(
        catalogue.ListClustersRequest(page_size=1), timeout=10).revision
