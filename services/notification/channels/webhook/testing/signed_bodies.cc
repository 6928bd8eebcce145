// usage: signed_bodies COUNT
//
// Writes what receivers of webhooks get, for libraries that check it: a line with the secret and
// the public key, then COUNT lines with an id, a time, the signatures and a body in base64, all
// with tabs in between. Titles and summaries are of any characters.
#include <cstdio>
#include <iterator>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "libs/base/testing/seed.h"
#include "libs/base/time/clock.h"
#include "services/notification/channels/testing/jobs.h"
#include "services/notification/channels/webhook/signing.h"
#include "services/notification/channels/webhook/webhook_body.h"

namespace clusterwire::notification {
namespace {

// Of any length and any of these, each of which some encoder writes in its own way.
std::string Text(Random& random) {
  static constexpr const char* kParts[] = {"Silver ", "é",  "ß",       "\"",     "\\",   "/",
                                           "<b>",     "&",  "'",       "\u2028", "日本", "🎉",
                                           "\n",      "\t", "e\u0301", "%25",    "{}"};
  std::string text;
  const int parts = static_cast<int>(random.Fraction() * 40);
  for (int i = 0; i < parts; ++i) {
    text += kParts[static_cast<size_t>(random.Fraction() * std::size(kParts))];
  }
  return text;
}

int Write(int count) {
  SeededRandom random(1);
  const std::string secret = MakeSecret(random);
  const KeyPair keys = MakeKeyPair(random);
  const SigningKeys signing = {.v1 = {*KeyOf(secret)}, .v1a = {*SignerOf(keys.private_key)}};
  std::printf("%s\t%s\n", secret.c_str(), keys.public_key.c_str());
  const absl::Time now = Clock::System().Now();
  SharedBodies shared;
  Job job = LabelAwardedJob();
  for (int i = 0; i < count; ++i) {
    change::v1::ResourceChanged change = job.record->change;
    change.mutable_after()->set_title(Text(random));
    change.mutable_after()->set_summary(Text(random));
    SetChange(job, change);
    job.delivery.name = DeliveryName(job.delivery.subscription, absl::StrCat("h:", i, ":1"));
    const auto body = WebhookBody(job, shared);
    if (!body.ok()) return 1;
    const std::string signature = WebhookSignature(signing, job.delivery.name, now, *body);
    std::printf("%s\t%lld\t%s\t%s\n", job.delivery.name.c_str(),
                static_cast<long long>(absl::ToUnixSeconds(now)), signature.c_str(),
                absl::Base64Escape(*body).c_str());
  }
  return 0;
}

}  // namespace
}  // namespace clusterwire::notification

int main(int argc, char** argv) {
  int count = 0;
  if (argc != 2 || !absl::SimpleAtoi(argv[1], &count)) return 2;
  return clusterwire::notification::Write(count);
}
