#include "libs/text/form.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include <unicode/locid.h>
#include <unicode/strenum.h>
#include <unicode/timezone.h>

#include "libs/base/text/strings.h"
#include "libs/text/email.h"
#include "libs/text/icu.h"
#include "libs/text/text.h"

namespace clusterwire::text {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// The lists whose publishers write their codes in capitals.
constexpr std::string_view kCapitalLists[] = {"nuts", "iso"};

// These are invisible and mean nothing where they stand: they would only make two texts of one.
const icu::UnicodeSet& Meaningless() {
  static const icu::UnicodeSet& set =
      MakeSet("[\\u00AD\\u200B\\u2060-\\u2064\\u206A-\\u206F\\uFEFF]");
  return set;
}

// Cut off at both ends. Not all that is invisible: an emoji may end in such a character.
const icu::UnicodeSet& Blank() {
  static const icu::UnicodeSet& set =
      MakeSet("[[:White_Space:]\\u061C\\u180E\\u200C-\\u200F\\u115F\\u1160\\u3164\\uFFA0\\u2800]");
  return set;
}

// A text of these alone shows nothing.
const icu::UnicodeSet& Invisible() {
  static const icu::UnicodeSet& set =
      MakeSet("[[:White_Space:][:Default_Ignorable_Code_Point:][:Cf:]\\u2800]");
  return set;
}

// What could make one line look like several, or turn what stands beside it.
const icu::UnicodeSet& RefusedInLine() {
  static const icu::UnicodeSet& set =
      MakeSet("[[:Cc:][:Zl:][:Zp:][:Bidi_Control:][:Noncharacter_Code_Point:]]");
  return set;
}

const icu::UnicodeSet& RefusedInLines() {
  static const icu::UnicodeSet& set = MakeSet(
      "[[[:Cc:][:Noncharacter_Code_Point:]\\u202A-\\u202E\\u2066-\\u2069]-[\\u0009\\u000A]]");
  return set;
}

// Printable ASCII without a space at its ends: most texts, and in form as they are.
bool IsPlain(std::string_view text) {
  return !text.empty() && text.front() != ' ' && text.back() != ' ' &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void UnifyLineEnds(icu::UnicodeString& text) {
  text.findAndReplace(icu::UnicodeString("\r\n"), icu::UnicodeString("\n"));
  for (const char16_t end : {u'\r', u'\u0085', u'\u2028', u'\u2029'}) {
    text.findAndReplace(icu::UnicodeString(end), icu::UnicodeString(u'\n'));
  }
}

void Trim(icu::UnicodeString& text) {
  const int32_t end = Blank().spanBack(text, text.length(), USET_SPAN_CONTAINED);
  text.truncate(end);
  text.remove(0, Blank().span(text, 0, USET_SPAN_CONTAINED));
}

std::string ReasonToRefuse(UChar32 character, int32_t position) {
  const std::string where = absl::StrFormat("holds U+%04X as character %d, ", character, position);
  if (character == '\n' || character == 0x2028 || character == 0x2029) {
    return where + "a line break; it must be one line";
  }
  if (character == '\t') return where + "a tab; write spaces";
  if (u_charType(character) == U_CONTROL_CHAR) return where + "a control character; leave it out";
  if (u_hasBinaryProperty(character, UCHAR_BIDI_CONTROL)) {
    return where +
           "which turns the direction of writing and could pass itself off as other text; " +
           "leave it out";
  }
  return where + "which is no character; leave it out";
}

// Names the first that is refused, and puts a space in place of each.
void Refuse(const icu::UnicodeSet& refused, icu::UnicodeString& text, std::string_view path,
            FieldErrors& errors) {
  const int32_t first = refused.span(text, 0, USET_SPAN_NOT_CONTAINED);
  if (first == text.length()) return;
  errors.Add(path, ReasonToRefuse(text.char32At(first), text.countChar32(0, first) + 1));
  for (int32_t at = first; at < text.length();
       at = refused.span(text, at, USET_SPAN_NOT_CONTAINED)) {
    text.replace(at, U16_LENGTH(text.char32At(at)), UChar32{' '});
  }
}

std::string ForPeople(std::string_view utf8, bool one_line, std::string_view path,
                      FieldErrors& errors) {
  if (utf8.empty() || IsPlain(utf8)) return std::string(utf8);
  icu::UnicodeString text = Composed(Without(FromUtf8(utf8), Meaningless()));
  text.findAndReplace(icu::UnicodeString("\r\n"), icu::UnicodeString("\n"));
  if (!one_line) UnifyLineEnds(text);
  Trim(text);
  if (Invisible().containsAll(text)) {
    errors.Add(path, "is blank: it holds only spaces and characters that can't be seen");
    return "";
  }
  Refuse(one_line ? RefusedInLine() : RefusedInLines(), text, path, errors);
  return ToUtf8(text);
}

std::string EmailInForm(std::string_view text, std::string_view path, FieldErrors& errors) {
  FieldErrors wrong;
  const std::string line = ForPeople(text, /*one_line=*/true, path, wrong);
  if (wrong.empty() && line.empty()) return line;
  const absl::StatusOr<std::string> address =
      wrong.empty() ? EmailForm(line) : absl::StatusOr<std::string>(wrong.ToStatus());
  errors.AddAll(wrong.empty() ? path : "", address.status());
  return address.ok() ? *address : " ";
}

std::string Trimmed(std::string_view text) {
  return std::string(ToStd(absl::StripAsciiWhitespace(ToAbsl(text))));
}

std::string Upper(std::string_view text) { return absl::AsciiStrToUpper(ToAbsl(text)); }

Form FormOf(const FieldDescriptor& field) { return field.options().GetExtension(type::v1::form); }

void BringFieldToForm(Message* message, const FieldDescriptor& field, const std::string& path,
                      FieldErrors& errors) {
  const Form form = FormOf(field);
  if (form == type::v1::FORM_UNSPECIFIED || form == type::v1::FORM_EXACT) return;
  const Reflection& reflection = *message->GetReflection();
  if (!field.is_repeated()) {
    const std::string text = reflection.GetString(*message, &field);
    reflection.SetString(message, &field, InForm(text, form, path, errors));
    return;
  }
  for (int i = 0; i < reflection.FieldSize(*message, &field); ++i) {
    const std::string text = reflection.GetRepeatedString(*message, &field, i);
    reflection.SetRepeatedString(message, &field, i,
                                 InForm(text, form, absl::StrCat(path, "[", i, "]"), errors));
  }
}

}  // namespace

std::string CodeForm(std::string_view code) {
  const std::string trimmed = Trimmed(code);
  const size_t colon = trimmed.find(':');
  if (colon == std::string::npos) return trimmed;
  const std::string list = absl::AsciiStrToLower(trimmed.substr(0, colon));
  const std::string_view rest = std::string_view(trimmed).substr(colon);
  const bool capitals = std::ranges::find(kCapitalLists, list) != std::end(kCapitalLists);
  return list + (capitals ? Upper(rest) : absl::AsciiStrToLower(ToAbsl(rest)));
}

std::string LanguageForm(std::string_view tag) {
  const std::string lower = WordForm(tag);
  if (!IsLanguageTag(lower)) return lower;
  UErrorCode error = U_ZERO_ERROR;
  const auto written =
      icu::Locale::forLanguageTag(Piece(lower), error).toLanguageTag<std::string>(error);
  return U_SUCCESS(error) ? written : lower;
}

std::string TimeZoneForm(std::string_view zone) {
  static const auto& zones = *new std::map<std::string, std::string>([] {
    const auto ids = Made<icu::StringEnumeration>("time zones", [](UErrorCode& error) {
      return icu::TimeZone::createTimeZoneIDEnumeration(UCAL_ZONE_TYPE_ANY, nullptr, nullptr,
                                                        error);
    });
    std::map<std::string, std::string> found;
    UErrorCode error = U_ZERO_ERROR;
    while (const icu::UnicodeString* id = ids->snext(error)) {
      found.emplace(WordForm(ToUtf8(*id)), ToUtf8(*id));
    }
    return found;
  }());
  const auto known = zones.find(WordForm(zone));
  return known == zones.end() ? std::string(zone) : known->second;
}

std::string WordForm(std::string_view word) { return absl::AsciiStrToLower(Trimmed(word)); }

std::string InForm(std::string_view text, Form form, std::string_view path, FieldErrors& errors) {
  switch (form) {
    case type::v1::FORM_LINE:
    case type::v1::FORM_LINES:
      return ForPeople(text, form == type::v1::FORM_LINE, path, errors);
    case type::v1::FORM_LANGUAGE:
      return LanguageForm(text);
    case type::v1::FORM_CODE:
      return CodeForm(text);
    case type::v1::FORM_COUNTRY:
    case type::v1::FORM_DATE:
      return Upper(Trimmed(text));
    case type::v1::FORM_TIME_ZONE:
      return TimeZoneForm(text);
    case type::v1::FORM_WORD:
      return WordForm(text);
    case type::v1::FORM_EMAIL:
      return EmailInForm(text, path, errors);
    default:
      return std::string(text);
  }
}

void BringToForm(Message* message, FieldErrors& errors, std::string_view path) {
  const Reflection& reflection = *message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string at =
        path.empty() ? field->name() : absl::StrCat(ToAbsl(path), ".", field->name());
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      BringFieldToForm(message, *field, at, errors);
    } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) {
      continue;
    } else if (!field->is_repeated()) {
      BringToForm(reflection.MutableMessage(message, field), errors, at);
    } else {
      for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
        BringToForm(reflection.MutableRepeatedMessage(message, field, i), errors,
                    absl::StrCat(at, "[", i, "]"));
      }
    }
  }
}

}  // namespace clusterwire::text
