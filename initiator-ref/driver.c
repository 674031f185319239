/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "driver.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

enum {
    BUFFER_BYTES = 8 << 20, /* of the interface, for frames that come faster than they are read */
    BATCH = 256,            /* frames taken before others are sent */
};

static int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * ATTEMPT_SECOND + now.tv_nsec;
}

static uint32_t any_tag(void)
{
    uint32_t tag = (uint32_t)clock_now();
    if (getrandom(&tag, sizeof tag, GRND_NONBLOCK) < 0)
        tag ^= (uint32_t)(clock_now() >> 32);
    return tag;
}

static uint32_t mtu_in_use(const struct driver *driver)
{
    return driver->port.mtu < driver->mtu_limit ? driver->port.mtu : driver->mtu_limit;
}

enum outcome driver_open(struct driver *driver, const char *interface,
                         const struct engine_settings *settings)
{
    struct engine_settings own = *settings;
    if (port_open(&driver->port, interface, driver->message, sizeof driver->message) != 0)
        return OUTCOME_BROKEN;
    port_buffer(&driver->port, BUFFER_BYTES);
    driver->input = stdin;
    driver->output = stdout;
    driver->caller = -1;
    driver->found = false;
    driver->mtu_limit = settings->mtu;
    own.mtu = mtu_in_use(driver);
    driver->port.every_host = settings->hooks && settings->hooks->every_host;
    own.tag = any_tag();
    memcpy(own.mac, driver->port.mac, AOE_MAC_BYTES);
    engine_init(&driver->engine, &own);
    return OUTCOME_DONE;
}

void driver_close(struct driver *driver)
{
    port_close(&driver->port);
}

void driver_adjust(struct driver *driver, const struct engine_settings *settings)
{
    driver->engine.settings.depth = settings->depth;
    driver->engine.settings.deadline = settings->deadline;
    driver->mtu_limit = settings->mtu;
    engine_follow_link(&driver->engine, driver->port.mac, mtu_in_use(driver));
}

static void send_all(struct driver *driver)
{
    size_t length;
    /* A frame that the interface does not take is lost like any other, and sent again. */
    while ((length = engine_send(&driver->engine, clock_now(), driver->frame)) != 0)
        port_send(&driver->port, driver->frame, length);
}

static void receive_waiting(struct driver *driver)
{
    for (int i = 0; i < BATCH; i++) {
        struct aoe_span frame = {driver->frame, 0};
        frame.length = port_receive(&driver->port, driver->frame, sizeof driver->frame);
        if (!frame.length)
            return;
        engine_receive(&driver->engine, frame);
    }
}

/* False where the interface is gone. */
static bool follow_link(struct driver *driver)
{
    port_refresh(&driver->port);
    engine_follow_link(&driver->engine, driver->port.mac, mtu_in_use(driver));
    return driver->port.exists;
}

enum { NEWS_FRAMES, NEWS_LINK, NEWS_CALLER, NEWS };

/* Waits for a frame, for news of the link, or for `caller`, `most` ns at most. */
static int wait_for_news(struct driver *driver, int caller, int64_t most, struct pollfd waits[NEWS])
{
    int64_t left = most < 0 ? 0 : most;
    const struct timespec limit = {left / ATTEMPT_SECOND, left % ATTEMPT_SECOND};
    waits[NEWS_FRAMES] = (struct pollfd){.fd = driver->port.frames, .events = POLLIN};
    waits[NEWS_LINK] = (struct pollfd){.fd = driver->port.events, .events = POLLIN};
    waits[NEWS_CALLER] = (struct pollfd){.fd = caller, .events = POLLIN};
    int ready = ppoll(waits, NEWS, &limit, NULL);
    return ready < 0 && errno == EINTR ? 0 : ready;
}

static enum outcome broken(struct driver *driver, const char *what)
{
    snprintf(driver->message, sizeof driver->message, "%s: %s", driver->port.name, what);
    return OUTCOME_BROKEN;
}

/* Takes the news. OUTCOME_DONE, or OUTCOME_BROKEN with a message. */
static enum outcome take_news(struct driver *driver, const struct pollfd waits[NEWS])
{
    bool troubled = waits[NEWS_LINK].revents || (waits[NEWS_FRAMES].revents & POLLERR);
    if (troubled && !follow_link(driver))
        return broken(driver, "the interface is gone");
    receive_waiting(driver);
    return OUTCOME_DONE;
}

/* Until the engine is done or has failed. */
static enum outcome run(struct driver *driver)
{
    for (;;) {
        struct pollfd waits[NEWS] = {{.revents = 0}};
        send_all(driver);
        if (engine_state(&driver->engine) != ENGINE_BUSY)
            break;
        int64_t left = engine_wake(&driver->engine) - clock_now();
        if (wait_for_news(driver, driver->caller, left, waits) < 0)
            return broken(driver, strerror(errno));
        if (waits[NEWS_CALLER].revents)
            return broken(driver, "who asked for it is gone");
        if (take_news(driver, waits) != OUTCOME_DONE)
            return OUTCOME_BROKEN;
    }
    snprintf(driver->message, sizeof driver->message, "%s", engine_message(&driver->engine));
    return engine_state(&driver->engine) == ENGINE_DONE ? OUTCOME_DONE : OUTCOME_ERROR;
}

enum outcome driver_discover(struct driver *driver)
{
    engine_open(&driver->engine);
    enum outcome outcome = run(driver);
    driver->found = outcome == OUTCOME_DONE;
    return outcome;
}

enum outcome driver_find(struct driver *driver)
{
    return driver->found ? OUTCOME_DONE : driver_discover(driver);
}

enum outcome driver_transfer(struct driver *driver, const struct engine_transfer *transfers,
                             size_t count)
{
    engine_transfer(&driver->engine, transfers, count);
    return run(driver);
}

void driver_rest(struct driver *driver, enum outcome outcome)
{
    engine_transfer(&driver->engine, NULL, 0);
    driver->found = driver->found && (outcome == OUTCOME_DONE || outcome == OUTCOME_DIFFERS);
}

enum driver_event driver_listen(struct driver *driver, int asked, int64_t most)
{
    int64_t end = clock_now() + most;
    for (;;) {
        struct pollfd waits[NEWS] = {{.revents = 0}};
        int64_t left = end - clock_now();
        if (wait_for_news(driver, asked, left, waits) < 0) {
            broken(driver, strerror(errno));
            return DRIVER_BROKEN;
        }
        if (take_news(driver, waits) != OUTCOME_DONE)
            return DRIVER_BROKEN;
        if (waits[NEWS_CALLER].revents)
            return DRIVER_ASKED;
        if (left <= 0)
            return DRIVER_BORED;
    }
}
