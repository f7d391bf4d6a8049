#ifndef CZLIB_H
#define CZLIB_H

#include <stddef.h>

/// Compresses bytes in the format of gzip, without a name or a time, so that equal bytes give equal bytes.
///
/// The result has to be freed. NULL where there is no memory.
unsigned char *qm_gzip(const void *bytes, size_t count, size_t *compressed);

#endif
