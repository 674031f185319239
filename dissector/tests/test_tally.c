/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissector/tally.h"

#include <stdlib.h>

#include "common/group.h"
#include "dissector/rule_tally.h"
#include "protocol/tests/frames.h"

enum { PATIENCE = 1000 };

#define WITH_STATISTIC(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

struct statistic {
    struct history *history;
    struct tally tally;
    struct rule_tally rules;
    uint32_t number;
    int64_t time;
    bool skip; /* the next frame does not pass the filter */
};

static int set_up(void **state)
{
    static const struct history_options options = {.patience = PATIENCE, .rules = true};
    struct statistic *statistic = calloc(1, sizeof *statistic);
    assert_non_null(statistic);
    statistic->history = history_new(&options);
    assert_non_null(statistic->history);
    assert_int_equal(tally_open(&statistic->tally, PATIENCE), 0);
    assert_int_equal(rule_tally_open(&statistic->rules), 0);
    *state = statistic;
    return 0;
}

static int tear_down(void **state)
{
    struct statistic *statistic = *state;
    tally_close(&statistic->tally);
    rule_tally_close(&statistic->rules);
    history_free(statistic->history);
    free(statistic);
    return 0;
}

/* A frame `step` ns after the one before. Returns what tally_add does. */
static int feed(struct statistic *statistic, int64_t step, struct aoe_frame frame, uint32_t tag)
{
    struct made made = {.frame = frame};
    struct history_exchange exchange;
    made.frame.tag = tag;
    seal(&made, AOE_FRAME_MIN);
    uint32_t number = ++statistic->number;
    statistic->time += step;
    history_feed(statistic->history, &made.frame, 0, number, statistic->time);
    bool known = history_find(statistic->history, number, statistic->time, &exchange);
    const struct tally_frame counted = {.frame = &made.frame,
                                        .exchange = known ? &exchange : NULL,
                                        .number = number,
                                        .time = statistic->time};
    if (statistic->skip) {
        statistic->skip = false;
        return -1;
    }
    int pair = tally_add(&statistic->tally, &counted);
    if (pair >= 0)
        rule_tally_add(&statistic->rules, statistic->history, number, (uint32_t)pair);
    return pair;
}

static int read_of(struct statistic *statistic, int64_t step, uint32_t tag)
{
    return feed(statistic, step, ata_request(ATA_READ, 1, tag), tag);
}

static int answer_of(struct statistic *statistic, int64_t step, uint32_t tag)
{
    static const uint8_t sector[AOE_SECTOR_BYTES];
    struct aoe_frame frame = ata_response(ATA_STATUS_DRDY, tag);
    frame.payload = (struct aoe_span){sector, sizeof sector};
    return feed(statistic, step, frame, tag);
}

static struct measure total_of(const struct statistic *statistic)
{
    struct group group;
    assert_int_equal(group_open(&group, &statistic->tally.traffic, GROUP_ALL, 0, GROUP_OPERATIONS),
                     0);
    struct measure measure = group.measure;
    group_close(&group);
    return measure;
}

static void assert_outcomes(const struct statistic *statistic, unsigned answered,
                            unsigned unanswered, unsigned once, unsigned open)
{
    const struct measure total = total_of(statistic);
    assert_int_equal(total.answered, answered);
    assert_int_equal(total.unanswered, unanswered);
    assert_int_equal(total.unanswered_once, once);
    assert_int_equal(total.open, open);
    assert_int_equal(total.commands, answered + unanswered + open);
}

static void commands_are_settled_again(void **state)
{
    struct statistic *statistic = *state;
    read_of(statistic, 10, 1);
    read_of(statistic, 10, 2);
    read_of(statistic, 10, 2);
    tally_settle(&statistic->tally, statistic->history);
    assert_outcomes(statistic, 0, 0, 0, 2);
    read_of(statistic, PATIENCE + 10, 3);
    for (unsigned i = 0; i < 2; i++) {
        tally_settle(&statistic->tally, statistic->history);
        assert_outcomes(statistic, 0, 2, 1, 1);
    }
    answer_of(statistic, 10, 3);
    tally_settle(&statistic->tally, statistic->history);
    assert_outcomes(statistic, 1, 2, 1, 0);
}

static void a_command_that_is_sent_again_after_all_is_not_unanswered(void **state)
{
    struct statistic *statistic = *state;
    read_of(statistic, 10, 1);
    read_of(statistic, PATIENCE + 10, 2);
    tally_settle(&statistic->tally, statistic->history);
    assert_outcomes(statistic, 0, 1, 1, 1);
    assert_int_equal(statistic->tally.traffic.level.now, 1);
    read_of(statistic, 10, 1);
    assert_int_equal(statistic->tally.traffic.level.now, 2);
    tally_settle(&statistic->tally, statistic->history);
    assert_outcomes(statistic, 0, 0, 0, 2);
    answer_of(statistic, 10, 1);
    tally_settle(&statistic->tally, statistic->history);
    assert_outcomes(statistic, 1, 0, 0, 1);
    assert_int_equal(statistic->tally.traffic.level.now, 1);
}

static void another_recording_begins_where_time_steps_back(void **state)
{
    struct statistic *statistic = *state;
    statistic->time = 100 * PATIENCE;
    read_of(statistic, 10, 1);
    read_of(statistic, 10, 2);
    assert_int_equal(statistic->tally.traffic.level.now, 2);
    read_of(statistic, -2 * PATIENCE, 3);
    assert_int_equal(statistic->tally.traffic.level.now, 1);
    tally_settle(&statistic->tally, statistic->history);
    assert_outcomes(statistic, 0, 0, 0, 3);
}

static void without_a_history_commands_are_open(void **state)
{
    struct statistic *statistic = *state;
    read_of(statistic, 10, 1);
    read_of(statistic, PATIENCE + 10, 2);
    tally_settle(&statistic->tally, NULL);
    assert_outcomes(statistic, 0, 0, 0, 2);
}

/* What a filter leaves out is not counted, but what passes it is what it is in the whole. */
static void an_answer_counts_without_its_request(void **state)
{
    struct statistic *statistic = *state;
    statistic->skip = true;
    read_of(statistic, 10, 1);
    answer_of(statistic, 30, 1);
    tally_settle(&statistic->tally, statistic->history);
    assert_outcomes(statistic, 0, 0, 0, 0);
    const struct measure total = total_of(statistic);
    assert_int_equal(total.responses, 1);
    assert_int_equal(total.plain.count, 1);
    assert_int_equal(total.plain.max, 30);
    assert_int_equal(total.unsolicited, 0);
    assert_int_equal(statistic->tally.slowest.count, 1);
    assert_int_equal(statistic->tally.slowest.commands[0].first_frame, 1);
}

static void a_request_counts_without_its_answer(void **state)
{
    struct statistic *statistic = *state;
    read_of(statistic, 10, 1);
    statistic->skip = true;
    answer_of(statistic, 30, 1);
    tally_settle(&statistic->tally, statistic->history);
    const struct measure total = total_of(statistic);
    assert_int_equal(total.commands, 1);
    assert_int_equal(total.answered + total.unanswered + total.open, 0);
}

static void a_cut_frame_has_no_pair(void **state)
{
    struct statistic *statistic = *state;
    const struct aoe_frame frame = {.extent = AOE_EXTENT_ETHERNET};
    const struct tally_frame cut = {.frame = &frame, .number = 1};
    assert_int_equal(tally_add(&statistic->tally, &cut), -1);
    assert_int_equal(statistic->tally.cut_frames, 1);
    assert_int_equal(statistic->tally.frames, 0);
    assert_int_equal(tally_duration(&statistic->tally), 0);
}

static void the_first_frames_of_a_clause_are_kept(void **state)
{
    struct statistic *statistic = *state;
    size_t count, at = 0;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    for (uint32_t i = 1; i <= RULE_TALLY_FIRST + 2; i++) {
        struct aoe_frame frame = ata_response(ATA_STATUS_DRDY, i);
        frame.version = 2;
        read_of(statistic, 10, i);
        feed(statistic, 10, frame, i);
    }
    while (at < count && strcmp(clauses[at].id, "2.2-version"))
        at++;
    assert_true(at < count);
    const struct rule_tally_entry *entry = statistic->rules.clauses[at];
    assert_non_null(entry);
    assert_int_equal(entry->count, RULE_TALLY_FIRST + 2);
    assert_int_equal(rule_tally_frames(entry), RULE_TALLY_FIRST);
    for (unsigned i = 0; i < RULE_TALLY_FIRST; i++)
        assert_int_equal(entry->first[i].number, 2 * i + 2);
    assert_string_equal(entry->first[0].note.actual, "2");
}

static void every_kind_of_remark_has_a_name(void **state)
{
    (void)state;
    for (enum history_note_kind kind = HISTORY_RULE + 1; kind < HISTORY_NOTES; kind++)
        assert_non_null(rule_tally_kind_name(kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STATISTIC(commands_are_settled_again),
        WITH_STATISTIC(a_command_that_is_sent_again_after_all_is_not_unanswered),
        WITH_STATISTIC(another_recording_begins_where_time_steps_back),
        WITH_STATISTIC(without_a_history_commands_are_open),
        WITH_STATISTIC(an_answer_counts_without_its_request),
        WITH_STATISTIC(a_request_counts_without_its_answer),
        WITH_STATISTIC(a_cut_frame_has_no_pair),
        WITH_STATISTIC(the_first_frames_of_a_clause_are_kept),
        cmocka_unit_test(every_kind_of_remark_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
