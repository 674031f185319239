/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_link.h"

#include <sys/stat.h>
#include <unistd.h>

#include "harness/fuzzing.h"
#include "harness/sequence.h"

static const struct baseline nothing_known;

/* Every test in a folder of its own: a difference writes a file. */
static int set_up(void **state)
{
    char folder[] = "/tmp/aoe-fuzzing-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    return lab_set_up_and_meet(state);
}

static int tear_down(void **state)
{
    char folder[256];
    remove("aoe-fuzz-7.aoe");
    assert_non_null(getcwd(folder, sizeof folder));
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(folder), 0);
    return lab_tear_down(state);
}

static enum verdict fuzz_with(struct lab *lab, uint64_t requests, bool strict,
                              const struct baseline *baseline)
{
    const struct options options = {
        .fuzz = requests, .seed = 7, .allow = TOUCH_TARGET, .strict = strict};
    lab->result =
        (struct result){.reason = "", .scenario = fuzzing_scenario(&lab->arena, &options)};
    lab->session.result = &lab->result;
    fuzzing(&lab->session, lab->facts, &options, baseline, &lab->result);
    return lab->result.verdict;
}

static enum verdict fuzz(struct lab *lab, uint64_t requests, const struct baseline *baseline)
{
    return fuzz_with(lab, requests, false, baseline);
}

static void assert_clean(struct lab *lab, bool strict)
{
    size_t before = lab->link->sent;
    enum verdict verdict = fuzz_with(lab, 4000, strict, &nothing_known);
    assert_string_equal(lab->result.reason, "");
    assert_int_equal(verdict, VERDICT_PASS);
    assert_true(lab->result.requests >= 4000 && lab->result.requests < 4100);
    assert_true(lab->link->sent - before >= lab->result.requests);
    assert_int_not_equal(access("aoe-fuzz-7.aoe", F_OK), 0);
}

static void test_the_model_is_clean(void **state)
{
    assert_clean(*state, false);
}

static void test_the_model_is_clean_strictly(void **state)
{
    assert_clean(*state, true);
}

static void test_a_read_only_model_is_clean(void **state)
{
    struct lab *lab = *state;
    uint8_t media[sizeof lab->link->media];
    memcpy(media, lab->link->media, sizeof media);
    lab->link->model.read_only = true;
    lab->facts[FACT_READ_ONLY] = 1;
    lab->facts[FACT_WRITABLE] = 0;
    assert_clean(lab, true);
    assert_memory_equal(media, lab->link->media, sizeof media);
}

static void test_a_model_without_short_frames_is_clean(void **state)
{
    struct lab *lab = *state;
    lab->link->pads = true;
    assert_clean(lab, true);
}

/* The file that it has written, as a scenario. */
static struct scenario *written(struct lab *lab)
{
    char text[65536];
    const char *error;
    FILE *file = fopen("aoe-fuzz-7.aoe", "re");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    fclose(file);
    struct scenario *scenario = scenario_parse(&lab->arena, "x", "x.aoe", text, length, &error);
    if (!scenario)
        fail_msg("%s", error);
    return scenario;
}

static size_t requests_of(const struct scenario *scenario)
{
    size_t count = 0;
    for (const struct statement *s = scenario->statements; s; s = s->next)
        count += s->kind == STATEMENT_SEND;
    return count;
}

/* Silent about its lists: it has none then, and has to say so. */
static size_t tamper_lists(struct link *link, const struct aoe_frame *request, uint8_t *response,
                           size_t length)
{
    bool list = request->command == AOE_COMMAND_MASK || request->command == AOE_COMMAND_RESERVE;
    if (!length || !list || request->version != AOE_VERSION)
        return length;
    if (link->calls)
        return 0;
    response[14] = 0x1C;
    response[15] = AOE_ERROR_COMMAND;
    memset(response + AOE_CONFIG_BYTES, 0, length - AOE_CONFIG_BYTES);
    return length;
}

static void test_lists_that_are_not_there(void **state)
{
    struct lab *lab = *state;
    lab->target.has_masks = lab->target.has_reserve = false;
    lab->link->tamper = tamper_lists;
    assert_clean(lab, true);
    lab->link->calls = 1;
    assert_int_equal(fuzz(lab, 4000, &nothing_known), VERDICT_FAIL);
    assert_string_equal(lab->result.scenario->clause->id, "2.6-command");
}

/* Room for so many requests: the responses that wait are those to requests sent together. */
static size_t tamper_queue(struct link *link, const struct aoe_frame *request, uint8_t *response,
                           size_t length)
{
    (void)request;
    (void)response;
    return link->queued < link->calls ? length : 0;
}

static void test_what_is_beyond_the_buffers_may_be_dropped(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = tamper_queue;
    lab->link->calls = MODEL_BUFFER_COUNT;
    assert_clean(lab, false);
    lab->link->calls = MODEL_BUFFER_COUNT - 1;
    assert_int_equal(fuzz(lab, 20000, &nothing_known), VERDICT_FAIL);
    assert_true(requests_of(written(lab)) <= 4);
}

static size_t tamper_length(struct link *link, const struct aoe_frame *request, uint8_t *response,
                            size_t length)
{
    (void)response;
    link->calls += request->raw.length == link->model.mtu + AOE_ETHERNET_BYTES;
    assert_true(request->raw.length <= link->model.mtu + AOE_ETHERNET_BYTES);
    return length;
}

static void test_frames_fit_the_link(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = tamper_length;
    lab->facts[FACT_MTU] = lab->target.mtu = lab->link->model.mtu = 1000;
    lab->facts[FACT_SECTORS] = lab->target.sectors = 1;
    assert_clean(lab, true);
    assert_true(lab->link->calls > 0);
}

/* Sectors in the midst of the medium, few of them: what could reach others is not sent. */
static void test_a_window_of_the_user(void **state)
{
    struct lab *lab = *state;
    lab->session.gate.extent_count = 0;
    gate_add_extent(&lab->session.gate, 100, 64);
    discover_facts(&lab->session, lab->facts);
    uint8_t media[sizeof lab->link->media];
    memcpy(media, lab->link->media, sizeof media);
    assert_clean(lab, true);
    assert_memory_equal(media, lab->link->media, 100 * AOE_SECTOR_BYTES);
    assert_memory_equal(media + 164 * AOE_SECTOR_BYTES, lab->link->media + 164 * AOE_SECTOR_BYTES,
                        sizeof media - 164 * AOE_SECTOR_BYTES);
    assert_memory_not_equal(media + 100 * AOE_SECTOR_BYTES,
                            lab->link->media + 100 * AOE_SECTOR_BYTES, AOE_SECTOR_BYTES);
}

static void test_a_run_that_is_not_possible(void **state)
{
    struct lab *lab = *state;
    lab->target.admitted_by_masks = false;
    assert_int_equal(fuzz(lab, 4000, &nothing_known), VERDICT_ERROR);
    assert_string_equal(lab->result.reason, "the target's mask list keeps further hosts out");
}

static void test_a_model_of_one_buffer_is_clean(void **state)
{
    struct lab *lab = *state;
    lab->link->model.buffer_count = 1;
    lab->facts[FACT_BUFFERS] = 1;
    assert_clean(lab, false);
}

static void test_nothing_is_changed_without_permission(void **state)
{
    struct lab *lab = *state;
    uint8_t media[SECTORS * AOE_SECTOR_BYTES];
    memcpy(media, lab->link->media, sizeof media);
    lab->link->model.settings.length = 3;
    lab->session.gate.allowed = 0;
    fuzz(lab, 2000, &nothing_known);
    assert_int_equal(lab->link->model.settings.length, 3);
    assert_int_equal(lab->link->model.settings.masks.count, 0);
    assert_int_equal(lab->link->model.settings.reserves.count, 0);
    assert_memory_equal(media, lab->link->media, sizeof media);
}

/* It is found, and what is written shows it again, and no more once the target is mended. */
static void assert_found(struct lab *lab, fake_tamper *tamper, const char *clause, size_t most)
{
    lab->link->tamper = tamper;
    assert_int_equal(fuzz(lab, 4000, &nothing_known), VERDICT_FAIL);
    struct scenario *scenario = written(lab);
    assert_string_equal(scenario->clause->id, clause);
    assert_true(requests_of(scenario) <= most);
    assert_non_null(strstr(lab->result.reason, "aoe-fuzz-7.aoe shows it"));
    lab->other = (struct result){.reason = ""};
    interpret(&lab->session, NULL, scenario, lab->facts, &lab->other);
    assert_int_equal(lab->other.verdict, VERDICT_FAIL);
    lab->link->tamper = NULL;
    lab->other = (struct result){.reason = ""};
    interpret(&lab->session, NULL, scenario, lab->facts, &lab->other);
    assert_int_equal(lab->other.verdict, VERDICT_PASS);
}

/* A set replaces a string that is there. */
static size_t tamper_set(struct link *link, const struct aoe_frame *request, uint8_t *response,
                         size_t length)
{
    bool set = request->command == AOE_COMMAND_CONFIG && request->config.ccmd == AOE_CONFIG_SET;
    (void)response;
    if (!length || !set || request->config.length > request->payload.length ||
        request->config.length > AOE_STRING_MAX)
        return length;
    link->model.settings.length = request->config.length;
    memcpy(link->model.settings.string, request->payload.bytes, request->config.length);
    return length;
}

static void test_a_string_that_is_replaced(void **state)
{
    /* What the string is instead shows in whatever asks for it next. */
    struct lab *lab = *state;
    lab->link->tamper = tamper_set;
    assert_int_equal(fuzz(lab, 4000, &nothing_known), VERDICT_FAIL);
    struct scenario *scenario = written(lab);
    assert_true(requests_of(scenario) <= 3 + 3);
    assert_int_equal(scenario->clause->id[0], '3');
}

/* The last byte of what is read is wrong in longer reads. */
static size_t tamper_data(struct link *link, const struct aoe_frame *request, uint8_t *response,
                          size_t length)
{
    (void)link;
    if (request->command == AOE_COMMAND_ATA && request->ata.count == 2 &&
        length == AOE_ATA_BYTES + 2 * AOE_SECTOR_BYTES)
        response[length - 1] ^= 1;
    return length;
}

static void test_data_that_is_wrong(void **state)
{
    assert_found(*state, tamper_data, "3.1-readback", 3 + 2 + 1);
}

/* What is written to the last sector is in the first one, too. */
static size_t tamper_alias(struct link *link, const struct aoe_frame *request, uint8_t *response,
                           size_t length)
{
    (void)request;
    (void)response;
    memcpy(link->media, link->media + (SECTORS - 1) * AOE_SECTOR_BYTES, AOE_SECTOR_BYTES);
    return length;
}

/* What it takes is left out last: each run finds the sectors as the one before has left them. */
static void test_what_runs_leave_behind(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = tamper_alias;
    assert_int_equal(fuzz(lab, 20000, &nothing_known), VERDICT_FAIL);
    assert_true(requests_of(written(lab)) <= 3 + 2 + 3);
}

/* A rule: the tag comes back without its highest byte. */
static size_t tamper_tag(struct link *link, const struct aoe_frame *request, uint8_t *response,
                         size_t length)
{
    (void)link;
    if (length && request->command == AOE_COMMAND_RESERVE && request->reserve.rcmd)
        response[20] = 0;
    return length;
}

static void test_a_rule_that_is_broken(void **state)
{
    struct lab *lab = *state;
    assert_found(lab, tamper_tag, "2.7-tag", 3);
    /* It shows before the first random one. */
    assert_int_equal(lab->result.requests, 1);
}

static void test_a_rule_that_is_known(void **state)
{
    const struct baseline known = {
        .entries = arena_new(&((struct lab *)*state)->arena, sizeof *known.entries), .count = 1};
    struct lab *lab = *state;
    known.entries[0].pattern = "rules/2.7-*";
    lab->link->tamper = tamper_tag;
    assert_int_equal(fuzz(lab, 1000, &known), VERDICT_PASS);
}

/* Silent for ever from the first unknown command on. */
static size_t tamper_dead(struct link *link, const struct aoe_frame *request, uint8_t *response,
                          size_t length)
{
    (void)response;
    link->calls += request->command > AOE_COMMAND_RESERVE;
    return link->calls ? 0 : length;
}

static void test_a_target_that_dies(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = tamper_dead;
    assert_int_equal(fuzz(lab, 4000, &nothing_known), VERDICT_FAIL);
    assert_non_null(strstr(lab->result.reason, "has stopped answering"));
    assert_true(requests_of(written(lab)) > 0);
}

static void test_an_interrupted_run(void **state)
{
    struct lab *lab = *state;
    lab->stop = 1;
    assert_int_equal(fuzz(lab, 4000, &nothing_known), VERDICT_ERROR);
    assert_string_equal(lab->result.reason, "interrupted");
}

/* ---- the sequences ---- */

static struct sequence_source source(unsigned allowed, uint64_t seed)
{
    bool odd = seed % 2, large = seed % 5;
    return (struct sequence_source){.state = seed,
                                    .allowed = allowed,
                                    .sectors = 1 + (unsigned)seed % 20,
                                    .buffers = (unsigned)seed,
                                    .string = 300 + (unsigned)seed,
                                    .directives = 120,
                                    .addresses = 160,
                                    .ata = true,
                                    .extended = large,
                                    .runts = odd,
                                    .low = !large || seed % 3,
                                    .low_end = !large || odd,
                                    .end = seed % 7,
                                    .border = large && !odd,
                                    .past = odd,
                                    .zero = odd,
                                    .strict = !odd};
}

static const char *text_of(struct arena *arena, struct sequence_source from)
{
    struct sequence lines;
    const char *text = sequence_head(arena, &from, "3.2-set");
    sequence_preamble(arena, &from, &lines);
    while (lines.count < SEQUENCE_LINES)
        sequence_grow(arena, &from, &lines);
    sequence_grow(arena, &from, &lines);
    assert_int_equal(lines.count, SEQUENCE_LINES);
    for (size_t i = 0; i < lines.count; i++)
        text = arena_print(arena, "%s%s\n", text, lines.lines[i]);
    return text;
}

static void test_every_line_is_of_the_language(void **state)
{
    struct lab *lab = *state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        const char *error, *text = text_of(&lab->arena, source(TOUCH_TARGET, seed));
        if (!scenario_parse(&lab->arena, "x", "x.aoe", text, strlen(text), &error))
            fail_msg("%s", error);
    }
}

/* Each line of all sequences of a few sources. */
static void for_each_line(struct lab *lab, void check(const char *line, uint64_t seed))
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        char *text = strdup(text_of(&lab->arena, source(TOUCH_TARGET, seed))), *rest = text;
        assert_non_null(text);
        for (const char *line; (line = strsep(&rest, "\n"));)
            check(line, seed);
        free(text);
    }
}

static void check_length(const char *line, uint64_t seed)
{
    /* What hardware pads is not sent where it would be padded. */
    const char *cut = strstr(line, " cut ");
    bool runts = source(TOUCH_TARGET, seed).runts;
    if (!runts &&
        (strstr(line, "unpadded") || (cut && atoi(cut + strlen(" cut ")) < AOE_FRAME_MIN)))
        fail_msg("%s", line);
}

static void test_short_frames_only_where_they_stay_short(void **state)
{
    for_each_line(*state, check_length);
}

static void check_extended(const char *line, uint64_t seed)
{
    if (!source(TOUCH_TARGET, seed).extended && strstr(line, "-ext ") && !strstr(line, "flush"))
        fail_msg("%s", line);
}

static void test_48_bit_commands_only_where_they_are_known(void **state)
{
    for_each_line(*state, check_extended);
}

static void check_string(const char *line, uint64_t seed)
{
    const char *text = strstr(line, "text(");
    if (text && (unsigned)atoi(text + strlen("text(")) > source(TOUCH_TARGET, seed).string)
        fail_msg("%s", line);
}

static void test_strings_fit_a_frame(void **state)
{
    for_each_line(*state, check_string);
}

static void test_a_seed_is_a_sequence(void **state)
{
    struct lab *lab = *state;
    const char *one = text_of(&lab->arena, source(TOUCH_TARGET, 1));
    assert_string_equal(one, text_of(&lab->arena, source(TOUCH_TARGET, 1)));
    assert_string_not_equal(one, text_of(&lab->arena, source(TOUCH_TARGET, 2)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_the_model_is_clean),
        TEST(test_the_model_is_clean_strictly),
        TEST(test_a_read_only_model_is_clean),
        TEST(test_a_model_without_short_frames_is_clean),
        TEST(test_lists_that_are_not_there),
        TEST(test_what_is_beyond_the_buffers_may_be_dropped),
        TEST(test_frames_fit_the_link),
        TEST(test_a_window_of_the_user),
        TEST(test_a_run_that_is_not_possible),
        TEST(test_a_model_of_one_buffer_is_clean),
        TEST(test_nothing_is_changed_without_permission),
        TEST(test_a_string_that_is_replaced),
        TEST(test_data_that_is_wrong),
        TEST(test_what_runs_leave_behind),
        TEST(test_a_rule_that_is_broken),
        TEST(test_a_rule_that_is_known),
        TEST(test_a_target_that_dies),
        TEST(test_an_interrupted_run),
        TEST(test_every_line_is_of_the_language),
        TEST(test_short_frames_only_where_they_stay_short),
        TEST(test_48_bit_commands_only_where_they_are_known),
        TEST(test_strings_fit_a_frame),
        TEST(test_a_seed_is_a_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
