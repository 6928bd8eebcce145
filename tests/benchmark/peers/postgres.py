"""A temporary PostgreSQL 15 as one would set it up to search and to match: all of it in memory, each index
that helps. Spoken to through one psql, whose own timing is taken."""

import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
SETTINGS = {
    "listen_addresses": "", "fsync": "off", "shared_buffers": "3GB", "work_mem": "128MB",
    "maintenance_work_mem": "1GB", "effective_cache_size": "6GB", "random_page_cost": "1.1",
    "max_wal_size": "8GB", "jit": "off", "max_parallel_workers_per_gather": "0", "wal_level": "minimal",
    "max_wal_senders": "0", "synchronous_commit": "off", "client_min_messages": "warning",
}
TIME = re.compile(r"^Time: ([\d.]+) ms")


class Server:
    """Keeps its data in `folder` from run to run."""

    def __init__(self, folder):
        self._folder = folder / "postgres"
        self._socket = tempfile.mkdtemp(prefix="clusterwire-")      # where a path is short
        self._as_user = []
        if os.getuid() == 0:        # as which it refuses to run
            self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def __enter__(self):
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._as_user:
            user = pwd.getpwnam("postgres")
            for owned in (self._folder, self._socket):
                os.chown(owned, user.pw_uid, user.pw_gid)
        data = self._folder / "data"
        if not data.exists():
            self._run("initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--no-locale")
        settings = [part for pair in SETTINGS.items() for part in ("-c", "=".join(pair))]
        self._process = subprocess.Popen(
            [*self._as_user, BIN / "postgres", "-D", data, "-k", self._socket, *settings],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        for _ in range(600):
            if subprocess.run([BIN / "pg_isready", "-q", "-h", self._socket]).returncode == 0:
                return self
            time.sleep(0.05)
        raise TimeoutError("PostgreSQL doesn't answer")

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGINT)
        self._process.wait()
        shutil.rmtree(self._socket)

    def _run(self, program, *arguments):
        subprocess.run([*self._as_user, BIN / program, *map(str, arguments)], check=True,
                       stdout=subprocess.DEVNULL, cwd="/")

    def database(self, name, fill):
        """The psql of a database; `fill(psql)` makes one that isn't there whole."""
        with Psql(self._socket, "postgres") as psql:
            if psql.rows(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")[0]:
                return Psql(self._socket, name)
            psql.rows(f"DROP DATABASE IF EXISTS {name}_new")
            psql.rows(f"CREATE DATABASE {name}_new")
        with Psql(self._socket, f"{name}_new") as psql:
            fill(psql)
            psql.rows("VACUUM ANALYZE")
        with Psql(self._socket, "postgres") as psql:
            psql.rows(f"ALTER DATABASE {name}_new RENAME TO {name}")
        return Psql(self._socket, name)


class Psql:
    def __init__(self, folder, database):
        self._command = [BIN / "psql", "-h", folder, "-U", "bench", "-d", database, "-XqAt", "-v",
                         "ON_ERROR_STOP=1"]

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         text=True, bufsize=1 << 20)
        self._say("\\timing on")
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _say(self, text):
        self._process.stdin.write(text + "\n")

    def rows(self, sql):
        """What it answers, and how many seconds it took by its own clock."""
        self._say(f"{sql};\n\\echo done")
        self._process.stdin.flush()
        rows, seconds = [], 0.0
        for line in self._process.stdout:
            line = line.rstrip("\n")
            if line == "done":
                return rows, seconds
            if took := TIME.match(line):
                seconds += float(took[1]) / 1e3
            else:
                rows.append(line)
        raise RuntimeError(f"psql ended at {sql[:500]}")

    def copy(self, table, path):
        """From a file of tabs."""
        self.rows(f"\\copy {table} FROM '{path}'\nSELECT 1")
