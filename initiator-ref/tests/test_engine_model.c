/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine against the reference target, over a wire that loses, repeats, delays, reorders and
 * damages frames. Whatever it does, the data are right in the end. */
#include "fixture.h"
#include "target-ref/model.h"

enum { WIRE_MAX = 4096, ROUNDS = 12 };

/* Of 100 frames so many ... */
struct weather {
    unsigned lost, twice, late, damaged;
};

struct flight {
    int64_t arrives;
    size_t length;
    uint8_t *bytes;
    bool to_target;
};

struct world {
    struct fixture f;
    struct model model;
    uint8_t media[SECTORS * AOE_SECTOR_BYTES];
    struct weather weather;
    struct flight wire[WIRE_MAX];
    size_t flying;
    uint64_t random;
    unsigned queued, queued_most; /* commands that the target has and has not answered */
};

static unsigned dice(struct world *w, unsigned sides)
{
    w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(w->random >> 33) % sides;
}

static int media_read(void *user, uint64_t lba, size_t count, void *to)
{
    struct world *w = user;
    memcpy(to, w->media + lba * AOE_SECTOR_BYTES, count * AOE_SECTOR_BYTES);
    return 0;
}

static int media_write(void *user, uint64_t lba, size_t count, const void *from)
{
    struct world *w = user;
    memcpy(w->media + lba * AOE_SECTOR_BYTES, from, count * AOE_SECTOR_BYTES);
    return 0;
}

static int media_flush(void *user)
{
    (void)user;
    return 0;
}

static int make_world(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    void *fixture = NULL;
    if (!w || setup(&fixture) != 0)
        return -1;
    memcpy(&w->f, fixture, sizeof w->f);
    free(fixture);
    struct model_disk disk = {w, SECTORS, media_read, media_write, media_flush};
    model_init(&w->model, SHELF, SLOT, &disk);
    memcpy(w->model.mac, TARGET, AOE_MAC_BYTES);
    w->model.mtu = 9000;
    *state = w;
    return 0;
}

static int end_world(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < w->flying; i++)
        free(w->wire[i].bytes);
    free(w);
    return 0;
}

static void put_on_wire(struct world *w, const uint8_t *bytes, size_t length, bool to_target)
{
    bool late = dice(w, 100) < w->weather.late;
    unsigned most = late ? 3000 : 3;
    struct flight flight = {w->f.now + (1 + dice(w, most)) * MILLISECOND, length, malloc(length),
                            to_target};
    assert_non_null(flight.bytes);
    assert_true(w->flying < WIRE_MAX);
    memcpy(flight.bytes, bytes, length);
    /* Only responses, and only their header: damaged data would go unnoticed by anybody. */
    if (!to_target && dice(w, 100) < w->weather.damaged)
        flight.bytes[14 + dice(w, 10)] ^= (uint8_t)(1 + dice(w, 255));
    w->wire[w->flying++] = flight;
}

static void transmit(struct world *w, const uint8_t *bytes, size_t length, bool to_target)
{
    if (dice(w, 100) < w->weather.lost)
        return;
    put_on_wire(w, bytes, length, to_target);
    if (dice(w, 100) < w->weather.twice)
        put_on_wire(w, bytes, length, to_target);
}

static void arrive(struct world *w, const struct flight *flight)
{
    static uint8_t response[AOE_FRAME_MAX];
    struct aoe_span frame = {flight->bytes, flight->length};
    if (!flight->to_target) {
        engine_receive(&w->f.engine, frame);
        return;
    }
    size_t length = model_answer(&w->model, frame, response);
    if (length)
        transmit(w, response, length, false);
}

/* What is due arrives. Returns when the next frame will. */
static int64_t deliver(struct world *w)
{
    int64_t next_arrival = INT64_MAX;
    for (size_t i = 0; i < w->flying;) {
        struct flight flight = w->wire[i];
        if (flight.arrives <= w->f.now) {
            w->wire[i] = w->wire[--w->flying];
            arrive(w, &flight);
            free(flight.bytes);
            continue;
        }
        if (flight.arrives < next_arrival)
            next_arrival = flight.arrives;
        i++;
    }
    return next_arrival;
}

static void run(struct world *w)
{
    while (state_of(&w->f) == ENGINE_BUSY) {
        while (next(&w->f)) {
            transmit(w, w->f.sent.raw.bytes, w->f.sent.raw.length, true);
            assert_true(w->f.engine.commands.open <= w->model.buffer_count);
            if (w->f.sent.command == AOE_COMMAND_ATA)
                assert_true(w->f.sent.ata.count <= model_sector_count(&w->model));
        }
        int64_t arrival = deliver(w), wake = engine_wake(&w->f.engine);
        int64_t then = arrival < wake ? arrival : wake;
        if (then > w->f.now && then < INT64_MAX)
            w->f.now = then;
    }
}

/* Nothing of the last transfer is on the wire any more: a write that was repeated and is late would
 * undo the next one, and no initiator can help that. */
static void calm_down(struct world *w)
{
    w->f.now += 10 * ATTEMPT_SECOND;
    deliver(w);
    w->f.now += 10 * ATTEMPT_SECOND;
    deliver(w);
}

static void open_target(struct world *w)
{
    engine_open(&w->f.engine);
    run(w);
    assert_int_equal(state_of(&w->f), ENGINE_DONE);
    assert_int_equal(engine_capacity(&w->f.engine), SECTORS);
}

static void check_rounds(struct world *w)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t lba = dice(w, SECTORS), sectors = dice(w, (unsigned)(SECTORS - lba)) + 1;
        begin(&w->f, ATA_DATA_OUT, lba, sectors);
        run(w);
        if (state_of(&w->f) != ENGINE_DONE)
            fail_msg("%s", engine_message(&w->f.engine));
        assert_memory_equal(w->media + lba * AOE_SECTOR_BYTES, w->f.data,
                            sectors * AOE_SECTOR_BYTES);
        calm_down(w);
        begin(&w->f, ATA_DATA_IN, lba, sectors);
        run(w);
        assert_read(&w->f);
        calm_down(w);
    }
}

/* Each weather with each kind of target; a deadline that no bad luck exceeds. */
static void test_weather(void **state)
{
    static const struct weather weathers[] = {{0, 0, 0, 0},  {10, 0, 0, 0},  {0, 30, 0, 0},
                                              {0, 0, 20, 0}, {5, 10, 10, 0}, {30, 30, 30, 0}};
    static const struct {
        uint16_t buffers;
        uint32_t mtu;
    } targets[] = {{1, 9000}, {2, 1500}, {16, 9000}, {300, 1500}};
    struct world *w = *state;
    w->f.engine.settings.deadline = INT64_C(3600) * ATTEMPT_SECOND;
    w->f.engine.settings.depth = 32;
    for (size_t i = 0; i < COUNT(weathers); i++)
        for (size_t j = 0; j < COUNT(targets); j++) {
            w->weather = weathers[i];
            w->model.buffer_count = targets[j].buffers;
            w->model.mtu = targets[j].mtu;
            open_target(w);
            check_rounds(w);
        }
}

/* A damaged header may say error, or be nobody's: then it fails with a reason, or goes on. It never
 * counts as an answer to another command. */
static void test_damaged_headers(void **state)
{
    struct world *w = *state;
    unsigned done = 0, failed = 0;
    for (unsigned i = 0; i < 200; i++) {
        w->weather = (struct weather){0};
        open_target(w);
        w->weather.damaged = 10;
        size_t lba = dice(w, SECTORS - 40);
        begin(&w->f, i % 2 ? ATA_DATA_IN : ATA_DATA_OUT, lba, 40);
        if (i % 2)
            for (size_t at = 0; at < sizeof w->media; at++)
                w->media[at] = content(at / AOE_SECTOR_BYTES, at % AOE_SECTOR_BYTES);
        run(w);
        if (state_of(&w->f) == ENGINE_DONE) {
            assert_read(&w->f);
            assert_memory_equal(w->media + lba * AOE_SECTOR_BYTES, w->f.data,
                                40 * AOE_SECTOR_BYTES);
            done++;
        } else {
            assert_non_null(strstr(engine_message(&w->f.engine), "AoE error"));
            failed++;
        }
        calm_down(w);
    }
    assert_true(done > 0 && failed > 0);
}

/* The target changes what it allows while it is used. */
static void test_changes_in_flight(void **state)
{
    static const uint32_t mtus[] = {1500, 9000, 600, 4500};
    struct world *w = *state;
    static uint8_t bytes[AOE_FRAME_MAX];
    open_target(w);
    for (size_t i = 0; i < 40; i++) {
        size_t length;
        w->model.mtu = mtus[i % COUNT(mtus)];
        w->model.buffer_count = (uint16_t)(1 + dice(w, 6));
        length = model_advert(&w->model, bytes);
        begin(&w->f, i % 2 ? ATA_DATA_IN : ATA_DATA_OUT, dice(w, 300), 300);
        for (int sent = 0; sent < 3; sent++)
            if (next(&w->f))
                transmit(w, w->f.sent.raw.bytes, w->f.sent.raw.length, true);
        engine_receive(&w->f.engine, (struct aoe_span){bytes, length});
        while (state_of(&w->f) == ENGINE_BUSY) {
            while (next(&w->f))
                transmit(w, w->f.sent.raw.bytes, w->f.sent.raw.length, true);
            int64_t arrival = deliver(w), wake = engine_wake(&w->f.engine);
            if ((arrival < wake ? arrival : wake) < INT64_MAX)
                w->f.now = arrival < wake ? arrival : wake;
        }
        assert_int_equal(state_of(&w->f), ENGINE_DONE);
        assert_memory_equal(w->media + w->f.transfer.lba * AOE_SECTOR_BYTES, w->f.data,
                            300 * AOE_SECTOR_BYTES);
        calm_down(w);
    }
}

static void test_the_target_vanishes(void **state)
{
    struct world *w = *state;
    open_target(w);
    w->weather.lost = 100;
    int64_t begun = w->f.now;
    begin(&w->f, ATA_DATA_IN, 0, 300);
    run(w);
    assert_int_equal(state_of(&w->f), ENGINE_FAILED);
    assert_int_equal(w->f.now - begun, DEADLINE);
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, make_world, end_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_weather),
        WORLD_TEST(test_damaged_headers),
        WORLD_TEST(test_changes_in_flight),
        WORLD_TEST(test_the_target_vanishes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
