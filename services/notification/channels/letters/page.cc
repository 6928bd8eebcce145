#include <span>

#include "libs/template/template.h"
#include "services/notification/channels/letters/sheet.h"

namespace clusterwire::notification {

// The files that CMakeLists.txt names.
std::span<const templates::Source> LetterTemplates();

namespace {

using templates::Values;

// Shows the section once for each text, which has its name there.
void AddAll(const std::string& section, const std::vector<std::string>& texts, Values& values) {
  for (const std::string& text : texts) values.SetIfAny(section, text);
}

void AddLink(const char* section, const SheetLink& link, Values& values) {
  if (link.address.empty()) return;
  values.Add(section).Set("LABEL", link.label).Set("ADDRESS", link.address);
}

void AddEntry(const SheetEntry& entry, Values& values) {
  values.SetIfAny("TITLE", entry.title);
  AddAll("LINE", entry.lines, values);
  if (!entry.reasons.empty()) {
    AddAll("REASON", entry.reasons, values.Add("REASONS").Set("WHY", entry.why));
  }
  AddLink("LINK", entry.link, values);
}

}  // namespace

std::string PageOf(const Sheet& sheet) {
  static const auto& set = *new templates::Set(LetterTemplates());
  Values values;
  values.Set("LANGUAGE", text::LanguageTag(sheet.language));
  values.Set("SUBJECT", sheet.subject).Set("HEADING", sheet.heading);
  AddAll("PARAGRAPH", sheet.paragraphs, values);
  AddLink("BUTTON", sheet.button, values);
  for (const SheetGroup& group : sheet.groups) {
    Values& shown = values.Add("GROUP");
    shown.SetIfAny("GROUP_HEADING", group.heading);
    for (const SheetEntry& entry : group.entries) AddEntry(entry, shown.Add("ENTRY"));
  }
  AddAll("CLOSING", sheet.closing, values);
  AddAll("BECAUSE", sheet.because, values);
  for (const SheetLink& link : sheet.links) AddLink("FOOT_LINK", link, values);
  AddAll("SENDER", sheet.sender, values);
  return set.Render("letter.html", values);
}

}  // namespace clusterwire::notification
