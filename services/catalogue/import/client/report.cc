#include "services/catalogue/import/client/report.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "libs/base/text/strings.h"

namespace clusterwire::catalogue::import_client {
namespace {

constexpr size_t kWidth = 30;

struct Range {
  char32_t first, last;
};
// Categories Cc, Zl, Zp and Cf of Unicode, as far as no name has a use for them.
constexpr Range kUnprintable[] = {{0x00, 0x1F},     {0x7F, 0x9F},      {0xAD, 0xAD},
                                  {0x61C, 0x61C},   {0x180E, 0x180E},  {0x200B, 0x200F},
                                  {0x2028, 0x202E}, {0x2060, 0x206F},  {0xFEFF, 0xFEFF},
                                  {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF}};

bool IsPrintable(char32_t character) {
  return std::none_of(std::begin(kUnprintable), std::end(kUnprintable), [&](const Range& range) {
    return range.first <= character && character <= range.last;
  });
}

// How many bytes the character at the front of `text` has; 0 when they are no UTF-8.
size_t LengthOfFirst(std::string_view text) {
  constexpr size_t kLongest = 4;
  for (size_t length = 1; length <= std::min(kLongest, text.size()); ++length) {
    if (IsUtf8(text.substr(0, length))) return length;
  }
  return 0;
}

char32_t CharacterOf(std::string_view bytes) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() == 1) return at(0);
  char32_t character = at(0) & (0x7F >> bytes.size());
  for (size_t i = 1; i < bytes.size(); ++i) character = character << 6 | (at(i) & 0x3F);
  return character;
}

}  // namespace

std::string Escaped(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const size_t length = LengthOfFirst(text);
    const std::string_view front = text.substr(0, std::max<size_t>(length, 1));
    const char32_t character = CharacterOf(front);
    if (length > 0 && IsPrintable(character)) {
      escaped += front;
    } else {
      absl::StrAppendFormat(&escaped, "\\%c{%X}", length == 0 ? 'x' : 'u',
                            static_cast<uint32_t>(character));
    }
    text.remove_prefix(front.size());
  }
  return escaped;
}

void Progress::Set(size_t done) {
  done_ = done;
  const size_t percent = total_ == 0 ? 100 : 100 * done / total_;
  if (!terminal_ || percent == drawn_percent_) return;
  drawn_percent_ = percent;
  std::string bar(kWidth * percent / 100, '#');
  bar.resize(kWidth, '.');
  out_ << absl::StrFormat("\r%-22s [%s] %d of %d", name_, bar, done_, total_) << std::flush;
}

void Progress::End() {
  if (terminal_) {
    Set(done_);
    out_ << '\n';
  } else {
    out_ << absl::StrFormat("%s: %d of %d lines\n", name_, done_, total_);
  }
  out_ << std::flush;
}

void Summary::Add(const v1::ImportResponse& report) {
  ++rows_.back().counts.at(static_cast<size_t>(report.outcome()));
  const bool refused = report.outcome() == v1::ImportResponse::OUTCOME_REFUSED;
  any_refused_ |= refused;
  Row& row = rows_.back();
  for (const std::string& note : report.notes()) {
    if (row.notes.size() == kMaxNotes) {
      ++row.more_notes;
    } else {
      row.notes.emplace(report.number(), absl::StrCat("line ", report.number(),
                                                      refused ? " refused: " : ": ", note));
    }
  }
}

void Summary::AddRefused(int64_t number, const std::string& why) {
  v1::ImportResponse report;
  report.set_number(number);
  report.set_outcome(v1::ImportResponse::OUTCOME_REFUSED);
  report.add_notes(absl::StrCat("json: ", why));
  Add(report);
}

void Summary::Print(std::ostream& out, std::string_view fate) const {
  bool any = false;
  for (const Row& row : rows_) {
    for (const auto& [line, note] : row.notes) {
      out << row.name << ' ' << Escaped(note) << '\n';
    }
    if (row.more_notes > 0) {
      out << absl::StrFormat("%s: … and %d more notes\n", row.name, row.more_notes);
    }
    any |= !row.notes.empty();
  }
  if (any) out << '\n';
  out << absl::StrFormat("%-22s %9s %9s %9s %9s\n", "file", "created", "updated", "unchanged",
                         "refused");
  bool created = false;
  for (const Row& row : rows_) {
    out << absl::StrFormat("%-22s %9d %9d %9d %9d\n", row.name,
                           row.counts[v1::ImportResponse::OUTCOME_CREATED],
                           row.counts[v1::ImportResponse::OUTCOME_UPDATED],
                           row.counts[v1::ImportResponse::OUTCOME_UNCHANGED],
                           row.counts[v1::ImportResponse::OUTCOME_REFUSED]);
    created |= row.counts[v1::ImportResponse::OUTCOME_CREATED] > 0;
  }
  if (created && !fate.empty()) out << '\n' << fate << '\n';
}

}  // namespace clusterwire::catalogue::import_client
