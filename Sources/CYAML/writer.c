#include "CYAML.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct qm_yaml_writer {
    yaml_emitter_t emitter;
    uint8_t *bytes;
    size_t count;
    size_t capacity;
};

static int append(void *data, unsigned char *buffer, size_t size) {
    qm_yaml_writer *writer = data;
    if (size > writer->capacity - writer->count) {
        size_t wanted = writer->capacity ? writer->capacity * 2 : 4096;
        while (wanted - writer->count < size) {
            wanted *= 2;
        }
        uint8_t *grown = realloc(writer->bytes, wanted);
        if (!grown) {
            return 0;
        }
        writer->bytes = grown;
        writer->capacity = wanted;
    }
    memcpy(writer->bytes + writer->count, buffer, size);
    writer->count += size;
    return 1;
}

qm_yaml_writer *qm_yaml_writer_create(void) {
    qm_yaml_writer *writer = calloc(1, sizeof *writer);
    if (!writer) {
        return NULL;
    }
    if (!yaml_emitter_initialize(&writer->emitter)) {
        free(writer);
        return NULL;
    }
    yaml_emitter_set_output(&writer->emitter, append, writer);
    yaml_emitter_set_encoding(&writer->emitter, YAML_UTF8_ENCODING);
    yaml_emitter_set_unicode(&writer->emitter, 1);
    yaml_emitter_set_indent(&writer->emitter, 2);
    // No folding: a long string stays on its line.
    yaml_emitter_set_width(&writer->emitter, -1);
    yaml_event_t event;
    if (!yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) ||
        !yaml_emitter_emit(&writer->emitter, &event)) {
        qm_yaml_writer_destroy(writer);
        return NULL;
    }
    return writer;
}

void qm_yaml_writer_destroy(qm_yaml_writer *writer) {
    yaml_emitter_delete(&writer->emitter);
    free(writer->bytes);
    free(writer);
}

int qm_yaml_writer_begin_document(qm_yaml_writer *writer, int is_first) {
    yaml_event_t event;
    return yaml_document_start_event_initialize(&event, NULL, NULL, NULL, is_first) &&
           yaml_emitter_emit(&writer->emitter, &event);
}

int qm_yaml_writer_end_document(qm_yaml_writer *writer) {
    yaml_event_t event;
    return yaml_document_end_event_initialize(&event, 1) && yaml_emitter_emit(&writer->emitter, &event);
}

int qm_yaml_writer_scalar(qm_yaml_writer *writer, const uint8_t *value, size_t length, int style) {
    static const yaml_scalar_style_t styles[] = {
        YAML_ANY_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE, YAML_LITERAL_SCALAR_STYLE};
    if (length > INT_MAX) {
        return 0;
    }
    yaml_event_t event;
    return yaml_scalar_event_initialize(
               &event, NULL, NULL, (const yaml_char_t *)value, (int)length, 1, 1, styles[style]) &&
           yaml_emitter_emit(&writer->emitter, &event);
}

int qm_yaml_writer_begin_sequence(qm_yaml_writer *writer) {
    yaml_event_t event;
    return yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE) &&
           yaml_emitter_emit(&writer->emitter, &event);
}

int qm_yaml_writer_end_sequence(qm_yaml_writer *writer) {
    yaml_event_t event;
    return yaml_sequence_end_event_initialize(&event) && yaml_emitter_emit(&writer->emitter, &event);
}

int qm_yaml_writer_begin_mapping(qm_yaml_writer *writer) {
    yaml_event_t event;
    return yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE) &&
           yaml_emitter_emit(&writer->emitter, &event);
}

int qm_yaml_writer_end_mapping(qm_yaml_writer *writer) {
    yaml_event_t event;
    return yaml_mapping_end_event_initialize(&event) && yaml_emitter_emit(&writer->emitter, &event);
}

int qm_yaml_writer_finish(qm_yaml_writer *writer, const uint8_t **bytes, size_t *count) {
    yaml_event_t event;
    if (!yaml_stream_end_event_initialize(&event) || !yaml_emitter_emit(&writer->emitter, &event) ||
        !yaml_emitter_flush(&writer->emitter)) {
        return 0;
    }
    *bytes = writer->bytes;
    *count = writer->count;
    return 1;
}
