"""Where the services keep their data."""

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import sqlite3
import subprocess

from processes import Process, free_ports
from waiting import eventually

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")


class Sqlite:
    """Each service has a file of its own."""

    @staticmethod
    def url(folder, name):
        return f"sqlite:{folder / name}.db"

    @staticmethod
    def execute(url, sql):
        """Behind the back of the service whose database it is. Returns what a query selects."""
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:"))) as connection:
            with connection:
                return "\n".join("|".join(map(str, row)) for row in connection.execute(sql))


class Postgresql:
    """A temporary server; each service of each stack has a database of its own."""

    def __init__(self, folder, name="postgresql", certificate=None):
        """Where there is a `certificate`, it listens on loopback too, over TLS alone."""
        self._folder = folder / name
        self._port = 5432       # of the socket too
        self._folder.mkdir()
        folder.chmod(0o711)
        self._as_user = []
        if os.getuid() == 0:        # as which it refuses to run
            user = pwd.getpwnam("postgres")
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            # To become another user takes away what Process has set; hence again.
            self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
                             "--pdeathsig=INT"]
        data = self.data = self._folder / "data"
        self._run("initdb", "-D", data, "-U", "clusterwire", "-A", "trust", "-E", "UTF8",
                  "--no-locale", "--no-sync")
        # No fsync: what the tests kill are the services. No TCP: the socket is ours alone.
        listening = self._over_tls(data, certificate) if certificate else ["-c", "listen_addresses="]
        self.process = Process(name, [
            *self._as_user, BIN / "postgres", "-D", data, "-k", self._folder, *listening,
            "-c", "fsync=off", "-c", "max_connections=200"],
            folder / f"{name}.log", signal.SIGINT)      # SIGTERM would wait for who is connected

    def _over_tls(self, data, certificate):
        files = certificate.write(self._folder, "server")
        if os.getuid() == 0:
            for file in files:
                shutil.chown(file, "postgres")
        # Over TCP nothing but TLS is let in.
        rules = (data / "pg_hba.conf").read_text().replace("host ", "hostssl ")
        (data / "pg_hba.conf").write_text(rules)
        self._port, = free_ports(1)
        return ["-c", "listen_addresses=127.0.0.1", "-c", f"port={self._port}", "-c", "ssl=on",
                "-c", f"ssl_cert_file={files[0]}", "-c", f"ssl_key_file={files[1]}"]

    def tls_url(self, url, authority):
        """The same database over TLS, for a client that trusts what is in the file `authority`."""
        database = url.removeprefix("postgresql:///").partition("?")[0]
        return (f"postgresql://clusterwire@127.0.0.1:{self._port}/{database}"
                f"?sslmode=verify-full&sslrootcert={authority}")

    def start(self):
        self.process.start()
        eventually(self._answers, "PostgreSQL answers", within=30)

    def crash(self):
        """Without writing down what only its log has."""
        self.process.stop(signal.SIGQUIT)

    def url(self, folder, name, disk=None):
        """Of a new database; on `disk`, a folder of its own, where one is given."""
        database = f"{folder.name}_{name}"
        tablespace = []
        if disk is not None:
            tablespace = ["--tablespace", database]
            self.execute(self.url_of("postgres"),
                         f"CREATE TABLESPACE {database} LOCATION '{disk}'")
        self._run("createdb", "-h", self._folder, "-p", self._port, "-U", "clusterwire",
                  *tablespace, database)
        return self.url_of(database)

    def url_of(self, database):
        return (f"postgresql:///{database}?user=clusterwire&host={self._folder}"
                f"&port={self._port}")

    def execute(self, url, sql):
        """Behind the back of the service whose database it is. Returns what a query selects."""
        return self._run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql).strip()

    def _answers(self):
        return self._program("pg_isready", "-h", self._folder, "-p", self._port).returncode == 0

    def _run(self, program, *arguments):
        done = self._program(program, *arguments)
        if done.returncode:
            raise AssertionError(f"{program} failed: {done.stderr}")
        return done.stdout

    def _program(self, program, *arguments):
        return subprocess.run([*self._as_user, BIN / program, *map(str, arguments)], cwd="/",
                              capture_output=True, text=True)
