#include "libs/rpc/reflection/contracts.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

namespace clusterwire::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

const DescriptorPool& Pool() { return *DescriptorPool::generated_pool(); }

void Refuse(absl::StatusCode code, std::string text, ServerReflectionResponse* answer) {
  answer->mutable_error_response()->set_error_code(static_cast<int>(code));
  answer->mutable_error_response()->set_error_message(std::move(text));
}

const FileDescriptor* FileOf(const grpc::reflection::v1::ExtensionRequest& question) {
  const Descriptor* const type = Pool().FindMessageTypeByName(question.containing_type());
  if (type == nullptr) return nullptr;
  const FieldDescriptor* const field =
      Pool().FindExtensionByNumber(type, question.extension_number());
  return field == nullptr ? nullptr : field->file();
}

}  // namespace

Contracts::Contracts(std::vector<std::string> services) : services_(std::move(services)) {
  std::ranges::sort(services_);
}

void Contracts::AddFile(const FileDescriptor& file, std::set<const FileDescriptor*>* added,
                        grpc::reflection::v1::FileDescriptorResponse* answer) const {
  if (!added->insert(&file).second) return;
  {
    MutexLock lock(mutex_);
    std::string& written = written_[&file];
    if (written.empty()) {
      google::protobuf::FileDescriptorProto proto;
      file.CopyTo(&proto);
      proto.SerializeToString(&written);
    }
    answer->add_file_descriptor_proto(written);
  }
  for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i), added, answer);
}

void Contracts::AnswerFile(const FileDescriptor* file, ServerReflectionResponse* answer) const {
  if (file == nullptr) {
    return Refuse(absl::StatusCode::kNotFound,
                  "this server has nothing of that name; list_services shows what it has", answer);
  }
  std::set<const FileDescriptor*> added;
  AddFile(*file, &added, answer->mutable_file_descriptor_response());
}

void Contracts::AnswerExtensions(const std::string& name, ServerReflectionResponse* answer) const {
  const Descriptor* const type = Pool().FindMessageTypeByName(name);
  if (type == nullptr) return AnswerFile(nullptr, answer);
  std::vector<const FieldDescriptor*> fields;
  Pool().FindAllExtensions(type, &fields);
  auto& numbers = *answer->mutable_all_extension_numbers_response();
  numbers.set_base_type_name(name);
  for (const FieldDescriptor* field : fields) numbers.add_extension_number(field->number());
  std::ranges::sort(*numbers.mutable_extension_number());
}

ServerReflectionResponse Contracts::Answer(const ServerReflectionRequest& question) const {
  ServerReflectionResponse answer;
  answer.set_valid_host(question.host());
  *answer.mutable_original_request() = question;
  switch (question.message_request_case()) {
    case ServerReflectionRequest::kFileByFilename:
      AnswerFile(Pool().FindFileByName(question.file_by_filename()), &answer);
      break;
    case ServerReflectionRequest::kFileContainingSymbol:
      AnswerFile(Pool().FindFileContainingSymbol(question.file_containing_symbol()), &answer);
      break;
    case ServerReflectionRequest::kFileContainingExtension:
      AnswerFile(FileOf(question.file_containing_extension()), &answer);
      break;
    case ServerReflectionRequest::kAllExtensionNumbersOfType:
      AnswerExtensions(question.all_extension_numbers_of_type(), &answer);
      break;
    case ServerReflectionRequest::kListServices:
      for (const std::string& service : services_) {
        answer.mutable_list_services_response()->add_service()->set_name(service);
      }
      break;
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      Refuse(absl::StatusCode::kInvalidArgument,
             "the request asks for nothing: set list_services, file_by_filename, "
             "file_containing_symbol or another of its fields",
             &answer);
  }
  return answer;
}

}  // namespace clusterwire::rpc
