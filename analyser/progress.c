/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "progress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "format.h"

enum { NS = 1000000000, AFTER = NS / 2, EVERY = NS / 10 };

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * NS + time.tv_nsec;
}

/* A line is rewritten in place: not where the terminal cannot. */
static bool is_terminal(FILE *to)
{
    const char *kind = getenv("TERM");
    return isatty(fileno(to)) && kind && strcmp(kind, "dumb");
}

struct progress progress_begin(FILE *to, bool quiet)
{
    return (struct progress){.to = to, .on = !quiet && is_terminal(to), .started = now()};
}

char *progress_text(char to[PROGRESS_TEXT], uint64_t position, uint64_t size, int64_t elapsed)
{
    char bytes[FORMAT_TEXT], rate[FORMAT_TEXT];
    uint64_t speed =
        elapsed > 0 ? (uint64_t)((unsigned __int128)position * NS / (uint64_t)elapsed) : 0;
    format_bytes(rate, speed);
    if (size) {
        uint64_t percent =
            position < size ? (uint64_t)((double)position * 100 / (double)size) : 100;
        snprintf(to, PROGRESS_TEXT, "%3" PRIu64 " %% of %s, %s/s", percent,
                 format_bytes(bytes, size), rate);
    } else {
        snprintf(to, PROGRESS_TEXT, "%s read, %s/s", format_bytes(bytes, position), rate);
    }
    return to;
}

void progress_update(struct progress *progress, uint64_t position, uint64_t size)
{
    char text[PROGRESS_TEXT];
    if (!progress->on)
        return;
    int64_t time = now(), elapsed = time - progress->started;
    if (elapsed < AFTER || time - progress->shown_at < EVERY)
        return;
    fprintf(progress->to, "\r\033[K%s", progress_text(text, position, size, elapsed));
    fflush(progress->to);
    progress->shown = true;
    progress->shown_at = time;
}

void progress_clear(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", progress->to);
    progress->shown = false;
}
