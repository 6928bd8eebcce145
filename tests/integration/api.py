"""The contracts as a foreign client has them: the generated code, stubs, and refusals decoded."""

import importlib
import pathlib
import types

import grpc
from google.rpc import error_details_pb2, status_pb2


def _package(name):
    """One name for all that the files of a proto package define; SERVICES are the full names of
    the services among it."""
    merged = types.SimpleNamespace(SERVICES=[])
    package = importlib.import_module(f"clusterwire.{name}")
    for folder in package.__path__:
        for file in sorted(pathlib.Path(folder).glob("*_pb2*.py")):
            module = importlib.import_module(f"clusterwire.{name}.{file.stem}")
            vars(merged).update({key: value for key, value in vars(module).items()
                                 if not key.startswith("_")})
            if file.stem.endswith("_pb2"):
                merged.SERVICES += [service.full_name for service in
                                    module.DESCRIPTOR.services_by_name.values()]
    return merged


catalogue = _package("catalogue.v1")
change = _package("change.v1")
notification = _package("notification.v1")
types_v1 = _package("type.v1")

# A service that comes back is found again at once.
_CHANNEL = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.min_reconnect_backoff_ms", 50),
            ("grpc.max_reconnect_backoff_ms", 250), ("grpc.enable_http_proxy", 0)]

PUBLIC = (("clusterwire-view-as", "public"),)


class Client:
    """The services behind one address, by their short names: client.Cluster.GetCluster(request).
    Encrypted where there are credentials."""

    def __init__(self, address, *packages, credentials=None):
        # The least pause is gRPC's limit of an attempt too: a handshake may take longer.
        patient = [option for option in _CHANNEL if option[0] != "grpc.min_reconnect_backoff_ms"]
        self.channel = (grpc.secure_channel(address, credentials, patient) if credentials
                        else grpc.insecure_channel(address, _CHANNEL))
        for package in packages:
            for name, stub in vars(package).items():
                if name.endswith("ServiceStub"):
                    setattr(self, name.removesuffix("ServiceStub"), stub(self.channel))

    def close(self):
        self.channel.close()


def catalogue_client(address, credentials=None):
    return Client(address, catalogue, change, credentials=credentials)


def notification_client(address, credentials=None):
    return Client(address, notification, credentials=credentials)


class Refusal:
    """What a client can read from an error."""

    def __init__(self, error):
        self.code = error.code()
        self.message = error.details()
        self.reason = self.domain = None
        self.metadata = {}
        self.fields = {}
        self.retry_seconds = None
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                self._read(status_pb2.Status.FromString(value))

    def _read(self, status):
        for detail in status.details:
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                info = error_details_pb2.ErrorInfo()
                detail.Unpack(info)
                self.reason, self.domain = info.reason, info.domain
                self.metadata = dict(info.metadata)
            elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
                bad = error_details_pb2.BadRequest()
                detail.Unpack(bad)
                self.fields = {one.field: one.description for one in bad.field_violations}
            elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
                retry = error_details_pb2.RetryInfo()
                detail.Unpack(retry)
                self.retry_seconds = retry.retry_delay.ToNanoseconds() / 1e9

    def __repr__(self):
        return f"{self.code} {self.reason} {self.message} {self.fields}"


def refusal(call, request, **arguments):
    """The refusal that the call must get."""
    try:
        answer = call(request, timeout=10, **arguments)
    except grpc.RpcError as error:
        return Refusal(error)
    raise AssertionError(f"was accepted: {answer}")


def pages(call, request, field):
    """All elements of a list, page by page."""
    while True:
        answer = call(request, timeout=20)
        yield from getattr(answer, field)
        if not answer.next_page_token:
            return
        request.page_token = answer.next_page_token
