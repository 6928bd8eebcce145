#include "libs/template/template.h"

#include <cstdio>
#include <cstdlib>

#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>

namespace clusterwire::templates {
namespace {

// Blank lines and lines of marks alone go; what stands in a line stays as it is.
constexpr ctemplate::Strip kStrip = ctemplate::STRIP_BLANK_LINES;
// Stands before every page, so that none can be written that doesn't escape.
constexpr std::string_view kEscapes = R"({{%AUTOESCAPE context="HTML"}})";

ctemplate::TemplateString Piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

// Puts values into ctemplate's dictionaries. `around` is what a section sees of what stands around
// it: ctemplate looks there by itself.
class Writer {
 public:
  static void Write(const Values& values, ctemplate::TemplateDictionary& dictionary) {
    for (const auto& [name, text] : values.texts_) dictionary.SetValue(Piece(name), Piece(text));
    for (const Values::Part& part : values.parts_) {
      ctemplate::TemplateDictionary* inner = nullptr;
      if (part.included.empty()) {
        inner = dictionary.AddSectionDictionary(Piece(part.marker));
      } else {
        inner = dictionary.AddIncludeDictionary(Piece(part.marker));
        inner->SetFilename(Piece(part.included));
      }
      Write(*part.values, *inner);
    }
  }
};

Values& Values::Set(std::string_view name, std::string_view text) {
  texts_.insert_or_assign(std::string(name), std::string(text));
  return *this;
}

Values& Values::AddPart(std::string_view marker, std::string_view included) {
  parts_.push_back({std::string(marker), std::string(included), std::make_unique<Values>()});
  return *parts_.back().values;
}

Values& Values::Add(std::string_view section) { return AddPart(section, ""); }

Values& Values::SetIfAny(std::string_view name, std::string_view text) {
  if (!text.empty()) Add(name).Set(name, text);
  return *this;
}

Values& Values::Include(std::string_view marker, std::string_view name) {
  return AddPart(marker, name);
}

class Set::Cache {
 public:
  explicit Cache(std::span<const Source> sources) {
    for (const Source& source : sources) {
      std::string text(source.name.ends_with(".html") ? kEscapes : "");
      text += source.text;
      if (!cache_.StringToTemplateCache(Piece(source.name), Piece(text), kStrip)) {
        std::fprintf(stderr, "the template %.*s can't be read\n",
                     static_cast<int>(source.name.size()), source.name.data());
        std::abort();
      }
    }
    cache_.Freeze();
  }

  std::string Render(std::string_view name, const Values& values) const {
    ctemplate::TemplateDictionary dictionary("");
    Writer::Write(values, dictionary);
    std::string text;
    if (!cache_.ExpandNoLoad(Piece(name), kStrip, &dictionary, nullptr, &text)) {
      std::fprintf(stderr, "no template %.*s\n", static_cast<int>(name.size()), name.data());
      std::abort();
    }
    return text;
  }

 private:
  ctemplate::TemplateCache cache_;
};

Set::Set(std::span<const Source> sources) : cache_(std::make_unique<Cache>(sources)) {}
Set::~Set() = default;

std::string Set::Render(std::string_view name, const Values& values) const {
  return cache_->Render(name, values);
}

}  // namespace clusterwire::templates
