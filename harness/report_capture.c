/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <stdlib.h>
#include <sys/utsname.h>

#include "common/utf8.h"
#include "pcapng.h"
#include "protocol/names.h"

struct capture {
    struct arena arena;
    const struct result *result;
    const struct event **events;
    size_t count;
    const char **comments; /* of one packet */
    size_t comment_count;
};

static int by_time(const void *a, const void *b)
{
    const struct event *const *first = a, *const *second = b;
    if ((*first)->time != (*second)->time)
        return (*first)->time < (*second)->time ? -1 : 1;
    return 0;
}

static void collect(struct capture *capture, const struct event *event)
{
    if (!event)
        return;
    for (size_t i = 0; i < capture->count; i++) {
        if (capture->events[i] == event)
            return;
    }
    capture->events =
        arena_grow(&capture->arena, capture->events, capture->count, sizeof(*capture->events));
    capture->events[capture->count++] = event;
}

/* A run-wide scenario sends nothing itself: its capture holds the frames around its failures. */
static void collect_events(struct capture *capture)
{
    const struct result *result = capture->result;
    capture->events = result->events;
    capture->count = result->event_count;
    if (capture->count)
        return;
    capture->events = NULL;
    for (size_t i = 0; i < result->failure_count; i++) {
        const struct failure *failure = &result->failures[i];
        for (size_t j = 0; j < failure->context_count; j++)
            collect(capture, failure->context[j]);
        collect(capture, failure->event ? failure->event->request : NULL);
        collect(capture, failure->event);
    }
    if (capture->count)
        qsort(capture->events, capture->count, sizeof(*capture->events), by_time);
}

static void comment(struct capture *capture, const char *text)
{
    capture->comments = arena_grow(&capture->arena, capture->comments, capture->comment_count,
                                   sizeof(*capture->comments));
    capture->comments[capture->comment_count++] = utf8_clean(&capture->arena, text, true);
}

static bool shows(const struct failure *failure, const struct event *event)
{
    for (size_t i = 0; i < failure->context_count; i++) {
        if (failure->context[i] == event)
            return true;
    }
    return failure->event && (failure->event == event || failure->event->request == event);
}

/* The file whose line sent the frame: a run-wide scenario shows the frames of others. */
static const char *path_of(const struct capture *capture, const struct event *event)
{
    const struct result *result = capture->result;
    for (size_t i = 0; !result->event_count && i < result->failure_count; i++) {
        if (shows(&result->failures[i], event))
            return result->failures[i].path;
    }
    return result->scenario->path;
}

static void comment_sent(struct capture *capture, const struct event *event)
{
    if (event->line)
        comment(capture, arena_print(&capture->arena, "%s:%u: %s", path_of(capture, event),
                                     event->line, event->statement));
    else
        comment(capture, event->statement);
}

/* The verdict, the clause and what differs, on the frame that shows it. */
static void comment_failures(struct capture *capture, const struct event *event)
{
    const struct result *result = capture->result;
    for (size_t i = 0; i < result->failure_count; i++) {
        const struct failure *failure = &result->failures[i];
        if (failure->event != event)
            continue;
        comment(capture,
                arena_print(&capture->arena, "%s: %s: expected %s, actual %s; %s:%u: %s",
                            verdict_name(result->verdict), failure->clause->id, failure->expected,
                            failure->actual, failure->path, failure->line, failure->statement));
    }
}

static const char *verdict_text(struct capture *capture)
{
    const struct result *result = capture->result;
    const char *reason = result->reason ? result->reason : "";
    return arena_print(&capture->arena, "verdict: %s%s%s", verdict_name(result->verdict),
                       *reason ? ": " : "", reason);
}

static int write_packet(struct capture *capture, FILE *to, size_t i)
{
    const struct event *event = capture->events[i];
    capture->comments = NULL;
    capture->comment_count = 0;
    if (event->sent)
        comment_sent(capture, event);
    comment_failures(capture, event);
    if (i + 1 == capture->count) {
        comment_failures(capture, NULL); /* what is missing has no frame of its own */
        comment(capture, verdict_text(capture));
    }
    return pcapng_packet(to, event->time, event->sent, event->frame, capture->comments,
                         capture->comment_count);
}

static const char *section_comment(struct capture *capture)
{
    const struct scenario *scenario = capture->result->scenario;
    return arena_print(&capture->arena, "%s: %s\nclause %s: %s\n%s", scenario->id,
                       utf8_clean(&capture->arena, scenario->title, true), scenario->clause->id,
                       scenario->clause->sentence,
                       utf8_clean(&capture->arena, verdict_text(capture), true));
}

static int write_head(struct capture *capture, FILE *to, const struct report *report)
{
    struct utsname machine = {0};
    char address[AOE_ADDRESS_TEXT];
    const struct target *target = &report->target;
    uname(&machine);
    const struct pcapng_section section = {
        .comment = section_comment(capture),
        .hardware = machine.machine,
        .application = arena_print(&capture->arena, "aoe-conform %s", report->version),
        .interface = target->interface,
        .description = arena_print(&capture->arena, "towards %s",
                                   aoe_address_text(address, target->shelf, target->slot)),
    };
    return pcapng_begin(to, &section);
}

int report_capture(FILE *to, const struct report *report, const struct result *result)
{
    struct capture capture = {.result = result};
    collect_events(&capture);
    int status = write_head(&capture, to, report);
    for (size_t i = 0; !status && i < capture.count; i++)
        status = write_packet(&capture, to, i);
    arena_free(&capture.arena);
    return status || fflush(to) ? -1 : 0;
}
