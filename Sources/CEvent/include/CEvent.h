#ifndef CEVENT_H
#define CEVENT_H

// libevent defines _GNU_SOURCE, which changes fd_set; read before it, the type is the one that Swift's Glibc has.
#include <sys/select.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <event2/thread.h>

#include "qm_certificate.h"
#include "qm_tls.h"

#endif
