"""Waiting for something to become true, with a deadline."""

import time

POLL_SECONDS = 0.02


def eventually(condition, what, within=15.0):
    """Returns the first true value of condition(); fails with `what` when there is none in time."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what}")
        time.sleep(POLL_SECONDS)
