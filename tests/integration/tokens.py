"""An issuer of tokens for tests: its keys over HTTP or in a file, and tokens, right and wrong."""

import http.server
import itertools
import json
import ssl
import threading
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

AUDIENCE = "clusterwire"


class Key:
    """A private key with the id under which its public one is published."""

    def __init__(self, key_id, algorithm):
        self.id = key_id
        self.algorithm = algorithm
        self.private = (rsa.generate_private_key(65537, 2048) if algorithm[:2] in ("RS", "PS")
                        else ec.generate_private_key(ec.SECP256R1()))

    def public(self):
        """As an element of a key set."""
        algorithm = jwt.get_algorithm_by_name(self.algorithm)
        return {**algorithm.to_jwk(self.private.public_key(), as_dict=True),
                "kid": self.id, "use": "sig", "alg": self.algorithm}


class Issuer:
    """Signs tokens with its newest key; publishes all of its keys, over TLS with the files `tls` of a
    certificate and its key, and to those alone who show the token `asks_for`. Use it in a `with`, or
    close it.

    issuer = Issuer()
    stack = Stack(…, catalogue_settings=issuer.settings(operators=["test:ann"]))
    client = api.catalogue_client(address)
    client.Clusters.GetCluster(request, metadata=issuer.metadata("ann"))
    """

    def __init__(self, name="test", issuer=None, audience=AUDIENCE, algorithm="ES256",
                 tls=None, asks_for=None):
        self.name = name
        self.issuer = issuer or f"https://{name}.example.org"
        self.audience = audience
        self.asked = 0  # how often its keys were asked for
        self.status = 200  # what it answers with
        self._algorithm = algorithm
        self._scheme = "https" if tls else "http"
        self._asks_for = asks_for
        self._numbers = itertools.count(1)
        self.keys = [self._new_key()]
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Its address answers no more."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def uri(self):
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}/keys"

    def settings(self, file=None, operators=(), certificates=(), **more):
        """The options of a service that believes it, for Stack: keys from its address, or from `file`,
        which write() fills."""
        at = "callers.issuers[0]."
        source = ({f"{at}jwks_file": file} if file else
                  {f"{at}jwks_uri": self.uri, f"{at}allowed_networks": "127.0.0.0/8"})
        lists = {"callers.operators": operators, "callers.certificates": certificates}
        return {f"{at}name": self.name, f"{at}issuer": self.issuer, f"{at}audience": self.audience,
                **source, **{option: ",".join(values) for option, values in lists.items() if values},
                **more}

    def subject(self, sub):
        """What a service makes of a token for `sub`."""
        return f"{self.name}:{sub}"

    def token(self, sub, key=None, header=None, **claims):
        """A token that holds for an hour. A claim that is None is left out."""
        now = int(time.time())
        key = key or self.keys[-1]
        all_claims = {"iss": self.issuer, "aud": self.audience, "sub": sub, "iat": now,
                      "exp": now + 3600, **claims}
        return jwt.encode({name: value for name, value in all_claims.items() if value is not None},
                          key.private, algorithm=key.algorithm,
                          headers={"kid": key.id, **(header or {})})

    def metadata(self, sub, **claims):
        """What a call sends along."""
        return bearer(self.token(sub, **claims))

    def key_set(self):
        return {"keys": [key.public() for key in self.keys]}

    def write(self, path):
        """Puts its key set into a file, at once and whole."""
        new = path.with_suffix(".new")
        new.write_text(json.dumps(self.key_set()))
        new.rename(path)

    def add_key(self, algorithm=None):
        """A further key, published and signed with from now on."""
        self.keys = [*self.keys, self._new_key(algorithm)]
        return self.keys[-1]

    def withdraw(self, key):
        """Publishes it no more."""
        self.keys = [one for one in self.keys if one is not key]

    def _new_key(self, algorithm=None):
        return Key(f"key-{next(self._numbers)}", algorithm or self._algorithm)

    def _handler(self):
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked += 1
                shown = self.headers.get("Authorization")
                if issuer._asks_for and shown != f"Bearer {issuer._asks_for}":
                    return self.send_error(403)
                body = json.dumps(issuer.key_set()).encode()
                self.send_response(issuer.status)
                self.send_header("Content-Type", "application/jwk-set+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler


def bearer(token):
    """The metadata of a call with that token."""
    return [("authorization", f"Bearer {token}")]
