#include "CZlib.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

unsigned char *qm_gzip(const void *bytes, size_t count, size_t *compressed) {
    z_stream stream = {0};
    // 16 more than the size of the window: the head and the end of gzip.
    if (count > UINT_MAX || deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return NULL;
    }
    const size_t bound = deflateBound(&stream, count);
    unsigned char *result = bound > UINT_MAX ? NULL : malloc(bound);
    if (result != NULL) {
        stream.next_in = (z_const Bytef *)bytes;
        stream.avail_in = (uInt)count;
        stream.next_out = result;
        stream.avail_out = (uInt)bound;
        if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
            free(result);
            result = NULL;
        }
        *compressed = stream.total_out;
    }
    deflateEnd(&stream);
    return result;
}
