// What AddressSanitizer does without being asked, in every program of this build, however it is started.
#include "CSanitizers.h"

#if __has_feature(address_sanitizer)

// Its search for leaks cannot follow Swift's pointers to objects that weak references point to.
const char *__asan_default_options(void) { return "detect_leaks=0"; }

#endif
