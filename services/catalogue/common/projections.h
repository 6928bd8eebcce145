#pragma once

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/event.pb.h"
#include "clusterwire/catalogue/v1/label.pb.h"
#include "clusterwire/catalogue/v1/label_scheme.pb.h"
#include "clusterwire/catalogue/v1/membership.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"
#include "clusterwire/catalogue/v1/taxonomy.pb.h"

#include "libs/store/registry.h"

// What each type of resource says of itself as Facts: one file per type.
namespace clusterwire::catalogue {

store::Projection<v1::Cluster> ClusterProjection();
store::Projection<v1::Label> LabelProjection();
store::Projection<v1::LabelScheme> LabelSchemeProjection();
store::Projection<v1::Programme> ProgrammeProjection();
store::Projection<v1::Membership> MembershipProjection();
store::Projection<v1::CalendarEvent> EventProjection();
store::Projection<v1::Taxonomy> TaxonomyProjection();

// What everything that is about a cluster borrows from it: codes, point, programmes, levels, and
// the cluster's name in its title.
void LendFromCluster(const store::Facts& cluster, store::Facts* linked);

// Raised with every change to what the projections give: the store then rewrites all Facts.
inline constexpr int kProjectionVersion = 1;

}  // namespace clusterwire::catalogue
