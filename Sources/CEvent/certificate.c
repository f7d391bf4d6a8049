#include "qm_certificate.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static int add_name(X509_NAME *name, const char *field, const char *text) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0);
}

static int set_subject(X509 *certificate, const qm_certificate_request *request) {
    X509_NAME *name = X509_get_subject_name(certificate);
    for (int index = 0; index < request->organization_count; index++) {
        if (!add_name(name, "O", request->organizations[index])) return 0;
    }
    return add_name(name, "CN", request->common_name);
}

static int add_extension(X509 *certificate, X509V3_CTX *context, int identifier, const char *value) {
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, identifier, value);
    int ok = extension && X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return ok;
}

static int add_extensions(X509 *certificate, X509 *issuer, const qm_certificate_request *request) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    const char *constraints = request->is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE";
    const char *usage = request->is_authority ? "critical,keyCertSign,cRLSign,digitalSignature"
                                              : "critical,digitalSignature,keyEncipherment";
    int ok = add_extension(certificate, &context, NID_basic_constraints, constraints)
        && add_extension(certificate, &context, NID_key_usage, usage)
        && add_extension(certificate, &context, NID_subject_key_identifier, "hash")
        && add_extension(certificate, &context, NID_authority_key_identifier, "keyid:always");
    if (ok && !request->is_authority) {
        ok = add_extension(certificate, &context, NID_ext_key_usage, request->is_server ? "serverAuth" : "clientAuth");
    }
    if (ok && request->subject_alt_names) {
        ok = add_extension(certificate, &context, NID_subject_alt_name, request->subject_alt_names);
    }
    return ok;
}

static int set_serial(X509 *certificate) {
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1) return 0;
    bytes[0] &= 0x7f;
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    int ok = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    return ok;
}

static char *text_of(BIO *bio) {
    char *data = NULL;
    long length = BIO_get_mem_data(bio, &data);
    char *text = length > 0 ? malloc((size_t)length + 1) : NULL;
    if (text) {
        memcpy(text, data, (size_t)length);
        text[length] = 0;
    }
    return text;
}

static char *certificate_text(X509 *certificate) {
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = bio && PEM_write_bio_X509(bio, certificate) ? text_of(bio) : NULL;
    BIO_free(bio);
    return text;
}

static char *key_text(EVP_PKEY *key) {
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) ? text_of(bio) : NULL;
    BIO_free(bio);
    return text;
}

static X509 *read_certificate(const char *text) {
    BIO *bio = BIO_new_mem_buf(text, -1);
    X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    return certificate;
}

static EVP_PKEY *read_key(const char *text) {
    BIO *bio = BIO_new_mem_buf(text, -1);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    return key;
}

static int fill(X509 *certificate, EVP_PKEY *key, X509 *issuer, const qm_certificate_request *request) {
    return X509_set_version(certificate, X509_VERSION_3) && set_serial(certificate)
        && ASN1_TIME_set(X509_getm_notBefore(certificate), request->not_before)
        && ASN1_TIME_set(X509_getm_notAfter(certificate), request->not_after) && set_subject(certificate, request)
        && X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) && X509_set_pubkey(certificate, key)
        && add_extensions(certificate, issuer, request);
}

int qm_certificate_create(
    const qm_certificate_request *request, char **certificate_pem, char **key_pem, const char **error) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509 *issuer = request->issuer_certificate ? read_certificate(request->issuer_certificate) : certificate;
    EVP_PKEY *signer = request->issuer_key ? read_key(request->issuer_key) : key;
    *certificate_pem = *key_pem = NULL;
    *error = NULL;
    if (!key || !certificate) {
        *error = "OpenSSL makes no P-256 key";
    } else if (!issuer || !signer) {
        *error = "the certificate authority is no PEM certificate and key";
    } else if (!fill(certificate, key, issuer, request) || !X509_sign(certificate, signer, EVP_sha256())) {
        *error = "OpenSSL refuses a name, a time or a subjectAltName of the certificate";
    } else {
        *certificate_pem = certificate_text(certificate);
        *key_pem = key_text(key);
        if (!*certificate_pem || !*key_pem) *error = "out of memory";
    }
    if (*error) {
        free(*certificate_pem);
        free(*key_pem);
        *certificate_pem = *key_pem = NULL;
    }
    if (issuer != certificate) X509_free(issuer);
    if (signer != key) EVP_PKEY_free(signer);
    X509_free(certificate);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return *error ? -1 : 0;
}
