#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#include "ObjectPack.h"
#include "ObjectStream.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A reusable simdjson parser. Not thread-safe: one parser serves one caller at a time.
typedef struct qm_json_parser qm_json_parser;

qm_json_parser *qm_json_parser_create(void);
void qm_json_parser_destroy(qm_json_parser *parser);

/// Parses one document; returns 0, or simdjson's error code.
///
/// On success `tape` and `strings` point into memory of the parser that stays valid until its next use. The tape is
/// simdjson's own: the type in the high byte, the payload in the low 56 bits.
int qm_json_parse(
    qm_json_parser *parser, const uint8_t *bytes, size_t count, const uint64_t **tape, const uint8_t **strings);

/// Whether an error code of `qm_json_parse` is about a number.
int qm_json_is_number_error(int code);

/// The message of an error code of `qm_json_parse`: static memory.
const char *qm_json_error_message(int code);

#ifdef __cplusplus
}
#endif

#endif
