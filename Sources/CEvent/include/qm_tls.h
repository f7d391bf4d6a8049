#ifndef QM_TLS_H
#define QM_TLS_H

#include <stddef.h>

/// TLS of a server: its certificate, its key and whom it trusts as clients.
typedef struct qm_tls_context qm_tls_context;

/// Reads PEM texts. `client_ca` may be NULL: clients are then not asked for a certificate.
///
/// Returns NULL on error, with `error` pointing at static text.
qm_tls_context *qm_tls_context_create(
    const char *certificate, size_t certificate_length, const char *key, size_t key_length, const char *client_ca,
    size_t client_ca_length, const char **error);
void qm_tls_context_destroy(qm_tls_context *context);
/// Lets connections that come from now on see what `other` says, and frees `other`. On the thread of the server's loop.
void qm_tls_context_replace(qm_tls_context *context, qm_tls_context *other);

typedef enum {
    QM_TLS_PEER_NONE = 0,
    QM_TLS_PEER_VERIFIED = 1,
    /// A certificate came, and it is not of our CA, has run out or is otherwise not to be trusted.
    QM_TLS_PEER_UNTRUSTED = 2,
} qm_tls_peer;

/// Called for every common name (`'C'`) and organization (`'O'`) of a certificate.
typedef void (*qm_tls_field)(void *argument, char kind, const char *text, size_t length);

#endif
