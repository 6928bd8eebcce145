#pragma once

#include <iterator>
#include <random>
#include <string>

#include "clusterwire/catalogue/v1/cluster.pb.h"

namespace clusterwire::benchmark {

// What a cluster of the register looks like, with drawn words.
inline catalogue::v1::Cluster ClusterOf(long number, std::mt19937& random) {
  static constexpr const char* kWords[] = {"Silicon", "Bio",     "Photonics", "Mobility", "Energy",
                                           "Water",   "Textile", "Forest",    "Maritime", "Health",
                                           "Digital", "Food",    "Saxony",    "Rhine",    "Alpine",
                                           "Baltic",  "Danube",  "Atlantic"};
  const auto word = [&] { return std::string(kWords[random() % std::size(kWords)]); };
  catalogue::v1::Cluster cluster;
  cluster.set_state(catalogue::v1::Cluster::STATE_PUBLISHED);
  cluster.set_title(word() + " " + word() + " Cluster " + std::to_string(number));
  std::string summary;
  for (int i = 0; i < 60; ++i) summary += word() + (i % 12 == 11 ? ". " : " ");
  cluster.set_summary(summary + "end.");
  cluster.set_country("DE");
  cluster.add_regions("nuts:DED2");
  cluster.set_website("https://cluster-" + std::to_string(number) + ".example.org");
  cluster.mutable_seat()->set_city("Dresden");
  type::v1::Point& point = *cluster.mutable_seat()->mutable_point();
  point.set_latitude(48 + (random() % 6000) / 1000.0);
  point.set_longitude(7 + (random() % 7000) / 1000.0);
  point.set_precision(type::v1::POINT_PRECISION_CITY);
  for (int i = 0; i < 3; ++i) {
    cluster.add_sectors("named:sector-" + std::to_string(50 * i + random() % 50));
  }
  return cluster;
}

}  // namespace clusterwire::benchmark
