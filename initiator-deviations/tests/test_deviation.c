/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of deviations: each is named, belongs to a clause, says what is wrong, and does it. */
#include "initiator-deviations/deviation.h"

#include "common/tests/entries.h"
#include "initiator-ref/tests/fixture.h"

enum { DEVIATIONS_LEAST = 50, FRAMES_MOST = 4000 };

/* The hooks of a deviation, of which at least one is there. */
static void assert_hooks(const struct deviation *deviation)
{
    static struct deviant deviant;
    static const struct engine_hooks none;
    struct engine_hooks hooks;
    assert_true(memcmp(&deviation->hooks, &none, sizeof none) != 0);
    deviation_start(deviation, &deviant, &hooks);
    assert_ptr_equal(hooks.user, &deviant);
    hooks.user = NULL;
    assert_memory_equal(&hooks, &deviation->hooks, sizeof hooks);
}

static void test_table(void **state)
{
    static const char *const needs[] = {"mtu=", "stay", "deadline=", "depth=", "patience=", NULL};
    (void)state;
    assert_true(assert_entries(deviation_entry, false, needs) >= DEVIATIONS_LEAST);
}

static void test_each_has_a_hook(void **state)
{
    const struct deviation *deviation;
    (void)state;
    for (size_t i = 0; (deviation = deviation_at(i)); i++) {
        print_message("%s\n", deviation->name);
        assert_hooks(deviation);
    }
}

/* The name begins with the clause, so that a list of deviations reads by itself. */
static void test_names_begin_with_the_clause(void **state)
{
    const struct deviation *deviation;
    (void)state;
    for (size_t i = 0; (deviation = deviation_at(i)); i++) {
        const char *clause = deviation->clause + strlen("i-");
        assert_memory_equal(deviation->name, clause, strlen(clause));
        assert_int_equal(deviation->name[strlen(clause)], '-');
    }
}

/* Every initiator clause has a deviation. */
static void test_clauses(void **state)
{
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    (void)state;
    for (const struct aoe_clause *clause = clauses; clause < clauses + count; clause++) {
        bool has = aoe_clause_is_target(clause);
        const struct deviation *deviation;
        for (size_t j = 0; (deviation = deviation_at(j)); j++)
            has |= strcmp(deviation->clause, clause->id) == 0;
        print_message("%s\n", clause->id);
        assert_true(has);
    }
}

/* ---- each with a target that is right ---- */

/* What a correct target of `SECTORS` sectors answers; judges nothing. */
static size_t answer_right(struct fixture *f, const struct aoe_frame *request, uint8_t *bytes)
{
    static uint8_t data[UINT8_MAX * AOE_SECTOR_BYTES];
    struct aoe_frame frame = answer_to(request);
    memcpy(frame.source, TARGET, AOE_MAC_BYTES);
    frame.shelf = SHELF;
    frame.slot = SLOT;
    frame.version = AOE_VERSION;
    frame.error = 0;
    if (request->command == AOE_COMMAND_CONFIG) {
        frame.config.version = AOE_VERSION;
        frame.config.buffer_count = BUFFERS;
        frame.config.sector_count = 2;
    }
    if (request->command == AOE_COMMAND_ATA && !(request->ata.aflags & AOE_ATA_WRITE))
        frame.payload = (struct aoe_span){data, (size_t)request->ata.count * AOE_SECTOR_BYTES};
    ata_identify_encode(&f->identity, data);
    return aoe_frame_build(&frame, bytes, AOE_FRAME_MAX);
}

/* Runs the engine to its end, or until that takes too long; every fourth answer is lost. */
static void work(struct fixture *f)
{
    static uint8_t answer_bytes[AOE_FRAME_MAX];
    for (unsigned frames = 0; frames < FRAMES_MOST && state_of(f) == ENGINE_BUSY; frames++) {
        struct aoe_frame request;
        size_t length = engine_send(&f->engine, f->now, f->bytes);
        int64_t wake = engine_wake(&f->engine);
        aoe_frame_decode(&request, f->bytes, length, length);
        if (!length && (wake <= f->now || wake > f->now + 100 * ATTEMPT_SECOND))
            return;
        if (!length)
            f->now = wake;
        else if (frames % 4)
            engine_receive(&f->engine, (struct aoe_span){answer_bytes,
                                                         answer_right(f, &request, answer_bytes)});
    }
}

/* With the sanitizers: what is wrong in one thing is no trouble for the memory. */
static void test_each_stays_in_its_memory(void **state)
{
    const struct deviation *deviation;
    struct fixture *f = *state;
    static struct deviant deviant;
    struct engine_hooks hooks;
    size_t begun = 0, done = 0;
    for (size_t i = 0; (deviation = deviation_at(i)); i++) {
        const struct engine_settings settings = f->engine.settings;
        if (strstr(deviation->name, "fatal"))
            continue;
        deviation_start(deviation, &deviant, &hooks);
        engine_init(&f->engine, &settings);
        f->engine.settings.hooks = &hooks;
        engine_open(&f->engine);
        work(f);
        for (int direction = ATA_DATA_IN; direction <= ATA_DATA_OUT; direction++)
            if (state_of(f) == ENGINE_DONE && engine_capacity(&f->engine)) {
                begin(f, (enum ata_direction)direction, 3, 50);
                work(f);
                begun++;
                done += state_of(f) == ENGINE_DONE;
            }
        engine_init(&f->engine, &settings);
    }
    assert_true(begun > DEVIATIONS_LEAST);
    assert_true(done > begun / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_each_has_a_hook),
        cmocka_unit_test(test_names_begin_with_the_clause),
        cmocka_unit_test(test_clauses),
        FIXTURE_TEST(test_each_stays_in_its_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
