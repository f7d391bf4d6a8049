#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

// curl_easy_setopt and its like take their last argument as a variadic one, which Swift cannot call.
// Each function here fixes the type of that argument and does nothing else, unless said otherwise.

CURLcode qm_easy_set_long(CURL *easy, CURLoption option, long value);
CURLcode qm_easy_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode qm_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
CURLcode qm_easy_set_pointer(CURL *easy, CURLoption option, void *value);

/// The bytes are copied by libcurl.
CURLcode qm_easy_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t count);

/// The bytes are copied by libcurl and sent as the body; the method is set apart from that.
CURLcode qm_easy_set_body(CURL *easy, const void *bytes, size_t count);

typedef size_t (*qm_bytes_callback)(char *bytes, size_t size, size_t count, void *context);
typedef int (*qm_prerequest_callback)(
    void *context, char *remote_address, char *local_address, int remote_port, int local_port);

/// `header` gets each line of the head, `body` the body, `prerequest` is asked before each sending of the request.
CURLcode qm_easy_set_callbacks(
    CURL *easy, void *context, qm_bytes_callback header, qm_bytes_callback body, qm_prerequest_callback prerequest);

typedef int (*qm_socket_opened_callback)(void *context, curl_socket_t socket, curlsocktype purpose);
typedef int (*qm_socket_close_callback)(void *context, curl_socket_t socket);

/// `opened` gets each socket before it is connected, `close` has to close it. Both outlive the handle: they belong to
/// the connections that it makes.
CURLcode qm_easy_set_socket_callbacks(
    CURL *easy, void *context, qm_socket_opened_callback opened, qm_socket_close_callback close);

CURLcode qm_easy_get_long(CURL *easy, CURLINFO info, long *value);

/// The context that was given to qm_easy_set_callbacks.
void *qm_easy_private(CURL *easy);

CURLMcode qm_multi_set_long(CURLM *multi, CURLMoption option, long value);

/// Takes the next finished transfer off the list; false when there is none.
bool qm_multi_next_finished(CURLM *multi, CURL **easy, CURLcode *result);

#endif
