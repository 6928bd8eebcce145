#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/import.pb.h"

#include "services/catalogue/import/batch.h"

namespace clusterwire::catalogue::registers {

// One kind of register: how its lines become resources. A file a kind.
class Register {
 public:
  virtual ~Register() = default;

  // At the beginning of each write, also of one that runs a second time: reads what all its lines
  // need. Nothing of an earlier write may be relied on.
  virtual absl::Status Begin(store::Writer&) { return absl::OkStatus(); }

  // INVALID_ARGUMENT refuses the line, names the fields and has staged nothing; any other error
  // ends the write.
  virtual absl::StatusOr<Taken> Take(Batch& batch, std::string_view json) = 0;
};

std::unique_ptr<Register> MakeClusterRegister(std::string read_date);
std::unique_ptr<Register> MakeLabelRegister(std::string read_date);
std::unique_ptr<Register> MakeProgrammeRegister(std::string read_date);
std::unique_ptr<Register> MakeEventRegister(std::string read_date);
std::unique_ptr<Register> MakeTaxonomyRegister(std::string read_date);

// INVALID_ARGUMENT for a kind that is none.
absl::StatusOr<std::unique_ptr<Register>> MakeRegister(v1::ImportStart::Kind kind,
                                                       std::string read_date);

}  // namespace clusterwire::catalogue::registers
