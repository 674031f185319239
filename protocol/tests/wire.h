/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream of frames for the tests of exchanges. */
#ifndef AOE_TESTS_WIRE_H
#define AOE_TESTS_WIRE_H

#include <stdlib.h>

#include "frames.h"
#include "protocol/exchange.h"

#define ON_WIRE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

enum { PATIENCE = 1000 };

/* What was given up, in order. */
struct given_up {
    size_t count;
    uint64_t request[64];
    unsigned sent[64];
    int64_t time[64];
    struct aoe_exchange_given_up last;
};

struct wire {
    struct aoe_exchanges *exchanges;
    struct given_up up;
    uint64_t number;
    int64_t time;
    uint16_t vlan;
    struct aoe_exchange_event event;
};

static inline void note(void *user, const struct aoe_exchange_given_up *given_up)
{
    struct given_up *up = user;
    assert_true(up->count < COUNT(up->request));
    up->request[up->count] = given_up->request;
    up->sent[up->count] = given_up->sent;
    up->time[up->count++] = given_up->time_last;
    up->last = *given_up;
}

static inline int set_up(void **state)
{
    struct wire *wire = calloc(1, sizeof *wire);
    assert_non_null(wire);
    wire->exchanges = aoe_exchanges_new(64, PATIENCE, note, &wire->up);
    assert_non_null(wire->exchanges);
    *state = wire;
    return 0;
}

static inline int tear_down(void **state)
{
    struct wire *wire = *state;
    aoe_exchanges_free(wire->exchanges);
    free(wire);
    return 0;
}

/* Feeds a frame, in memory of its own size, 10 ns after the last one, as number 1, 2, 3 ... */
static inline enum aoe_exchange_kind feed(struct wire *wire, struct aoe_frame frame)
{
    struct made made = {.frame = frame};
    seal(&made, 0);
    uint8_t *bytes = malloc(made.length);
    assert_non_null(bytes);
    memcpy(bytes, made.bytes, made.length);
    aoe_frame_decode(&made.frame, bytes, made.length, made.length);
    wire->time += 10;
    wire->event =
        aoe_exchanges_feed(wire->exchanges, &made.frame, ++wire->number, wire->time, wire->vlan);
    free(bytes);
    return wire->event.kind;
}

static inline struct aoe_frame tagged(struct aoe_frame frame, uint32_t tag)
{
    frame.tag = tag;
    return frame;
}

static inline struct aoe_frame read_of(uint32_t tag, uint64_t lba)
{
    return tagged(ata_request(ATA_READ, 1, lba), tag);
}

static inline struct aoe_frame data_of(uint32_t tag, uint64_t lba)
{
    return tagged(ata_response(ATA_STATUS_DRDY, lba), tag);
}

/* A config read to everybody. */
static inline struct aoe_frame discovery(void)
{
    struct aoe_frame frame = tagged(config_request(AOE_CONFIG_READ, ""), 0);
    memset(frame.destination, 0xFF, AOE_MAC_BYTES);
    frame.shelf = AOE_SHELF_ALL;
    frame.slot = AOE_SLOT_ALL;
    return frame;
}

static inline struct aoe_frame advert_of(uint8_t mac, uint16_t shelf)
{
    struct aoe_frame frame = tagged(config_response(AOE_CONFIG_READ, ""), 0);
    frame.source[5] = mac;
    frame.shelf = shelf;
    return frame;
}

#endif
