#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "roaring/roaring.hh"

#include "libs/search/index.h"

// Inside the library: what a snapshot is made of.
namespace clusterwire::search {

// The Facts of one resource, read once. Immutable and shared by all snapshots that have it.
struct Document {
  explicit Document(filter::Facts given)
      : facts(std::move(given)), columns(filter::ColumnsOf(facts)), terms(filter::TermsOf(facts)) {}

  const filter::Facts facts;
  const filter::Columns columns;
  const std::vector<filter::Term> terms;
};
using Documents = std::vector<std::shared_ptr<const Document>>;

// Documents numbered in order of name, and for each term the set of numbers that have it.
// Immutable.
class Base {
 public:
  // `documents` are sorted by name, each name once.
  explicit Base(Documents documents);

  const Documents& documents() const { return documents_; }
  // The number of the document with that name, or -1.
  int64_t Find(const std::string& name) const;
  // Those that have a term of each group.
  Roaring WithTerms(const std::vector<std::vector<filter::Term>>& groups) const;

 private:
  const Documents documents_;
  absl::flat_hash_map<filter::Term, Roaring> postings_;
};

struct Snapshot::Layers {
  size_t overlay_limit;
  std::shared_ptr<const Base> base;
  Roaring hidden;  // documents of the base that are gone or replaced
  std::map<std::string, std::shared_ptr<const Document>> overlay;

  // In order of name.
  std::vector<const Document*> Matching(const Predicate& predicate) const;
};

}  // namespace clusterwire::search
