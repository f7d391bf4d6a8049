#ifndef QM_OBJECT_PACK_H
#define QM_OBJECT_PACK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Text that objects of one kind have in common. Immutable, so it may be read on all threads.
typedef struct qm_dictionary qm_dictionary;

/// The most bytes of a sample that a dictionary uses; it takes the last ones.
enum { QM_DICTIONARY_LIMIT = 48 * 1024 };

qm_dictionary *qm_dictionary_create(const uint8_t *sample, size_t count);
void qm_dictionary_destroy(qm_dictionary *dictionary);

/// Packs bytes with references into themselves and the dictionary. Returns the packed size, or 0 where it would
/// exceed `capacity`.
size_t qm_pack(
    const qm_dictionary *dictionary, const uint8_t *bytes, size_t count, uint8_t *packed, size_t capacity);

/// Restores exactly `count` bytes. Returns 1, or 0 where the packed bytes are damaged; never reads or writes outside.
int qm_unpack(
    const qm_dictionary *dictionary, const uint8_t *packed, size_t packed_count, uint8_t *bytes, size_t count);

#ifdef __cplusplus
}
#endif

#endif
