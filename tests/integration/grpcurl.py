"""grpcurl as a person types it: one line a call, by somebody with a token."""

import json
import subprocess

from processes import GRPCURL
from stack import CATALOGUE_SERVES, NOTIFICATION_SERVES

MAX_LINE = 300      # characters of a request that a person still types


class Refused(AssertionError):
    """A call that was refused; grpcurl shows what it decodes of it."""

    def __init__(self, method, status):
        self.code = status.get("code")
        self.message = status.get("message", "")
        details = status.get("details", [])     # each as grpcurl shows an Any
        info = next((one for one in details if one.get("@type", "").endswith("ErrorInfo")), {})
        bad = next((one for one in details if one.get("@type", "").endswith("BadRequest")), {})
        self.reason = info.get("reason")
        self.metadata = info.get("metadata", {})
        self.fields = {one["field"]: one["description"] for one in bad.get("fieldViolations", [])}
        super().__init__(f"{method}: {self.message} ({self.reason} {self.metadata} {self.fields})")


class Grpcurl:
    """`token` makes the token of a call, None: nothing is shown.

    office.call("Admission.HoldConsultation", name=admission, held="2027-01-12")
    """

    def __init__(self, stack, token=None):
        self._stack = stack
        self._token = token

    def call(self, method, **request):
        """The answer. Raises Refused."""
        done = self._run(method, request)
        if done.returncode:
            raise Refused(method, self._status(done))
        return json.loads(done.stdout or "{}")

    def refused(self, method, **request):
        """The refusal that the call must get."""
        done = self._run(method, request)
        if not done.returncode:
            raise AssertionError(f"{method} {request} was accepted: {done.stdout}")
        return Refused(method, self._status(done))

    def _run(self, method, request):
        address, service = self._where(method)
        line = json.dumps(request, ensure_ascii=False)
        if len(line) > MAX_LINE:
            raise AssertionError(f"nobody types {len(line)} characters: {line}")
        shown = ["-H", f"authorization: Bearer {self._token()}"] if self._token else []
        return subprocess.run([GRPCURL, "-plaintext", "-format-error", "-max-time", "20", *shown,
                               "-d", line, address, service],
                              capture_output=True, text=True, timeout=40)

    def _where(self, method):
        """Address and full name of "Admission.HoldConsultation"."""
        short, _, rpc = method.partition(".")
        for service, serves in [(self._stack.catalogue, CATALOGUE_SERVES),
                                (self._stack.notification, NOTIFICATION_SERVES)]:
            for full in serves:
                if full.endswith(f".{short}Service"):
                    return service.address, f"{full}/{rpc}"
        raise AssertionError(f"no service is called {short}Service")

    @staticmethod
    def _status(done):
        try:
            return json.loads(done.stderr[done.stderr.index("{"):])
        except ValueError:
            return {"message": done.stderr}
