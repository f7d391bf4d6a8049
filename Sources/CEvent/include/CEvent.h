#ifndef CEVENT_H
#define CEVENT_H

// None of these names a system header: a type such as `timeval` would be this module's in Swift, and no longer Glibc's.
#include "qm_certificate.h"
#include "qm_http.h"
#include "qm_tls.h"

#endif
