/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "story.h"

#include <unistd.h>

#include "analyser/csv.h"
#include "analyser/csv_row.h"

enum { MOST = 1 << 16 };

static void read_text(const char *folder, const char *name, char text[MOST])
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *from = fopen(path, "r");
    assert_non_null(from);
    text[fread(text, 1, MOST - 1, from)] = '\0';
    fclose(from);
    unlink(path);
}

/* One read that is repeated and answered, one config query that nobody answers. */
static void tell(struct story *story, struct csv *csv)
{
    story_begin(story, (struct analysis_options){.patience = 1000});
    story->analysis.sink = csv_command;
    story->analysis.sink_user = csv;
    say(story, 1000, read_of(1, 4096, 2));
    say(story, 1500, read_of(1, 4096, 2));
    say(story, 1600, done(1));
    say(story, 2000, tagged(config_request(AOE_CONFIG_READ, ""), 2));
    say(story, 9000, read_of(3, 0, 1));
    say(story, 9100, ata_failed_with(3, ATA_STATUS_DRDY | ATA_STATUS_ERR, ATA_ERROR_UNC));
    story_finish(story);
}

static void test_tables(void **state)
{
    char folder[] = "/tmp/csv-XXXXXX", error[256], text[MOST];
    struct story story;
    (void)state;
    assert_non_null(mkdtemp(folder));
    struct csv *csv = csv_open(folder, true, error, sizeof error);
    assert_non_null(csv);
    tell(&story, csv);
    assert_int_equal(csv_tables(csv, &story.analysis.figures, error, sizeof error), 0);
    assert_int_equal(csv_close(csv, error, sizeof error), 0);
    story_end(&story);
    read_text(folder, "commands.csv", text);
    assert_string_equal(
        text, "time_ns,target,vlan,initiator,operation,lba,sectors,first_frame,answer_frame,"
              "command_latency_ns,frame_round_trip_ns,repeats,aoe_error,ata_error\n"
              "1000,e7.3,,02:00:00:00:00:01,read,4096,2,1,3,600,100,1,0,0\n"
              "2000,e7.3,,02:00:00:00:00:01,config,,,4,,,,0,,\n"
              "9000,e7.3,,02:00:00:00:00:01,read,0,1,5,6,100,100,0,0,64\n");
    read_text(folder, "targets.csv", text);
    assert_non_null(
        strstr(text, "\ne7.3,,4,2,3,2,1,1,0,0,1,0,0,1,0,0,0,0,2,1024,0,126419753,246913,0,1,"));
    read_text(folder, "series.csv", text);
    assert_non_null(
        strstr(text, "\n0,,,3,2,1024,0,1,1,700,600,1\n0,e7.3,,3,2,1024,0,1,1,700,600,1\n"));
    read_text(folder, "operations.csv", text);
    assert_non_null(strstr(text, "\ne7.3,,02:00:00:00:00:01,config,1,0,1,0,1,1,"));
    read_text(folder, "pairs.csv", text);
    read_text(folder, "initiators.csv", text);
    assert_int_equal(rmdir(folder), 0);
}

static void test_headings_are_as_many_as_values(void **state)
{
    char folder[] = "/tmp/csv-XXXXXX", error[256], text[MOST];
    static const char *const names[] = {"targets.csv", "initiators.csv", "pairs.csv",
                                        "operations.csv", "series.csv"};
    struct story story;
    (void)state;
    assert_non_null(mkdtemp(folder));
    struct csv *csv = csv_open(folder, false, error, sizeof error);
    story_begin(&story, (struct analysis_options){.patience = 1000});
    say(&story, 1000, read_of(1, 4096, 2));
    say(&story, 1600, done(1));
    story_finish(&story);
    assert_int_equal(csv_tables(csv, &story.analysis.figures, error, sizeof error), 0);
    assert_int_equal(csv_close(csv, error, sizeof error), 0);
    for (size_t i = 0; i < COUNT(names); i++) {
        size_t commas[2] = {0, 0}, line = 0;
        read_text(folder, names[i], text);
        for (const char *at = text; *at && line < 2; at++) {
            commas[line] += *at == ',';
            line += *at == '\n';
        }
        assert_int_equal(line, 2);
        assert_int_equal(commas[0], commas[1]);
    }
    story_end(&story);
    rmdir(folder);
}

static void test_quotes(void **state)
{
    struct csv_row row;
    char *text;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    (void)state;
    csv_begin(&row, false);
    csv_text(&row, "a", "x,y");
    csv_text(&row, "b", "say \"hi\"");
    csv_text(&row, "c", NULL);
    csv_number(&row, "d", UINT64_MAX);
    csv_time(&row, "e", INT64_MIN);
    csv_known(&row, "f", false, 5);
    csv_end(&row, to);
    fclose(to);
    assert_string_equal(text, "\"x,y\",\"say \"\"hi\"\"\",,18446744073709551615,"
                              "-9223372036854775808,\n");
    free(text);
}

static void test_what_cannot_be_written(void **state)
{
    char error[256];
    (void)state;
    assert_null(csv_open("/no/such/folder", true, error, sizeof error));
    assert_non_null(strstr(error, "/no/such/folder"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_headings_are_as_many_as_values),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_what_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
