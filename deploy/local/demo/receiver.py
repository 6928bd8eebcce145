#!/usr/bin/python3
"""usage: receiver.py PORT SECRET

A webhook receiver by the rules of Standard Webhooks: checks the signature and prints each message
that is genuine. Answers 204 to those, 401 to others."""

import base64
import hashlib
import hmac
import http.server
import json
import sys
import time

MAX_BODY = 1 << 20
MAX_AGE_SECONDS = 300


def signature(secret, message_id, timestamp, body):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def genuine(secret, headers, body, now):
    """Whether `body` was signed with `secret` and sent within the last five minutes."""
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(now - int(timestamp)) > MAX_AGE_SECONDS:
        return False
    expected = signature(secret, headers.get("webhook-id", ""), timestamp, body)
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected, one) for one in given)


def serve(port, secret, receive):
    """Returns a server on loopback; it calls receive(headers, event) for each genuine message. Port 0
    takes a free one: server_address tells which."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(min(length, MAX_BODY))
            if genuine(secret, self.headers, body, time.time()):
                self.send_response(204)
                self.end_headers()
                receive(self.headers, json.loads(body))
            else:
                self.send_error(401, "the signature does not fit")

        def log_message(self, *_):
            pass

    return http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    serve(int(sys.argv[1]), sys.argv[2],
          lambda headers, event: print(headers["webhook-id"], json.dumps(event, ensure_ascii=False),
                                       flush=True)).serve_forever()
