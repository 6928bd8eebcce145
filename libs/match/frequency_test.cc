#include "libs/match/frequency.h"

#include <string>

#include <gtest/gtest.h>

namespace clusterwire::match {
namespace {

using filter::MakeTerm;
using filter::Term;
using filter::TermField;

TEST(TermFrequencyTest, AtFirstTheKindOfTermDecides) {
  const TermFrequency frequency;
  EXPECT_LT(frequency.CostOf({MakeTerm(TermField::kName, "clusters/a")}),
            frequency.CostOf({MakeTerm(TermField::kCode, "esca:ict")}));
  EXPECT_LT(frequency.CostOf({MakeTerm(TermField::kType, "cluster")}),
            frequency.CostOf({filter::EverybodyTerm()}));
}

TEST(TermFrequencyTest, ManyRareTermsCostMoreThanOneOfMiddlingFrequency) {
  const TermFrequency frequency;
  std::vector<Term> words;
  for (int i = 0; i < 30; ++i) {
    words.push_back(MakeTerm(TermField::kToken, std::string(1, static_cast<char>('a' + i))));
  }
  EXPECT_GT(frequency.CostOf(words), frequency.CostOf({MakeTerm(TermField::kCode, "esca:ict")}));
}

TEST(TermFrequencyTest, WhatIsLearnedOutweighsTheGuess) {
  const Term common_code = MakeTerm(TermField::kCode, "iso:DE");
  const Term rare_type = MakeTerm(TermField::kType, "taxonomy");
  TermFrequency frequency;
  EXPECT_LT(frequency.CostOf({common_code}), frequency.CostOf({rare_type}));
  for (int i = 0; i < 1000; ++i) frequency.Learn({common_code});
  EXPECT_GT(frequency.CostOf({common_code}), frequency.CostOf({rare_type}));
}

}  // namespace
}  // namespace clusterwire::match
