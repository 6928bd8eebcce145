#pragma once

#include "clusterwire/type/v1/facts.pb.h"
#include "clusterwire/type/v1/filter.pb.h"

#include "libs/base/random.h"
#include "libs/filter/viewer.h"

// Facts and filters from a small world, so that random ones meet often: a handful of clusters,
// codes, words and places around a few cities, some of it unknown, some of it not public.
namespace clusterwire::filter {

type::v1::Facts RandomFacts(Random& random);

// The same resource after a small change, or after none.
type::v1::Facts RandomlyChanged(type::v1::Facts facts, Random& random);

// Passes the check. Sets up to four fields, and at times none_of.
type::v1::Filter RandomFilter(Random& random);
// With exact fields alone.
type::v1::Filter RandomExactFilter(Random& random);
// Also without words that are prefixes: what a subscription may have.
type::v1::Filter RandomSubscriptionFilter(Random& random);

Viewer RandomViewer(Random& random);

}  // namespace clusterwire::filter
