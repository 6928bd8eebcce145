"""An SMTP server that a test steers: it keeps what it takes, and refuses what it is told to."""

import asyncio
import email
import email.policy
import json
import pathlib
import ssl
import subprocess
import tempfile
import threading
import time

from aiosmtpd.smtp import SMTP, AuthResult

from processes import BUILD, NODE
from waiting import eventually

# Each stands once in every mail, as a signature over headers (DKIM, RFC 6376) wants it.
SIGNED = ["from", "to", "subject", "date", "message-id", "mime-version", "content-type"]


class Mail:
    """One that was taken, read by Python's own email package."""

    def __init__(self, sender, recipient, content):
        self.arrived = time.monotonic()
        self.sender = sender
        self.recipient = recipient
        self.raw = content
        self.message = email.message_from_bytes(content, policy=email.policy.default)

    @property
    def is_notice(self):
        """Whether it tells of a change: it isn't one that asks for consent."""
        return self["message-id"].startswith("<deliveries.")

    def __getitem__(self, name):
        return self.message[name]

    @property
    def text(self):
        return self.message.get_body(("plain",)).get_content()

    @property
    def html(self):
        return self.message.get_body(("html",)).get_content()


def check_by_foreign_readers(mails):
    """Each mail says the same by Python's `email` and by `mailparser` (npm), and its headers are such
    that a signer can sign them and no server on the way has to alter a byte."""
    with tempfile.TemporaryDirectory() as folder:
        for number, mail in enumerate(mails):
            pathlib.Path(folder, f"{number:04}.eml").write_bytes(mail.raw)
        said = subprocess.run([NODE, BUILD / "integration/node/read_mail.mjs", folder],
                              capture_output=True, text=True, timeout=60, check=True).stdout
    for mail, read in zip(mails, map(json.loads, said.splitlines()), strict=True):
        # mailparser shows the names of domains as people write them.
        name, _, domain = read["to"][0].rpartition("@")
        recipient = f"{name}@{domain.encode('idna').decode()}"
        for one, other in [(recipient, mail.recipient), (read["subject"], mail["subject"]),
                           (read["id"], mail["message-id"]),
                           (read["text"].split(), mail.text.split()),
                           (read["html"].split(), mail.html.split())]:
            assert one == other, f"mailparser: {one}\nemail: {other}"
        [sender] = mail["from"].addresses
        assert read["from"] == [{"address": sender.addr_spec, "name": sender.display_name}], read["from"]
        fields = read["fields"]
        assert len(fields) == len(set(fields)), f"a field twice: {fields}"
        assert set(SIGNED) <= set(fields), fields
        for line in mail.raw.split(b"\r\n"):
            assert len(line) < 998 and line.isascii() and b"\n" not in line and b"\r" not in line, line
        if mail.is_notice:
            assert read["unsubscribe"] in mail.text
            assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


class PostOffice:
    """refusals: {(stage, recipient): answers in order, the last one stays}; stage is MAIL (of all), RCPT
    or DATA; "silence" says nothing until the end. tls: "starttls", "implicit" or "none"."""

    def __init__(self, certificate=None, tls="starttls", user=None, password=None):
        self.mails = []
        self.refusals = {}
        self.connections = 0
        self.tried = []         # (stage, recipient) of all that was asked
        self.user = user
        self.password = password
        self._end = threading.Event()
        context = None
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*certificate)
        office = self

        class Handler:
            async def handle_MAIL(self, server, session, envelope, address, options):
                envelope.mail_from = address
                envelope.mail_options.extend(options)
                return await office._answer("MAIL", None) or "250 2.1.0 ok"

            async def handle_RCPT(self, server, session, envelope, address, options):
                envelope.rcpt_tos.append(address)
                answer = await office._answer("RCPT", address)
                if answer:
                    envelope.rcpt_tos.pop()
                return answer or "250 2.1.5 ok"

            async def handle_DATA(self, server, session, envelope):
                [recipient] = envelope.rcpt_tos
                answer = await office._answer("DATA", recipient)
                if not answer:
                    office.mails.append(Mail(envelope.mail_from, recipient, envelope.content))
                return answer or "250 2.0.0 queued"

        class Server(SMTP):
            def connection_made(self, transport):
                office.connections += self.transport is None     # once more behind STARTTLS
                super().connection_made(transport)

        def serve():
            return Server(Handler(), hostname="post-office", enable_SMTPUTF8=True, loop=self._loop,
                          tls_context=context if tls == "starttls" else None,
                          require_starttls=tls == "starttls", auth_required=user is not None,
                          auth_require_tls=tls == "starttls",
                          authenticator=self._check if user else None)

        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(self._loop.create_server(
            serve, "127.0.0.1", 0, ssl=context if tls == "implicit" else None))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def refuse(self, stage, recipient, *answers):
        self.refusals[stage, recipient] = list(answers)

    async def _answer(self, stage, recipient):
        self.tried.append((stage, recipient))
        answers = self.refusals.get((stage, recipient))
        if not answers:
            return None
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer == "silence":
            await asyncio.get_running_loop().run_in_executor(None, self._end.wait, 60)
        return answer or None

    def _check(self, server, session, envelope, mechanism, data):
        known = (data.login.decode(), data.password.decode()) == (self.user, self.password)
        return AuthResult(success=known, handled=known)

    def to(self, recipient):
        return [mail for mail in self.mails if mail.recipient == recipient]

    def wait_for(self, recipient, count=1, within=15.0):
        """The mails to it, when there are so many."""
        return eventually(lambda: len(self.to(recipient)) >= count and self.to(recipient),
                          f"{count} mails to {recipient}", within)

    def notices(self, recipient, count=1, within=15.0):
        """Those of them that tell of changes."""
        return eventually(
            lambda: len(found := [mail for mail in self.to(recipient) if mail.is_notice]) >= count
            and found, f"{count} notices to {recipient}", within)

    def tries(self, stage, recipient):
        return self.tried.count((stage, recipient))

    def close(self):
        self._end.set()
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
