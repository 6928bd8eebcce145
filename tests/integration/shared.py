"""What all tests of a run share, each made when it is first asked for: the broker, the receiver, and
a stack with the real records in it."""

import contextlib
import functools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import steps
from broker import Broker
from databases import Postgresql, Sqlite
from processes import BUILD, ROOT
from receiver import Receiver
from stack import Stack

# "sqlite" or "postgresql": where all stacks of this run keep their data.
DATABASE = os.environ.get("CLUSTERWIRE_DATABASE", "sqlite")
LOGS = BUILD / f"integration/logs-{DATABASE}-{os.environ.get('CLUSTERWIRE_PART', '1')[0]}"

_undo = contextlib.ExitStack()
_processes = []


@contextlib.contextmanager
def everything():
    """While it lasts, what is asked for stays up."""
    try:
        yield
    finally:
        _undo.close()


def keep_logs():
    """For a run that failed: the logs stay, their ends are shown."""
    shutil.rmtree(LOGS, ignore_errors=True)
    for process in _processes:
        print(process.tail(), file=sys.stderr)
        kept = LOGS / process.log.relative_to(folder())
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(process.log, kept)
    print(f"the whole logs are in {LOGS}", file=sys.stderr)


@functools.cache
def folder():
    made = pathlib.Path(tempfile.mkdtemp(prefix="clusterwire-integration."))
    _undo.callback(shutil.rmtree, made, ignore_errors=True)
    return made


@functools.cache
def broker():
    made = Broker(folder())
    _processes.append(made.process)
    _undo.callback(made.process.kill)
    made.start()
    return made


def new_postgresql(name):
    """A server for one test that does things to it."""
    made = Postgresql(folder(), name)
    _processes.append(made.process)
    _undo.callback(made.process.stop)       # after the services are killed
    made.start()
    return made


@functools.cache
def database():
    return {"sqlite": lambda: Sqlite, "postgresql": lambda: new_postgresql("postgresql")}[DATABASE]()


@functools.cache
def receiver():
    made = Receiver()
    _undo.callback(made.close)
    return made


def new_stack(**arguments):
    """Both services, not started. Takes what Stack takes; the broker and the database of the run
    where none is given."""
    made = Stack(arguments.pop("broker", None) or broker(), folder(),
                 **{"database": database(), **arguments})
    for service in made.services:
        _processes.append(service.process)
        _undo.callback(service.process.kill)
        _undo.callback(service.client.close)
    return made


def import_records(stack, folder=ROOT / "tests/data"):
    """Runs the import program on a folder of records; returns its report."""
    done = subprocess.run([BUILD / "services/catalogue/import/clusterwire-import",
                           "--target", stack.catalogue.address, "--read_date", "2026-11",
                           folder],
                          capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise AssertionError(f"the import failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


@functools.cache
def local_issuer():
    """The folder of an issuer as `deploy/local/up` has one; the stack with the real records believes it."""
    made = folder() / "issuer"
    subprocess.run([ROOT / "deploy/local/token", "--make-key", "--folder", made], check=True)
    return made


def _of_local_issuer():
    at = "callers.issuers[0]."
    return {f"{at}name": "local", f"{at}issuer": "https://clusterwire.invalid",
            f"{at}audience": "clusterwire", f"{at}jwks_file": local_issuer() / "keys.json"}


@functools.cache
def _records():
    stack = new_stack(catalogue_settings=_of_local_issuer(), notification_settings=_of_local_issuer())
    try:
        stack.start()
        steps.subscribe(stack, "everything", {})
        steps.subscribe(stack, "everything-quiet", {}, include_quiet=True)
        import_records(stack)
        return stack, None
    except Exception as error:      # each test that needs it fails by it, without another try
        return stack, error


def records():
    """The stack with the real records. Two subscribers asked for everything before they came, one
    of them for quiet changes too."""
    stack, error = _records()
    if error is not None:
        raise AssertionError(f"there is no stack with the real records: {error}")
    return stack
