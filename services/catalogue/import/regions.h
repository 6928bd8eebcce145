#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/import.pb.h"

#include "services/catalogue/import/names.h"
#include "services/catalogue/import/upsert.h"

namespace clusterwire::catalogue::registers {

// The codes of a line that has its region in words alone, for types that have both. What an editor
// has set stays, and then nothing is said of the words.
template <store::Resource T>
class RegionsInWords {
 public:
  using Words = const std::string& (*)(const T&);

  // Sets the codes of `line`, a record of `country`.
  RegionsInWords(Batch& batch, const std::shared_ptr<const CodeBook>& book, const Match<T>& match,
                 Words words, std::string_view country, T* line)
      : words_(words), coded_(!line->regions().empty()) {
    if (match.known) {
      const auto& edited = match.known->edited_fields();
      by_hand_ = std::find(edited.begin(), edited.end(), "regions") != edited.end();
    }
    if (coded_ || words(*line).empty()) return;
    found_ = batch.regions().Find(book, country, words(*line));
    line->mutable_regions()->Assign(found_.codes.begin(), found_.codes.end());
  }

  // For Upsert(): the codes of other words say nothing of these.
  absl::Status operator()(const T& known, T* next) const {
    if (!coded_ && !by_hand_ && found_.codes.empty() && !IsSameName(words_(known), words_(*next))) {
      next->clear_regions();
    }
    return absl::OkStatus();
  }

  void AddNotes(v1::ImportResponse* report) const {
    if (by_hand_) return;
    for (const std::string& note : found_.notes) report->add_notes(absl::StrCat("region: ", note));
  }

 private:
  const Words words_;
  const bool coded_;
  bool by_hand_ = false;
  RegionNames::Found found_;
};

}  // namespace clusterwire::catalogue::registers
