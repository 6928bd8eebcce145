"""A way to an SMTP server on which the first connections meet somebody else."""

import select
import socket
import threading


def _say(connection, *lines):
    """Says each line to the next thing that is asked; the first one at once."""
    for number, line in enumerate(lines):
        if number and not connection.recv(4096):
            return
        connection.sendall(line + b"\r\n")


def _drip(connection, text):
    """A byte at a time."""
    for byte in text:
        connection.sendall(bytes([byte]))
        select.select([], [], [], 0.1)


# What they say, and to what: the greeting, then the answers to EHLO, STARTTLS and so on.
HOSTILE = {
    "refuses everybody": lambda c: _say(c, b"554 5.7.1 go away"),
    "hangs up": lambda c: None,
    "knows no EHLO": lambda c: _say(c, b"220 hello", b"550 5.5.1 no", b"550 5.5.1 no"),
    "has no STARTTLS": lambda c: _say(c, b"220 hello", b"250 plain"),
    "refuses STARTTLS": lambda c: _say(c, b"220 hello", b"250-x\r\n250 STARTTLS", b"454 4.7.0 no"),
    "speaks no TLS": lambda c: _say(c, b"220 hello", b"250-x\r\n250 STARTTLS", b"220 go",
                                    b"what do you mean?"),
    "closes for today": lambda c: _say(c, b"421 4.3.2 closing"),
    "never ends a line": lambda c: c.sendall(b"220-" + b"x" * (1 << 20)),
    "never ends its greeting": lambda c: [c.sendall(b"220-still\r\n" * 1000) for _ in range(100)],
    "says nothing": lambda c: c.recv(4096),
    "drips": lambda c: _drip(c, b"220-" + b"x" * 1000),
}


class Front:
    """Listens, and leads connections to `port`."""

    def __init__(self, port):
        self._port = port
        self._scripts = iter(())
        self.played = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def play(self, scripts):
        """Cuts all connections, and plays one of these to each of the next."""
        with self._lock:
            self._scripts = iter(scripts)
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:     # it has ended
                    pass
            self._open = []

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.append(connection)
                script = next(self._scripts, None)
            threading.Thread(target=self._serve, args=(connection, script), daemon=True).start()

    def _serve(self, connection, script):
        with connection:
            try:
                if script:
                    self.played.append(script)
                    HOSTILE[script](connection)
                    return
                with socket.create_connection(("127.0.0.1", self._port)) as there:
                    back = threading.Thread(target=self._pipe, args=(there, connection), daemon=True)
                    back.start()
                    self._pipe(connection, there)
                    back.join(60)
            except OSError:     # the other side had enough
                pass

    @staticmethod
    def _pipe(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self._listener.close()
        self.play(())
