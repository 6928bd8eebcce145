#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

// Inside the library: the documents of a segment as bytes.
namespace clusterwire::search {

// Each document's name, the key by which its title sorts, and its Facts as bytes without the name,
// numbered in the order of keys, then names. Of the Facts' fields those that many documents have
// ("iso:DE" with its title) are kept once.
class Records {
 public:
  // Fields are kept once where there are enough documents for it to be worth the time.
  explicit Records(bool keep_once);

  // In order.
  void Add(std::string_view name, std::string_view key, std::string_view facts);
  // After the last one: makes Find() work, and lets go of what only Add() needs.
  void Seal();

  uint32_t size() const { return static_cast<uint32_t>(starts_.size() - 1); }
  std::string_view name(uint32_t ordinal) const { return Read(ordinal).name; }
  std::string_view key(uint32_t ordinal) const { return Read(ordinal).key; }
  std::string Facts(uint32_t ordinal) const;

  // The document of that name; size() where there is none.
  uint32_t Find(std::string_view name) const;
  // The first document that comes behind such a key and name.
  uint32_t Behind(std::string_view key, std::string_view name) const;

 private:
  struct Record {
    std::string_view name, key, packed;
  };
  Record Read(uint32_t ordinal) const;
  void Pack(std::string_view facts);
  // The number of a field that is kept once.
  bool NumberOf(std::string_view field, uint64_t* number);

  const bool keep_once_;
  std::string bytes_;
  std::vector<uint64_t> starts_ = {0};
  std::vector<uint32_t> table_;  // open addressing: ordinal + 1 by hash of name
  std::string fields_;
  std::vector<uint64_t> field_starts_ = {0};
  // While documents are added.
  absl::flat_hash_set<uint64_t> seen_;                  // hashes of fields met once
  absl::flat_hash_map<std::string, uint64_t> numbers_;  // of fields met again
};

}  // namespace clusterwire::search
