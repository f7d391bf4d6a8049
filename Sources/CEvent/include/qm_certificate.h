#ifndef QM_CERTIFICATE_H
#define QM_CERTIFICATE_H

#include <stdint.h>

/// What a certificate shall say.
typedef struct {
    const char *common_name;
    /// `organization_count` texts; may be NULL.
    const char *const *organizations;
    int organization_count;
    /// As OpenSSL's configuration has it, for example `DNS:localhost,IP:127.0.0.1`; may be NULL.
    const char *subject_alt_names;
    int is_authority;
    int is_server;
    /// Seconds since 1970.
    int64_t not_before;
    int64_t not_after;
    /// PEM of the authority that signs; both NULL for a certificate that signs itself.
    const char *issuer_certificate;
    const char *issuer_key;
} qm_certificate_request;

/// Makes a P-256 key and its certificate as PEM texts, which the caller frees. Returns 0, or -1 with `error` set.
int qm_certificate_create(
    const qm_certificate_request *request, char **certificate, char **key, const char **error);

#endif
