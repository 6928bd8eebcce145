#include "libs/search/segment/records.h"

#include <bit>
#include <tuple>

#include "absl/hash/hash.h"

#include "libs/base/text/strings.h"

namespace clusterwire::search {
namespace {

// Shorter ones are as short as their number; longer ones are hardly ever met again.
constexpr size_t kMinField = 3;
constexpr size_t kMaxField = 96;
// Fields met once that are remembered; those that many documents have are met again before that.
constexpr size_t kMaxSeen = 1'000'000;

constexpr size_t kUsualFacts = 1000;

void AppendNumber(uint64_t number, std::string* bytes) {
  for (; number >= 0x80; number >>= 7) *bytes += static_cast<char>(number | 0x80);
  *bytes += static_cast<char>(number);
}

// Takes a number, as protobuf writes it too, off the front; 0 of what is cut off.
uint64_t TakeNumber(std::string_view& bytes) {
  uint64_t number = 0;
  for (int shift = 0; !bytes.empty() && shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) break;
  }
  return number;
}

std::string_view Take(uint64_t size, std::string_view& bytes) {
  const std::string_view taken = bytes.substr(0, size);
  bytes.remove_prefix(taken.size());
  return taken;
}

// Takes the first field of a message, with its tag; all of it where it can't be told apart.
std::string_view TakeField(std::string_view& message) {
  std::string_view rest = message;
  switch (TakeNumber(rest) & 7) {
    case 0:
      TakeNumber(rest);
      break;
    case 1:
      Take(8, rest);
      break;
    case 2:
      Take(TakeNumber(rest), rest);
      break;
    case 5:
      Take(4, rest);
      break;
    default:
      rest = {};
  }
  return Take(message.size() - rest.size(), message);
}

size_t HashOf(std::string_view text) { return absl::Hash<absl::string_view>()(ToAbsl(text)); }

}  // namespace

Records::Records(bool keep_once) : keep_once_(keep_once) {}

bool Records::NumberOf(std::string_view field, uint64_t* number) {
  if (!keep_once_ || field.size() < kMinField || field.size() > kMaxField) return false;
  const auto known = numbers_.find(ToAbsl(field));
  if (known != numbers_.end()) {
    *number = known->second;
    return true;
  }
  // Two fields of one hash are both kept: nothing else comes of it.
  if (seen_.insert(HashOf(field)).second) {
    if (seen_.size() > kMaxSeen) seen_.clear();
    return false;
  }
  *number = field_starts_.size() - 1;
  numbers_.emplace(std::string(field), *number);
  fields_ += field;
  field_starts_.push_back(fields_.size());
  return true;
}

// Each piece is a number, 1 more than twice that of a field, or twice the size of what follows.
void Records::Pack(std::string_view facts) {
  while (!facts.empty()) {
    const std::string_view field = keep_once_ ? TakeField(facts) : Take(facts.size(), facts);
    uint64_t number = 0;
    if (NumberOf(field, &number)) {
      AppendNumber(number << 1 | 1, &bytes_);
    } else {
      AppendNumber(field.size() << 1, &bytes_);
      bytes_ += field;
    }
  }
}

void Records::Add(std::string_view name, std::string_view key, std::string_view facts) {
  AppendNumber(name.size(), &bytes_);
  bytes_ += name;
  AppendNumber(key.size(), &bytes_);
  bytes_ += key;
  Pack(facts);
  starts_.push_back(bytes_.size());
}

void Records::Seal() {
  seen_ = {};
  numbers_ = {};
  bytes_.shrink_to_fit();
  starts_.shrink_to_fit();
  fields_.shrink_to_fit();
  table_.assign(std::bit_ceil(size_t{size()} * 3 / 2 + 2), 0);
  for (uint32_t ordinal = 0; ordinal < size(); ++ordinal) {
    size_t at = HashOf(name(ordinal));
    while (table_[at % table_.size()] != 0) ++at;
    table_[at % table_.size()] = ordinal + 1;
  }
}

Records::Record Records::Read(uint32_t ordinal) const {
  std::string_view bytes(bytes_.data() + starts_[ordinal], starts_[ordinal + 1] - starts_[ordinal]);
  Record record;
  record.name = Take(TakeNumber(bytes), bytes);
  record.key = Take(TakeNumber(bytes), bytes);
  record.packed = bytes;
  return record;
}

std::string Records::Facts(uint32_t ordinal) const {
  std::string facts;
  facts.reserve(kUsualFacts);
  for (std::string_view packed = Read(ordinal).packed; !packed.empty();) {
    const uint64_t piece = TakeNumber(packed);
    if ((piece & 1) == 0) {
      facts += Take(piece >> 1, packed);
    } else {
      const size_t number = piece >> 1;
      facts.append(fields_, field_starts_[number],
                   field_starts_[number + 1] - field_starts_[number]);
    }
  }
  return facts;
}

uint32_t Records::Find(std::string_view name) const {
  for (size_t at = HashOf(name);; ++at) {
    const uint32_t found = table_[at % table_.size()];
    if (found == 0) return size();
    if (this->name(found - 1) == name) return found - 1;
  }
}

uint32_t Records::Behind(std::string_view key, std::string_view name) const {
  uint32_t low = 0;
  for (uint32_t high = size(); low < high;) {
    const uint32_t middle = low + (high - low) / 2;
    const Record record = Read(middle);
    if (std::tie(key, name) < std::tie(record.key, record.name)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace clusterwire::search
