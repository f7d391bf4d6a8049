#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "qm_http.h"
#include "qm_loop_internal.h"

struct qm_timer {
    struct event *event;
    void (*fired)(void *argument);
    void *argument;
};

static void woken(evutil_socket_t socket, short what, void *argument) {
    (void)socket;
    (void)what;
    qm_loop *loop = argument;
    loop->woken(loop->argument);
}

static void fired(evutil_socket_t socket, short what, void *argument) {
    (void)socket;
    (void)what;
    qm_timer *timer = argument;
    timer->fired(timer->argument);
}

static void use_threads(void) { evthread_use_pthreads(); }

qm_loop *qm_loop_create(void (*on_wake)(void *argument), void *argument) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, use_threads);
    qm_loop *loop = calloc(1, sizeof *loop);
    if (!loop) return NULL;
    loop->woken = on_wake;
    loop->argument = argument;
    loop->base = event_base_new();
    // On no file descriptor: `event_active` alone fires it.
    loop->wake = loop->base ? event_new(loop->base, -1, EV_PERSIST, woken, loop) : NULL;
    if (!loop->wake) {
        qm_loop_destroy(loop);
        return NULL;
    }
    return loop;
}

void qm_loop_destroy(qm_loop *loop) {
    if (!loop) return;
    if (loop->wake) event_free(loop->wake);
    if (loop->base) event_base_free(loop->base);
    free(loop);
}

void qm_loop_wake(qm_loop *loop) { event_active(loop->wake, 0, 0); }

void qm_loop_run(qm_loop *loop) {
    // A peer that is gone shows as an error of the write, never as a signal.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void qm_loop_break(qm_loop *loop) { event_base_loopbreak(loop->base); }

qm_timer *qm_timer_create(qm_loop *loop, int64_t microseconds, void (*on_fire)(void *argument), void *argument) {
    qm_timer *timer = calloc(1, sizeof *timer);
    if (!timer) return NULL;
    timer->fired = on_fire;
    timer->argument = argument;
    timer->event = event_new(loop->base, -1, 0, fired, timer);
    struct timeval delay = {microseconds / 1000000, microseconds % 1000000};
    if (!timer->event || event_add(timer->event, &delay) != 0) {
        qm_timer_destroy(timer);
        return NULL;
    }
    return timer;
}

void qm_timer_destroy(qm_timer *timer) {
    if (!timer) return;
    if (timer->event) event_free(timer->event);
    free(timer);
}
