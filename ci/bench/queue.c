/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "queue.h"

#include <stdlib.h>

static bool before(const struct event *a, const struct event *b)
{
    return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static int grow(struct queue *queue)
{
    size_t capacity = queue->capacity ? 2 * queue->capacity : 1024;
    struct event *events = reallocarray(queue->events, capacity, sizeof *events);
    if (!events)
        return -1;
    queue->events = events;
    queue->capacity = capacity;
    return 0;
}

int queue_add(struct queue *queue, struct event event)
{
    if (queue->count == queue->capacity && grow(queue))
        return -1;
    event.order = queue->order++;
    size_t at = queue->count++;
    while (at && before(&event, &queue->events[(at - 1) / 2])) {
        queue->events[at] = queue->events[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue->events[at] = event;
    return 0;
}

bool queue_take(struct queue *queue, struct event *event)
{
    if (!queue->count)
        return false;
    *event = queue->events[0];
    const struct event last = queue->events[--queue->count];
    size_t at = 0, child;
    while ((child = 2 * at + 1) < queue->count) {
        if (child + 1 < queue->count && before(&queue->events[child + 1], &queue->events[child]))
            child++;
        if (!before(&queue->events[child], &last))
            break;
        queue->events[at] = queue->events[child];
        at = child;
    }
    queue->events[at] = last;
    return true;
}

void queue_close(struct queue *queue)
{
    free(queue->events);
    *queue = (struct queue){0};
}
