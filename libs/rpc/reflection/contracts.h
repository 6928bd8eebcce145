#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "libs/base/threads/mutex.h"
#include "libs/rpc/reflection/reflection.pb.h"

namespace clusterwire::rpc {

// What of the contracts that are linked in answers a question of reflection. Safe for use from any
// thread.
class Contracts {
 public:
  // `services` by their full names, in any order.
  explicit Contracts(std::vector<std::string> services);

  grpc::reflection::v1::ServerReflectionResponse Answer(
      const grpc::reflection::v1::ServerReflectionRequest& question) const;

 private:
  using Response = grpc::reflection::v1::ServerReflectionResponse;
  using File = google::protobuf::FileDescriptor;

  // Null: there is none.
  void AnswerFile(const File* file, Response* answer) const;
  void AnswerExtensions(const std::string& name, Response* answer) const;
  void AddFile(const File& file, std::set<const File*>* added,
               grpc::reflection::v1::FileDescriptorResponse* answer) const;

  std::vector<std::string> services_;
  // What a file looks like on the wire, once it was asked for: there are only so many.
  mutable Mutex mutex_;
  mutable std::map<const File*, std::string> written_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::rpc
