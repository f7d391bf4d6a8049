#include "CYAML.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct qm_yaml_reader {
    yaml_parser_t parser;
    yaml_event_t event;
    int has_event;
};

qm_yaml_reader *qm_yaml_reader_create(const uint8_t *bytes, size_t count) {
    qm_yaml_reader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        return NULL;
    }
    if (!yaml_parser_initialize(&reader->parser)) {
        free(reader);
        return NULL;
    }
    yaml_parser_set_input_string(&reader->parser, bytes, count);
    return reader;
}

void qm_yaml_reader_destroy(qm_yaml_reader *reader) {
    if (reader->has_event) {
        yaml_event_delete(&reader->event);
    }
    yaml_parser_delete(&reader->parser);
    free(reader);
}

static void describe_problem(const yaml_parser_t *parser, qm_yaml_problem *problem) {
    problem->context = parser->context;
    problem->problem = parser->problem;
    problem->offset = parser->problem_offset;
    problem->line = 0;
    problem->column = 0;
    switch (parser->error) {
    case YAML_SCANNER_ERROR:
    case YAML_PARSER_ERROR:
        problem->line = parser->problem_mark.line + 1;
        problem->column = parser->problem_mark.column + 1;
        break;
    case YAML_MEMORY_ERROR:
        problem->problem = "out of memory";
        break;
    default:
        break;
    }
    if (!problem->problem) {
        problem->problem = "the text can't be read";
    }
}

static void fill_scalar(const yaml_event_t *source, qm_yaml_event *event) {
    event->kind = QM_YAML_SCALAR;
    event->is_plain = source->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    event->anchor = (const char *)source->data.scalar.anchor;
    event->tag = (const char *)source->data.scalar.tag;
    event->value = source->data.scalar.value;
    event->value_length = source->data.scalar.length;
}

int qm_yaml_reader_next(qm_yaml_reader *reader, qm_yaml_event *event, qm_yaml_problem *problem) {
    for (;;) {
        if (reader->has_event) {
            yaml_event_delete(&reader->event);
            reader->has_event = 0;
        }
        if (!yaml_parser_parse(&reader->parser, &reader->event)) {
            describe_problem(&reader->parser, problem);
            return 0;
        }
        reader->has_event = 1;
        memset(event, 0, sizeof *event);
        event->line = reader->event.start_mark.line + 1;
        event->column = reader->event.start_mark.column + 1;
        switch (reader->event.type) {
        case YAML_DOCUMENT_START_EVENT:
            event->kind = QM_YAML_DOCUMENT_START;
            return 1;
        case YAML_DOCUMENT_END_EVENT:
            event->kind = QM_YAML_DOCUMENT_END;
            return 1;
        case YAML_ALIAS_EVENT:
            event->kind = QM_YAML_ALIAS;
            event->anchor = (const char *)reader->event.data.alias.anchor;
            return 1;
        case YAML_SCALAR_EVENT:
            fill_scalar(&reader->event, event);
            return 1;
        case YAML_SEQUENCE_START_EVENT:
            event->kind = QM_YAML_SEQUENCE_START;
            event->anchor = (const char *)reader->event.data.sequence_start.anchor;
            event->tag = (const char *)reader->event.data.sequence_start.tag;
            return 1;
        case YAML_SEQUENCE_END_EVENT:
            event->kind = QM_YAML_SEQUENCE_END;
            return 1;
        case YAML_MAPPING_START_EVENT:
            event->kind = QM_YAML_MAPPING_START;
            event->anchor = (const char *)reader->event.data.mapping_start.anchor;
            event->tag = (const char *)reader->event.data.mapping_start.tag;
            return 1;
        case YAML_MAPPING_END_EVENT:
            event->kind = QM_YAML_MAPPING_END;
            return 1;
        case YAML_STREAM_START_EVENT:
            continue;
        default:
            event->kind = QM_YAML_STREAM_END;
            return 1;
        }
    }
}
