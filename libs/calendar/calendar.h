#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

// iCalendar (RFC 5545) and its methods (RFC 5546), written by libical: only this library includes
// it. Pure functions, safe for use from any thread.
namespace clusterwire::calendar {

// What a calendar program is to do with the entries.
enum class Method {
  kPublish,  // look at them
  kRequest,  // take the one entry in: its attendee asked for that
  kCancel,   // take the one entry out
};

struct Mailbox {
  std::string name = {};  // for people; may be empty
  std::string address = {};
};

// Whole days, both included.
struct Days {
  absl::CivilDay first;
  absl::CivilDay last;
};
// Local times in a zone of the IANA database; without an end it is open how long it takes.
struct Times {
  absl::CivilMinute start;
  std::optional<absl::CivilMinute> end;
  std::string zone;
};

// One event. Texts may be anything: what an entry can't hold (control characters, marks that turn
// the direction of writing) is a space, and what is too long is cut. What is empty is left out.
struct Entry {
  std::string uid = {};
  int64_t sequence = 0;
  absl::Time stamp = absl::UnixEpoch();  // of what it says
  std::variant<std::monostate, Days, Times> when = {};
  std::string title = {};
  std::string place = {};
  std::string text = {};  // lines
  std::string link = {};
  bool cancelled = false;
  Mailbox organiser = {};
  Mailbox attendee = {};
};

struct Calendar {
  Method method = Method::kPublish;
  std::string name = {};                          // of a feed
  std::string text = {};                          // of a feed: what it is
  absl::Duration refresh = absl::ZeroDuration();  // of a feed: how often it is worth a look
  std::vector<Entry> entries = {};
};

// Whether times in this zone can be written: whether it is one of the IANA database here.
bool IsZone(std::string_view name);

// As UTF-8 in lines of at most 75 bytes, ended by CR LF. With each zone comes its definition, for
// the years that the entries begin and end in. Times in a zone that isn't known here are left out.
std::string Write(const Calendar& calendar);

// "REQUEST", as it stands in the text and in the content type.
std::string_view NameOf(Method method);

inline constexpr size_t kMaxLineBytes = 1000;  // of a title, a place, a name
inline constexpr size_t kMaxTextBytes = 8000;

}  // namespace clusterwire::calendar
