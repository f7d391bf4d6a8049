#include "CRegex.h"

#include <cstring>
#include <new>
#include <re2/re2.h>

struct qm_regex {
    RE2 expression;
};

static RE2::Options options() {
    RE2::Options options;
    options.set_log_errors(false);
    return options;
}

extern "C" qm_regex *qm_regex_create(const char *pattern, size_t count, char *message, size_t capacity) {
    auto regex = new qm_regex{RE2(re2::StringPiece(pattern, count), options())};
    if (regex->expression.ok()) {
        return regex;
    }
    if (capacity > 0) {
        std::strncpy(message, regex->expression.error().c_str(), capacity - 1);
        message[capacity - 1] = 0;
    }
    delete regex;
    return nullptr;
}

extern "C" void qm_regex_destroy(qm_regex *regex) { delete regex; }

extern "C" int qm_regex_find(
    const qm_regex *regex, const char *text, size_t count, size_t start, size_t *match_start, size_t *match_end) {
    re2::StringPiece subject(text, count);
    re2::StringPiece match;
    if (!regex->expression.Match(subject, start, count, RE2::UNANCHORED, &match, 1)) {
        return 0;
    }
    *match_start = static_cast<size_t>(match.data() - text);
    *match_end = *match_start + match.size();
    return 1;
}

extern "C" int qm_regex_matches(const qm_regex *regex, const char *text, size_t count) {
    return regex->expression.Match(re2::StringPiece(text, count), 0, count, RE2::UNANCHORED, nullptr, 0) ? 1 : 0;
}
