#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

#include "libs/facts/registry.h"
#include "libs/text/form.h"
#include "libs/text/text.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/words.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMaxCodes = 5000;
constexpr size_t kMaxCodeLength = 30;
constexpr int kMaxOtherNames = 20;
constexpr size_t kMaxNameLength = 200;

bool IsCode(const std::string& code) {
  return !code.empty() && code.size() <= kMaxCodeLength &&
         std::all_of(code.begin(), code.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-'; });
}

// How codes of that list are written wherever they are used: text::CodeForm().
std::string CodeIn(const std::string& list, const std::string& code) {
  return text::CodeForm(absl::StrCat(list, ":", code)).substr(list.size() + 1);
}

v1::TaxonomyCode InForm(const std::string& list, v1::TaxonomyCode code) {
  code.set_code(CodeIn(list, code.code()));
  if (!code.parent().empty()) code.set_parent(CodeIn(list, code.parent()));
  return code;
}

void Settle(const Context&, v1::Taxonomy* taxonomy) {
  for (v1::TaxonomyCode& code : *taxonomy->mutable_codes()) code = InForm(taxonomy->list(), code);
}

void CheckTaxonomyCodes(const v1::Taxonomy& taxonomy, FieldErrors& errors) {
  if (taxonomy.codes_size() < 1 || taxonomy.codes_size() > kMaxCodes) {
    errors.Add("taxonomy.codes",
               absl::StrCat("has ", taxonomy.codes_size(), "; 1 to ", kMaxCodes, " are possible"));
  }
  std::set<std::string> seen;
  for (int i = 0; i < taxonomy.codes_size(); ++i) {
    const v1::TaxonomyCode code = InForm(taxonomy.list(), taxonomy.codes(i));
    const std::string path = PathTo("taxonomy", "codes", i);
    if (!IsCode(code.code())) {
      errors.Add(PathTo(path, "code"),
                 absl::StrCat("'", code.code(), "' must be 1 to 30 letters, digits and '-'"));
    } else if (seen.contains(code.code())) {
      errors.Add(PathTo(path, "code"), absl::StrCat("'", code.code(), "' is there twice"));
    }
    if (!code.parent().empty() && !seen.contains(code.parent())) {
      errors.Add(
          PathTo(path, "parent"),
          absl::StrCat("'", code.parent(), "' must stand before its child '", code.code(), "'"));
    }
    seen.insert(code.code());
    CheckTitle(PathTo(path, "title"), code.title(), errors);
    CheckLocalizedTexts(PathTo(path, "localized_titles"), code.localized_titles(), errors);
    CheckTexts(PathTo(path, "other_names"), code.other_names(), kMaxOtherNames, kMaxNameLength,
               errors);
  }
}

void CheckList(const v1::Taxonomy* before, const v1::Taxonomy& taxonomy, const Context& context,
               FieldErrors& errors) {
  const v1::Taxonomy* other = context.book.FindList(taxonomy.list());
  if (!resource::IsId(taxonomy.list()) || taxonomy.list().size() > kMaxCodeLength ||
      taxonomy.list() == kNamedList) {
    errors.Add("taxonomy.list", absl::StrCat("'", taxonomy.list(), "' must be 1 to 30 lower case ",
                                             "letters, digits and '-', and not 'named'"));
  } else if (before != nullptr && before->list() != taxonomy.list()) {
    errors.Add("taxonomy.list", absl::StrCat("is '", before->list(), "' and can't be changed"));
  } else if (other != nullptr && other->name() != taxonomy.name()) {
    errors.Add("taxonomy.list",
               absl::StrCat("'", taxonomy.list(), "' is the list of ", other->name()));
  }
}

absl::Status Check(const v1::Taxonomy* before, const v1::Taxonomy& taxonomy, const Context& context,
                   FieldErrors& errors) {
  CheckTitle("taxonomy.title", taxonomy.title(), errors);
  CheckList(before, taxonomy, context, errors);
  if (WordOf(taxonomy.subject()).empty()) {
    errors.Add("taxonomy.subject", "is required: SUBJECT_SECTOR or SUBJECT_REGION");
  }
  resource::CheckText(errors, "taxonomy.version", taxonomy.version(), 0, 50);
  CheckTaxonomyCodes(taxonomy, errors);
  CheckUri("taxonomy.link", taxonomy.link(), errors);
  CheckOrigin("taxonomy", taxonomy.sources(), taxonomy.external_ids(), errors);
  return absl::OkStatus();
}

absl::Status CheckTaxonomyUnused(const v1::Taxonomy& taxonomy, const Context& context) {
  const std::string prefix = absl::StrCat(taxonomy.list(), ":");
  return CheckUnused(context.reader, context.viewer, taxonomy.name(),
                     [&](const std::string& use) { return absl::StartsWith(use, prefix); });
}

}  // namespace

Rules<v1::Taxonomy> TaxonomyRules() {
  return {.type = "taxonomy",
          .collection = "taxonomies",
          .output_only = {"edited_fields"},
          .suggest_id = [](const v1::Taxonomy& taxonomy) { return text::Slug(taxonomy.title()); },
          .check = &Check,
          .settle = &Settle,
          .check_unused = &CheckTaxonomyUnused};
}

absl::StatusOr<std::vector<v1::FoundCode>> Taxonomies::SearchCodes(const ReadCall& call,
                                                                   std::string_view query,
                                                                   std::string_view taxonomy,
                                                                   size_t limit,
                                                                   FieldErrors errors) const {
  const std::string asked = text::InForm(query, type::v1::FORM_LINE, "query", errors);
  resource::CheckText(errors, "query", asked, 1, 200);
  if (!taxonomy.empty()) {
    errors.AddAll("", resource::NamePattern("taxonomies/{taxonomy}").Check("taxonomy", taxonomy));
  }
  RETURN_IF_ERROR(errors.ToStatus());
  ASSIGN_OR_RETURN(const auto reader, store().Read(call.at_least));
  if (!taxonomy.empty()) RETURN_IF_ERROR(CheckMaySee(*reader, call.viewer, taxonomy));
  ASSIGN_OR_RETURN(const auto codes, CodesAt(*reader));
  return codes->Find(asked, taxonomy, limit);
}

absl::StatusOr<std::shared_ptr<const CodeIndex>> Taxonomies::CodesAt(
    const store::Reader& reader) const {
  ASSIGN_OR_RETURN(const int64_t changed, store().Setting(facts::kCodesRevision));
  // Held while the index is made, which a change of a code list brings about and no caller can: who
  // waits would have to make it otherwise.
  MutexLock lock(mutex_);
  if (codes_ == nullptr || codes_at_ < changed) {
    ASSIGN_OR_RETURN(auto book, CodeBook::Read(reader));
    codes_ = std::make_shared<const CodeIndex>(std::move(book));
    codes_at_ = reader.revision().value;
  }
  return codes_;
}

}  // namespace clusterwire::catalogue
