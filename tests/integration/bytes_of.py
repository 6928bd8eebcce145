"""Whether a text stands anywhere in files, in any of the ways in which programs write it."""

import base64
import json


def spellings(text):
    """What of the text is looked for, in lower case."""
    plain = text.encode()
    found = {plain, text.encode("utf-16-le"), text.encode("utf-16-be"), plain.hex().encode(),
             json.dumps(text)[1:-1].encode()}
    for before in range(3):     # in base64 it depends on where among the bytes it begins
        whole = base64.b64encode(b"\0" * before + plain)
        skipped = -(-before * 4 // 3)
        found.add(whole[skipped + 1:len(whole) - 4])
        found.add(whole.replace(b"+", b"-").replace(b"/", b"_")[skipped + 1:len(whole) - 4])
    return {one.lower() for one in found}


def holders(texts, blobs):
    """`blobs` are pairs of a name and bytes. Returns (name, text) of each that holds one."""
    wanted = {text: spellings(text) for text in texts}
    found = set()
    for name, blob in blobs:
        blob = blob.lower()
        found |= {(name, text) for text, ways in wanted.items() if any(way in blob for way in ways)}
    return found


# Kafka's indexes: offsets, times and positions in files of 10 MB each, two for every partition.
_NUMBERS = {".index", ".timeindex"}


def files_under(*folders):
    """All files that can hold text, sockets and what has gone meanwhile apart."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            try:
                if path.is_file() and path.suffix not in _NUMBERS:
                    yield str(path), path.read_bytes()
            except FileNotFoundError:
                continue
