#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/store/registry.h"
#include "libs/store/resource.h"

namespace clusterwire::store {

struct ScanOptions {
  std::string type = {};    // "label"; empty: every type
  std::string parent = {};  // "clusters/x": what lies under it, at any depth; empty: everywhere
  std::string after = {};   // names greater than this one
  int limit = 100;          // 1 to 1000
  bool include_deleted = false;
};

struct Scanned {
  std::unique_ptr<Message> resource;
  std::optional<std::string> facts;  // as GetFacts
};

// One consistent revision; inside a write, plus what the body has staged. Used by one thread. A
// Reader from Store::Read holds a database connection and a snapshot: keep it for one call, not
// longer.
class Reader {
 public:
  virtual ~Reader() = default;

  virtual Revision revision() const = 0;

  // NOT_FOUND when there is none. A softly deleted resource is found, with its delete_time.
  virtual absl::Status Load(std::string_view name, Message* out) const = 0;
  template <Resource T>
  absl::StatusOr<T> Get(std::string_view name) const {
    T out;
    if (absl::Status status = Load(name, &out); !status.ok()) return status;
    return out;
  }

  // In the order of names, compared by bytes.
  virtual absl::StatusOr<std::vector<Scanned>> Scan(const ScanOptions& options) const = 0;

  // The resources of one type, not deleted, that are about `other`: that have it among their links.
  // At most `limit`, in the order of names.
  virtual absl::StatusOr<std::vector<Scanned>> About(std::string_view other, std::string_view type,
                                                     int limit) const = 0;

  // What the hook keeps with the resource for readers, if anything. NOT_FOUND when there is no such
  // resource. Inside a write: as it was before the body, since it is derived from all it staged.
  virtual absl::StatusOr<std::optional<std::string>> GetFacts(std::string_view name) const = 0;
};

// What a body stages. Applied when the body returned OK; a refused body leaves nothing.
class Writer : public Reader {
 public:
  // When the write happens: what the stamps will say.
  virtual absl::Time now() const = 0;
  // The moment that it is about: WriteOptions::as_of, else now.
  virtual absl::Time as_of() const = 0;

  // What the hook derives by, with what is staged of it; null when there is nothing.
  virtual absl::StatusOr<std::shared_ptr<const Hook::Context>> context() const = 0;

  // Keeps `next` under its name, stamped with this write's revision and time. An empty etag
  // creates: an existing name (deleted ones too) is ALREADY_EXISTS. Any other must be the current
  // one, else ABORTED, reason ETAG_MISMATCH. When nothing but stamps differs from what is stored,
  // nothing happened. `kind` is the service's word for the change: "label.awarded". `cause` is the
  // resource whose change brought this one along, if any. A set delete_time deletes softly.
  virtual absl::Status Put(const Message& next, std::string_view kind, std::string_view cause) = 0;
  absl::Status Put(const Message& next, std::string_view kind) { return Put(next, kind, ""); }
  // Removes the resource, and its images from the log; its row there names `kind` and no image.
  // NOT_FOUND when there is none.
  virtual absl::Status Purge(std::string_view name, std::string_view kind) = 0;
  // Leaves a resource to later writes: there it is derived anew, and what follows from it is asked.
  // For what may be many; `cause` is what the body put. Those writes are quiet, or as quiet as this
  // one.
  enum class Later { kQuietly, kAsThisWrite };
  virtual void DeriveLater(const std::string& name, std::string_view cause, Later how) = 0;
  // What the caller is answered in place of what was put first: the same with notes that are not
  // stored. It is kept with the request id like any answer.
  virtual void SetAnswer(std::unique_ptr<const Message> answer) = 0;
  // Withdraws a timer that has fired, in the same transaction as what it caused.
  virtual void DropTimer(std::string_view name, const Timer& timer) = 0;
};

}  // namespace clusterwire::store
