#include "clusterwire/catalogue/v1/programme.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class ProgrammeHandler final : public v1::ProgrammeService::CallbackService {
 public:
  ProgrammeHandler(const Api& api, rpc::Late<store::Store>& store)
      : api_(api), programmes_(store) {}

  CW_STANDARD(Get, GetProgramme, v1::Programme, programmes_)
  CW_STANDARD(BatchGet, BatchGetProgrammes, v1::BatchGetProgrammesResponse, programmes_)
  CW_STANDARD(List, ListProgrammes, v1::ListProgrammesResponse, programmes_)
  CW_STANDARD(Create, CreateProgramme, v1::Programme, programmes_)
  CW_STANDARD(Update, UpdateProgramme, v1::Programme, programmes_)
  CW_STANDARD(Delete, DeleteProgramme, v1::Programme, programmes_)
  CW_STANDARD(Undelete, UndeleteProgramme, v1::Programme, programmes_)
  CW_WRITE(PublishProgramme, v1::Programme,
           programmes_->Publish(call, request->name(), request->etag()))

 private:
  const Api api_;
  rpc::Late<Programmes> programmes_;
};

}  // namespace

rpc::Service MakeProgrammeService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::ProgrammeService>(std::make_unique<ProgrammeHandler>(api, store));
}

}  // namespace clusterwire::catalogue
