"""Libraries that others wrote accept what our webhooks are signed with, and nothing that was altered."""

import base64
import pathlib
import subprocess
import tempfile
import unittest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from processes import BUILD, NODE

DATABASES = ["sqlite"]      # no database has a part in it
HERE = pathlib.Path(__file__).resolve().parent
COUNT = 100_000


def made_by(pattern):
    """The one program of the build with this name."""
    [program] = BUILD.glob(pattern)
    return program


class SignaturesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        made = subprocess.run([made_by("services/notification/channels/webhook/signed_bodies"), str(COUNT)],
                              check=True, capture_output=True, timeout=300).stdout
        head, bodies = made.split(b"\n", 1)
        cls.secret, cls.public_key = head.decode().split("\t")
        cls.file = folder / "bodies"
        cls.file.write_bytes(bodies)

    def run_foreign(self, *command):
        done = subprocess.run([*command, self.secret, self.public_key, self.file], capture_output=True,
                              text=True, timeout=600)
        self.assertEqual((done.stdout.strip(), done.stderr), (str(COUNT), ""))

    def test_the_go_library_accepts_all_of_them_and_none_that_was_altered(self):
        subprocess.run([HERE / "signatures/build", BUILD / "integration/signatures"], check=True)
        self.run_foreign(BUILD / "integration/signatures/verify")

    def test_the_npm_library_accepts_all_of_them_and_none_that_was_altered(self):
        self.run_foreign(NODE, BUILD / "integration/node/verify.mjs")

    def test_the_python_library_accepts_all_of_them_and_none_that_was_altered(self):
        webhook = Webhook(self.secret)
        key = Ed25519PublicKey.from_public_bytes(
            base64.b64decode(self.public_key.removeprefix("whpk_")))

        def by_library(body, headers):
            try:
                webhook.verify(body, headers, json_parse=False)
                return True
            except (WebhookVerificationError, UnicodeDecodeError):
                return False

        def by_public_key(body, headers):
            [signature] = [one for one in headers["webhook-signature"].split(" ") if one.startswith("v1a,")]
            try:
                key.verify(base64.b64decode(signature.removeprefix("v1a,")),
                           f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body)
                return True
            except InvalidSignature:
                return False

        count = 0
        with open(self.file, encoding="ascii") as lines:
            for count, line in enumerate(lines, 1):
                name, time, signature, encoded = line.rstrip("\n").split("\t")
                headers = {"webhook-id": name, "webhook-timestamp": time, "webhook-signature": signature}
                body = base64.b64decode(encoded)
                at = count % len(body)
                altered = body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]
                if not (by_library(body, headers) and by_public_key(body, headers)):
                    self.fail(f"line {count} is refused")
                if by_library(altered, headers) or by_public_key(altered, headers):
                    self.fail(f"line {count} is accepted, altered")
        self.assertEqual(count, COUNT)


if __name__ == "__main__":
    unittest.main()
