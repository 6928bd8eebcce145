"""A webhook receiver that a test steers: each endpoint answers as it is told and keeps what came."""

import base64
import datetime
import http.server
import itertools
import json
import secrets
import threading
import time

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from waiting import eventually


class Message:
    def __init__(self, headers, body):
        self.arrived = time.monotonic()
        self.headers = headers
        self.body = body
        self.event = json.loads(body)
        self.id = headers["webhook-id"]


class Endpoint:
    """answers: the HTTP statuses to give, in order; the last one stays. hold: while it is clear,
    answers wait."""

    def __init__(self, uri):
        self.uri = uri
        self.secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        self.answers = [204]
        self.hold = threading.Event()
        self.hold.set()
        self.believes_the_clock = True      # else a message may be signed at any time
        self.messages = []       # whose signature the standardwebhooks library accepted
        self.forged = []         # what it said of others

    def wait_for(self, subject, within=15.0):
        """The first message about the resource."""
        return eventually(lambda: next((message for message in self.messages
                                        if message.event["subject"] == subject), None),
                          f"a webhook about {subject}", within)

    def about(self, subject):
        return [message for message in self.messages if message.event["subject"] == subject]

    def _verify(self, headers, body):
        webhook = Webhook(self.secret)
        if self.believes_the_clock:
            webhook.verify(body, headers)
            return
        signed_at = datetime.datetime.fromtimestamp(int(headers["webhook-timestamp"]), datetime.UTC)
        signature = webhook.sign(headers["webhook-id"], signed_at, body.decode())
        if signature not in headers["webhook-signature"].split(" "):
            raise WebhookVerificationError("no signature is right")

    def take(self, headers, body):
        """Returns the status to answer with."""
        try:
            self._verify(headers, body)
        except WebhookVerificationError as error:
            self.forged.append(str(error))
            return 401
        self.messages.append(Message(headers, body))
        self.hold.wait(30)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Receiver:
    def __init__(self):
        endpoints = self._endpoints = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(endpoints[self.path].take(headers, body))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):     # the other side hung up
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self._numbers = itertools.count(1)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def endpoint(self):
        path = f"/{next(self._numbers)}"
        endpoint = Endpoint(f"http://127.0.0.1:{self._server.server_address[1]}{path}")
        self._endpoints[path] = endpoint
        return endpoint

    def close(self):
        self._server.shutdown()
        self._server.server_close()
