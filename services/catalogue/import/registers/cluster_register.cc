#include <algorithm>

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/membership.pb.h"

#include "libs/base/status/error.h"
#include "libs/text/text.h"
#include "services/catalogue/import/regions.h"
#include "services/catalogue/import/registers/register.h"
#include "services/catalogue/import/upsert.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"

namespace clusterwire::catalogue::registers {
namespace {

constexpr Field kClusterFields[] = {{"name", "title", ReadRequired},
                                    {"country", "country", ReadRequired},
                                    {"acronym"},
                                    {"former_names", "former_titles"},
                                    {"city", "seat.city"},
                                    {"region", "seat.region"},
                                    {"latitude, longitude", "seat.point", ReadPoint},
                                    {"regions"},
                                    {"sectors"},
                                    {"founded_year", "founded", ReadDate},
                                    {"member_count", "members.total"},
                                    {"website"}};

// The lists of sectors that registers use the titles of, the preferred one first.
constexpr std::string_view kSectorLists[] = {"esca", "eu-ecosystem"};

std::string SectorCode(const std::string& word, const CodeBook& book) {
  const std::string key = NameKey(word);
  for (const std::string_view list : kSectorLists) {
    const v1::Taxonomy* taxonomy = book.FindList(list);
    if (taxonomy == nullptr) continue;
    for (const v1::TaxonomyCode& code : taxonomy->codes()) {
      if (NameKey(code.title()) == key) return absl::StrCat(ToAbsl(list), ":", code.code());
    }
  }
  return absl::StrCat(ToAbsl(kNamedList), ":", text::Slug(word));
}

// The programmes that a line names; what is none of them is noted.
absl::StatusOr<std::vector<std::string>> FindProgrammes(Batch& batch,
                                                        const std::vector<std::string>& words,
                                                        v1::ImportResponse* cluster) {
  std::vector<std::string> names;
  for (size_t i = 0; i < words.size(); ++i) {
    ASSIGN_OR_RETURN(const std::string name, batch.FindProgrammeOrScheme(words[i]));
    const std::string path = absl::StrCat("programmes[", i, "]: '", words[i], "' ");
    if (name.empty()) {
      cluster->add_notes(absl::StrCat(path, "is no programme here; import the programmes first"));
    } else if (name.starts_with("labelSchemes/")) {
      cluster->add_notes(
          absl::StrCat(path, "is a label scheme (", name, "), which has no members"));
    } else {
      names.push_back(name);
    }
  }
  return names;
}

// One membership of a cluster in a programme, under the cluster's own id; without dates, since the
// register has none.
absl::Status ImportMembership(Batch& batch, const std::string& programme,
                              const type::v1::Source& source, v1::ImportResponse* cluster) {
  v1::Membership membership;
  membership.set_cluster(cluster->name());
  *membership.add_sources() = source;
  AddExternalId(kImportScheme, cluster->name(), membership.mutable_external_ids());
  ASSIGN_OR_RETURN(
      const auto match,
      FindMatch<v1::Membership>(batch.writer(),
                                {.prefix = absl::StrCat(programme, "/memberships/"),
                                 .ids = {cluster->name().substr(cluster->name().find('/') + 1)},
                                 .external_id = cluster->name(),
                                 .is_same = [&](const v1::Membership& known) {
                                   return known.cluster() == cluster->name();
                                 }}));
  // One that was recorded by hand, under another id or with dates, says more than the register.
  ASSIGN_OR_RETURN(const auto known,
                   MembershipsOf(batch.writer(), programme, membership.cluster()));
  if (!match.known && !known.empty()) {
    cluster->add_notes(absl::StrCat(known.back().name(), " (", PeriodText(known.back().period()),
                                    ") stands for its membership in ", programme,
                                    "; nothing was changed there"));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const v1::ImportResponse result,
                   Upsert(batch, MembershipRules(), {}, match, std::move(membership)));
  cluster->mutable_notes()->MergeFrom(result.notes());
  if (result.outcome() == v1::ImportResponse::OUTCOME_UNCHANGED) return absl::OkStatus();
  cluster->add_more_names(result.name());
  if (cluster->outcome() == v1::ImportResponse::OUTCOME_UNCHANGED) {
    cluster->set_outcome(v1::ImportResponse::OUTCOME_UPDATED);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> SectorCodes(const std::vector<std::string>& words, const CodeBook& book) {
  std::vector<std::string> codes;
  for (const std::string& word : words) {
    std::string code = SectorCode(word, book);
    if (std::find(codes.begin(), codes.end(), code) == codes.end()) {
      codes.push_back(std::move(code));
    }
  }
  return codes;
}

absl::StatusOr<ClusterRecord> MapCluster(std::string_view json, const std::string& read_date,
                                         const CodeBook& book) {
  ASSIGN_OR_RETURN(JsonRecord record, JsonRecord::Parse(json));
  ClusterRecord mapped;
  v1::Cluster& cluster = mapped.cluster;
  cluster.set_state(v1::Cluster::STATE_PUBLISHED);
  ReadFields(record, kClusterFields, &cluster);
  const std::vector<std::string> codes =
      SectorCodes({cluster.sectors().begin(), cluster.sectors().end()}, book);
  cluster.mutable_sectors()->Assign(codes.begin(), codes.end());
  mapped.programmes = record.Texts("programmes");
  ReadSources(record, read_date, cluster.mutable_sources());
  // What is said of labels here is a summary of labels.ndjson and no label of its own.
  for (const char* key : {"label_level", "label_awarded", "label_announced", "label_valid_until"}) {
    KeepInSources(key, record.Date(key), cluster.mutable_sources());
  }
  BringToForm(record, kClusterFields, &cluster);
  AddExternalId(kImportScheme, absl::StrCat(cluster.country(), "/", cluster.title()),
                cluster.mutable_external_ids());
  RETURN_IF_ERROR(record.Finish());
  return mapped;
}

absl::StatusOr<v1::ImportResponse> ImportCluster(Batch& batch, std::string_view json) {
  ASSIGN_OR_RETURN(const auto book, CodeBook::Of(batch.writer()));
  ASSIGN_OR_RETURN(ClusterRecord record, MapCluster(json, batch.read_date(), *book));
  v1::Cluster& cluster = record.cluster;
  ASSIGN_OR_RETURN(
      const auto match,
      FindMatch(batch.writer(), LookupByTitle<v1::Cluster>("clusters/", cluster.title(),
                                                           cluster.country(), cluster.title())));
  const RegionsInWords<v1::Cluster> regions(
      batch, book, match, [](const v1::Cluster& of) -> auto& { return of.seat().region(); },
      cluster.country(), &cluster);
  ASSIGN_OR_RETURN(
      v1::ImportResponse result,
      Upsert<v1::Cluster>(batch, ClusterRules(), kClusterFields, match, cluster, regions));
  regions.AddNotes(&result);
  NoteDraft(match, "PublishCluster", &result);
  ASSIGN_OR_RETURN(const std::vector<std::string> programmes,
                   FindProgrammes(batch, record.programmes, &result));
  if (match.deleted()) return result;
  for (const std::string& programme : programmes) {
    const absl::Status status = ImportMembership(batch, programme, cluster.sources(0), &result);
    // The cluster is staged by now, so this can't refuse the line alone.
    if (absl::IsInvalidArgument(status)) return absl::FailedPreconditionError(status.message());
    RETURN_IF_ERROR(status);
  }
  return result;
}

}  // namespace clusterwire::catalogue::registers
