#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "clusterwire/change/v1/grant_changed.pb.h"

#include "libs/kafka/message.h"

namespace clusterwire::catalogue {

// What a topic of grants says at its end, as far as its keeper must know that. Of each name the
// last record counts, also where its revision is lower: that is the one that a compacted topic
// keeps. Of what gives something a digest is held, of what was withdrawn or is gone nothing: so the
// room that it takes goes by the grants in force, however many records there are. Not thread-safe.
class GrantsOnTopic {
 public:
  using Record = change::v1::GrantChanged;

  // The next record. What isn't ours says nothing.
  void Take(const kafka::ReceivedMessage& message);

  // Takes out the record's name; true when the topic says the same of it already, or when both say
  // that nothing is given.
  bool Settle(const Record& record);
  // Takes out any name that is left; empty when none is.
  std::string TakeOne();

  // The highest revision that stands there of this history; 0 when there is none.
  int64_t newest_of(const std::string& history) const;
  // Of the last record that says that all is there; a default one when there is none.
  const Record& complete() const { return complete_; }

 private:
  // Of all fields.
  static std::string DigestOf(const Record& record);

  std::unordered_map<std::string, std::string> in_force_;  // digests by name
  std::unordered_map<std::string, int64_t> newest_;        // revisions by history: few
  Record complete_;
};

}  // namespace clusterwire::catalogue
