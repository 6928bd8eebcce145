#include "services/notification/operations/grants_finding.h"

#include "absl/strings/str_cat.h"

#include "libs/kafka/admin.h"

namespace clusterwire::notification {
namespace {

using service::Broken;
using service::Finding;
using service::Fine;
using service::Found;

constexpr char kPart[] = "grants";

Finding Wrong(std::string text, std::string_view remedy) {
  return Found(kPart, Finding::SEVERITY_ERROR, std::move(text), remedy);
}

std::string Held(const Grants& grants) {
  return absl::StrCat("what is not public is held: what was granted is known as of ",
                      absl::FormatDuration(absl::Trunc(grants.lag(), absl::Seconds(1))), " ago");
}

// While nothing is known of it, or too long ago.
Finding Behind(const GrantsTopic& from, const Grants& grants, const absl::Status& reading) {
  if (absl::IsNotFound(reading)) {
    return Wrong(
        absl::StrCat(from.topic, " is missing; ", Held(grants)),
        "the catalogue makes the topic when it starts with grants.subject_key_file and may; "
        "both services must name the same one in grants.topic");
  }
  if (!reading.ok()) {
    const std::string remedy = kafka::RemedyOf(reading);
    return Wrong(
        absl::StrCat(reading.message(), "; ", Held(grants)),
        remedy.empty() ? "it is read again by itself once Kafka answers: see part kafka" : remedy);
  }
  if (!grants.CheckComplete().ok()) {
    return Wrong(
        absl::StrCat(from.topic, " doesn't hold all grants yet; nothing is told meanwhile"),
        "the catalogue fills it within seconds when it runs with the same grants.topic; see "
        "its Diagnose");
  }
  // What is public goes on, and what is wrong is elsewhere: this process is as ready as any.
  return Found(
      kPart, Finding::SEVERITY_WARNING,
      absl::StrCat(Held(grants), ", and the catalogue gives no sign of life on ", from.topic),
      "see part relay of the catalogue's Diagnose: while it stands still nothing tells "
      "what is granted now. Both services must state the same grants.hold_after. Or a "
      "foreign transaction is open on the topic: nobody but the catalogue should have the "
      "right to write there");
}

// How the topic is kept; nothing where it is right, or can't be asked.
std::string WrongPolicy(const GrantsTopic& from) {
  const auto admin = kafka::Admin::Create(from.kafka);
  if (!admin.ok()) return "";
  const auto topic = (*admin)->DescribeTopic(from.topic, from.patience);
  if (!topic.ok() || !topic->properties.ok()) return "";
  if (!topic->forgets()) return "";
  return absl::StrCat(from.topic, " has cleanup.policy=", topic->cleanup_policy(),
                      ": old grants are forgotten, and those whom they were given to see nothing");
}

}  // namespace

Finding LookAtGrants(const GrantsTopic& from, const Grants& grants, const absl::Status& reading,
                     const Interests::Counts& counts) {
  if (!grants.enabled()) {
    return Fine(kPart,
                "are not read: subscriptions see what the public sees; "
                "grants.subject_key_file switches them on in both services");
  }
  if (grants.behind()) return Behind(from, grants, reading);
  if (grants.other_key()) {
    return Wrong(
        "the catalogue hashes subjects by another key: nobody is known here, and nothing "
        "is told but what is public",
        "give both services the same bytes in grants.subject_key_file, and start them");
  }
  if (const std::string policy = WrongPolicy(from); !policy.empty()) {
    return Wrong(policy, absl::StrCat("kafka-configs --alter --topic ", from.topic,
                                      " --add-config cleanup.policy=compact, then start the "
                                      "catalogue, which writes what is missing"));
  }
  const GrantIndex::Counts known = grants.counts();
  const std::string state =
      absl::StrCat(known.in_force, " in force; of ", counts.subjects, " subjects with subscribers ",
                   counts.granted, " have some");
  if (known.left_out > 0) {
    return Wrong(
        absl::StrCat(known.left_out, " of more than ", GrantIndex::kMostNames,
                     " are left out: whom they are given to sees nothing by them; ", state),
        "give grants to patterns of subjects in place of each");
  }
  if (known.unreadable > 0) {
    return Wrong(absl::StrCat(known.unreadable, " can't be read, and give nothing; ", state),
                 "run a release here that is as new as the catalogue's; the log names the offsets");
  }
  return Fine(kPart, state);
}

}  // namespace clusterwire::notification
