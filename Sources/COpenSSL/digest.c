#include "COpenSSL.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

void qm_sha256(const uint8_t *bytes, size_t count, uint8_t *digest) { SHA256(bytes, count, digest); }

void *qm_sha256_begin(void) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1) return context;
    EVP_MD_CTX_free(context);
    return NULL;
}

void qm_sha256_update(void *digest, const void *bytes, size_t count) { EVP_DigestUpdate(digest, bytes, count); }

void qm_sha256_finish(void *digest, uint8_t *result) {
    unsigned int length = 0;
    EVP_DigestFinal_ex(digest, result, &length);
    EVP_MD_CTX_free(digest);
}

int qm_hmac_sha256(const uint8_t *key, size_t key_count, const uint8_t *bytes, size_t count, uint8_t *digest) {
    unsigned int length = 0;
    return HMAC(EVP_sha256(), key, (int)key_count, bytes, count, digest, &length) != NULL && length == 32;
}

int qm_random(uint8_t *bytes, size_t count) { return RAND_bytes(bytes, (int)count) == 1; }
