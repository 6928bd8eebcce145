#include "clusterwire/catalogue/v1/budget.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/bookings/budget_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class BudgetHandler final : public Handler<v1::BudgetService, Budgets> {
 public:
  using Handler::Handler;

  CW_STANDARD(Get, GetBudget, v1::Budget, resources_)
  CW_STANDARD(BatchGet, BatchGetBudgets, v1::BatchGetBudgetsResponse, resources_)
  CW_STANDARD(List, ListBudgets, v1::ListBudgetsResponse, resources_)
  CW_STANDARD(Update, UpdateBudget, v1::Budget, resources_)
  CW_STANDARD(Delete, DeleteBudget, v1::Budget, resources_)
  CW_STANDARD(Undelete, UndeleteBudget, v1::Budget, resources_)
  CW_WRITE(CreateBudget, v1::Budget, resources_->CreateOfYear(call, *request))
};

}  // namespace

rpc::Service MakeBudgetService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::BudgetService>(std::make_unique<BudgetHandler>(api, store));
}

}  // namespace clusterwire::catalogue
