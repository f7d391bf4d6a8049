#include "COpenSSL.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

static BIO *open_text(const uint8_t *pem, size_t count) {
    return count > INT_MAX ? NULL : BIO_new_mem_buf(pem, (int)count);
}

/// Keys with a passphrase are refused: nobody is there to type it.
static int no_passphrase(char *buffer, int size, int is_writing, void *data) {
    (void)buffer, (void)size, (void)is_writing, (void)data;
    return -1;
}

static int64_t seconds(const ASN1_TIME *time) {
    struct tm parts;
    memset(&parts, 0, sizeof parts);
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : 0;
}

static void write_name(const X509_NAME *name, char *text, size_t size) {
    text[0] = 0;
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio) {
        return;
    }
    if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
        int length = BIO_read(bio, text, (int)size - 1);
        text[length > 0 ? length : 0] = 0;
    }
    BIO_free(bio);
}

int qm_certificate_read(const uint8_t *pem, size_t count, size_t index, qm_certificate *certificate) {
    BIO *bio = open_text(pem, count);
    if (!bio) {
        return -1;
    }
    X509 *x509 = NULL;
    for (size_t position = 0; position <= index; position++) {
        X509_free(x509);
        x509 = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
        if (!x509) {
            break;
        }
    }
    BIO_free(bio);
    if (!x509) {
        unsigned long error = ERR_peek_last_error();
        ERR_clear_error();
        return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE ? 0 : -1;
    }
    certificate->not_before = seconds(X509_get0_notBefore(x509));
    certificate->not_after = seconds(X509_get0_notAfter(x509));
    write_name(X509_get_subject_name(x509), certificate->subject, sizeof certificate->subject);
    write_name(X509_get_issuer_name(x509), certificate->issuer, sizeof certificate->issuer);
    X509_free(x509);
    return 1;
}

int qm_certificate_has_key(const uint8_t *pem, size_t count, const uint8_t *key_pem, size_t key_count) {
    BIO *bio = open_text(pem, count);
    BIO *key_bio = open_text(key_pem, key_count);
    X509 *x509 = bio ? PEM_read_bio_X509(bio, NULL, no_passphrase, NULL) : NULL;
    EVP_PKEY *key = key_bio ? PEM_read_bio_PrivateKey(key_bio, NULL, no_passphrase, NULL) : NULL;
    int matches = x509 && key && X509_check_private_key(x509, key) == 1;
    EVP_PKEY_free(key);
    X509_free(x509);
    BIO_free(key_bio);
    BIO_free(bio);
    ERR_clear_error();
    return matches;
}
