#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/membership.pb.h"

#include "libs/base/status/status_macros.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/programmes/membership_rules.h"
#include "services/catalogue/import/cluster_spot.h"
#include "services/catalogue/import/known_names.h"
#include "services/catalogue/import/mapping.h"
#include "services/catalogue/import/register.h"

namespace clusterwire::catalogue::registers {
namespace {

// What a line says of programmes, as far as it is known here.
struct Programmes {
  std::vector<std::string> names;  // "programmes/…"
  std::vector<std::string> notes;
};

class ClusterRegister final : public Register {
 public:
  explicit ClusterRegister(std::string read_date) : read_date_(std::move(read_date)) {}

  absl::Status Begin(store::Writer& writer) override {
    ASSIGN_OR_RETURN(names_, KnownNames::Read(writer));
    return absl::OkStatus();
  }

  absl::StatusOr<Taken> Take(Batch& batch, std::string_view json) override {
    ASSIGN_OR_RETURN(const auto book, CodeBook::Of(batch.writer()));
    ASSIGN_OR_RETURN(ClusterRecord record, MapCluster(json, read_date_, *book));
    const Programmes programmes = Resolve(record.programmes);
    ASSIGN_OR_RETURN(
        const Spot<v1::Cluster> spot,
        FindSpot(batch.writer(), AimAtCluster(record.cluster.title(), record.cluster.country())));
    ASSIGN_OR_RETURN(Taken taken, TakeAt(batch, rules_, spot, record.cluster));
    taken.notes.insert(taken.notes.end(), programmes.notes.begin(), programmes.notes.end());
    if (spot.known && store::IsDeleted(*spot.known)) return taken;
    for (const std::string& programme : programmes.names) {
      const absl::Status status = Join(batch, programme, record.cluster, &taken);
      // The cluster is staged by now, so this can't refuse the line alone.
      if (absl::IsInvalidArgument(status)) return absl::FailedPreconditionError(status.message());
      RETURN_IF_ERROR(status);
    }
    return taken;
  }

 private:
  Programmes Resolve(const std::vector<std::string>& words) const {
    Programmes programmes;
    for (size_t i = 0; i < words.size(); ++i) {
      const std::string name = names_.Find(words[i]);
      const std::string path = absl::StrCat("programmes[", i, "]: '", words[i], "' ");
      if (name.empty()) {
        programmes.notes.push_back(
            absl::StrCat(path, "is no programme here; import the programmes first"));
      } else if (name.starts_with("labelSchemes/")) {
        programmes.notes.push_back(
            absl::StrCat(path, "is a label scheme (", name, "), which has no members"));
      } else {
        programmes.names.push_back(name);
      }
    }
    return programmes;
  }

  // One membership of a cluster in a programme, under the cluster's own id; without dates, since
  // the register has none.
  absl::Status Join(Batch& batch, const std::string& programme, const v1::Cluster& cluster,
                    Taken* taken) const {
    v1::Membership membership;
    membership.set_cluster(taken->name);
    *membership.add_sources() = cluster.sources(0);
    AddExternalId(kImportScheme, taken->name, membership.mutable_external_ids());
    const std::string id = taken->name.substr(taken->name.find('/') + 1);
    const Aim<v1::Membership> aim{
        .prefix = absl::StrCat(programme, "/memberships/"),
        .ids = {id},
        .key = taken->name,
        .same = [&](const v1::Membership& known) { return known.cluster() == taken->name; }};
    ASSIGN_OR_RETURN(const Taken joined,
                     registers::Take(batch, membership_rules_, aim, std::move(membership)));
    taken->notes.insert(taken->notes.end(), joined.notes.begin(), joined.notes.end());
    if (joined.outcome == v1::ImportResponse::OUTCOME_UNCHANGED) return absl::OkStatus();
    taken->more_names.push_back(joined.name);
    if (taken->outcome == v1::ImportResponse::OUTCOME_UNCHANGED) {
      taken->outcome = v1::ImportResponse::OUTCOME_UPDATED;
    }
    return absl::OkStatus();
  }

  const std::string read_date_;
  const Rules<v1::Cluster> rules_ = ClusterRules();
  const Rules<v1::Membership> membership_rules_ = MembershipRules();
  KnownNames names_;
};

}  // namespace

std::unique_ptr<Register> MakeClusterRegister(std::string read_date) {
  return std::make_unique<ClusterRegister>(std::move(read_date));
}

}  // namespace clusterwire::catalogue::registers
