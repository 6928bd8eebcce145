#include "libs/facts/testing/fresh_facts.h"

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "libs/facts/hook.h"

namespace clusterwire::facts::testing {
namespace {

// Absent: everybody.
using Members = std::optional<std::set<std::string>>;

class Model {
 public:
  Model(const store::Reader& reader, const store::Registry& registry)
      : registry_(registry), hook_(dynamic_cast<const Hook&>(registry.hook())) {
    codes_ = *hook_.rules().read_codes(reader);
    store::ScanOptions options;
    options.limit = 1000;
    options.include_deleted = true;
    std::vector<store::Scanned> everything = *reader.Scan(options);
    for (store::Scanned& scanned : everything) {
      const std::string name = store::NameOf(*scanned.resource);
      all_[name] = std::move(scanned.resource);
    }
  }

  std::map<std::string, std::optional<Facts>> Run() const {
    std::map<std::string, std::optional<Facts>> facts;
    for (const auto& [name, resource] : all_) facts[name] = FactsOf(name);
    return facts;
  }

 private:
  const Message* Live(const std::string& name) const {
    const auto found = all_.find(name);
    return found == all_.end() || store::IsDeleted(*found->second) ? nullptr : found->second.get();
  }
  const Type& TypeOf(const std::string& name) const {
    return hook_.TypeOf(*registry_.ForName(name));
  }
  std::vector<std::string> LinksOf(const std::string& name) const {
    const Type& type = TypeOf(name);
    return type.links ? type.links(*Live(name)) : std::vector<std::string>();
  }

  static Members And(const Members& a, const Members& b) {
    if (!a.has_value()) return b;
    if (!b.has_value()) return a;
    std::set<std::string> both;
    for (const std::string& member : *a) {
      if (b->contains(member)) both.insert(member);
    }
    return both;
  }
  static bool AllOf(const Members& some, const Members& in) {
    if (!in.has_value()) return true;
    return some.has_value() && std::all_of(some->begin(), some->end(), [&](const auto& member) {
             return in->contains(member);
           });
  }

  // Nothing when it is hidden altogether.
  std::optional<Members> ByItselfAndParent(const std::string& name) const {
    const Message* resource = Live(name);
    if (resource == nullptr) return std::nullopt;
    Members members;
    if (const Type& type = TypeOf(name); type.own) {
      const Facts own = type.own(*resource, *codes_);
      if (own.has_audience()) {
        members.emplace(own.audience().members().begin(), own.audience().members().end());
      }
    }
    const std::string parent(store::ParentOf(name));
    if (parent.empty()) return members;
    const std::optional<Members> above = SeenBy(parent);
    if (!above.has_value()) return std::nullopt;
    return And(members, *above);
  }

  std::optional<Members> SeenBy(const std::string& name) const {
    std::optional<Members> members = ByItselfAndParent(name);
    if (!members.has_value()) return std::nullopt;
    const std::vector<std::string> links = LinksOf(name);
    int seen = 0;
    for (const std::string& link : links) {
      const std::optional<Members> target = SeenBy(link);
      if (!target.has_value()) continue;
      ++seen;
      if (!TypeOf(name).own_audience) members = And(*members, *target);
    }
    if (!links.empty() && seen == 0) return std::nullopt;
    return members;
  }

  std::optional<Facts> FactsOf(const std::string& name) const {
    const std::optional<Members> members = SeenBy(name);
    if (!members.has_value() || !TypeOf(name).own) return std::nullopt;
    Facts facts = TypeOf(name).own(*Live(name), *codes_);
    for (const std::string& link : LinksOf(name)) {
      const std::optional<Facts> target = FactsOf(link);
      if (target.has_value() && AllOf(*members, *SeenBy(link))) {
        hook_.Inherit(TypeOf(name), *target, &facts);
      }
    }
    for (const auto& [other, resource] : all_) {
      if (Live(other) == nullptr || !TypeOf(other).aggregate) continue;
      const std::vector<std::string> links = LinksOf(other);
      if (std::find(links.begin(), links.end(), name) == links.end()) continue;
      const std::optional<Members> of_other = ByItselfAndParent(other);
      if (of_other.has_value() && AllOf(*members, *of_other)) {
        TypeOf(other).aggregate(*resource, *codes_, &facts);
      }
    }
    facts.clear_audience();
    if (members->has_value()) {
      for (const std::string& member : **members) facts.mutable_audience()->add_members(member);
      facts.mutable_audience();
    }
    for (auto* texts : {facts.mutable_codes(), facts.mutable_programmes(),
                        facts.mutable_label_levels(), facts.mutable_clusters()}) {
      const std::set<std::string> sorted(texts->begin(), texts->end());
      texts->Assign(sorted.begin(), sorted.end());
    }
    return facts;
  }

  const store::Registry& registry_;
  const Hook& hook_;
  std::shared_ptr<const CodeLists> codes_;
  std::map<std::string, std::unique_ptr<Message>> all_;
};

}  // namespace

std::map<std::string, std::optional<Facts>> FreshFacts(const store::Reader& reader,
                                                       const store::Registry& registry) {
  return Model(reader, registry).Run();
}

}  // namespace clusterwire::facts::testing
