"""The pages as any client has them: forms are read from HTML and sent."""

import http.client
import html.parser
import re
import urllib.parse

OFFERS = """
  offers { id: "labels" title: "New labels" title_de: "Neue Labels"
           subscription { filter { types: "label" } kinds: "label.awarded" } }
  offers { id: "clusters" title: "New clusters" title_de: "Neue Cluster"
           subscription { filter { types: "cluster" } transitions: TRANSITION_ENTERED } }"""


def settings_at(port):
    """Of notification: pages at a port, where their links lead."""
    return f'pages {{ address: "127.0.0.1:{port}" public_uri: "http://127.0.0.1:{port}"{OFFERS} }}'


class Form:
    def __init__(self):
        self.fields = []        # (name, value), as they would be sent
        self.button = ""


class _Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self._in_button = False

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append(Form())
        elif tag == "input":
            wanted = attributes["type"] not in ("checkbox", "radio") or "checked" in attributes
            if wanted:
                self.forms[-1].fields.append((attributes["name"], attributes.get("value") or ""))
        elif tag == "button":
            self._in_button = True

    def handle_endtag(self, tag):
        self._in_button = self._in_button and tag != "button"

    def handle_data(self, data):
        if self._in_button:
            self.forms[-1].button += data


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read().decode()

    @property
    def forms(self):
        return forms_in(self.body)


def forms_in(text):
    reader = _Reader()
    reader.feed(text)
    return reader.forms


def ask(method, link, body=None, headers=None):
    address = urllib.parse.urlsplit(link)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=15)
    try:
        connection.request(method, address.path, body, headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def get(link, language="en"):
    return ask("GET", link, headers={"Accept-Language": language})


def send(link, fields):
    return ask("POST", link, urllib.parse.urlencode(fields),
               {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en"})


def link_in(text, kind):
    """The link to a page of this kind ("confirm", "unsubscribe", "preferences") in a mail."""
    found = re.search(rf"https?://[^\s<>\"]+/{kind}/[A-Za-z0-9_-]+", text)
    if found is None:
        raise AssertionError(f"no link to {kind} in:\n{text}")
    return found[0]


def confirm(office, address, count=1):
    """Presses each button of the page that the address's newest of `count` mails leads to."""
    mail = office.wait_for(address, count)[-1]
    link = link_in(mail.text, "confirm")
    for form in get(link).forms:
        if ("never", "1") in form.fields:
            continue
        answer = send(link, form.fields)
        if answer.status != 200:
            raise AssertionError(f"{answer.status}:\n{answer.body}")
    return mail
