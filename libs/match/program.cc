#include "libs/match/program.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "libs/filter/terms/geo.h"

namespace clusterwire::match {
namespace {

using filter::Conditions;

// Floats tell inside from outside but for a ring of six metres on both sides, where the definition
// is asked.
constexpr double kRing = 1e-6;

struct Within {
  std::array<float, 3> center = {};
  // Squares of distances straight through a sphere of radius 1.
  float surely_inside = 0;
  float surely_outside = 0;
  uint32_t unused = 0;
  double latitude = 0;
  double longitude = 0;
  double radius_meters = 0;
};

struct Size {
  int64_t min, max;
};

Within WithinOf(const type::v1::Circle& circle) {
  Within within{.latitude = circle.latitude(),
                .longitude = circle.longitude(),
                .radius_meters = circle.radius_meters()};
  const auto center = filter::OnSphere({circle.latitude(), circle.longitude()});
  for (size_t i = 0; i < center.size(); ++i) within.center[i] = static_cast<float>(center[i]);
  const double chord = filter::ChordOf(circle.radius_meters());
  const double inner = std::max(0.0, chord - kRing);
  within.surely_inside = static_cast<float>(inner * inner);
  within.surely_outside = static_cast<float>((chord + kRing) * (chord + kRing));
  return within;
}

template <typename T>
void Append(Kind kind, const T& value, std::vector<uint32_t>& program) {
  static_assert(sizeof(T) % sizeof(uint32_t) == 0);
  constexpr size_t kWords = sizeof(T) / sizeof(uint32_t);
  program.push_back(static_cast<uint32_t>(kind) | kWords << 8);
  program.resize(program.size() + kWords);
  std::memcpy(&program[program.size() - kWords], &value, sizeof(T));
}

template <typename T>
T ReadAs(Words words) {
  T value;
  std::memcpy(&value, words.data(), sizeof(T));
  return value;
}

Numbers::Days DaysIn(const DayRange& days) { return {DayNumber(days.first), DayNumber(days.last)}; }

void AppendNumbers(const Conditions& conditions, std::vector<uint32_t>& program) {
  if (conditions.within != nullptr) Append(Kind::kWithin, WithinOf(*conditions.within), program);
  if (conditions.period) Append(Kind::kPeriod, DaysIn(*conditions.period), program);
  if (conditions.deadline) Append(Kind::kDeadline, DaysIn(*conditions.deadline), program);
  if (const type::v1::IntRange* size = conditions.size; size != nullptr) {
    Append(Kind::kSize,
           Size{.min = size->has_min() ? size->min() : std::numeric_limits<int64_t>::min(),
                .max = size->has_max() ? size->max() : std::numeric_limits<int64_t>::max()},
           program);
  }
}

bool IsIn(const Within& within, const Numbers& numbers) {
  if (!numbers.point) return false;
  float square = 0;
  for (size_t i = 0; i < within.center.size(); ++i) {
    const float along = within.center[i] - numbers.on_sphere[i];
    square += along * along;
  }
  if (square < within.surely_inside) return true;
  if (square > within.surely_outside) return false;
  return filter::DistanceMeters({within.latitude, within.longitude}, *numbers.point) <=
         within.radius_meters;
}

bool Overlap(Numbers::Days asked, const std::optional<Numbers::Days>& had) {
  return had && asked.first <= had->last && had->first <= asked.last;
}

template <typename Holds>
Mask ForWhich(const Images& images, Mask among, Holds holds) {
  Mask met = 0;
  for (const Mask one : {kBefore, kAfter}) {
    if ((among & one) != 0 && holds(images.numbers(one))) met |= one;
  }
  return met;
}

Mask MeetsOne(const Instruction& instruction, const Images& images, Mask among) {
  const Words words = instruction.words;
  switch (instruction.kind) {
    case Kind::kOneOf: {
      Mask having = 0;
      for (const TermId term : words) having |= images.Having(term);
      return among & having;
    }
    case Kind::kWithin:
      return ForWhich(images, among, [within = ReadAs<Within>(words)](const Numbers& numbers) {
        return IsIn(within, numbers);
      });
    case Kind::kPeriod:
      return ForWhich(images, among, [days = ReadAs<Numbers::Days>(words)](const Numbers& numbers) {
        return Overlap(days, numbers.period);
      });
    case Kind::kDeadline:
      return ForWhich(images, among, [days = ReadAs<Numbers::Days>(words)](const Numbers& numbers) {
        return Overlap(days, numbers.deadline);
      });
    case Kind::kSize:
      return ForWhich(images, among, [size = ReadAs<Size>(words)](const Numbers& numbers) {
        return numbers.size && size.min <= *numbers.size && *numbers.size <= size.max;
      });
    case Kind::kNoneOf:
      break;
  }
  return static_cast<Mask>(among & ~Meets(words, images, among));
}

}  // namespace

std::vector<uint32_t> Assemble(const Conditions& conditions, Dictionary& dictionary) {
  std::vector<uint32_t> program;
  for (const Conditions::OneOf& asked : conditions.one_of) {
    program.push_back(static_cast<uint32_t>(Kind::kOneOf) |
                      static_cast<uint32_t>(asked.values.size() << 8));
    for (const std::string_view value : asked.values) {
      program.push_back(dictionary.Hold(asked.field, value));
    }
  }
  AppendNumbers(conditions, program);
  for (const Conditions& excluded : conditions.none_of) {
    // Without the beginnings of words that it asks for it would exclude more.
    if (!excluded.prefixes.empty()) continue;
    const std::vector<uint32_t> inner = Assemble(excluded, dictionary);
    program.push_back(static_cast<uint32_t>(Kind::kNoneOf) |
                      static_cast<uint32_t>(inner.size() << 8));
    program.insert(program.end(), inner.begin(), inner.end());
  }
  return program;
}

void ReleaseTerms(Words program, Dictionary& dictionary) {
  ForEachInstruction(program, [&](const Instruction& instruction) {
    if (instruction.kind == Kind::kOneOf) {
      for (const TermId term : instruction.words) dictionary.Release(term);
    } else if (instruction.kind == Kind::kNoneOf) {
      ReleaseTerms(instruction.words, dictionary);
    }
    return true;
  });
}

Mask Meets(Words program, const Images& images, Mask among) {
  ForEachInstruction(program, [&](const Instruction& instruction) {
    among = MeetsOne(instruction, images, among);
    return among != 0;
  });
  return among;
}

bool AsksMore(const Conditions& conditions) {
  return !conditions.prefixes.empty() || std::ranges::any_of(conditions.none_of, AsksMore);
}

bool IsInside(Words within, const Numbers& numbers) {
  return IsIn(ReadAs<Within>(within), numbers);
}

type::v1::Circle CircleOf(Words words) {
  const auto within = ReadAs<Within>(words);
  type::v1::Circle circle;
  circle.set_latitude(within.latitude);
  circle.set_longitude(within.longitude);
  circle.set_radius_meters(within.radius_meters);
  return circle;
}

}  // namespace clusterwire::match
