#include "services/notification/consent/pages/page.h"

#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}"
    "body{margin:0 auto;max-width:38rem;padding:1rem;font:1.05rem/1.5 system-ui,sans-serif;"
    "overflow-wrap:anywhere}"
    "h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.1rem;margin:0 0 .5rem}"
    "form{border:1px solid #8888;border-radius:.5rem;padding:1rem;margin:1rem 0}"
    "p{margin:.6rem 0}label{display:block;padding:.4rem 0}"
    "input[type=email]{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.6rem;"
    "margin-top:.2rem}"
    "input[type=checkbox],input[type=radio]{width:1.2rem;height:1.2rem;margin-right:.6rem;"
    "vertical-align:-.2rem}"
    "button{font:inherit;padding:.7rem 1.1rem;min-height:2.9rem;border-radius:.4rem;"
    "border:1px solid #1a56b0;background:transparent;color:inherit;cursor:pointer}"
    "button.loud{background:#1a56b0;color:#fff}"
    "fieldset{border:0;margin:.8rem 0;padding:0}legend{font-weight:600;padding:0}"
    "footer{border-top:1px solid #8888;margin-top:2rem;padding-top:.5rem;font-size:.9rem}"
    "footer p{margin:.2rem 0}button{margin-top:.4rem}"
    ".trouble{border-left:.3rem solid #b3261e;padding-left:.8rem}";

// As text and inside an attribute in quotes.
std::string Escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        // Control characters aren't allowed in HTML, nor do they say anything.
        html += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
    }
  }
  return html;
}

void Add(std::string_view element, std::string_view text, std::string& html) {
  if (text.empty()) return;
  // The direction that a text is written in ends with it.
  absl::StrAppend(&html, "<", ToAbsl(element), " dir=\"auto\">", Escaped(text), "</",
                  ToAbsl(element), ">\n");
}

std::string TypeOf(PageField::Kind kind) {
  switch (kind) {
    case PageField::Kind::kHidden:
      return "hidden";
    case PageField::Kind::kEmail:
      return "email";
    case PageField::Kind::kCheckbox:
      return "checkbox";
    case PageField::Kind::kRadio:
      return "radio";
    case PageField::Kind::kGroup:
      break;
  }
  return "hidden";
}

void AddField(const PageField& field, std::string& html) {
  const std::string input = absl::StrCat(
      "<input type=\"", TypeOf(field.kind), "\" name=\"", Escaped(field.name), "\" value=\"",
      Escaped(field.value), "\"", field.checked ? " checked" : "",
      field.kind == PageField::Kind::kEmail ? " required maxlength=\"254\" autocomplete=\"email\""
                                            : "",
      ">");
  if (field.kind == PageField::Kind::kHidden) {
    absl::StrAppend(&html, input, "\n");
  } else if (field.kind == PageField::Kind::kEmail) {
    absl::StrAppend(&html, "<label>", Escaped(field.label), input, "</label>\n");
  } else {
    absl::StrAppend(&html, "<label>", input, "<span dir=\"auto\">", Escaped(field.label),
                    "</span></label>\n");
  }
}

void AddForm(const PageForm& form, std::string& html) {
  absl::StrAppend(&html, "<form method=\"post\" accept-charset=\"utf-8\">\n");
  Add("h2", form.heading, html);
  for (const std::string& line : form.lines) Add("p", line, html);
  bool grouped = false;
  for (const PageField& field : form.fields) {
    if (field.kind != PageField::Kind::kGroup) {
      AddField(field, html);
      continue;
    }
    absl::StrAppend(&html, grouped ? "</fieldset>\n" : "", "<fieldset>\n<legend>",
                    Escaped(field.label), "</legend>\n");
    grouped = true;
  }
  if (grouped) absl::StrAppend(&html, "</fieldset>\n");
  if (!form.button.empty()) {
    absl::StrAppend(&html, "<button type=\"submit\"", form.loud ? " class=\"loud\"" : "");
    if (!form.described.empty()) {
      absl::StrAppend(&html, " aria-label=\"", Escaped(form.described), "\"");
    }
    absl::StrAppend(&html, ">", Escaped(form.button), "</button>\n");
  }
  absl::StrAppend(&html, "</form>\n");
}

}  // namespace

std::string HtmlOf(const Page& page) {
  std::string html =
      absl::StrCat("<!DOCTYPE html>\n<html lang=\"", ToAbsl(text::LanguageTag(page.language)),
                   "\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"robots\" content=\"noindex\">\n<title>",
                   Escaped(page.title), "</title>\n<style>", ToAbsl(kStyle),
                   "</style>\n</head>\n<body>\n<main>\n");
  Add("h1", page.title, html);
  if (!page.trouble.empty()) {
    absl::StrAppend(&html, "<p class=\"trouble\" role=\"alert\" dir=\"auto\">",
                    Escaped(page.trouble), "</p>\n");
  }
  for (const std::string& paragraph : page.paragraphs) Add("p", paragraph, html);
  for (const PageForm& form : page.forms) AddForm(form, html);
  for (const std::string& paragraph : page.closing) Add("p", paragraph, html);
  absl::StrAppend(&html, "</main>\n");
  if (!page.sender.empty()) {
    absl::StrAppend(&html, "<footer>\n");
    for (const std::string& line : page.sender) Add("p", line, html);
    absl::StrAppend(&html, "</footer>\n");
  }
  absl::StrAppend(&html, "</body>\n</html>\n");
  return html;
}

http::ServerReply ReplyOf(int status, const Page& page) {
  static const std::string& policy = *new std::string(
      absl::StrCat("default-src 'none'; style-src 'sha256-", absl::Base64Escape(Sha256(kStyle)),
                   "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"));
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
