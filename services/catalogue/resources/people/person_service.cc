#include "google/protobuf/util/json_util.h"

#include "clusterwire/catalogue/v1/person.grpc.pb.h"

#include "libs/api/standard.h"
#include "libs/base/status/error.h"
#include "services/catalogue/resources/people/people.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class PersonHandler final : public v1::PersonService::CallbackService {
 public:
  explicit PersonHandler(const Api& api) : api_(api), people_(api.erasures) {}

  CW_STANDARD(Get, GetPerson, v1::Person, people_)
  CW_STANDARD(BatchGet, BatchGetPeople, v1::BatchGetPeopleResponse, people_)
  CW_STANDARD(List, ListPeople, v1::ListPeopleResponse, people_)
  CW_STANDARD(Update, UpdatePerson, v1::Person, people_)
  CW_WRITE(CreatePerson, v1::Person, Create(call, *request))
  CW_WRITE(ErasePerson, v1::ErasePersonResponse, people_->Erase(call, *request))

  grpc::ServerUnaryReactor* ExportPerson(grpc::CallbackServerContext* context,
                                         const v1::ExportPersonRequest* request,
                                         v1::ExportPersonResponse* response) override {
    return api::RunRead(api_, context, 0, [this, request, response](const ReadCall& call) {
      return Export(call, *request, response);
    });
  }

  grpc::ServerUnaryReactor* CheckErasure(grpc::CallbackServerContext* context,
                                         const v1::CheckErasureRequest* request,
                                         v1::CheckErasureResponse* response) override {
    return api::RunRead(api_, context, 0,
                        [this, request, response](const ReadCall& call) -> absl::Status {
                          ASSIGN_OR_RETURN(*response, people_->CheckErasure(call, *request));
                          return absl::OkStatus();
                        });
  }

 private:
  absl::StatusOr<v1::Person> Create(const WriteCall& call, const v1::CreatePersonRequest& request) {
    return people_->Create(call, "", request.person(), "", [&](const auto&, v1::Person*) {
      if (request.person_id().empty()) return absl::OkStatus();
      return FieldError("person_id",
                        "must be empty: the name of a person's record is random, since a chosen "
                        "one would name the person wherever it stands");
    });
  }

  absl::Status Export(const ReadCall& call, const v1::ExportPersonRequest& request,
                      v1::ExportPersonResponse* response) {
    ASSIGN_OR_RETURN(v1::PersonExport all, people_->Export(call, request.name()));
    google::protobuf::util::JsonPrintOptions options;
    options.add_whitespace = true;
    options.preserve_proto_field_names = true;
    const auto printed =
        google::protobuf::util::MessageToJsonString(all, response->mutable_json(), options);
    return printed.ok() ? absl::OkStatus() : absl::InternalError("a person can't be printed");
  }

  const Api api_;
  rpc::Late<People> people_;
};

}  // namespace

rpc::Service MakePersonService(const Api& api, rpc::Late<store::Store>&) {
  return rpc::ServiceOf<v1::PersonService>(std::make_unique<PersonHandler>(api));
}

}  // namespace clusterwire::catalogue
