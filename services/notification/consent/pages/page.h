#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libs/http/server/server.h"
#include "libs/text/language.h"

namespace clusterwire::notification {

// What a page says, every text in its language. All of it is text: nothing in it is markup.
struct PageField {
  // kGroup has a label alone: what follows, up to the next one, belongs together under it.
  enum class Kind { kHidden, kEmail, kCheckbox, kRadio, kGroup };
  Kind kind = Kind::kHidden;
  std::string name = {};
  std::string value = {};
  std::string label = {};
  bool checked = false;
};
struct PageForm {
  std::string heading = {};
  std::vector<std::string> lines = {};
  std::vector<PageField> fields = {};
  std::string button = {};     // empty: nothing can be sent, as of what is over
  std::string described = {};  // what the button is for, where several are alike
  bool loud = false;           // the page's main button
};
struct Page {
  text::Language language = text::Language::kEnglish;
  std::string title = {};
  std::string trouble = {};  // what was wrong with the last form; empty: nothing
  std::vector<std::string> paragraphs = {};
  std::vector<PageForm> forms = {};
  std::vector<std::string> closing = {};
  std::vector<std::string> sender = {};  // who answers for it: lines
};

// A page as an answer, in plain HTML, readable on a phone and without scripts: nothing keeps it,
// frames it, or tells where its reader came from, and nothing in it runs. What it says is put into
// page.html.
http::ServerReply ReplyOf(int status, const Page& page);

}  // namespace clusterwire::notification
