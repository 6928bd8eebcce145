#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

// What the measuring programs have in common: each is told on its standard input what to do next,
// so that those that are compared take turns within one run and build what they measure but once. A
// command is a line of words; its answer is any number of "name value" lines and "done".
namespace clusterwire::benchmark {

using Words = std::vector<std::string>;
using Commands = std::map<std::string, std::function<void(const Words&)>>;

inline void Say(const std::string& name, double value) {
  std::printf("%s %.6g\n", name.c_str(), value);
}

// Until the input ends.
inline int Serve(const Commands& commands) {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream stream(line);
    Words words;
    for (std::string word; stream >> word;) words.push_back(word);
    const auto command = words.empty() ? commands.end() : commands.find(words.front());
    if (command == commands.end()) return 2;
    command->second({words.begin() + 1, words.end()});
    std::puts("done");
    std::fflush(stdout);
  }
  return 0;
}

// Seconds of each of many steps.
class Times {
 public:
  template <typename Step>
  void Measure(const Step& step) {
    const auto begun = std::chrono::steady_clock::now();
    step();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    total_ += took.count();
    steps_.push_back(took.count());
  }
  double total() const { return total_; }
  size_t size() const { return steps_.size(); }

  // "p50_ms", "p99_ms", "p999_ms", "steps" and "per_second".
  void Print() {
    std::ranges::sort(steps_);
    const auto at = [&](double share) {
      return 1e3 * steps_.at(static_cast<size_t>(share * static_cast<double>(steps_.size() - 1)));
    };
    Say("p50_ms", at(0.5));
    Say("p99_ms", at(0.99));
    Say("p999_ms", at(0.999));
    Say("steps", static_cast<double>(steps_.size()));
    Say("per_second", static_cast<double>(steps_.size()) / total_);
  }

 private:
  double total_ = 0;
  std::vector<double> steps_;
};

// Resident now, of this process.
int64_t MemoryBytes();

}  // namespace clusterwire::benchmark
