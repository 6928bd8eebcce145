#include "services/notification/consent/pages/page.h"

#include <span>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"
#include "libs/template/template.h"

namespace clusterwire::notification {

// The files that CMakeLists.txt names.
std::span<const templates::Source> PageTemplates();

namespace {

using templates::Values;

// Control characters aren't allowed in HTML, nor do they say anything.
std::string Clean(std::string_view text) { return ReadableUtf8(text, text.size()); }

// Shows the section once for each text, which has its name there.
void AddAll(std::string_view section, const std::vector<std::string>& texts, Values& values) {
  for (const std::string& text : texts) values.SetIfAny(section, Clean(text));
}

void AddField(const PageField& field, Values& values) {
  Values& shown = values.Include("FIELD", "field.html");
  shown.Set("NAME", Clean(field.name)).Set("VALUE", Clean(field.value));
  shown.Set("LABEL", Clean(field.label));
  switch (field.kind) {
    case PageField::Kind::kEmail:
      shown.Add("EMAIL");
      break;
    case PageField::Kind::kCheckbox:
    case PageField::Kind::kRadio: {
      Values& choice = shown.Add("CHOICE");
      choice.Set("TYPE", field.kind == PageField::Kind::kRadio ? "radio" : "checkbox");
      if (field.checked) choice.Add("CHECKED");
      break;
    }
    default:
      shown.Add("HIDDEN");
  }
}

void AddForm(const PageForm& form, Values& values) {
  values.SetIfAny("HEADING", Clean(form.heading));
  AddAll("LINE", form.lines, values);
  Values* around = &values;
  const PageField* group = nullptr;  // of which nothing is shown yet
  for (const PageField& field : form.fields) {
    if (field.kind == PageField::Kind::kGroup) {
      group = &field;
      continue;
    }
    if (group != nullptr) around = &values.Add("GROUP").Set("LEGEND", Clean(group->label));
    group = nullptr;
    AddField(field, *around);
  }
  if (form.button.empty()) return;
  Values& submit = values.Add("SUBMIT").Set("BUTTON", Clean(form.button));
  if (form.loud) submit.Add("LOUD");
  submit.SetIfAny("DESCRIBED", Clean(form.described));
}

std::string HtmlOf(const Page& page) {
  static const auto& set = *new templates::Set(PageTemplates());
  Values values;
  values.Set("LANGUAGE", text::LanguageTag(page.language)).Set("TITLE", Clean(page.title));
  values.SetIfAny("TROUBLE", Clean(page.trouble));
  AddAll("PARAGRAPH", page.paragraphs, values);
  for (const PageForm& form : page.forms) AddForm(form, values.Add("FORM"));
  AddAll("CLOSING", page.closing, values);
  if (!page.sender.empty()) AddAll("SENDER", page.sender, values.Add("FOOTER"));
  return set.Render("page.html", values);
}

// The style is the page's own: no other is let in.
std::string PolicyOf(const std::string& html) {
  constexpr std::string_view kBegin = "<style>";
  const size_t begin = html.find(kBegin) + kBegin.size();
  const std::string style = html.substr(begin, html.find("</style>") - begin);
  return absl::StrCat("default-src 'none'; style-src 'sha256-", absl::Base64Escape(Sha256(style)),
                      "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
}

}  // namespace

http::ServerReply ReplyOf(int status, const Page& page) {
  static const std::string& policy = *new std::string(PolicyOf(HtmlOf({})));
  return {.status = status,
          .content_type = "text/html; charset=utf-8",
          .body = HtmlOf(page),
          .headers = {{"Content-Security-Policy", policy},
                      {"Cache-Control", "no-store"},
                      {"Referrer-Policy", "no-referrer"},
                      {"X-Frame-Options", "DENY"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"X-Robots-Tag", "noindex"},
                      {"Content-Language", std::string(text::LanguageTag(page.language))},
                      {"Vary", "Accept-Language"}}};
}

}  // namespace clusterwire::notification
