#ifndef CTHREADSANITIZER_H
#define CTHREADSANITIZER_H

// Nothing to call: see mutex.c.

#endif
