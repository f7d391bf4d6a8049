// Tells ThreadSanitizer when a Mutex of Swift's Synchronization is taken or given back while somebody else waits for it.
//
// What happens without a wait is compiled into our code, where ThreadSanitizer sees it. The rest is in a library that it
// knows nothing of, so without this every such lock looks like none. These functions stand before those of the library,
// which they call: the parameters and the order of registers are Swift's calling convention.
#include "CSanitizers.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#if __has_feature(thread_sanitizer)

#define SWIFT_CALL __attribute__((swiftcall))
#define SWIFT_SELF __attribute__((swift_context))

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT_CALL void qm_lock_slow(uint32_t thread, SWIFT_SELF void *handle) __asm__(LOCK_SLOW);
SWIFT_CALL void qm_unlock_slow(SWIFT_SELF void *handle) __asm__(UNLOCK_SLOW);

SWIFT_CALL void qm_lock_slow(uint32_t thread, SWIFT_SELF void *handle) {
    SWIFT_CALL void (*next)(uint32_t, SWIFT_SELF void *) = NULL;
    *(void **)&next = dlsym(RTLD_NEXT, LOCK_SLOW);
    next(thread, handle);
    __tsan_acquire(handle);
}

SWIFT_CALL void qm_unlock_slow(SWIFT_SELF void *handle) {
    SWIFT_CALL void (*next)(SWIFT_SELF void *) = NULL;
    *(void **)&next = dlsym(RTLD_NEXT, UNLOCK_SLOW);
    __tsan_release(handle);
    next(handle);
}

#endif
