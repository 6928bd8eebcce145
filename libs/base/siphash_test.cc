#include "libs/base/siphash.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "libs/base/testing/seed.h"

namespace clusterwire {
namespace {

// What OpenSSL makes of the same.
uint64_t ByOpenSsl(const SipKey& key, std::string_view text) {
  std::string bytes;
  for (const uint64_t half : {key.low, key.high}) {
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(half >> (8 * i));
  }
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  size_t size = 8;
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t("size", &size),
                                   OSSL_PARAM_construct_end()};
  unsigned char out[8] = {};
  EXPECT_EQ(EVP_MAC_init(context, reinterpret_cast<const unsigned char*>(bytes.data()),
                         bytes.size(), parameters),
            1);
  EXPECT_EQ(
      EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()), text.size()), 1);
  EXPECT_EQ(EVP_MAC_final(context, out, &size, sizeof out), 1);
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
  uint64_t hash = 0;
  for (int i = 7; i >= 0; --i) hash = hash << 8 | out[i];
  return hash;
}

TEST(SipHashTest, IsWhatOpenSslMakesOfTheSameKeyAndText) {
  SeededRandom random(TestSeed());
  std::string text;
  for (int length = 0; length < 70; ++length) {
    const SipKey key{random.Next(), random.Next()};
    ASSERT_EQ(SipHash(key, text), ByOpenSsl(key, text)) << length << " bytes";
    text += static_cast<char>(random.Below(256));
  }
}

TEST(SipHashTest, UnderAnotherKeyAllIsAnother) {
  std::set<uint64_t> seen;
  for (uint64_t key = 0; key < 100; ++key) {
    seen.insert(SipHash({key, 0}, "clusters/a"));
    seen.insert(SipHash({0, key + 1}, "clusters/a"));
  }
  EXPECT_EQ(seen.size(), 200u);
}

}  // namespace
}  // namespace clusterwire
