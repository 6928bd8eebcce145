#include "libs/change/vocabulary.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/text/nearest.h"
#include "libs/base/text/strings.h"
#include "libs/change/record.h"
#include "libs/change/words.h"
#include "libs/filter/names.h"

namespace clusterwire::change {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// The words of an enum field; none when the message has no such field.
std::vector<std::string> WordsOfField(const Descriptor& message, const char* name) {
  std::vector<std::string> words;
  const FieldDescriptor* field = message.FindFieldByName(name);
  if (field == nullptr || field->enum_type() == nullptr) return words;
  const auto& values = *field->enum_type();
  for (int i = 0; i < values.value_count(); ++i) {
    std::string word = WordOf(values, values.value(i)->number());
    if (!word.empty()) words.push_back(std::move(word));
  }
  return words;
}

filter::Vocabulary FromContracts() {
  filter::Vocabulary vocabulary;
  const auto& resources = *v1::ResourceChanged::descriptor()->FindOneofByName("resource");
  for (int i = 0; i < resources.field_count(); ++i) {
    const FieldDescriptor& field = *resources.field(i);
    filter::Vocabulary::Type& type = vocabulary.types[field.name()];
    type.states = WordsOfField(*field.message_type(), "state");
    type.kinds = WordsOfField(*field.message_type(), "kind");
    // What a code list is about is its kind.
    if (type.kinds.empty()) type.kinds = WordsOfField(*field.message_type(), "subject");
    type.open_kinds = field.number() == v1::ResourceChanged::kLabelFieldNumber;
  }
  return vocabulary;
}

std::vector<std::string> AllKinds() {
  std::vector<std::string> kinds;
  const auto& values = *v1::ChangeKind_descriptor();
  for (int i = 0; i < values.value_count(); ++i) {
    const std::string_view text = KindText(static_cast<ChangeKind>(values.value(i)->number()));
    if (!text.empty()) kinds.emplace_back(text);
  }
  return kinds;
}

// Those that may have been meant: there are too many kinds to name all of them in an error. Of the
// type that the word begins with, those; of none, the one that is near; else the types.
std::vector<std::string> KindsLike(std::string_view kind) {
  std::vector<std::string> like;
  std::vector<std::string> types;
  for (const std::string& one : Kinds()) {
    const std::string type = one.substr(0, one.find('.'));
    const std::string any = type + ".…";
    if (kind.substr(0, kind.find('.')) == type) like.push_back(one);
    if (std::ranges::find(types, any) == types.end()) types.push_back(any);
  }
  if (!like.empty()) return like;
  const std::string near = Nearest(kind, Kinds());
  return near.empty() ? types : std::vector<std::string>{near};
}

}  // namespace

const filter::Vocabulary& Words() {
  static const auto& words = *new filter::Vocabulary(FromContracts());
  return words;
}

const std::vector<std::string>& Kinds() {
  static const auto& kinds = *new std::vector<std::string>(AllKinds());
  return kinds;
}

std::string WrongKind(std::string_view kind) {
  if (KindOf(kind)) return "";
  return absl::StrCat("'", ToAbsl(kind), "' is no kind of change",
                      MeantText(kind, KindsLike(kind)));
}

std::string WrongName(std::string_view name) { return filter::WrongName(name, Words()); }

std::string WrongId(std::string_view id) {
  const std::vector<absl::string_view> parts = absl::StrSplit(ToAbsl(id), ':');
  int64_t number = 0;
  const bool right = parts.size() == 3 && !parts[0].empty() &&
                     absl::SimpleAtoi(parts[1], &number) && absl::SimpleAtoi(parts[2], &number);
  return right ? ""
               : absl::StrCat("'", ToAbsl(id),
                              "' is no id of a change; copy a delivery's `change`, which is "
                              "history:revision:ordinal");
}

}  // namespace clusterwire::change
