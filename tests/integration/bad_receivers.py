"""Receivers that do what no receiver should, any number of them on one port: the path says what."""

import asyncio
import threading

ANSWERS = {
    "unauthorised": b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
    "missing": b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
    "unprocessable": b"HTTP/1.1 422 Unprocessable Entity\r\ncontent-length: 3\r\n\r\nno!",
    "gone": b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n",
    "elsewhere": b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
    "failing": b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
    "busy": b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 3600\r\ncontent-length: 0\r\n\r\n",
    "well": b"HTTP/1.1 204 No Content\r\n\r\n",
}
HANGING, CLOSING, TRICKLING = "hanging", "closing", "trickling"
MANNERS = [HANGING, CLOSING, TRICKLING, *ANSWERS]
PATIENCE = 60       # seconds after which one that hangs lets go


class BadReceivers:
    """They behave once recover() was called."""

    def __init__(self):
        self._recovered = False
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()

        async def serve():
            self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0, backlog=1000)
            ready.set()

        self._loop.create_task(serve())
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        ready.wait(10)
        self._port = self._server.sockets[0].getsockname()[1]

    def uri(self, manner, number):
        return f"http://127.0.0.1:{self._port}/{manner}/{number}"

    def recover(self):
        self._recovered = True

    def close(self):
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _end(self):
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = next(int(line.split(":")[1]) for line in head.lower().split("\r\n")
                              if line.startswith("content-length:"))
                await reader.readexactly(length)
                manner = "well" if self._recovered else head.split(" ")[1].split("/")[1]
                if manner == HANGING:
                    await asyncio.sleep(PATIENCE)
                if manner == TRICKLING:
                    for byte in b"HTTP/1.1 200 OK\r\n" * 4:
                        writer.write(bytes([byte]))
                        await writer.drain()
                        await asyncio.sleep(1)
                if manner not in ANSWERS:
                    return
                writer.write(ANSWERS[manner])
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
