#ifndef QM_LOOP_INTERNAL_H
#define QM_LOOP_INTERNAL_H

struct event_base;
struct event;

struct qm_loop {
    struct event_base *base;
    struct event *wake;
    void (*woken)(void *argument);
    void *argument;
};

#endif
