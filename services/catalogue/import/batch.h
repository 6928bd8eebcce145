#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/store/reader.h"
#include "services/catalogue/import/names.h"

namespace clusterwire::catalogue::registers {

// Which line is about which resource, by its name.
using LineNumbers = std::map<std::string, int64_t, std::less<>>;

// The lines that are one write. Lives as long as one run of its body.
class Batch {
 public:
  // `earlier` are the lines of the writes before; `regions` is kept from write to write.
  Batch(store::Writer& writer, const std::string& read_date, const LineNumbers& earlier,
        RegionNames& regions)
      : writer_(writer), read_date_(read_date), earlier_(earlier), regions_(regions) {}

  store::Writer& writer() { return writer_; }
  // When the sources were read.
  const std::string& read_date() const { return read_date_; }
  void set_line(int64_t number) { line_ = number; }
  RegionNames& regions() { return regions_; }

  // INVALID_ARGUMENT when another line of this import is about the same resource already: two
  // records of one thing would undo each other with every import.
  absl::Status RefuseSecondLine(const std::string& name);
  const LineNumbers& lines() const { return lines_; }
  // Whether another line of this import is about it.
  bool IsAnotherLines(const std::string& name) const;

  // Programmes and label schemes by what registers call them: title, acronym, or a name in another
  // register (external_ids), compared by NameKey(). "programmes/go-cluster",
  // "labelSchemes/ecei"; empty when nothing is called so. There are some fifty, read once a write.
  absl::StatusOr<std::string> FindScheme(std::string_view name);
  // A programme is preferred to a scheme of the same name.
  absl::StatusOr<std::string> FindProgrammeOrScheme(std::string_view name);

 private:
  using Names = std::map<std::string, std::string>;  // NameKey() → resource name

  absl::Status ReadNames();
  // The other line that is about it; 0 when none is.
  int64_t OtherLine(const std::string& name) const;

  store::Writer& writer_;
  const std::string& read_date_;
  const LineNumbers& earlier_;
  RegionNames& regions_;
  LineNumbers lines_;
  int64_t line_ = 0;
  bool names_read_ = false;
  Names programmes_;
  Names schemes_;
};

}  // namespace clusterwire::catalogue::registers
