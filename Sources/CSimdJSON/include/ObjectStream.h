#ifndef QM_OBJECT_STREAM_H
#define QM_OBJECT_STREAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Splits the body of a list or of a watch into objects while its bytes arrive. One stream serves one caller at a time.
typedef struct qm_object_stream qm_object_stream;

/// A stretch of memory that belongs to somebody else.
typedef struct {
    const uint8_t *start;
    size_t count;
} qm_bytes;

enum {
    /// One event per line: `{"type":"ADDED","object":{...}}`.
    QM_FORM_WATCH = 0,
    /// One document with an array `items`.
    QM_FORM_LIST = 1,
};

enum {
    QM_RECORD_ADDED = 1,
    QM_RECORD_MODIFIED = 2,
    QM_RECORD_DELETED = 3,
    QM_RECORD_BOOKMARK = 4,
    QM_RECORD_ERROR = 5,
    /// An element of `items`.
    QM_RECORD_ITEM = 6,
};

/// Results beside simdjson's own codes, which are given negated.
enum {
    QM_STREAM_TOO_LARGE = -1000,
    QM_STREAM_OUT_OF_MEMORY = -1001,
    /// JSON, but no event, or an item that is no object.
    QM_STREAM_UNEXPECTED = -1002,
};

/// One object of the stream. All texts point into the stream and hold until its next call; names are as they stand
/// between their quotation marks, with escapes unresolved; what is missing has a count of 0.
typedef struct {
    int32_t kind;
    qm_bytes object;
    qm_bytes namespace_;
    qm_bytes name;
    qm_bytes uid;
    qm_bytes resource_version;
} qm_record;

/// - Parameters:
///   - limit: the largest line of a watch, item of a list, or list without its items, in bytes.
///   - type_fields: fields for objects that do not name their type, as items of a list: `"apiVersion":"v1","kind":"Pod"`.
qm_object_stream *qm_object_stream_create(
    int form, size_t limit, const uint8_t *type_fields, size_t type_fields_count);
void qm_object_stream_destroy(qm_object_stream *stream);

/// Takes the next bytes, split anywhere. Returns 0 or one of `QM_STREAM_*`.
int qm_object_stream_append(qm_object_stream *stream, const uint8_t *bytes, size_t count);

/// Returns 1 with the next complete object, 0 when more bytes are needed, or a negative code.
int qm_object_stream_next(qm_object_stream *stream, qm_record *record);

/// The object of the last record in compact form, with its type and without `metadata.managedFields`.
/// Holds until the next call; 64 bytes beyond its end may be read. Count 0 where memory ran out.
qm_bytes qm_object_stream_compact(qm_object_stream *stream);

/// Of a list: everything but the items.
qm_bytes qm_object_stream_envelope(const qm_object_stream *stream);

/// 1 where bytes of an unfinished line, item or list are left.
int qm_object_stream_is_partial(const qm_object_stream *stream);

/// Finds the value at a path of field names (without escapes) in a valid JSON document.
///
/// 64 bytes beyond the end of `bytes` must be readable. Returns 1 when found, 0 when missing, or a negative code.
int qm_json_find(
    const uint8_t *bytes, size_t count, const char *const *path, size_t path_count, qm_bytes *value);

#ifdef __cplusplus
}
#endif

#endif
