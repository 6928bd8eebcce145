#include "libs/base/certificate.h"

#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "libs/base/openssl.h"

namespace clusterwire {
namespace {

using GeneralNames = Handle<GENERAL_NAMES, GENERAL_NAMES_free>;

absl::StatusOr<absl::Time> ToTime(const ASN1_TIME* time) {
  tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return absl::InvalidArgumentError("a certificate states a time that can't be read");
  }
  return absl::FromTM(parts, absl::UTCTimeZone());
}

std::string SubjectOf(X509* x509) {
  const Bio out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), X509_get_subject_name(x509), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<size_t>(size)};
}

void ReadNames(X509* x509, Certificate* certificate) {
  const GeneralNames names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI && name->type != GEN_DNS) continue;
    std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.ia5)),
                     static_cast<size_t>(ASN1_STRING_length(name->d.ia5)));
    if (text.find('\0') != std::string::npos) continue;
    (name->type == GEN_URI ? certificate->uris : certificate->hosts).push_back(std::move(text));
  }
}

absl::StatusOr<Certificate> Read(X509* x509) {
  Certificate certificate;
  certificate.subject = SubjectOf(x509);
  const absl::StatusOr<absl::Time> from = ToTime(X509_get0_notBefore(x509));
  const absl::StatusOr<absl::Time> until = ToTime(X509_get0_notAfter(x509));
  if (!from.ok() || !until.ok()) return from.ok() ? until.status() : from.status();
  certificate.not_before = *from;
  certificate.not_after = *until;
  ReadNames(x509, &certificate);
  return certificate;
}

}  // namespace

absl::StatusOr<std::vector<Certificate>> ReadCertificates(std::string_view pem) {
  const Bio in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> certificates;
  while (const auto x509 = X509Handle(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr))) {
    absl::StatusOr<Certificate> certificate = Read(x509.get());
    if (!certificate.ok()) return certificate.status();
    certificates.push_back(*std::move(certificate));
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) return absl::InvalidArgumentError("holds a certificate that can't be read");
  if (certificates.empty()) return absl::InvalidArgumentError("holds no certificate in PEM");
  return certificates;
}

}  // namespace clusterwire
