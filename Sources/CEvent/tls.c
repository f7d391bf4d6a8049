#include "qm_tls_internal.h"

#include <event2/bufferevent_ssl.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>

struct qm_tls_context {
    SSL_CTX *ssl;
};

/// A certificate that cannot be trusted does not end the handshake: its owner is told so by a 401.
static int accept_any(int ok, X509_STORE_CTX *store) {
    (void)ok;
    (void)store;
    return 1;
}

static BIO *memory(const char *text, size_t length) {
    return length > INT_MAX ? NULL : BIO_new_mem_buf(text, (int)length);
}

static int use_chain(SSL_CTX *ssl, const char *text, size_t length) {
    BIO *bio = memory(text, length);
    X509 *first = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    int ok = first && SSL_CTX_use_certificate(ssl, first) == 1;
    X509_free(first);
    while (ok) {
        X509 *next = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        if (!next) break;
        // Owned by the context from here on.
        if (SSL_CTX_add_extra_chain_cert(ssl, next) != 1) {
            X509_free(next);
            ok = 0;
        }
    }
    BIO_free(bio);
    return ok;
}

static int use_key(SSL_CTX *ssl, const char *text, size_t length) {
    BIO *bio = memory(text, length);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    int ok = key && SSL_CTX_use_PrivateKey(ssl, key) == 1 && SSL_CTX_check_private_key(ssl) == 1;
    EVP_PKEY_free(key);
    BIO_free(bio);
    return ok;
}

static int trust_clients_of(SSL_CTX *ssl, const char *text, size_t length) {
    BIO *bio = memory(text, length);
    X509_STORE *store = SSL_CTX_get_cert_store(ssl);
    int count = 0;
    X509 *authority;
    while (bio && (authority = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
        if (X509_STORE_add_cert(store, authority) == 1 && SSL_CTX_add_client_CA(ssl, authority) == 1) count++;
        X509_free(authority);
    }
    BIO_free(bio);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, accept_any);
    return count > 0;
}

qm_tls_context *qm_tls_context_create(
    const char *certificate, size_t certificate_length, const char *key, size_t key_length, const char *client_ca,
    size_t client_ca_length, const char **error) {
    SSL_CTX *ssl = SSL_CTX_new(TLS_server_method());
    *error = NULL;
    if (!ssl) {
        *error = "OpenSSL has no server context";
    } else if (!SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION)) {
        *error = "OpenSSL refuses TLS 1.2 as minimum";
    } else if (!use_chain(ssl, certificate, certificate_length)) {
        *error = "the server certificate is no PEM certificate";
    } else if (!use_key(ssl, key, key_length)) {
        *error = "the private key is no PEM key, or not the one of the certificate";
    } else if (client_ca && !trust_clients_of(ssl, client_ca, client_ca_length)) {
        *error = "the client CA holds no PEM certificate";
    }
    // Reading the end of a PEM text leaves an error in the queue.
    ERR_clear_error();
    qm_tls_context *context = *error ? NULL : malloc(sizeof *context);
    if (!context) {
        SSL_CTX_free(ssl);
        if (!*error) *error = "out of memory";
        return NULL;
    }
    static const unsigned char session_id[] = "quartermaster";
    SSL_CTX_set_session_id_context(ssl, session_id, sizeof session_id - 1);
    context->ssl = ssl;
    return context;
}

void qm_tls_context_destroy(qm_tls_context *context) {
    if (!context) return;
    SSL_CTX_free(context->ssl);
    free(context);
}

void qm_tls_context_replace(qm_tls_context *context, qm_tls_context *other) {
    // Connections that are there keep a reference of their own.
    SSL_CTX *former = context->ssl;
    context->ssl = other->ssl;
    SSL_CTX_free(former);
    free(other);
}

struct bufferevent *qm_tls_bufferevent(struct event_base *base, void *argument) {
    qm_tls_context *context = argument;
    SSL *ssl = SSL_new(context->ssl);
    if (!ssl) return NULL;
    struct bufferevent *connection =
        bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    if (connection) {
        // Many clients end without a close_notify; that is an end like any other.
        bufferevent_openssl_set_allow_dirty_shutdown(connection, 1);
    } else {
        SSL_free(ssl);
    }
    return connection;
}

static void each(X509_NAME *name, int identifier, char kind, void *argument, qm_tls_field field) {
    int index = -1;
    while ((index = X509_NAME_get_index_by_NID(name, identifier, index)) >= 0) {
        unsigned char *text = NULL;
        int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
        if (length >= 0) field(argument, kind, (const char *)text, (size_t)length);
        OPENSSL_free(text);
    }
}

qm_tls_peer qm_tls_peer_subject(struct bufferevent *connection, void *argument, qm_tls_field field) {
    SSL *ssl = bufferevent_openssl_get_ssl(connection);
    X509 *certificate = ssl ? SSL_get1_peer_certificate(ssl) : NULL;
    if (!certificate) return QM_TLS_PEER_NONE;
    qm_tls_peer result = SSL_get_verify_result(ssl) == X509_V_OK ? QM_TLS_PEER_VERIFIED : QM_TLS_PEER_UNTRUSTED;
    X509_NAME *name = X509_get_subject_name(certificate);
    each(name, NID_commonName, 'C', argument, field);
    each(name, NID_organizationName, 'O', argument, field);
    X509_free(certificate);
    return result;
}
