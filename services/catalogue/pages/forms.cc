#include "services/catalogue/pages/views.h"

namespace clusterwire::catalogue {

void AddSelect(const PageContext& context, std::string_view parameter, std::string_view label,
               const std::vector<Choice>& choices, templates::Values& form) {
  const text::Language language = context.question.language;
  const std::string& chosen = context.question.Of(std::string(parameter));
  templates::Values& select = form.Add("SELECT");
  select.Set("LABEL", label).Set("NAME", parameter).Set("ANY", text::In(language, "any", "alle"));
  bool found = chosen.empty();
  for (const Choice& choice : choices) {
    templates::Values& option = select.Add("OPTION");
    option.Set("VALUE", choice.value).Set("TITLE", context.brevity.Text(choice.In(language)));
    if (choice.value != chosen) continue;
    option.Add("CHOSEN");
    found = true;
  }
  // What was asked for by hand stays asked for.
  if (!found) select.Add("OPTION").Set("VALUE", chosen).Set("TITLE", chosen).Add("CHOSEN");
}

void AddCarried(const PageContext& context, std::initializer_list<const char*> parameters,
                templates::Values& form) {
  for (const char* name : parameters) {
    const std::string& value = context.question.Of(name);
    if (!value.empty()) form.Add("CARRIED").Set("NAME", name).Set("VALUE", value);
  }
}

void SetLink(std::string_view href, std::string_view text, templates::Values& values) {
  if (href.empty()) {
    values.Add("PLAIN").Set("TEXT", text);
  } else {
    values.Add("LINK").Set("HREF", href).Set("TEXT", text);
  }
}

}  // namespace clusterwire::catalogue
