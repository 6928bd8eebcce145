#pragma once

#include "libs/change/words.h"

namespace clusterwire::catalogue {

using change::ValueOf;
using change::WordOf;
using change::WordsOf;

}  // namespace clusterwire::catalogue
