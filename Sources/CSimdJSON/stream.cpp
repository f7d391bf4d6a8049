#include "ObjectStream.h"

#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include "splitter.hpp"
#include "structure.hpp"

namespace {

constexpr size_t padding = simdjson::SIMDJSON_PADDING;

/// Where the last record's object has what is left out or added.
struct Outline {
    qm_bytes object{nullptr, 0};
    qm_bytes managed_fields{nullptr, 0};
    bool has_type = false;
    bool is_spaced = false;
};

void read_metadata(const Structure &structure, size_t token, qm_record &record, Outline &outline) {
    structure.fields(token, [&](qm_bytes key, size_t key_token, size_t value, size_t next) {
        if (equal(key, "name")) {
            record.name = structure.string(value);
        } else if (equal(key, "namespace")) {
            record.namespace_ = structure.string(value);
        } else if (equal(key, "uid")) {
            record.uid = structure.string(value);
        } else if (equal(key, "resourceVersion")) {
            record.resource_version = structure.string(value);
        } else if (equal(key, "managedFields")) {
            // The field goes with the comma before it or, where it is the first, with the one behind.
            bool is_first = structure.at(key_token - 1) == '{';
            const uint8_t *start = structure.pointer(is_first ? key_token : key_token - 1);
            const uint8_t *end = structure.pointer(next) + (is_first && structure.at(next) == ',' ? 1 : 0);
            outline.managed_fields = {start, static_cast<size_t>(end - start)};
        }
    });
}

void read_object(const Structure &structure, size_t token, size_t next, qm_record &record, Outline &outline) {
    bool has_version = false, has_kind = false;
    structure.fields(token, [&](qm_bytes key, size_t, size_t value, size_t) {
        if (equal(key, "metadata")) {
            if (structure.at(value) == '{') {
                read_metadata(structure, value, record, outline);
            }
        } else if (equal(key, "apiVersion")) {
            has_version = true;
        } else if (equal(key, "kind")) {
            has_kind = true;
        }
    });
    const uint8_t *start = structure.pointer(token);
    record.object = {start, static_cast<size_t>(structure.pointer(next - 1) + 1 - start)};
    outline.object = record.object;
    outline.has_type = has_version && has_kind;
    // One look decides: a server writes all of an answer in one way. An indented object is as valid, only larger.
    outline.is_spaced = structure.pointer(token + 1) != start + 1;
}

int32_t kind_of(qm_bytes type) {
    static const char *const names[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"};
    for (int32_t kind = 0; kind < 5; ++kind) {
        if (equal(type, names[kind])) {
            return kind + 1;
        }
    }
    return 0;
}

} // namespace

struct qm_object_stream {
    Splitter splitter;
    std::string type_fields;
    simdjson::dom::parser parser;
    Outline outline;
    std::vector<uint8_t> joined;
    std::vector<uint8_t> minified;

    qm_object_stream(int form, size_t limit, const uint8_t *fields, size_t count)
        : splitter(form == QM_FORM_LIST, limit), type_fields(reinterpret_cast<const char *>(fields), count) {}

    int parse(qm_bytes text) {
        if (text.count > parser.capacity()) {
            // Room to spare: documents that grow byte by byte must not cost an allocation each.
            auto error = parser.allocate(std::max<size_t>(text.count * 2, 64 * 1024));
            if (error) {
                return QM_STREAM_OUT_OF_MEMORY;
            }
        }
        simdjson::dom::element root;
        auto error = parser.parse(text.start, text.count, false).get(root);
        return -static_cast<int>(error);
    }

    int read(qm_bytes text, qm_record &record) {
        outline = Outline();
        record = qm_record{};
        if (int code = parse(text)) {
            return code;
        }
        Structure structure(text.start, parser);
        if (structure.at(0) != '{') {
            return QM_STREAM_UNEXPECTED;
        }
        if (splitter.is_list()) {
            // Behind the last token there is none to look at, and a whole document is its own object.
            read_object(structure, 0, structure.after(0), record, outline);
            record.kind = QM_RECORD_ITEM;
            return 1;
        }
        structure.fields(0, [&](qm_bytes key, size_t, size_t value, size_t next) {
            if (equal(key, "type")) {
                record.kind = kind_of(structure.string(value));
            } else if (equal(key, "object") && structure.at(value) == '{') {
                read_object(structure, value, next, record, outline);
            }
        });
        return record.kind != 0 && record.object.count > 0 ? 1 : QM_STREAM_UNEXPECTED;
    }

    qm_bytes compact() {
        joined.clear();
        joined.reserve(outline.object.count + type_fields.size() + 1 + padding);
        const uint8_t *rest = outline.object.start;
        const uint8_t *end = rest + outline.object.count;
        if (!outline.has_type && !type_fields.empty()) {
            joined.push_back('{');
            joined.insert(joined.end(), type_fields.begin(), type_fields.end());
            ++rest;
            while (*rest == ' ' || *rest == '\n' || *rest == '\r' || *rest == '\t') {
                ++rest;
            }
            if (*rest != '}') {
                joined.push_back(',');
            }
        }
        if (outline.managed_fields.count > 0) {
            joined.insert(joined.end(), rest, outline.managed_fields.start);
            rest = outline.managed_fields.start + outline.managed_fields.count;
        }
        joined.insert(joined.end(), rest, end);
        if (!outline.is_spaced) {
            return {joined.data(), joined.size()};
        }
        minified.resize(joined.size() + padding);
        size_t count = 0;
        auto error = simdjson::minify(
            reinterpret_cast<const char *>(joined.data()), joined.size(), reinterpret_cast<char *>(minified.data()),
            count);
        if (error) {
            return {joined.data(), joined.size()};
        }
        return {minified.data(), count};
    }
};

extern "C" qm_object_stream *qm_object_stream_create(
    int form, size_t limit, const uint8_t *type_fields, size_t type_fields_count) {
    try {
        return new qm_object_stream(form, limit, type_fields, type_fields_count);
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

extern "C" void qm_object_stream_destroy(qm_object_stream *stream) { delete stream; }

extern "C" int qm_object_stream_append(qm_object_stream *stream, const uint8_t *bytes, size_t count) {
    try {
        stream->splitter.append(bytes, count);
        return 0;
    } catch (const std::bad_alloc &) {
        return QM_STREAM_OUT_OF_MEMORY;
    }
}

extern "C" int qm_object_stream_next(qm_object_stream *stream, qm_record *record) {
    try {
        qm_bytes text;
        int code = stream->splitter.next(text);
        return code == 1 ? stream->read(text, *record) : code;
    } catch (const std::bad_alloc &) {
        return QM_STREAM_OUT_OF_MEMORY;
    }
}

extern "C" qm_bytes qm_object_stream_compact(qm_object_stream *stream) {
    try {
        return stream->compact();
    } catch (const std::bad_alloc &) {
        return {nullptr, 0};
    }
}

extern "C" qm_bytes qm_object_stream_envelope(const qm_object_stream *stream) {
    return stream->splitter.envelope();
}

extern "C" int qm_object_stream_is_partial(const qm_object_stream *stream) {
    return stream->splitter.is_partial() ? 1 : 0;
}

extern "C" int qm_json_find(
    const uint8_t *bytes, size_t count, const char *const *path, size_t path_count, qm_bytes *value) {
    // Views of cached objects are made on any thread and often: each keeps the memory of its parser.
    static thread_local simdjson::dom::parser parser;
    if (count > parser.capacity()) {
        if (parser.allocate(std::max<size_t>(count * 2, 16 * 1024))) {
            return QM_STREAM_OUT_OF_MEMORY;
        }
    }
    auto error = parser.implementation->stage1(bytes, count, simdjson::stage1_mode::regular);
    if (error) {
        return -static_cast<int>(error);
    }
    Structure structure(bytes, parser);
    size_t token = 0;
    for (size_t step = 0; step < path_count; ++step) {
        if (structure.at(token) != '{') {
            return 0;
        }
        size_t found = 0;
        structure.fields(token, [&](qm_bytes key, size_t, size_t field, size_t) {
            if (equal(key, path[step])) {
                found = field;
            }
        });
        if (found == 0) {
            return 0;
        }
        token = found;
    }
    *value = path_count == 0 ? qm_bytes{bytes, count} : structure.value(token);
    return 1;
}
