// usage: node read_calendars.mjs < TEXTS
//
// Reads a JSON list of iCalendar texts by the npm library ical.js, and writes what it finds in each as
// JSON: the method, and the events with their moments by the zones that came with them.
import fs from "node:fs";
import ICAL from "ical.js";

function moment(time, calendar) {
  if (time === null) return null;
  if (time.isDate) return time.toString();
  const component = calendar.getAllSubcomponents("vtimezone")
      .find((one) => one.getFirstPropertyValue("tzid") === time.zone.tzid);
  if (!component) throw new Error(`no definition of ${time.zone.tzid}`);
  return new Date(time.toUnixTime() * 1000).toISOString().slice(0, 19) + "Z";
}

function read(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const events = calendar.getAllSubcomponents("vevent").map((component) => {
    const value = (name) => component.getFirstPropertyValue(name);
    const uids = component.getAllProperties("attendee").map((one) => one.getFirstValue());
    return {
      uid: value("uid"),
      sequence: value("sequence"),
      status: value("status"),
      summary: value("summary"),
      location: value("location"),
      start: moment(value("dtstart"), calendar),
      end: moment(value("dtend"), calendar),
      attendees: uids,
    };
  });
  return { method: calendar.getFirstPropertyValue("method"), events };
}

const texts = JSON.parse(fs.readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(texts.map(read)));
