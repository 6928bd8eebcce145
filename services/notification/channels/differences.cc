#include "services/notification/channels/differences.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

class Differences {
 public:
  void Text(std::string_view what, const std::string& before, const std::string& after) {
    if (before == after) return;
    lines_.push_back(absl::StrCat(ToAbsl(what), ": ", before.empty() ? "none" : before, " → ",
                                  after.empty() ? "none" : after));
  }
  // Both are sorted, as in Facts.
  void List(std::string_view what, const Names& before, const Names& after) {
    std::string line;
    std::vector<std::string> changed;
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                        std::back_inserter(changed));
    for (const std::string& name : changed) absl::StrAppend(&line, " + ", name);
    changed.clear();
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                        std::back_inserter(changed));
    for (const std::string& name : changed) absl::StrAppend(&line, " − ", name);
    if (!line.empty()) lines_.push_back(absl::StrCat(ToAbsl(what), ":", line));
  }
  std::vector<std::string> Take() {
    if (lines_.size() > kMaxDifferences) lines_.resize(kMaxDifferences);
    return std::move(lines_);
  }

 private:
  std::vector<std::string> lines_;
};

std::string Span(const type::v1::Period& period) {
  if (period.start().empty() && period.end().empty()) return "";
  return absl::StrCat(period.start().empty() ? "?" : period.start(), " to ",
                      period.end().empty() ? "?" : period.end());
}

std::string Size(const type::v1::Facts& facts) {
  return facts.has_size() ? absl::StrCat(facts.size()) : "";
}

}  // namespace

std::vector<std::string> DifferencesOf(const type::v1::Facts& before,
                                       const type::v1::Facts& after) {
  Differences differences;
  differences.Text("Title", before.title(), after.title());
  differences.Text("State", before.state(), after.state());
  differences.Text("Kind", before.kind(), after.kind());
  differences.Text("Period", Span(before.period()), Span(after.period()));
  differences.Text("Deadline", before.deadline(), after.deadline());
  differences.List("Label levels", before.label_levels(), after.label_levels());
  differences.List("Programmes", before.programmes(), after.programmes());
  differences.List("Sectors and regions", before.codes(), after.codes());
  differences.Text("Members", Size(before), Size(after));
  differences.List("Languages", before.languages(), after.languages());
  differences.Text("Summary", before.summary(), after.summary());
  differences.Text("Link", before.link(), after.link());
  return differences.Take();
}

}  // namespace clusterwire::notification
