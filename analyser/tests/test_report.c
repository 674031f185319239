/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "story.h"

#include "analyser/report.h"
#include "common/utf8.h"

/* The report of a story, as text that the caller frees. */
static char *report_of(struct material *material, bool colour)
{
    struct arena arena = {NULL};
    struct problems problems;
    struct judgement judgement;
    const struct report_style style = {.colour = colour};
    const struct figures *figures = &material->analysis.figures;
    char *text;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    assert_int_equal(problems_find(&problems, &arena, figures), 0);
    assert_int_equal(judge(&judgement, &arena, figures, NULL), 0);
    assert_int_equal(report_write(to, material, &problems, &judgement, &style), 0);
    fclose(to);
    arena_free(&arena);
    return text;
}

static const char golden[] = "aoe-analyze " SUITE_VERSION ": a.pcap\n"
                             "\n"
                             "wrong   e7.3: 1 repeat (33 % of the requests) because no answer "
                             "came; each waited 1.00 us for its\n"
                             "        repeat (median). Look for drops on switch ports and "
                             "interfaces (ethtool -S), flow control,\n"
                             "        and socket buffers of the target. (loss)\n"
                             "        frame 1\n"
                             "\n"
                             "  time      2.10 us from 1970-01-01 00:00:00.000001 UTC\n"
                             "  frames    5 frames, 5 of them AoE, 300 B\n"
                             "  dropped   the capture does not say\n"
                             "  initiator 02:00:00:00:00:01\n"
                             "\n";

static void test_golden(void **state)
{
    struct story story;
    struct material material;
    (void)state;
    setenv("TZ", "UTC", 1);
    story_begin(&story, (struct analysis_options){.patience = 1000000});
    say(&story, 1000, read_of(1, 4096, 2));
    say(&story, 2000, read_of(1, 4096, 2));
    say(&story, 2100, done(1));
    say(&story, 3000, read_of(2, 4098, 2));
    say(&story, 3100, done(2));
    story_finish(&story);
    material = (struct material){.analysis = story.analysis};
    assert_int_equal(material_add_file(&material, "a.pcap", 5), 0);
    char *text = report_of(&material, false);
    if (strncmp(text, golden, strlen(golden)) != 0)
        fail_msg("%s", text);
    assert_non_null(strstr(text, "\n  e7.3                 2  952,380  975 MB/s  100 ns  1.10 us  "
                                 "1.10 us  1.10 us  1.10 us\n"));
    assert_non_null(strstr(text, "+0 ns        1  1.10 us\n"));
    free(text);
    material.analysis = (struct analysis){.exchanges = NULL}; /* the story's */
    material_close(&material);
    story_end(&story);
}

/* Names come from outside: nothing in them reaches a terminal as it is; lines fit. */
static void test_hostile_names(void **state)
{
    struct story story;
    struct material material;
    (void)state;
    story_begin(&story, (struct analysis_options){.patience = 1000000, .check = true});
    say(&story, 1000, read_of(1, UINT64_C(0xFFFFFFFFFFF0), 255));
    say(&story, INT64_MAX - 1, done(1));
    story_finish(&story);
    material = (struct material){.analysis = story.analysis};
    assert_int_equal(material_add_file(&material, "\x1b[31m\xff.pcap", 1), 0);
    assert_int_equal(
        material_add_file(&material, "a-very-long-name-of-a-file-that-does-not-fit-\xc3\xa4", 1),
        0);
    char *text = report_of(&material, false);
    assert_null(strchr(text, 0x1b));
    for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        if (utf8_columns(line) > 100)
            fail_msg("%s", line);
    free(text);
    text = report_of(&material, true);
    assert_non_null(strstr(text, "\x1b["));
    free(text);
    material.analysis = (struct analysis){.exchanges = NULL}; /* the story's */
    material_close(&material);
    story_end(&story);
}

static void test_places(void **state)
{
    struct material material = {.files = NULL};
    char to[MATERIAL_PLACE];
    (void)state;
    assert_int_equal(material_add_file(&material, "x/a.pcap", 3), 0);
    assert_string_equal(material_place(to, &material, 2), "2");
    assert_int_equal(material_add_file(&material, "b.pcap", 2), 0);
    assert_string_equal(material_place(to, &material, 3), "a.pcap:3");
    assert_string_equal(material_place(to, &material, 4), "b.pcap:1");
    assert_string_equal(material_place(to, &material, 9), "9");
    assert_string_equal(material_name(to, &material), "x/a.pcap and 1 more file");
    material_close(&material);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
