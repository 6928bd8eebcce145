#include "libs/filter/terms/terms.h"

#include <algorithm>
#include <string>

#include "libs/filter/terms/columns.h"
#include "libs/filter/terms/geo.h"

namespace clusterwire::filter {
namespace {

constexpr int kFieldShift = 56;

// FNV-1a, then the finaliser of MurmurHash3, so that the low bits are as good as the high ones.
uint64_t Hash(std::string_view value) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : value) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
  return hash ^ (hash >> 33);
}

template <typename Values>
void AddAll(TermField field, const Values& values, std::vector<Term>& terms) {
  for (const auto& value : values) terms.push_back(MakeTerm(field, value));
}

void AddOne(TermField field, std::string_view value, std::vector<Term>& terms) {
  if (!value.empty()) terms.push_back(MakeTerm(field, value));
}

// The name and everything it is under: "clusters/x/labels/y", "clusters/x/labels", "clusters/x",
// "clusters".
void AddNameAndAbove(std::string_view name, std::vector<Term>& terms) {
  AddOne(TermField::kName, name, terms);
  for (size_t end = name.rfind('/'); end != std::string_view::npos; end = name.rfind('/')) {
    name = name.substr(0, end);
    AddOne(TermField::kName, name, terms);
  }
}

}  // namespace

Term MakeTerm(TermField field, std::string_view value) {
  const uint64_t low = Hash(value) & ((uint64_t{1} << kFieldShift) - 1);
  return static_cast<Term>(static_cast<uint64_t>(field) << kFieldShift | low);
}

TermField FieldOf(Term term) {
  return static_cast<TermField>(static_cast<uint64_t>(term) >> kFieldShift);
}

Term EverybodyTerm() { return MakeTerm(TermField::kEverybody, ""); }

Term CellTerm(uint64_t cell) { return MakeTerm(TermField::kCell, std::to_string(cell)); }

std::vector<Term> TermsOf(const Facts& facts) {
  std::vector<Term> terms;
  if (facts.has_audience()) {
    AddAll(TermField::kAudience, facts.audience().members(), terms);
  } else {
    terms.push_back(EverybodyTerm());
  }
  AddOne(TermField::kType, facts.type(), terms);
  AddNameAndAbove(facts.name(), terms);
  AddAll(TermField::kName, facts.clusters(), terms);
  AddAll(TermField::kName, facts.programmes(), terms);
  AddOne(TermField::kName, facts.parent(), terms);
  AddAll(TermField::kCode, facts.codes(), terms);
  AddAll(TermField::kProgramme, facts.programmes(), terms);
  AddAll(TermField::kLabelLevel, facts.label_levels(), terms);
  AddAll(TermField::kLabelHeld, facts.labels_held(), terms);
  AddOne(TermField::kKind, facts.kind(), terms);
  AddOne(TermField::kState, facts.state(), terms);
  AddAll(TermField::kLanguage, facts.languages(), terms);
  AddAll(TermField::kExternalId, facts.external_ids(), terms);
  AddAll(TermField::kToken, TokensOf(facts), terms);
  if (facts.has_point()) {
    if (const auto point = ExactPoint(facts.point())) {
      for (const uint64_t cell : CellsAround(*point)) terms.push_back(CellTerm(cell));
    }
  }
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

}  // namespace clusterwire::filter
