#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/resource.h"

// Fields that name other resources.
namespace clusterwire::catalogue {

// Where a name leads to now: of a cluster that was merged into another one, to that. What leads
// nowhere is given back.
std::string NameNow(const store::Reader& reader, const std::string& name);
// The same where that is another name, of what the viewer sees; else empty.
std::string NewNameFor(const filter::Viewer& viewer, const store::Reader& reader,
                       const std::string& name);
// What to say of a name of something that isn't there for the viewer: that it isn't, or what it is
// called now.
std::string NotThere(const filter::Viewer& viewer, const store::Reader& reader,
                     const std::string& name);

// Whether the name at `path` has the form of `pattern` and is of something that is there for the
// viewer; else a violation. Empty is fine.
bool CheckNamed(std::string_view path, std::string_view pattern, const std::string& name,
                const Context& context, FieldErrors& errors);
// The same of several: at most `limit`, none empty and none twice.
void CheckAllNamed(std::string_view path, std::string_view pattern, const Strings& names, int limit,
                   const Context& context, FieldErrors& errors);

// What everybody reads names at `path` nothing that the viewer sees and the public doesn't, a draft
// most of the time. A name of nothing, or of what the viewer doesn't see, is for other checks.
void CheckPublicName(std::string_view path, const std::string& name, const Context& context,
                     FieldErrors& errors);

// What the public sees names nothing that it doesn't: `named` are fields and the names in them, and
// the violation is of `path`, the state. A name of nothing, or of what the viewer doesn't see, is
// for the checks above.
absl::Status CheckPublicNames(std::string_view path, std::string_view state,
                              const std::vector<std::pair<std::string, std::string>>& named,
                              const Context& context, FieldErrors& errors);

// Adds "programmes[2]" and its name, for each of `names`.
void AddNamed(std::string_view field, const Strings& names,
              std::vector<std::pair<std::string, std::string>>& named);

}  // namespace clusterwire::catalogue
