"""Calendars as foreign programs read them: `icalendar` (PyPI) and `ical.js` (npm), which must agree; and
a reader's calendar, which takes in what invitations say (RFC 5546)."""

import datetime
import json
import subprocess

import icalendar

from processes import BUILD, NODE



def _moment(value):
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


def _text(event, name):
    value = event.get(name)
    return None if value is None else str(value)


def _by_icalendar(text):
    calendar = icalendar.Calendar.from_ical(text)
    events = []
    for event in calendar.walk("VEVENT"):
        attendees = event.get("ATTENDEE", [])
        events.append({
            "uid": _text(event, "UID"), "sequence": int(event["SEQUENCE"]),
            "status": _text(event, "STATUS"), "summary": _text(event, "SUMMARY"),
            "location": _text(event, "LOCATION"),
            "start": _moment(event["DTSTART"].dt if "DTSTART" in event else None),
            "end": _moment(event["DTEND"].dt if "DTEND" in event else None),
            "attendees": [str(one) for one in
                          (attendees if isinstance(attendees, list) else [attendees])]})
    return {"method": str(calendar["METHOD"]), "events": events}


def _by_ical_js(texts):
    done = subprocess.run([NODE, BUILD / "integration/node/read_calendars.mjs"], input=json.dumps(texts),
                          capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def read(text):
    """What both libraries say of the text. They have to say the same."""
    one, [other] = _by_icalendar(text), _by_ical_js([text])
    assert one == other, f"icalendar: {one}\nical.js: {other}\n{text}"
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75, line
    return one


def of_mail(mail):
    """What the mail holds for a calendar, which stands in it twice: beside the texts, and as a file."""
    parts = [part for part in mail.message.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return None
    texts = [part.get_payload(decode=True).decode() for part in parts]
    assert len(texts) == 2 and texts[0].split() == texts[1].split(), texts
    assert parts[1].get_filename() == "invite.ics"
    calendar = read(texts[1])
    for part in parts:
        assert part.get_param("method") == calendar["method"], part["content-type"]
    return calendar


class Reader:
    """A calendar that takes in what it is sent, as RFC 5546 says: the later SEQUENCE counts."""

    def __init__(self):
        self.events = {}
        self._sequences = {}

    def take(self, calendar):
        for event in calendar["events"]:
            if event["sequence"] < self._sequences.get(event["uid"], 0):
                continue
            self._sequences[event["uid"]] = event["sequence"]
            if calendar["method"] == "CANCEL":
                self.events.pop(event["uid"], None)
            else:
                self.events[event["uid"]] = event
