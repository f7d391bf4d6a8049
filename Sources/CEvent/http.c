#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "qm_http.h"
#include "qm_loop_internal.h"
#include "qm_tls_internal.h"

struct qm_http {
    struct evhttp *server;
    void (*arrived)(void *argument, qm_request *request);
    void *argument;
};

// A request is libevent's own; the other name keeps its headers out of Swift.
static struct evhttp_request *event_request(qm_request *request) { return (struct evhttp_request *)request; }

static struct evhttp_connection *connection_of(qm_request *request) {
    return evhttp_request_get_connection(event_request(request));
}

static struct bufferevent *stream_of(qm_request *request) {
    struct evhttp_connection *connection = connection_of(request);
    return connection ? evhttp_connection_get_bufferevent(connection) : NULL;
}

static struct timeval interval(int64_t microseconds) {
    struct timeval time = {microseconds / 1000000, microseconds % 1000000};
    return time;
}

static void arrived(struct evhttp_request *request, void *argument) {
    qm_http *http = argument;
    http->arrived(http->argument, (qm_request *)request);
}

static uint16_t port_of(evutil_socket_t socket) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(socket, (struct sockaddr *)&address, &length) != 0) return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

qm_http *qm_http_create(
    qm_loop *loop, const qm_http_options *options, void (*on_request)(void *argument, qm_request *request),
    void *argument, uint16_t *port) {
    qm_http *http = calloc(1, sizeof *http);
    if (!http || !(http->server = evhttp_new(loop->base))) {
        free(http);
        errno = ENOMEM;
        return NULL;
    }
    http->arrived = on_request;
    http->argument = argument;
    evhttp_set_allowed_methods(
        http->server, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_PATCH
            | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS);
    evhttp_set_max_body_size(http->server, (ev_ssize_t)options->maximum_body);
    evhttp_set_max_headers_size(http->server, 64 << 10);
    evhttp_set_default_content_type(http->server, NULL);
    struct timeval idle = interval(options->idle_microseconds);
    evhttp_set_timeout_tv(http->server, &idle);
    evhttp_set_gencb(http->server, arrived, http);
    if (options->tls) evhttp_set_bevcb(http->server, qm_tls_bufferevent, options->tls);
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http->server, options->host, options->port);
    if (!bound) {
        int reason = errno;
        qm_http_destroy(http);
        errno = reason;
        return NULL;
    }
    // Head and body of an answer leave as two TLS records: with Nagle's algorithm the second waits for the peer's delayed
    // acknowledgement of the first, 40 ms. Linux hands the option on to the connections that are accepted.
    int on = 1;
    setsockopt(evhttp_bound_socket_get_fd(bound), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    *port = port_of(evhttp_bound_socket_get_fd(bound));
    return http;
}

void qm_http_destroy(qm_http *http) {
    if (!http) return;
    evhttp_free(http->server);
    free(http);
}

const char *qm_request_method(qm_request *request) {
    switch (evhttp_request_get_command(event_request(request))) {
    case EVHTTP_REQ_POST: return "POST";
    case EVHTTP_REQ_HEAD: return "HEAD";
    case EVHTTP_REQ_PUT: return "PUT";
    case EVHTTP_REQ_DELETE: return "DELETE";
    case EVHTTP_REQ_PATCH: return "PATCH";
    case EVHTTP_REQ_OPTIONS: return "OPTIONS";
    default: return "GET";
    }
}

const char *qm_request_target(qm_request *request) { return evhttp_request_get_uri(event_request(request)); }

void qm_request_headers(
    qm_request *request, void *argument, void (*header)(void *argument, const char *name, const char *value)) {
    struct evkeyvalq *headers = evhttp_request_get_input_headers(event_request(request));
    for (struct evkeyval *field = headers->tqh_first; field; field = field->next.tqe_next) {
        header(argument, field->key, field->value);
    }
}

size_t qm_request_body_length(qm_request *request) {
    return evbuffer_get_length(evhttp_request_get_input_buffer(event_request(request)));
}

void qm_request_copy_body(qm_request *request, uint8_t *bytes, size_t length) {
    evbuffer_copyout(evhttp_request_get_input_buffer(event_request(request)), bytes, length);
}

qm_tls_peer qm_request_peer(qm_request *request, void *argument, qm_tls_field field) {
    struct bufferevent *stream = stream_of(request);
    return stream ? qm_tls_peer_subject(stream, argument, field) : QM_TLS_PEER_NONE;
}

void qm_request_on_close(
    qm_request *request, void (*closed)(struct evhttp_connection *connection, void *argument), void *argument) {
    struct evhttp_connection *connection = connection_of(request);
    if (connection) evhttp_connection_set_closecb(connection, closed, argument);
}

int qm_request_is_connected(qm_request *request) { return connection_of(request) != NULL; }

void qm_request_add_header(qm_request *request, const char *name, const char *value) {
    evhttp_add_header(evhttp_request_get_output_headers(event_request(request)), name, value);
}

void qm_request_reply(
    qm_request *request, int status, const char *reason, const uint8_t *bytes, size_t length) {
    struct evbuffer *body = evbuffer_new();
    if (body) evbuffer_add(body, bytes, length);
    evhttp_send_reply(event_request(request), status, reason, body);
    if (body) evbuffer_free(body);
}

void qm_request_start(qm_request *request, int status, const char *reason) {
    evhttp_send_reply_start(event_request(request), status, reason);
    struct bufferevent *stream = stream_of(request);
    if (stream) bufferevent_set_timeouts(stream, NULL, NULL);
}

void qm_request_write(qm_request *request, const uint8_t *bytes, size_t length) {
    struct evbuffer *chunk = evbuffer_new();
    if (!chunk) return;
    evbuffer_add(chunk, bytes, length);
    evhttp_send_reply_chunk(event_request(request), chunk);
    evbuffer_free(chunk);
}

void qm_request_write_raw(qm_request *request, const uint8_t *bytes, size_t length) {
    struct bufferevent *stream = stream_of(request);
    if (stream) evbuffer_add(bufferevent_get_output(stream), bytes, length);
}

size_t qm_request_unsent(qm_request *request) {
    struct bufferevent *stream = stream_of(request);
    return stream ? evbuffer_get_length(bufferevent_get_output(stream)) : 0;
}

void qm_request_finish(qm_request *request, int64_t idle_microseconds) {
    struct bufferevent *stream = stream_of(request);
    struct timeval idle = interval(idle_microseconds);
    if (stream) bufferevent_set_timeouts(stream, &idle, &idle);
    evhttp_send_reply_end(event_request(request));
}

void qm_request_cut(qm_request *request) {
    struct evhttp_connection *connection = connection_of(request);
    if (connection) evhttp_connection_free(connection);
}

void qm_request_free(qm_request *request) { evhttp_request_free(event_request(request)); }
