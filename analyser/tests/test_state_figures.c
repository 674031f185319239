/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/state_figures.h"

#include <sys/mman.h>
#include <unistd.h>

#include "alike.h"
#include "analyser/input.h"
#include "chatter.h"

#define IN_FILE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

enum { BYTES = 1 << 22 };

static const struct analysis_options checking = {.patience = STORY_PATIENCE, .check = true};

struct place {
    char folder[64], path[96], error[512];
    uint8_t *bytes; /* of the file, not compressed */
    size_t length;
};

static int set_up(void **state)
{
    static struct place place;
    snprintf(place.folder, sizeof place.folder, "/tmp/test_state_figures.XXXXXX");
    if (!mkdtemp(place.folder))
        return -1;
    snprintf(place.path, sizeof place.path, "%s/state", place.folder);
    place.bytes = malloc(BYTES);
    *state = &place;
    return place.bytes ? 0 : -1;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    free(place->bytes);
    unlink(place->path);
    return rmdir(place->folder);
}

static void all_state(struct archive *archive, struct figures *figures)
{
    state_counters(archive, &figures->counters);
    state_figures(archive, figures);
}

static void write_figures(struct place *place, struct figures *figures)
{
    struct archive *archive = archive_create(place->path, place->error, sizeof place->error);
    assert_non_null(archive);
    all_state(archive, figures);
    assert_int_equal(archive_close(archive, true, place->error, sizeof place->error), 0);
    struct input *input = input_open(place->path, place->error, sizeof place->error);
    assert_non_null(input);
    place->length = 0;
    for (ssize_t got = 1; got > 0; place->length += (size_t)got) {
        got = input_read(input, place->bytes + place->length, BYTES - place->length);
        assert_true(got >= 0);
    }
    input_close(input);
}

static void open_figures(struct figures *figures)
{
    assert_int_equal(figures_open(figures), 0);
    assert_int_equal(findings_open(&figures->findings), 0);
}

/* What comes of bytes that are not compressed. True where they are good. */
static bool read_figures(struct place *place, const uint8_t *bytes, size_t length,
                         struct figures *figures)
{
    char path[32];
    int file = memfd_create("state", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, length), length);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    struct archive *archive = archive_open(path, place->error, sizeof place->error);
    assert_non_null(archive);
    open_figures(figures);
    all_state(archive, figures);
    close(file);
    return archive_close(archive, true, place->error, sizeof place->error) == 0;
}

static void tell(struct story *story, uint64_t seed, size_t count)
{
    struct chatter chatter = {.seed = seed, .time = 1000};
    story_begin(story, checking);
    chatter_say(&chatter, story, count);
}

/* Where each pair stands, which shows only in what follows. */
static void assert_pairs_stand_alike(const struct traffic *a, const struct traffic *b)
{
    for (size_t i = 0; i < b->pair_count; i++) {
        const struct thinking *of = &a->pairs[i]->thinking, *expected = &b->pairs[i]->thinking;
        assert_memory_equal(&a->pairs[i]->seeks, &b->pairs[i]->seeks, sizeof a->pairs[i]->seeks);
        assert_int_equal(of->idle, expected->idle);
        assert_int_equal(of->known, expected->known);
        assert_int_equal(of->first_open, expected->first_open);
        assert_true(of->idle_since == expected->idle_since && of->first == expected->first);
    }
}

static void test_what_is_written_is_what_is_read(void **state)
{
    struct place *place = *state;
    for (uint64_t seed = 1; seed < 7; seed++) {
        struct story story;
        struct figures back;
        tell(&story, seed, 40 * seed);
        if (seed % 2)
            analysis_finish(&story.analysis);
        write_figures(place, &story.analysis.figures);
        if (!read_figures(place, place->bytes, place->length, &back))
            fail_msg("%s", place->error);
        assert_figures_alike(&back, &story.analysis.figures, &checking);
        assert_pairs_stand_alike(&back.traffic, &story.analysis.figures.traffic);
        figures_close(&back);
        story_end(&story);
    }
}

static void test_nothing(void **state)
{
    struct place *place = *state;
    struct figures none, back;
    open_figures(&none);
    write_figures(place, &none);
    assert_true(read_figures(place, place->bytes, place->length, &back));
    assert_figures_alike(&back, &none, &checking);
    figures_close(&none);
    figures_close(&back);
}

/* A command must belong to a pair. */
static void test_a_command_without_pairs(void **state)
{
    struct place *place = *state;
    struct figures none;
    open_figures(&none);
    none.slowest.count = 1;
    struct archive *archive = archive_create(place->path, place->error, sizeof place->error);
    assert_non_null(archive);
    all_state(archive, &none);
    assert_int_equal(archive_close(archive, true, place->error, sizeof place->error), -1);
    figures_close(&none);
}

/* Where levels, the last command, and the last answer stand is part of the figures: joined after
 * being read they give the same as joined at once. */
static void test_joined_after_it_was_read(void **state)
{
    struct place *place = *state;
    for (uint64_t seed = 1; seed < 6; seed++) {
        struct story story, direct, first;
        struct chatter chatter = {.seed = seed, .time = 1000};
        struct figures back;
        uint32_t pairs[TRAFFIC_PAIRS];
        story_begin(&story, checking);
        chatter_say(&chatter, &story, 300);
        analysis_restart(&story.analysis);
        chatter_say(&chatter, &story, 300);
        tell(&direct, seed, 300);
        tell(&first, seed, 300);
        write_figures(place, &story.analysis.figures);
        assert_true(read_figures(place, place->bytes, place->length, &back));
        struct figures *expected = &direct.analysis.figures, *figures = &first.analysis.figures;
        assert_int_equal(figures_join(figures, &back, 9, pairs), 0);
        assert_int_equal(figures_join(expected, &story.analysis.figures, 9, pairs), 0);
        traffic_end(&figures->traffic, figures->counters.end);
        traffic_end(&expected->traffic, expected->counters.end);
        assert_figures_alike(figures, expected, &checking);
        figures_close(&back);
        story_end(&story);
        story_end(&direct);
        story_end(&first);
    }
}

/* Two analyses of one capture: `late` begins in the middle, and counts from where it is settled;
 * `early` goes on to there. */
struct apart {
    struct story whole, early, late;
    size_t before; /* frames that `late` has not seen */
};

static bool tell_apart(struct apart *apart, uint64_t seed)
{
    enum { FRAMES = 600 };
    uint64_t random = seed;
    struct chatter chatter = {.seed = seed, .time = 1000}, whole = chatter;
    apart->before = chance_below(&random, 300);
    apart->late = (struct story){.tags_length = 0};
    assert_int_equal(analysis_open_part(&apart->late.analysis, &checking), 0);
    tell(&apart->early, seed, 0);
    tell(&apart->whole, seed, 0);
    chatter_say(&chatter, &apart->early, apart->before);
    struct chatter late = chatter;
    size_t count = apart->before;
    for (; count < FRAMES && !aoe_exchanges_settled(apart->late.analysis.exchanges); count++) {
        chatter_say(&chatter, &apart->early, 1);
        chatter_say(&late, &apart->late, 1);
    }
    analysis_restart(&apart->late.analysis);
    state_forget(&apart->late.analysis.figures);
    apart->late.analysis.figures.counters.frames = 0;
    chatter_say(&late, &apart->late, FRAMES - count);
    chatter_say(&whole, &apart->whole, FRAMES);
    return count < FRAMES;
}

/* What a part takes for a first send may be a repeat, and what it takes for the last answer may
 * not be: none of that may stay. */
static void test_a_part_that_began_in_the_middle(void **state)
{
    (void)state;
    size_t settled = 0;
    for (uint64_t seed = 1; seed < 16; seed++) {
        struct apart apart;
        uint32_t pairs[TRAFFIC_PAIRS];
        if (tell_apart(&apart, seed)) {
            struct figures *figures = &apart.early.analysis.figures;
            struct figures *expected = &apart.whole.analysis.figures;
            assert_int_equal(
                figures_join(figures, &apart.late.analysis.figures, apart.before, pairs), 0);
            traffic_end(&figures->traffic, figures->counters.end);
            traffic_end(&expected->traffic, expected->counters.end);
            assert_figures_alike(figures, expected, &checking);
            settled++;
        }
        story_end(&apart.whole);
        story_end(&apart.early);
        story_end(&apart.late);
    }
    assert_true(settled > 10);
}

/* More pairs than there is room for, and a full pool: still the same. */
static void test_what_is_not_complete(void **state)
{
    struct place *place = *state;
    struct story story;
    struct figures back;
    story_begin(&story, checking);
    for (uint32_t i = 0; i < 2 * TRAFFIC_PAIRS; i++)
        say(&story, i, of_slot(read_of(i, 8, 1), (uint16_t)i, 1));
    assert_true(story.analysis.figures.traffic.overflow);
    story.analysis.figures.traffic.pool.full = true;
    write_figures(place, &story.analysis.figures);
    assert_true(read_figures(place, place->bytes, place->length, &back));
    assert_true(back.traffic.overflow && back.traffic.pool.full);
    assert_figures_alike(&back, &story.analysis.figures, &checking);
    figures_close(&back);
    story_end(&story);
}

static void test_cut_anywhere_it_is_rejected(void **state)
{
    struct place *place = *state;
    struct story story;
    tell(&story, 3, 200);
    write_figures(place, &story.analysis.figures);
    for (size_t cut = 0; cut < place->length; cut += 1 + cut / 50) {
        struct figures back;
        assert_false(read_figures(place, place->bytes, cut, &back));
        figures_close(&back);
    }
    story_end(&story);
}

/* Whatever the bytes are, figures that are read can be used. */
static void test_damaged_it_does_no_harm(void **state)
{
    struct place *place = *state;
    struct story story, other;
    uint64_t seed = 1;
    tell(&story, 3, 200);
    write_figures(place, &story.analysis.figures);
    for (size_t i = 0; i < 40; i++) {
        struct figures back;
        uint32_t pairs[TRAFFIC_PAIRS];
        size_t at = chance_below(&seed, place->length);
        uint8_t byte = place->bytes[at];
        place->bytes[at] = (uint8_t)chance(&seed);
        bool good = read_figures(place, place->bytes, place->length, &back);
        json_decref(results_json(&back, &checking));
        tell(&other, 4, 20);
        if (good)
            assert_int_equal(figures_join(&other.analysis.figures, &back, 0, pairs), 0);
        json_decref(results_json(&other.analysis.figures, &checking));
        place->bytes[at] = byte;
        figures_close(&back);
        story_end(&other);
    }
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FILE(test_what_is_written_is_what_is_read), IN_FILE(test_nothing),
        IN_FILE(test_a_command_without_pairs),         IN_FILE(test_joined_after_it_was_read),
        IN_FILE(test_a_part_that_began_in_the_middle), IN_FILE(test_what_is_not_complete),
        IN_FILE(test_cut_anywhere_it_is_rejected),     IN_FILE(test_damaged_it_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
