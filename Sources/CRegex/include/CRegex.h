#ifndef CREGEX_H
#define CREGEX_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled regular expression of RE2. Immutable, so it may be used on all threads.
typedef struct qm_regex qm_regex;

/// Compiles a UTF-8 pattern. Returns NULL where it is none, with the reason in `message`, cut to `capacity` and ended by 0.
qm_regex *qm_regex_create(const char *pattern, size_t count, char *message, size_t capacity);
void qm_regex_destroy(qm_regex *regex);

/// Looks for the first match that begins at or after `start`. Returns 1 with its place, or 0.
int qm_regex_find(
    const qm_regex *regex, const char *text, size_t count, size_t start, size_t *match_start, size_t *match_end);

/// Whether there is a match at all; cheaper than its place. Returns 1 or 0.
int qm_regex_matches(const qm_regex *regex, const char *text, size_t count);

#ifdef __cplusplus
}
#endif

#endif
