#include "libs/text/email.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include <unicode/idna.h>

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/text/icu.h"

namespace clusterwire::text {
namespace {

constexpr size_t kMaxAddress = 254;  // bytes: what a path of RFC 5321 holds
constexpr size_t kMaxLocal = 64;     // bytes

absl::Status NoAddress(std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(ToAbsl(why), "; write an address like anna@example.org"));
}

// By RFC 5321, 5322 and 6531: parts of a dot-atom, without the quoted forms that hardly any mailbox
// has and that servers read in different ways.
bool IsAtomCharacter(unsigned char c) {
  return c >= 0x80 || absl::ascii_isalnum(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(static_cast<char>(c)) !=
             std::string_view::npos;
}

absl::Status CheckLocal(std::string_view local) {
  if (local.empty()) return NoAddress("has nothing before its \"@\"");
  if (local.size() > kMaxLocal) {
    return NoAddress(absl::StrCat("has more than ", kMaxLocal, " bytes before its \"@\""));
  }
  const bool dots =
      local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos;
  if (dots) return NoAddress("has a dot where none may stand before its \"@\"");
  const bool good = std::ranges::all_of(
      local, [](char c) { return c == '.' || IsAtomCharacter(static_cast<unsigned char>(c)); });
  if (good) return absl::OkStatus();
  return NoAddress("has a space, a quote, a bracket or another character that is no part of one");
}

const icu::IDNA& Idna() {
  static const icu::IDNA& idna =
      *Made<icu::IDNA>("rules of domain names", [](UErrorCode& error) {
         return icu::IDNA::createUTS46Instance(
             UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
                 UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
             error);
       }).release();
  return idna;
}

absl::StatusOr<std::string> DomainForm(std::string_view domain) {
  const absl::Status none = NoAddress("has behind its \"@\" no name on the Internet");
  if (domain.empty() || domain.back() == '.') return none;
  icu::UnicodeString ascii;
  icu::IDNAInfo info;
  UErrorCode error = U_ZERO_ERROR;
  Idna().nameToASCII(FromUtf8(domain), ascii, info, error);
  if (U_FAILURE(error) != 0 || info.hasErrors() != 0) return none;
  std::string name = ToUtf8(ascii);
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return none;
  // "127.0.0.1" is an address of a machine, not of mail.
  if (std::ranges::all_of(name.substr(dot + 1),
                          [](unsigned char c) { return absl::ascii_isdigit(c); })) {
    return none;
  }
  return name;
}

}  // namespace

absl::StatusOr<std::string> EmailForm(std::string_view line) {
  const size_t at = line.rfind('@');
  if (at == std::string_view::npos) return NoAddress("has no \"@\"");
  const std::string_view local = line.substr(0, at);
  RETURN_IF_ERROR(CheckLocal(local));
  ASSIGN_OR_RETURN(const std::string domain, DomainForm(line.substr(at + 1)));
  std::string address = absl::StrCat(ToAbsl(local), "@", domain);
  if (address.size() <= kMaxAddress) return address;
  return NoAddress(absl::StrCat("is longer than ", kMaxAddress, " bytes"));
}

std::string_view EmailDomain(std::string_view address) {
  return address.substr(address.rfind('@') + 1);
}

}  // namespace clusterwire::text
