#pragma once

#include <string>
#include <vector>

#include "libs/text/language.h"

// Inside the letters: a letter in the order in which it is read, every text in its language. Both
// forms are made of it, so that both say the same.
namespace clusterwire::notification {

struct SheetLink {
  std::string label;
  std::string address;  // http or https; empty: there is none, and no label is shown
};

struct SheetEntry {
  std::string title;  // empty: the sheet's heading says it
  SheetLink link;     // its label isn't shown in the text form of an entry
  std::vector<std::string> lines;
  std::string why;  // stands before the reasons
  std::vector<std::string> reasons;
};

struct SheetGroup {
  std::string heading;  // empty: no group of its own
  std::vector<SheetEntry> entries;
};

struct Sheet {
  text::Language language = text::Language::kEnglish;
  std::string subject;
  std::string heading;
  std::vector<std::string> paragraphs;
  SheetLink button;
  std::vector<SheetGroup> groups;
  std::vector<std::string> closing;  // paragraphs
  std::vector<std::string> because;  // why it comes, and what the reader may do about it
  std::vector<SheetLink> links;
  std::vector<std::string> sender;  // lines
};

// Plain text. Editors' lines are indented; no line of ours is.
std::string TextOf(const Sheet& sheet);
// A page of HTML: nothing in it is fetched from anywhere, and nothing in it runs.
std::string PageOf(const Sheet& sheet);

}  // namespace clusterwire::notification
