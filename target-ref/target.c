/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/port.h"
#include "disk.h"
#include "options.h"
#include "protocol/names.h"
#include "state.h"

enum {
    MESSAGE_BYTES = PATH_MAX + 256,
    BATCH = 256, /* frames answered before signals and links get their turn */
    BUFFER_BYTES = 32 << 20,
};

struct target {
    const struct target_hooks *hooks;
    struct model model;
    struct disk disk;
    struct hooked_disk hooked;
    struct state state;
    struct port port;
    int signals;
    uint8_t frame[AOE_FRAME_MAX];
    uint8_t response[AOE_FRAME_MAX];
};

static int save(void *user, const struct model_settings *settings)
{
    struct state *state = user;
    if (state_save(state, settings) == 0)
        return 0;
    complain("%s", state->message);
    return -1;
}

/* Loads the state file and writes it once, so that one that cannot be written is known now. */
static int open_state(struct target *target, const struct options *options)
{
    char message[MESSAGE_BYTES];
    struct model *model = &target->model;
    if (options->state &&
        state_open(&target->state, options->state, &model->settings, message, sizeof message)) {
        complain("%s", message);
        return -1;
    }
    if (options->masks_given)
        model->settings.masks = options->masks;
    if (!options->state)
        return 0;
    model->store = (struct model_store){&target->state, save};
    return save(&target->state, &model->settings);
}

/* Bytes of receive buffer that hold as many requests as the buffer count promises. */
static size_t buffer_need(const struct model *model)
{
    enum { OVERHEAD = 2048 }; /* of the kernel, which also rounds up to a power of two */
    return (size_t)model->buffer_count * (2 * (size_t)model->mtu + OVERHEAD);
}

/* Takes over what the port knows of its link. */
static void adopt_link(struct target *target)
{
    struct model *model = &target->model;
    model->mtu = target->port.mtu;
    memcpy(model->mac, target->port.mac, AOE_MAC_BYTES);
    size_t need = buffer_need(model);
    if (port_buffer(&target->port, need > BUFFER_BYTES ? need : BUFFER_BYTES) < need)
        complain("%s: the system's receive buffer is too small for a buffer count of %u; raise "
                 "net.core.rmem_max to %zu or lower -b",
                 target->port.name, model->buffer_count, need);
}

static int open_target(struct target *target, const struct options *options)
{
    char message[MESSAGE_BYTES];
    if (disk_open(&target->disk, options->file, options->read_only, message, sizeof message) ||
        port_open(&target->port, options->interface, message, sizeof message)) {
        complain("%s", message);
        return -1;
    }
    struct model_disk media = disk_for_model(&target->disk);
    struct model_disk disk = hooks_disk(&target->hooked, target->hooks, &media);
    target->port.every_host = target->hooks->every_host;
    model_init(&target->model, options->shelf, options->slot, &disk);
    target->model.read_only = options->read_only;
    target->model.buffer_count = options->buffer_count;
    adopt_link(target);
    if (!model_sector_count(&target->model)) {
        complain("%s: MTU %u does not carry one sector; it must be %d or more", options->interface,
                 target->model.mtu, MODEL_MTU_MIN);
        return -1;
    }
    return open_state(target, options);
}

static void announce(struct target *target)
{
    size_t length = model_advert(&target->model, target->response);
    if (length)
        length = hooks_advert(target->hooks, &target->model, target->response, length);
    if (target->port.running && length)
        port_send(&target->port, target->response, length);
}

/* Follows a change of the link. Returns false where the interface is gone. */
static bool follow_link(struct target *target)
{
    struct port *port = &target->port;
    struct port before = *port;
    bool was_down = port_refresh(port);
    if (!port->exists)
        return false;
    bool moved = memcmp(before.mac, port->mac, AOE_MAC_BYTES) != 0;
    bool resized = before.mtu != port->mtu;
    if (moved || resized)
        adopt_link(target);
    if (resized && model_sector_count(&target->model))
        complain("%s: MTU %u, sector count %u", port->name, port->mtu,
                 model_sector_count(&target->model));
    else if (resized)
        complain("%s: MTU %u does not carry one sector; silent until it is %d or more", port->name,
                 port->mtu, MODEL_MTU_MIN);
    if (before.running != port->running)
        complain("%s: link %s", port->name, port->running ? "up" : "down");
    if (!moved && !resized && !was_down && before.running)
        return true;
    hooks_link(target->hooks, &target->model, was_down);
    announce(target);
    return true;
}

static void send_frame(void *user, const uint8_t *frame, size_t length)
{
    port_send(user, frame, length);
}

static void answer_waiting(struct target *target, const struct target_sender *sender)
{
    for (int i = 0; i < BATCH; i++) {
        struct aoe_span frame = {target->frame, 0};
        frame.length = port_receive(&target->port, target->frame, sizeof target->frame);
        if (!frame.length)
            return;
        frame.length = hooks_receive(target->hooks, &target->model, target->frame, frame.length);
        size_t length = frame.length ? model_answer(&target->model, frame, target->response) : 0;
        if (length)
            hooks_send(target->hooks, sender, target->response, length);
    }
}

/* Serves until a signal ends it (0) or the interface is gone (-1). */
static int serve(struct target *target)
{
    enum { FRAMES, EVENTS, SIGNALS, WAITS };
    struct pollfd waits[WAITS] = {{.fd = target->port.frames, .events = POLLIN},
                                  {.fd = target->port.events, .events = POLLIN},
                                  {.fd = target->signals, .events = POLLIN}};
    const struct target_sender sender = {&target->port, send_frame};
    int pause = -1;
    announce(target);
    for (;;) {
        if (poll(waits, WAITS, pause) < 0 && errno != EINTR) {
            complain("poll: %s", strerror(errno));
            return -1;
        }
        if (waits[SIGNALS].revents)
            return 0;
        bool troubled = waits[EVENTS].revents || (waits[FRAMES].revents & POLLERR);
        if (troubled && !follow_link(target)) {
            complain("%s: the interface is gone", target->port.name);
            return -1;
        }
        answer_waiting(target, &sender);
        pause = hooks_idle(target->hooks, &sender);
    }
}

/* Turns SIGTERM and SIGINT into something to poll for. */
static int catch_signals(void)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    /* A closed standard output or a file size limit is an error to report, not an end. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    return signalfd(-1, &ends, SFD_CLOEXEC);
}

static void greet(const struct target *target)
{
    const struct model *model = &target->model;
    char address[AOE_ADDRESS_TEXT];
    printf("aoe-target: %s on %s, %llu sectors, buffer count %u, sector count %u, MTU %u%s\n",
           aoe_address_text(address, model->shelf, model->slot), target->port.name,
           (unsigned long long)model->disk.sectors, model->buffer_count, model_sector_count(model),
           model->mtu, model->read_only ? ", read-only" : "");
    fflush(stdout);
}

int target_main(int argc, char **argv, const struct target_hooks *hooks)
{
    static struct target target;
    static struct options options;
    int status = options_parse(&options, argc, argv);
    if (status >= 0)
        return status;
    target.disk.fd = target.port.frames = target.port.events = -1;
    target.state.directory = target.state.lock = -1;
    target.hooks = hooks;
    target.signals = catch_signals();
    status = EXIT_REFUSED;
    if (open_target(&target, &options) == 0) {
        hooks_open(hooks, &target.model);
        greet(&target);
        status = serve(&target) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (target.disk.fd >= 0 && disk_close(&target.disk) != 0) {
        complain("%s: %s", options.file, strerror(errno));
        status = EXIT_FAILURE;
    }
    port_close(&target.port);
    state_close(&target.state);
    return status;
}
