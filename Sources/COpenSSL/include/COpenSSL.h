#ifndef COPENSSL_H
#define COPENSSL_H

// OpenSSL's own headers stay out of here: they bring system types along, which Swift would then attribute to this module.
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    /// Seconds since 1970 in UTC.
    int64_t not_before;
    int64_t not_after;
    /// RFC 2253, cut where it is longer.
    char subject[512];
    char issuer[512];
} qm_certificate;

/// Reads the certificate at an index of a PEM text: 1 with one, 0 behind the last, -1 where it is damaged.
int qm_certificate_read(const uint8_t *pem, size_t count, size_t index, qm_certificate *certificate);

/// 1 where the PEM key belongs to the first certificate of the PEM text, else 0.
int qm_certificate_has_key(const uint8_t *pem, size_t count, const uint8_t *key_pem, size_t key_count);

/// Writes the 32 bytes of SHA-256.
void qm_sha256(const uint8_t *bytes, size_t count, uint8_t *digest);

/// A SHA-256 that is fed piece by piece; NULL without memory. `qm_sha256_finish` frees it.
void *qm_sha256_begin(void);
void qm_sha256_update(void *digest, const void *bytes, size_t count);
void qm_sha256_finish(void *digest, uint8_t *result);

/// Writes the 32 bytes of HMAC-SHA256: 1, or 0 where OpenSSL refuses.
int qm_hmac_sha256(const uint8_t *key, size_t key_count, const uint8_t *bytes, size_t count, uint8_t *digest);

/// Fills the bytes from OpenSSL's generator for secrets: 1, or 0 where it has no entropy.
int qm_random(uint8_t *bytes, size_t count);

#ifdef __cplusplus
}
#endif

#endif
