#ifndef CYAML_H
#define CYAML_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What `qm_yaml_reader_next` has read.
enum qm_yaml_kind {
    QM_YAML_STREAM_END = 0,
    QM_YAML_DOCUMENT_START = 1,
    QM_YAML_DOCUMENT_END = 2,
    QM_YAML_ALIAS = 3,
    QM_YAML_SCALAR = 4,
    QM_YAML_SEQUENCE_START = 5,
    QM_YAML_SEQUENCE_END = 6,
    QM_YAML_MAPPING_START = 7,
    QM_YAML_MAPPING_END = 8,
};

/// One event of the text. The pointers stay valid until the reader is asked for the next event.
typedef struct {
    int kind;
    /// Nonzero where a scalar stands without quotes.
    int is_plain;
    /// The anchor of a node or of an alias, or NULL.
    const char *anchor;
    /// The tag as resolved by libyaml ("tag:yaml.org,2002:str"), or NULL.
    const char *tag;
    const uint8_t *value;
    size_t value_length;
    /// Where the event begins, counted from 1.
    size_t line;
    size_t column;
} qm_yaml_event;

/// Why the text could not be read. `context` may be NULL; `line` is 0 where only `offset` (bytes) is known.
typedef struct {
    const char *context;
    const char *problem;
    size_t line;
    size_t column;
    size_t offset;
} qm_yaml_problem;

typedef struct qm_yaml_reader qm_yaml_reader;

/// NULL without memory. `bytes` must outlive the reader.
qm_yaml_reader *qm_yaml_reader_create(const uint8_t *bytes, size_t count);
void qm_yaml_reader_destroy(qm_yaml_reader *reader);
/// 1 with an event, 0 with a problem.
int qm_yaml_reader_next(qm_yaml_reader *reader, qm_yaml_event *event, qm_yaml_problem *problem);

enum qm_yaml_style { QM_YAML_PLAIN = 0, QM_YAML_DOUBLE_QUOTED = 1, QM_YAML_LITERAL = 2 };

typedef struct qm_yaml_writer qm_yaml_writer;

/// NULL without memory. Each call below returns 1, or 0 where libyaml refuses (a bug of the caller, or no memory).
qm_yaml_writer *qm_yaml_writer_create(void);
void qm_yaml_writer_destroy(qm_yaml_writer *writer);
int qm_yaml_writer_begin_document(qm_yaml_writer *writer, int is_first);
int qm_yaml_writer_end_document(qm_yaml_writer *writer);
int qm_yaml_writer_scalar(qm_yaml_writer *writer, const uint8_t *value, size_t length, int style);
int qm_yaml_writer_begin_sequence(qm_yaml_writer *writer);
int qm_yaml_writer_end_sequence(qm_yaml_writer *writer);
int qm_yaml_writer_begin_mapping(qm_yaml_writer *writer);
int qm_yaml_writer_end_mapping(qm_yaml_writer *writer);
/// Ends the stream and hands out the text, which belongs to the writer.
int qm_yaml_writer_finish(qm_yaml_writer *writer, const uint8_t **bytes, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
