#include "libs/change/wording.h"

#include <map>
#include <utility>

#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"

#include "clusterwire/change/v1/change_kind.pb.h"
#include "clusterwire/change/v1/resource_changed.pb.h"
#include "clusterwire/type/v1/wording.pb.h"

#include "libs/change/words.h"

namespace clusterwire::change {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using type::v1::Wording;

std::string_view In(const Wording& wording, text::Language language) {
  return text::In(language, wording.en(), wording.de());
}

// The words of one field of one type.
using WordMap = std::map<std::string, Wording, std::less<>>;

struct Thing {
  type::v1::ThingWording called;
  WordMap states;
  WordMap kinds;
};

WordMap WordingsOfField(const Descriptor& message, const char* name) {
  WordMap words;
  const auto* field = message.FindFieldByName(name);
  if (field == nullptr || field->enum_type() == nullptr) return words;
  const EnumDescriptor& values = *field->enum_type();
  for (int i = 0; i < values.value_count(); ++i) {
    std::string word = WordOf(values, values.value(i)->number());
    if (word.empty()) continue;
    Wording wording = values.value(i)->options().GetExtension(type::v1::says);
    if (wording.en().empty()) wording.set_en(absl::StrReplaceAll(word, {{"_", " "}}));
    words[std::move(word)] = std::move(wording);
  }
  return words;
}

std::map<std::string, Thing, std::less<>> ThingsFromContracts() {
  std::map<std::string, Thing, std::less<>> things;
  const auto& resources = *v1::ResourceChanged::descriptor()->FindOneofByName("resource");
  for (int i = 0; i < resources.field_count(); ++i) {
    const auto& field = *resources.field(i);
    Thing& thing = things[field.name()];
    thing.called = field.options().GetExtension(type::v1::thing);
    thing.states = WordingsOfField(*field.message_type(), "state");
    thing.kinds = WordingsOfField(*field.message_type(), "kind");
    if (thing.kinds.empty()) thing.kinds = WordingsOfField(*field.message_type(), "subject");
  }
  return things;
}

const auto& Things() {
  static const auto& things = *new std::map<std::string, Thing, std::less<>>(ThingsFromContracts());
  return things;
}

}  // namespace

std::string_view KindClause(std::string_view kind, text::Language language) {
  static const auto& clauses = *new WordMap([] {
    WordMap found;
    const EnumDescriptor& kinds = *v1::ChangeKind_descriptor();
    for (int i = 0; i < kinds.value_count(); ++i) {
      const auto& options = kinds.value(i)->options();
      found[options.GetExtension(v1::text)] = options.GetExtension(type::v1::says);
    }
    return found;
  }());
  const auto clause = clauses.find(kind);
  return clause == clauses.end() ? std::string_view() : In(clause->second, language);
}

std::string_view ThingCalled(std::string_view type, text::Language language) {
  const auto thing = Things().find(type);
  return thing == Things().end() ? std::string_view() : In(thing->second.called.one(), language);
}

std::string_view ThingsCalled(std::string_view type, text::Language language) {
  const auto thing = Things().find(type);
  return thing == Things().end() ? std::string_view() : In(thing->second.called.many(), language);
}

std::string WordCalled(std::string_view field, std::string_view type, std::string_view word,
                       text::Language language) {
  if (field == "types") return std::string(ThingCalled(word, language));
  const auto in = [&](const Thing& thing) {
    const WordMap& words = field == "states" ? thing.states : thing.kinds;
    const auto found = words.find(word);
    return found == words.end() ? std::string() : std::string(In(found->second, language));
  };
  const auto own = Things().find(type);
  std::string called = own == Things().end() ? "" : in(own->second);
  for (auto thing = Things().begin(); called.empty() && thing != Things().end(); ++thing) {
    called = in(thing->second);
  }
  return called;
}

}  // namespace clusterwire::change
