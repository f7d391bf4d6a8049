#ifndef QM_TLS_INTERNAL_H
#define QM_TLS_INTERNAL_H

#include <event2/bufferevent.h>
#include <event2/event.h>

#include "qm_tls.h"

/// A bufferevent that waits for a TLS handshake: the callback of `evhttp_set_bevcb`, its argument is the context.
struct bufferevent *qm_tls_bufferevent(struct event_base *base, void *context);

/// `field` is called for each name in the peer's certificate.
qm_tls_peer qm_tls_peer_subject(struct bufferevent *connection, void *argument, qm_tls_field field);

#endif
