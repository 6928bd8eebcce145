#include "libs/base/testing/certificates.h"

#include <cstdlib>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "libs/base/handle.h"
#include "libs/base/random.h"

namespace clusterwire {
namespace {

using Bio = Handle<BIO, BIO_free_all>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using X509Handle = Handle<X509, X509_free>;
using Extension = Handle<X509_EXTENSION, X509_EXTENSION_free>;

Key NewKey() { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")); }

void Must(bool done) {
  if (!done) std::abort();
}

std::string Text(const Bio& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<size_t>(size)};
}

std::string ToPem(X509* x509) {
  const Bio out(BIO_new(BIO_s_mem()));
  Must(PEM_write_bio_X509(out.get(), x509) == 1);
  return Text(out);
}

std::string ToPem(EVP_PKEY* key) {
  const Bio out(BIO_new(BIO_s_mem()));
  Must(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return Text(out);
}

void Extend(X509* x509, int kind, const std::string& value, X509* issuer = nullptr) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, x509, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  Must(extension != nullptr && X509_add_ext(x509, extension.get(), -1) == 1);
}

void Name(X509_NAME* name, const char* common) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common), -1, -1, 0);
}

// Unsigned; with what all certificates have.
X509Handle Draft(const Stated& stated, const char* common, EVP_PKEY* key) {
  X509Handle x509(X509_new());
  X509_set_version(x509.get(), 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509.get()), Random::System().Next() >> 1);
  ASN1_TIME_set(X509_getm_notBefore(x509.get()), absl::ToTimeT(stated.from));
  ASN1_TIME_set(X509_getm_notAfter(x509.get()), absl::ToTimeT(stated.until));
  X509_set_pubkey(x509.get(), key);
  Name(X509_get_subject_name(x509.get()), common);
  if (!stated.names.empty()) Extend(x509.get(), NID_subject_alt_name, stated.names);
  return x509;
}

}  // namespace

struct TestAuthority::Parts {
  Key key = NewKey();
  X509Handle x509;
  std::string pem;
};

TestAuthority::TestAuthority(const Stated& stated, const TestAuthority* parent)
    : parts_(std::make_unique<Parts>()) {
  const char* const name = parent == nullptr ? "test authority" : "test authority between";
  parts_->x509 = Draft(stated, name, parts_->key.get());
  X509* const x509 = parts_->x509.get();
  const Parts& issuer = parent == nullptr ? *parts_ : *parent->parts_;
  X509_set_issuer_name(x509, X509_get_subject_name(issuer.x509.get()));
  Extend(x509, NID_basic_constraints, "critical,CA:TRUE");
  // All have the same name, as authorities whose key is new do.
  Extend(x509, NID_subject_key_identifier, "hash");
  if (parent != nullptr) {
    Extend(x509, NID_authority_key_identifier, "keyid", issuer.x509.get());
  }
  Must(X509_sign(x509, issuer.key.get(), EVP_sha256()) > 0);
  parts_->pem = ToPem(x509);
}

TestAuthority::~TestAuthority() = default;

const std::string& TestAuthority::certificate() const { return parts_->pem; }

KeyPair TestAuthority::Issue(const Stated& stated) const {
  const Key key = NewKey();
  const X509Handle x509 = Draft(stated, "test", key.get());
  X509_set_issuer_name(x509.get(), X509_get_subject_name(parts_->x509.get()));
  Extend(x509.get(), NID_authority_key_identifier, "keyid", parts_->x509.get());
  Must(X509_sign(x509.get(), parts_->key.get(), EVP_sha256()) > 0);
  return {.certificate = ToPem(x509.get()), .key = ToPem(key.get())};
}

KeyPair SelfSigned(const Stated& stated) {
  const Key key = NewKey();
  const X509Handle x509 = Draft(stated, "test", key.get());
  X509_set_issuer_name(x509.get(), X509_get_subject_name(x509.get()));
  Must(X509_sign(x509.get(), key.get(), EVP_sha256()) > 0);
  return {.certificate = ToPem(x509.get()), .key = ToPem(key.get())};
}

}  // namespace clusterwire
