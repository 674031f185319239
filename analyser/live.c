/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "live_capture.h"
#include "live_clock.h"
#include "live_figures.h"
#include "live_json.h"
#include "top.h"

enum { RETRY = 500, DRAIN = 250, DRAIN_ROUNDS = 64 }; /* ms, ms, calls */

struct session {
    const struct live_options *options;
    struct live_figures figures;
    struct live_clock clock;
    struct live_capture *capture;
    struct top *top;
    int signals;
    uint64_t ended; /* intervals */
    bool over;      /* the end was asked for */
    bool failed;
    char *error;
    size_t error_size;
};

static int64_t now_of_day(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void fail(struct session *session, const char *text, const char *detail)
{
    if (!session->failed)
        snprintf(session->error, session->error_size, "%s%s", text, detail);
    session->failed = session->over = true;
}

static struct top_scene scene_of(const struct session *session)
{
    return (struct top_scene){
        .live = &session->figures,
        .interface = session->options->interface,
        .up = live_capture_up(session->capture),
        .interval = session->clock.interval,
    };
}

static void write_line(struct session *session)
{
    FILE *to = session->options->json;
    json_t *line = live_json(&session->figures, session->options->interface,
                             live_capture_up(session->capture));
    if (!line) {
        fail(session, "out of memory", "");
        return;
    }
    bool written = json_dumpf(line, to, JSON_COMPACT | JSON_ENSURE_ASCII) == 0 &&
                   fputc('\n', to) != EOF && fflush(to) == 0;
    int reason = errno;
    json_decref(line);
    if (written)
        return;
    /* What is left would be written when the program exits. */
    __fpurge(to);
    session->over = true;
    if (reason == EPIPE)
        clearerr(to);
    else
        fail(session, "cannot write the lines of JSON: ", strerror(reason));
}

static void show(struct session *session)
{
    struct top_scene scene = scene_of(session);
    if (session->options->json)
        write_line(session);
    else if (top_refresh(session->top, &scene) < 0)
        fail(session, "out of memory", "");
}

/* Ends the interval at its end, or at an earlier time. */
static void end_interval(struct session *session, int64_t end)
{
    uint64_t kernel, interface;
    bool keep = session->top && top_paused(session->top);
    live_capture_drops(session->capture, &kernel, &interface);
    if (live_figures_end(&session->figures, session->clock.start, end, kernel, interface, keep) < 0)
        fail(session, "out of memory", "");
    else
        show(session);
    session->ended++;
    session->over |= session->ended == session->options->count;
}

static void take_frame(void *user, const struct capture_frame *frame)
{
    struct session *session = user;
    if (!session->over && live_clock_frame_ends(&session->clock, frame->time)) {
        end_interval(session, live_clock_end(&session->clock));
        live_clock_advance(&session->clock, frame->time);
    }
    if (!session->over)
        live_figures_feed(&session->figures, frame);
}

static void take_time(struct session *session)
{
    int64_t now = now_of_day();
    if (!live_clock_ends(&session->clock, now))
        return;
    end_interval(session, live_clock_end(&session->clock));
    live_clock_advance(&session->clock, now - LIVE_CLOCK_GRACE);
}

/* The next longer or shorter interval of those that a key gives. */
static int64_t other_interval(int64_t interval, bool longer)
{
    static const int steps[] = {100, 200, 500, 1000, 2000, 5000, 10000, 30000, 60000};
    enum { STEPS = sizeof steps / sizeof steps[0] };
    for (int i = 0; longer && i < STEPS; i++)
        if (steps[i] * INT64_C(1000000) > interval)
            return steps[i] * INT64_C(1000000);
    for (int i = STEPS - 1; !longer && i >= 0; i--)
        if (steps[i] * INT64_C(1000000) < interval)
            return steps[i] * INT64_C(1000000);
    return interval;
}

static void reset(struct session *session)
{
    uint64_t kernel, interface;
    live_capture_drops(session->capture, &kernel, &interface);
    session->clock.start = now_of_day();
    if (live_figures_reset(&session->figures) < 0)
        fail(session, "out of memory", "");
    else
        show(session);
}

static void take_keys(struct session *session)
{
    struct top_scene scene = scene_of(session);
    enum top_wish wish;
    while (!session->over && (wish = top_keys(session->top, &scene)) != TOP_NOTHING) {
        if (wish == TOP_QUIT)
            session->over = true;
        else if (wish == TOP_RESET)
            reset(session);
        else
            session->clock.interval = other_interval(session->clock.interval, wish == TOP_LONGER);
        scene = scene_of(session);
    }
}

static void take_signals(struct session *session)
{
    struct signalfd_siginfo info;
    while (read(session->signals, &info, sizeof info) == (ssize_t)sizeof info)
        session->over |= info.ssi_signo != SIGWINCH;
}

enum { POLL_FRAMES, POLL_SIGNALS, POLL_USER, POLLS };

/* Waits for frames, keys, a signal, the end of the interval, or of who reads the lines. */
static void await(struct session *session, struct pollfd *polls)
{
    FILE *json = session->options->json;
    int wait = live_clock_wait(&session->clock, now_of_day());
    if (!live_capture_up(session->capture) && wait > RETRY)
        wait = RETRY;
    polls[POLL_FRAMES] = (struct pollfd){.fd = live_capture_fd(session->capture), .events = POLLIN};
    polls[POLL_SIGNALS] = (struct pollfd){.fd = session->signals, .events = POLLIN};
    polls[POLL_USER] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    if (json)
        polls[POLL_USER] = (struct pollfd){.fd = fileno(json)};
    if (poll(polls, POLLS, wait) < 0)
        for (int i = 0; i < POLLS; i++)
            polls[i].revents = 0;
}

static void step(struct session *session)
{
    struct pollfd polls[POLLS];
    uint64_t ended = session->ended;
    await(session, polls);
    bool seen = polls[POLL_SIGNALS].revents || polls[POLL_USER].revents;
    bool up = live_capture_up(session->capture);
    if (polls[POLL_SIGNALS].revents)
        take_signals(session);
    if (polls[POLL_USER].revents & (POLLERR | POLLHUP | POLLNVAL))
        session->over = true;
    else if (polls[POLL_USER].revents)
        take_keys(session);
    if (up)
        live_capture_read(session->capture, take_frame, session);
    else
        live_capture_retry(session->capture);
    seen |= up != live_capture_up(session->capture);
    if (!session->over)
        take_time(session);
    struct top_scene scene = scene_of(session);
    if (session->top && !session->over && (seen || ended != session->ended))
        top_draw(session->top, &scene);
}

/* What the kernel has not handed over yet belongs to the last line. */
static void finish_lines(struct session *session)
{
    struct timespec wait = {.tv_nsec = DRAIN * 1000000};
    bool all = session->options->count && session->ended == session->options->count;
    if (session->failed || !session->options->json || all)
        return;
    session->over = false;
    nanosleep(&wait, NULL);
    for (int i = 0; i < DRAIN_ROUNDS && !session->over; i++)
        if (!live_capture_read(session->capture, take_frame, session))
            break;
    int64_t now = now_of_day();
    if (!session->over)
        end_interval(session, now > session->clock.start ? now : session->clock.start);
}

static int run(struct session *session)
{
    const struct live_options *options = session->options;
    if (live_figures_open(&session->figures, &options->analysis) < 0) {
        fail(session, "out of memory", "");
        return -1;
    }
    session->capture = live_capture_open(options->interface, options->analysis.check,
                                         session->error, session->error_size);
    if (!session->capture)
        return -1;
    if (!options->json && !(session->top = top_open(session->error, session->error_size)))
        return -1;
    session->clock = (struct live_clock){.start = now_of_day(), .interval = options->interval};
    struct top_scene scene = scene_of(session);
    if (session->top)
        top_draw(session->top, &scene);
    while (!session->over)
        step(session);
    finish_lines(session);
    return session->failed ? -1 : 0;
}

int live_run(const struct live_options *options, char *error, size_t size)
{
    struct session session = {.options = options, .error = error, .error_size = size};
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction pipes;
    sigset_t waited, before;
    sigemptyset(&waited);
    sigaddset(&waited, SIGINT);
    sigaddset(&waited, SIGTERM);
    sigaddset(&waited, SIGHUP);
    sigaddset(&waited, SIGWINCH);
    sigprocmask(SIG_BLOCK, &waited, &before);
    sigaction(SIGPIPE, &ignore, &pipes);
    session.signals = signalfd(-1, &waited, SFD_NONBLOCK | SFD_CLOEXEC);
    int status = -1;
    if (session.signals < 0)
        snprintf(error, size, "cannot wait for signals: %s", strerror(errno));
    else
        status = run(&session);
    top_close(session.top);
    live_capture_close(session.capture);
    live_figures_close(&session.figures);
    if (session.signals >= 0)
        close(session.signals);
    sigaction(SIGPIPE, &pipes, NULL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}
