"""Disks with little room, and databases of which all is on one."""

import errno
import os
import pwd
import subprocess
import unittest


class SmallDisk:
    """A file system of its own, in memory; to mount one takes root."""

    def __init__(self, folder, megabytes=48):
        self.folder = folder
        self.folder.mkdir()
        self._ballast = folder / "ballast"
        options = f"mode=0700,size={megabytes}m"
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            options += f",uid={user.pw_uid},gid={user.pw_gid}"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder],
                              capture_output=True, text=True)
        if done.returncode:
            raise unittest.SkipTest(f"no small disk can be mounted here: {done.stderr.strip()}")

    def fill(self):
        with open(self._ballast, "ab", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self):
        self._ballast.unlink(missing_ok=True)

    def unmount(self):
        subprocess.run(["umount", "--lazy", self.folder], check=True)


class OnSmallDisks:
    """Each service's database, and notification's ledger, is on a disk of the service's own."""

    def __init__(self, folder, postgresql=None):
        folder.chmod(0o711)     # to reach them as another user
        self._postgresql = postgresql
        self._folder = folder
        self.disks = {}

    def url(self, folder, name):
        disk = self.disks[name] = SmallDisk(self._folder / f"disk-{name}")
        if self._postgresql is None:
            return f"sqlite:{disk.folder / 'store.db'}"
        return self._postgresql.url(folder, name, disk.folder)

    def unmount(self):
        for disk in self.disks.values():
            disk.unmount()
