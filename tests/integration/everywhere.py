"""All that two services keep or say anywhere, as bytes in which a text can be looked for."""

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

import shared
from bytes_of import files_under
from databases import Sqlite


def new_database(name):
    """On PostgreSQL a server of its own, since its log is every database's."""
    if shared.DATABASE == "sqlite":
        return Sqlite
    server = shared.new_postgresql(f"postgresql-{name}")
    server.execute(server.url_of("postgres"), "ALTER SYSTEM SET wal_recycle = off")
    server.execute(server.url_of("postgres"), "SELECT pg_reload_conf()")
    return server


def is_database(name, stack, database):
    """Whether a place is the catalogue's database."""
    return name.startswith(str(stack.folder / "catalogue.db")) or (
        shared.DATABASE == "postgresql" and name.startswith(str(database.data)))


def places(stack, database):
    """Pairs of a name and bytes: files, topics, metrics."""
    folders = [stack.folder, shared.folder() / "kafka"]
    if shared.DATABASE == "postgresql":
        folders.append(database.data)
    yield from files_under(*folders)
    for process in [stack.broker.process, getattr(database, "process", None)]:
        if process is not None:
            yield str(process.log), process.log.read_bytes()
    for service in stack.services:
        yield f"{service.name}/metrics", service.http_get("/metrics")[1].encode()
    yield from messages(stack)


def messages(stack):
    """All that is on the stack's topics."""
    consumer = Consumer({"bootstrap.servers": stack.broker.address, "log_level": 0,
                         "group.id": "bytes", "enable.auto.commit": False,
                         "enable.partition.eof": True})
    try:
        topics = consumer.list_topics(timeout=10).topics
        ours = [TopicPartition(name, partition, OFFSET_BEGINNING)
                for name, topic in topics.items()
                if name in (stack.topic, stack.erasures_topic)
                for partition in topic.partitions]
        consumer.assign(ours)
        left = len(ours)
        while left:
            for message in consumer.consume(500, 0.3):
                if message.error():
                    left -= 1
                    continue
                headers = b"".join(value or b"" for _, value in message.headers() or ())
                yield (f"{message.topic()}[{message.partition()}] {message.offset()}",
                       (message.key() or b"") + b"\n" + (message.value() or b"") + headers)
    finally:
        consumer.close()
