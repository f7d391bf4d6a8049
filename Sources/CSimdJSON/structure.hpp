#ifndef QM_STRUCTURE_HPP
#define QM_STRUCTURE_HPP

#include <cstring>
#include <simdjson.h>

#include "ObjectStream.h"

/// Moves over a document by simdjson's structural indexes: the offsets of every bracket, comma, colon and of the first
/// byte of every string and scalar. The document is valid, so no step can leave it.
struct Structure {
    const uint8_t *text;
    const uint32_t *index;

    Structure(const uint8_t *text, const simdjson::dom::parser &parser)
        : text(text), index(parser.implementation->structural_indexes.get()) {}

    uint8_t at(size_t token) const { return text[index[token]]; }
    const uint8_t *pointer(size_t token) const { return text + index[token]; }

    /// The token after the value that begins at `token`.
    size_t after(size_t token) const {
        uint8_t byte = at(token++);
        if (byte != '{' && byte != '[') {
            return token;
        }
        for (size_t depth = 1; depth > 0;) {
            byte = at(token++);
            if (byte == '{' || byte == '[') {
                ++depth;
            } else if (byte == '}' || byte == ']') {
                --depth;
            }
        }
        return token;
    }

    /// The text between the quotation marks of the string at `token`; empty where the value is no string.
    qm_bytes string(size_t token) const {
        if (at(token) != '"') {
            return {nullptr, 0};
        }
        // Nothing but white space stands between a string's end and the next token.
        const uint8_t *start = pointer(token) + 1;
        const uint8_t *end = pointer(token + 1) - 1;
        while (*end != '"') {
            --end;
        }
        return {start, static_cast<size_t>(end - start)};
    }

    /// The whole value at `token`, inside of an object or array.
    qm_bytes value(size_t token) const {
        const uint8_t *start = pointer(token);
        const uint8_t *end = pointer(after(token));
        while (end[-1] == ' ' || end[-1] == '\n' || end[-1] == '\r' || end[-1] == '\t') {
            --end;
        }
        return {start, static_cast<size_t>(end - start)};
    }

    /// Calls `visit(key, token of the key, token of the value, token after the value)` for each field of the object
    /// at `token`.
    template <typename Visit> void fields(size_t token, Visit visit) const {
        for (++token; at(token) == '"';) {
            size_t next = after(token + 2);
            visit(string(token), token, token + 2, next);
            token = at(next) == ',' ? next + 1 : next;
        }
    }
};

inline bool equal(qm_bytes text, const char *other) {
    return text.count == std::strlen(other) && std::memcmp(text.start, other, text.count) == 0;
}

#endif
