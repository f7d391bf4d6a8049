#ifndef QM_HTTP_H
#define QM_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "qm_tls.h"

/// A libevent loop. Everything but `qm_loop_wake` belongs to the thread that runs it, or to none yet.
typedef struct qm_loop qm_loop;

/// Returns NULL where libevent has no resources. `woken` runs on the loop's thread after `qm_loop_wake`.
qm_loop *qm_loop_create(void (*woken)(void *argument), void *argument);
void qm_loop_destroy(qm_loop *loop);
/// From any thread.
void qm_loop_wake(qm_loop *loop);
/// Returns after `qm_loop_break`. Blocks SIGPIPE on the calling thread.
void qm_loop_run(qm_loop *loop);
void qm_loop_break(qm_loop *loop);

typedef struct qm_timer qm_timer;

/// Fires once. Returns NULL where libevent has no resources.
qm_timer *qm_timer_create(qm_loop *loop, int64_t microseconds, void (*fired)(void *argument), void *argument);
void qm_timer_destroy(qm_timer *timer);

typedef struct qm_http qm_http;
typedef struct qm_request qm_request;
struct evhttp_connection;

typedef struct {
    /// An address, not a name.
    const char *host;
    /// 0 takes a free port.
    uint16_t port;
    /// NULL for plain HTTP.
    qm_tls_context *tls;
    size_t maximum_body;
    int64_t idle_microseconds;
} qm_http_options;

/// Listens. Returns NULL, with `errno` set, where the address cannot be had.
qm_http *qm_http_create(
    qm_loop *loop, const qm_http_options *options, void (*arrived)(void *argument, qm_request *request),
    void *argument, uint16_t *port);
/// Cuts all connections.
void qm_http_destroy(qm_http *http);

const char *qm_request_method(qm_request *request);
const char *qm_request_target(qm_request *request);
void qm_request_headers(
    qm_request *request, void *argument, void (*header)(void *argument, const char *name, const char *value));
size_t qm_request_body_length(qm_request *request);
void qm_request_copy_body(qm_request *request, uint8_t *bytes, size_t length);
qm_tls_peer qm_request_peer(qm_request *request, void *argument, qm_tls_field field);

/// Calls back when the connection ends; NULL takes that back.
void qm_request_on_close(
    qm_request *request, void (*closed)(struct evhttp_connection *connection, void *argument), void *argument);
int qm_request_is_connected(qm_request *request);

void qm_request_add_header(qm_request *request, const char *name, const char *value);
/// The whole answer; the request is libevent's again.
void qm_request_reply(
    qm_request *request, int status, const char *reason, const uint8_t *bytes, size_t length);
/// The head of a chunked answer, on a connection that may be silent from now on.
void qm_request_start(qm_request *request, int status, const char *reason);
void qm_request_write(qm_request *request, const uint8_t *bytes, size_t length);
/// Bytes past the chunk encoding.
void qm_request_write_raw(qm_request *request, const uint8_t *bytes, size_t length);
/// Bytes that the peer has not taken yet.
size_t qm_request_unsent(qm_request *request);
/// The end of a chunked answer; the request is libevent's again.
void qm_request_finish(qm_request *request, int64_t idle_microseconds);
/// Cuts the connection.
void qm_request_cut(qm_request *request);
/// Frees a request whose connection is gone.
void qm_request_free(qm_request *request);

#endif
