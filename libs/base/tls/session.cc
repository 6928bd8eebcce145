#include "libs/base/tls/session.h"

#include <cstdlib>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace clusterwire {

void FreeTls(ssl_st* session) { SSL_free(session); }

TlsSession::TlsSession(std::shared_ptr<const TlsCredentials> credentials)
    : credentials_(std::move(credentials)), session_(SSL_new(credentials_->context())) {
  if (session_ == nullptr) std::abort();                                    // only without memory
  SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));  // it owns both
  SSL_set_accept_state(session_.get());
}

void TlsSession::Feed(std::string_view bytes) {
  BIO_write(SSL_get_rbio(session_.get()), bytes.data(), static_cast<int>(bytes.size()));
}

std::optional<size_t> TlsSession::Read(char* to, size_t size) {
  ERR_clear_error();
  size_t got = 0;
  if (SSL_read_ex(session_.get(), to, size, &got) == 1) return got;
  const bool more = SSL_get_error(session_.get(), 0) == SSL_ERROR_WANT_READ;
  ERR_clear_error();
  return more ? std::optional<size_t>(0) : std::nullopt;
}

bool TlsSession::Write(std::string_view plain) {
  ERR_clear_error();
  if (SSL_is_init_finished(session_.get()) != 1) return false;
  size_t written = 0;
  const bool done =
      plain.empty() || SSL_write_ex(session_.get(), plain.data(), plain.size(), &written) == 1;
  ERR_clear_error();
  return done;
}

void TlsSession::Close() {
  ERR_clear_error();
  if (SSL_is_init_finished(session_.get()) == 1) SSL_shutdown(session_.get());
  ERR_clear_error();
}

std::string TlsSession::TakeOutput() {
  BIO* const out = SSL_get_wbio(session_.get());
  std::string bytes(BIO_ctrl_pending(out), '\0');
  if (!bytes.empty()) BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

}  // namespace clusterwire
