#include "services/notification/channels/letters/sheet.h"

#include <string_view>

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "services/notification/channels/letters/shown.h"

namespace clusterwire::notification {
namespace {

void AddParagraphs(const std::vector<std::string>& paragraphs, std::string& text) {
  for (const std::string& paragraph : paragraphs) absl::StrAppend(&text, "\n", paragraph, "\n");
}

void AddEntry(const SheetEntry& entry, std::string& text) {
  if (entry.title.empty()) {
    text += "\n";
  } else {
    absl::StrAppend(&text, "\n* ", entry.title, "\n");
  }
  for (const std::string& line : entry.lines) absl::StrAppend(&text, "  ", line, "\n");
  if (!entry.reasons.empty()) absl::StrAppend(&text, "  ", entry.why, "\n");
  for (const std::string& reason : entry.reasons) absl::StrAppend(&text, "  - ", reason, "\n");
  if (!entry.link.address.empty()) {
    absl::StrAppend(&text, "  ", entry.link.label, ": ", entry.link.address, "\n");
  }
}

void AddLink(const SheetLink& link, std::string& text) {
  if (!link.address.empty()) absl::StrAppend(&text, link.label, ":\n", link.address, "\n");
}

}  // namespace

std::string Shown(std::string_view text, size_t bytes) {
  std::string shown = ReadableUtf8(text, bytes);
  if (text.size() > bytes) shown += "…";
  return shown;
}

std::string TextOf(const Sheet& sheet) {
  std::string text = absl::StrCat(sheet.heading, "\n");
  AddParagraphs(sheet.paragraphs, text);
  if (!sheet.button.address.empty()) {
    text += "\n";
    AddLink(sheet.button, text);
  }
  for (const SheetGroup& group : sheet.groups) {
    if (!group.heading.empty()) absl::StrAppend(&text, "\n== ", group.heading, " ==\n");
    for (const SheetEntry& entry : group.entries) AddEntry(entry, text);
  }
  AddParagraphs(sheet.closing, text);
  text += "\n----\n";
  for (const std::string& line : sheet.because) absl::StrAppend(&text, line, "\n");
  for (const SheetLink& link : sheet.links) AddLink(link, text);
  if (!sheet.sender.empty()) text += "\n";
  for (const std::string& line : sheet.sender) absl::StrAppend(&text, line, "\n");
  return text;
}

}  // namespace clusterwire::notification
