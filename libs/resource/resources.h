#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/status/error.h"
#include "libs/resource/collection.h"
#include "libs/resource/rules.h"

namespace clusterwire::resource {

// Who may look, and what is seen.
template <store::Resource T, typename OwnContext>
void EraseLooks(const Rules<T, OwnContext>& rules, AnyRules& any) {
  const auto as = [](const Message& message) -> const T& { return static_cast<const T&>(message); };
  if (auto* seen_by = rules.seen_by) {
    any.seen_by = [=](const filter::Viewer& viewer, const Message& resource) {
      return viewer.operator_ || seen_by(viewer, as(resource));
    };
  }
  if (auto* as_of = rules.as_of) {
    any.as_of = [=](const Message& resource, absl::CivilDay day, absl::Time now) {
      return as_of(as(resource), day, now);
    };
  }
  if (auto* moved_by = rules.moved_by) {
    any.moved_by = [=](const filter::Viewer& viewer, const Message& resource) {
      return moved_by(viewer, as(resource));
    };
  }
  if (rules.show != nullptr || rules.show_to != nullptr) {
    any.show = [show = rules.show, show_to = rules.show_to](const filter::Viewer& viewer,
                                                            Message* resource) {
      if (show != nullptr) show(static_cast<T*>(resource));
      if (show_to != nullptr) show_to(viewer, static_cast<T*>(resource));
    };
  }
}

template <store::Resource T, typename OwnContext>
AnyRules Erase(const Rules<T, OwnContext>& rules) {
  const auto as = [](const Message& message) -> const T& { return static_cast<const T&>(message); };
  const auto own = [](const Context& context) -> const OwnContext& {
    return static_cast<const OwnContext&>(context);
  };
  AnyRules any{.type = rules.type,
               .collection = rules.collection,
               .parent = rules.parent,
               .deleted = rules.Kind(rules.deleted, "deleted"),
               .undeleted = rules.Kind(rules.undeleted, "undeleted"),
               .output_only = rules.output_only,
               .fixed = rules.output_only,
               .prototype = &T::default_instance(),
               .random_ids = rules.random_ids,
               .purge = rules.purge,
               .creates_once = rules.creates_once,
               .has_facts = rules.has_facts,
               .lists_all = rules.lists_all,
               .most_of_a_parent = rules.most_of_a_parent};
  any.fixed.insert(any.fixed.end(), rules.create_only.begin(), rules.create_only.end());
  if (auto* suggest = rules.suggest_id) {
    any.suggest_id = [=](const Message& next) { return suggest(as(next)); };
  }
  if (rules.before_create) {
    any.before_create = [before = rules.before_create](Message* next, FieldErrors errors) {
      return before(static_cast<T*>(next), std::move(errors));
    };
  }
  if (auto* check_unused = rules.check_unused) {
    any.check_unused = [=](const Message& resource, const Context& context) {
      return check_unused(as(resource), own(context));
    };
  }
  if (auto* bring = rules.bring) {
    any.bring = [=](store::Writer& writer, const Message* before, const Message& next,
                    const Context& context) {
      return bring(writer, static_cast<const T*>(before), as(next), own(context));
    };
  }
  if (auto* another = rules.another_id) {
    any.another_id = [=](const Message& next, int n) { return another(as(next), n); };
  }
  if (rules.correct != nullptr) {
    any.correct = [correct = rules.correct, as](const Message& before, Message* next) {
      return correct(as(before), static_cast<T*>(next));
    };
  }
  EraseLooks(rules, any);
  any.check_and_settle = [=](const Message* before, Message* next, const Context& context,
                             FieldErrors errors, Notes* notes) {
    return rules.CheckAndSettle(static_cast<const T*>(before), static_cast<T*>(next), own(context),
                                std::move(errors), notes);
  };
  any.kind = [=](const Message* before, const Message& next) {
    return rules.KindOf(static_cast<const T*>(before), as(next));
  };
  return any;
}

// A Collection for code that knows the type: the same methods, with T for Message.
template <store::Resource T, typename OwnContext = Context>
class Resources : public Collection {
 public:
  Resources(store::Store& store, const Service& service, Rules<T, OwnContext> rules)
      : Collection(store, service, Erase(rules)), typed_rules_(std::move(rules)) {}

  struct Page {
    std::vector<T> resources;
    std::vector<std::string> unknown;  // of a list as of a day, as in Found
    std::string next;                  // `after` of the next page; empty on the last
    store::Revision revision;
  };
  absl::StatusOr<T> Get(const ReadCall& call, const std::string& name) const {
    ASSIGN_OR_RETURN(Page page, Typed(Collection::Get(call, {name}, "name")));
    return std::move(page.resources.front());
  }
  absl::StatusOr<Page> BatchGet(const ReadCall& call, const std::vector<std::string>& names) const {
    return Typed(Collection::Get(call, names, "names"));
  }
  absl::StatusOr<Page> List(const ReadCall& call, const ListQuery& query) const {
    return Typed(Collection::List(call, query));
  }

  using Change = std::function<absl::Status(const OwnContext&, T*)>;
  using Bring =
      std::function<absl::Status(store::Writer&, const OwnContext&, const T& next, Notes&)>;
  absl::StatusOr<T> Create(const WriteCall& call, std::string_view parent, const T& resource,
                           std::string_view id, const Change& prepare = nullptr) {
    return Typed(Collection::Create(call, parent, resource, id, Erased(prepare)));
  }
  absl::StatusOr<T> Update(const WriteCall& call, const T& resource,
                           const google::protobuf::FieldMask& mask, const Change& also = nullptr,
                           const Bring& bring = nullptr) {
    return Typed(Collection::Update(call, resource, mask, Erased(also), Erased(bring)));
  }
  // An empty T when the type is deleted for good.
  absl::StatusOr<T> Delete(const WriteCall& call, const std::string& name,
                           const std::string& etag) {
    return Typed(Collection::Delete(call, name, etag));
  }
  absl::StatusOr<T> Undelete(const WriteCall& call, const std::string& name,
                             const std::string& etag) {
    return Typed(Collection::Undelete(call, name, etag));
  }
  absl::StatusOr<T> Modify(const WriteCall& call, const std::string& name, const std::string& etag,
                           std::string_view kind, const Change& change,
                           std::string_view path = "name", Shown shown = Shown::kAsRead,
                           const Bring& bring = nullptr) {
    return Typed(
        Collection::Modify(call, name, etag, kind, Erased(change), path, shown, Erased(bring)));
  }

  const Rules<T, OwnContext>& rules() const { return typed_rules_; }

 private:
  static absl::StatusOr<T> Typed(const absl::StatusOr<Answer>& answer) {
    RETURN_IF_ERROR(answer.status());
    return *answer == nullptr ? T() : static_cast<const T&>(**answer);
  }
  static absl::StatusOr<Page> Typed(absl::StatusOr<Found> found) {
    RETURN_IF_ERROR(found.status());
    Page page{.resources = {},
              .unknown = std::move(found->unknown),
              .next = found->next,
              .revision = found->revision};
    for (const auto& one : found->resources) {
      page.resources.push_back(std::move(static_cast<T&>(*one)));
    }
    return page;
  }
  static Collection::Change Erased(const Change& change) {
    if (!change) return nullptr;
    return [&change](const Context& context, Message* next) {
      return change(static_cast<const OwnContext&>(context), static_cast<T*>(next));
    };
  }
  static Collection::Bring Erased(const Bring& bring) {
    if (!bring) return nullptr;
    return
        [&bring](store::Writer& writer, const Context& context, const Message& next, Notes& notes) {
          return bring(writer, static_cast<const OwnContext&>(context), static_cast<const T&>(next),
                       notes);
        };
  }

  const Rules<T, OwnContext> typed_rules_;
};

}  // namespace clusterwire::resource
