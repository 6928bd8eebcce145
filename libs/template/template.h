#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clusterwire::templates {

// A template, compiled into the program by cw_templates() in CMake. The language is ctemplate's:
// {{NAME}} shows a text, {{#NAME}}…{{/NAME}} a section once for each time it was added, {{>NAME}}
// includes another template. In one whose name ends in ".html" each text is escaped for the place
// where it stands, and an address that isn't http or https leads nowhere; all attributes are to be
// quoted. One of another name shows texts as they are.
struct Source {
  std::string_view name;  // "letter.html"
  std::string_view text;
};

// What a template shows. A name that isn't set shows nothing. What values hold is never read as a
// template.
class Values {
 public:
  Values& Set(std::string_view name, std::string_view text);
  // Shows the section once more; a name that isn't set there is looked up around it. Valid as long
  // as these values.
  Values& Add(std::string_view section);
  // Shows the section, once, when the text isn't empty; the text is NAME in it too.
  Values& SetIfAny(std::string_view name, std::string_view text);
  // Includes the template of that name at {{>MARKER}}. It sees its own values alone.
  Values& Include(std::string_view marker, std::string_view name);

 private:
  friend class Writer;
  struct Part {
    std::string marker;
    std::string included;  // empty: a section
    std::unique_ptr<Values> values;
  };
  Values& AddPart(std::string_view marker, std::string_view included);

  std::map<std::string, std::string, std::less<>> texts_;
  std::vector<Part> parts_;
};

// Templates that may include each other. Immutable; safe for use from any thread.
class Set {
 public:
  // A template that can't be read ends the program: it is part of it, and a test has rendered it.
  explicit Set(std::span<const Source> sources);
  ~Set();
  Set(const Set&) = delete;
  Set& operator=(const Set&) = delete;

  // The template `name` of the set with these values.
  std::string Render(std::string_view name, const Values& values) const;

 private:
  class Cache;
  std::unique_ptr<Cache> cache_;
};

}  // namespace clusterwire::templates
