#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

namespace clusterwire::facts {

// In which order a derivation visits resources: first those that the write itself names, then what
// loses sight or content by what the write hides, at last the others. Those may wait for a later
// write; nothing that they lead to narrows, since all that narrows begins at what the write names.
class Walk {
 public:
  struct Step {
    std::string name;
    std::string cause;     // the staged resource that it follows from
    bool narrows = false;  // follows from something that is hidden now
  };

  void Begin(const std::string& name, const std::string& cause) {
    if (seen_.emplace(name, false).second) begin_.push_back({name, cause, false});
  }
  // Once each; once more when it turns out that it narrows.
  void Enqueue(const std::string& name, const std::string& cause, bool narrows) {
    const auto [seen, added] = seen_.emplace(name, narrows);
    if (!added && (seen->second || !narrows)) return;
    seen->second = narrows;
    (narrows ? narrowing_ : others_).push_back({name, cause, narrows});
  }

  // `others`: whether there is still room for what may wait.
  std::optional<Step> Next(bool others) {
    for (std::deque<Step>* queue : {&begin_, &narrowing_, &others_}) {
      if (queue->empty() || (queue == &others_ && !others)) continue;
      Step step = std::move(queue->front());
      queue->pop_front();
      return step;
    }
    return std::nullopt;
  }

  // What was not visited, with its cause.
  std::map<std::string, std::string> Rest() const {
    std::map<std::string, std::string> rest;
    for (const Step& step : others_) {
      if (!seen_.at(step.name)) rest.emplace(step.name, step.cause);
    }
    return rest;
  }

 private:
  std::deque<Step> begin_;
  std::deque<Step> narrowing_;
  std::deque<Step> others_;
  std::map<std::string, bool> seen_;  // by name, whether it narrows
};

}  // namespace clusterwire::facts
