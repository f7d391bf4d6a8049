#include "CSimdJSON.h"

#include <new>
#include <simdjson.h>

struct qm_json_parser {
    simdjson::dom::parser dom;
};

extern "C" qm_json_parser *qm_json_parser_create(void) { return new (std::nothrow) qm_json_parser(); }

extern "C" void qm_json_parser_destroy(qm_json_parser *parser) { delete parser; }

extern "C" int qm_json_parse(
    qm_json_parser *parser, const uint8_t *bytes, size_t count, const uint64_t **tape, const uint8_t **strings) {
    simdjson::dom::element root;
    auto error = parser->dom.parse(bytes, count, true).get(root);
    if (error) {
        return static_cast<int>(error);
    }
    *tape = parser->dom.doc.tape.get();
    *strings = parser->dom.doc.string_buf.get();
    return 0;
}

extern "C" int qm_json_is_number_error(int code) {
    return code == static_cast<int>(simdjson::NUMBER_ERROR);
}

extern "C" const char *qm_json_error_message(int code) {
    return simdjson::error_message(static_cast<simdjson::error_code>(code));
}
