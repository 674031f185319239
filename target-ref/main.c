/* SPDX-License-Identifier: GPL-2.0-or-later */
/* aoe-target: serves a file or block device as an AoE target. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/port.h"
#include "disk.h"
#include "model.h"
#include "protocol/names.h"
#include "state.h"

enum { EXIT_REFUSED = 2, MESSAGE_BYTES = PATH_MAX + 256 };

enum {
    BUFFER_COUNT_MIN = 2, /* with less the Linux initiator never comes up; 3.2-bufcount-min */
    BATCH = 256,          /* frames answered before signals and links get their turn */
    BUFFER_BYTES = 32 << 20,
};

struct options {
    bool read_only;
    uint16_t buffer_count;
    bool masks_given;
    struct model_list masks;
    const char *state;
    uint16_t shelf;
    uint8_t slot;
    const char *interface;
    const char *file;
};

struct target {
    struct model model;
    struct disk disk;
    struct state state;
    struct port port;
    int signals;
    uint8_t frame[AOE_FRAME_MAX];
    uint8_t response[AOE_FRAME_MAX];
};

static const char usage[] =
    "usage: aoe-target [-r] [-b BUFCOUNT] [-m MAC,..] [--state FILE] SHELF SLOT IFACE FILE";

static const char help[] =
    "Serves FILE, a file or block device, as AoE target eSHELF.SLOT on interface IFACE.\n"
    "  -r            read-only\n"
    "  -b BUFCOUNT   requests that may be outstanding, 2 to 65535 (16)\n"
    "  -m MAC,..     answer these initiators only; replaces the mask list of --state\n"
    "  --state FILE  keep config string, mask list and reserve list in FILE\n"
    "  --help, --version\n";

static void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("aoe-target: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

/* Reads a decimal number from `least` to `most`, complaining with its name otherwise. */
static bool parse_number(const char *name, const char *text, unsigned least, unsigned most,
                         unsigned *value)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || number < least || number > most) {
        complain("%s \"%s\": must be a number from %u to %u", name, text, least, most);
        return false;
    }
    *value = (unsigned)number;
    return true;
}

static bool parse_masks(const char *text, struct model_list *masks)
{
    while (*text) {
        size_t length = strcspn(text, ",");
        char word[AOE_MAC_TEXT] = {0};
        uint8_t mac[AOE_MAC_BYTES];
        if (length < sizeof word)
            memcpy(word, text, length);
        if (!aoe_mac_parse(word, mac)) {
            complain("-m \"%.*s\": must be a MAC address such as 02:00:00:00:00:01", (int)length,
                     text);
            return false;
        }
        if (!model_list_add(masks, mac)) {
            complain("-m: more than %d addresses", AOE_LIST_MAX);
            return false;
        }
        text += length + (text[length] == ',');
    }
    return true;
}

static bool parse_operands(struct options *options, char *const *operands, int count)
{
    static const char *const names[] = {"SHELF", "SLOT", "IFACE", "FILE"};
    unsigned shelf, slot;
    if (count < 4) {
        complain("%s is missing; %s", names[count], usage);
        return false;
    }
    if (count > 4) {
        complain("\"%s\" is one operand too many; %s", operands[4], usage);
        return false;
    }
    if (!parse_number("SHELF", operands[0], 0, AOE_SHELF_ALL - 1, &shelf) ||
        !parse_number("SLOT", operands[1], 0, AOE_SLOT_ALL - 1, &slot))
        return false;
    options->shelf = (uint16_t)shelf;
    options->slot = (uint8_t)slot;
    options->interface = operands[2];
    options->file = operands[3];
    return true;
}

/* Says what is wrong with the option that getopt has just refused. */
static void complain_option(int option, char *const *argv)
{
    char letter[] = {'-', (char)optopt, '\0'};
    bool is_letter = optopt > 0 && optopt <= CHAR_MAX;
    complain("%s %s; %s", is_letter ? letter : argv[optind - 1],
             option == ':' ? "needs an argument" : "is not an option", usage);
}

/* Reads the command line. Returns -1 to go on, else the exit status. */
static int parse_options(struct options *options, int argc, char **argv)
{
    enum { OPTION_STATE = 256, OPTION_HELP, OPTION_VERSION };
    static const struct option longs[] = {{"state", required_argument, NULL, OPTION_STATE},
                                          {"help", no_argument, NULL, OPTION_HELP},
                                          {"version", no_argument, NULL, OPTION_VERSION},
                                          {0}};
    unsigned buffer_count = MODEL_BUFFER_COUNT;
    int option;
    while ((option = getopt_long(argc, argv, ":rb:m:", longs, NULL)) != -1) {
        switch (option) {
        case 'r':
            options->read_only = true;
            break;
        case 'b':
            if (!parse_number("-b", optarg, BUFFER_COUNT_MIN, UINT16_MAX, &buffer_count))
                return EXIT_REFUSED;
            break;
        case 'm':
            options->masks_given = true;
            if (!parse_masks(optarg, &options->masks))
                return EXIT_REFUSED;
            break;
        case OPTION_STATE:
            options->state = optarg;
            break;
        case OPTION_HELP:
            printf("%s\n%s", usage, help);
            return EXIT_SUCCESS;
        case OPTION_VERSION:
            printf("aoe-target %s\n", SUITE_VERSION);
            return EXIT_SUCCESS;
        default:
            complain_option(option, argv);
            return EXIT_REFUSED;
        }
    }
    options->buffer_count = (uint16_t)buffer_count;
    return parse_operands(options, argv + optind, argc - optind) ? -1 : EXIT_REFUSED;
}

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
    struct model_disk disk = disk_for_model(&target->disk);
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
    if (moved || resized || was_down || !before.running)
        announce(target);
    return true;
}

static void answer_waiting(struct target *target)
{
    for (int i = 0; i < BATCH; i++) {
        struct aoe_span frame = {target->frame, 0};
        frame.length = port_receive(&target->port, target->frame, sizeof target->frame);
        if (!frame.length)
            return;
        size_t length = model_answer(&target->model, frame, target->response);
        if (length)
            port_send(&target->port, target->response, length);
    }
}

/* Serves until a signal ends it (0) or the interface is gone (-1). */
static int serve(struct target *target)
{
    enum { FRAMES, EVENTS, SIGNALS, WAITS };
    struct pollfd waits[WAITS] = {{.fd = target->port.frames, .events = POLLIN},
                                  {.fd = target->port.events, .events = POLLIN},
                                  {.fd = target->signals, .events = POLLIN}};
    announce(target);
    for (;;) {
        if (poll(waits, WAITS, -1) < 0 && errno != EINTR) {
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
        answer_waiting(target);
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

int main(int argc, char **argv)
{
    static struct target target;
    static struct options options;
    int status = parse_options(&options, argc, argv);
    if (status >= 0)
        return status;
    target.disk.fd = target.port.frames = target.port.events = -1;
    target.state.directory = target.state.lock = -1;
    target.signals = catch_signals();
    status = EXIT_REFUSED;
    if (open_target(&target, &options) == 0) {
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
