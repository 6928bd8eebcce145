#include "libs/calendar/zone.h"

#include <algorithm>
#include <map>

namespace clusterwire::calendar {
namespace {

// From when on which offset holds.
struct Observance {
  absl::CivilSecond onset;  // by the clock as it was before
  int offset_before = 0;    // seconds east of UTC
  int offset = 0;
  std::string abbreviation;

  bool is_summer() const { return offset > offset_before; }
};

Observance ObservanceAt(const absl::TimeZone& zone, absl::Time time) {
  const absl::TimeZone::CivilInfo now = zone.At(time);
  const int before = zone.At(time - absl::Seconds(1)).offset;
  return {.onset = absl::ToCivilSecond(time, absl::FixedTimeZone(before)),
          .offset_before = before,
          .offset = now.offset,
          .abbreviation = now.zone_abbr};
}

// The moment of a change: a time that comes twice does so from there on.
absl::Time MomentOf(const absl::TimeZone& zone, const absl::TimeZone::CivilTransition& change) {
  const absl::TimeZone::TimeInfo info = zone.At(change.to);
  return info.kind == absl::TimeZone::TimeInfo::UNIQUE ? info.pre : info.trans;
}

std::map<absl::Time, Observance> ObservancesOf(const absl::TimeZone& zone,
                                               const std::set<int64_t>& years) {
  std::map<absl::Time, Observance> found;
  absl::TimeZone::CivilTransition change;
  for (const int64_t year : years) {
    const absl::Time begin = absl::FromCivil(absl::CivilYear(year), zone);
    const absl::Time end = absl::FromCivil(absl::CivilYear(year + 1), zone);
    if (zone.PrevTransition(begin, &change)) {
      const absl::Time moment = MomentOf(zone, change);
      found[moment] = ObservanceAt(zone, moment);
    } else {  // what holds since ever
      const int offset = zone.At(begin).offset;
      found[begin] = {.onset = absl::CivilSecond(absl::CivilYear(year)),
                      .offset_before = offset,
                      .offset = offset,
                      .abbreviation = zone.At(begin).zone_abbr};
    }
    absl::Time at = begin - absl::Nanoseconds(1);
    while (zone.NextTransition(at, &change)) {
      at = MomentOf(zone, change);
      if (at >= end) break;
      found[at] = ObservanceAt(zone, at);
    }
  }
  return found;
}

icalcomponent* ComponentOf(const Observance& observance, bool summer) {
  icalcomponent* component =
      icalcomponent_new(summer ? ICAL_XDAYLIGHT_COMPONENT : ICAL_XSTANDARD_COMPONENT);
  icalcomponent_add_property(component, icalproperty_new_dtstart(LocalTime(observance.onset)));
  icalcomponent_add_property(component, icalproperty_new_tzoffsetfrom(observance.offset_before));
  icalcomponent_add_property(component, icalproperty_new_tzoffsetto(observance.offset));
  icalcomponent_add_property(component, icalproperty_new_tzname(observance.abbreviation.c_str()));
  return component;
}

}  // namespace

ComponentHandle DefineZone(const std::string& name, const absl::TimeZone& zone,
                           const std::set<int64_t>& years) {
  ComponentHandle definition(icalcomponent_new_vtimezone());
  icalcomponent_add_property(definition.get(), icalproperty_new_tzid(name.c_str()));
  const std::map<absl::Time, Observance> observances = ObservancesOf(zone, years);
  // Calendar programs want a standard time to be there; which one it is changes no time.
  const bool has_standard =
      std::ranges::any_of(observances, [](const auto& one) { return !one.second.is_summer(); });
  for (const auto& [moment, observance] : observances) {
    icalcomponent_add_component(definition.get(),
                                ComponentOf(observance, has_standard && observance.is_summer()));
  }
  return definition;
}

}  // namespace clusterwire::calendar
