/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissector/map_text.h"

#include <inttypes.h>
#include <stdlib.h>

#include "protocol/tests/frames.h"

enum { DISK = 64 };

/* The blocks of a map, one "0+3" for each, sizes in sectors: they have no gaps. */
static void read_blocks(struct aoe_span map, char *to, size_t size)
{
    char *text = calloc(1, map.length + 1), *rest = text;
    uint64_t at = 0;
    assert_non_null(text);
    memcpy(text, map.bytes, map.length);
    *to = '\0';
    for (char *line; (line = strtok_r(rest, "\n", &rest));) {
        uint64_t position, length;
        char status;
        size_t used = strlen(to);
        if (*line == '#' ||
            sscanf(line, "%" SCNx64 " %" SCNx64 " %c", &position, &length, &status) < 3)
            continue;
        assert_true(position == at && length && length % AOE_SECTOR_BYTES == 0);
        at += length;
        snprintf(to + used, size - used, "%s%" PRIu64 "%c", used ? " " : "",
                 length / AOE_SECTOR_BYTES, status);
    }
    free(text);
}

static void assert_blocks(const struct map_text *map, const char *expected)
{
    char text[512];
    read_blocks(map_text(map), text, sizeof text);
    assert_string_equal(text, expected);
}

static void blocks_follow_every_change(void **state)
{
    (void)state;
    struct map_text *map = map_text_new("e0.1");
    assert_blocks(map, "");
    assert_true(map_text_add(map, 10, 2));
    assert_blocks(map, "10? 2+");
    assert_true(map_text_add(map, 12, 1));
    assert_blocks(map, "10? 3+");
    assert_true(map_text_add(map, 20, 1));
    assert_blocks(map, "10? 3+ 7? 1+");
    assert_true(map_text_add(map, 0, 1));
    assert_blocks(map, "1+ 9? 3+ 7? 1+");
    assert_true(map_text_add(map, 11, 9));
    assert_blocks(map, "1+ 9? 11+");
    assert_true(map_text_add(map, 1, 9));
    assert_blocks(map, "21+");
    assert_true(map_text_add(map, 3, 4));
    assert_blocks(map, "21+");
    map_text_free(map, true);
}

static void notes_stand_above_the_blocks(void **state)
{
    (void)state;
    struct map_text *map = map_text_new("e0.1");
    const struct map_notes notes = {.cut = 7, .unwritten = 2, .reason = "of a reason"};
    map_text_add(map, 1, 1);
    map_text_note(map, &notes);
    map_text_add(map, 3, 1);
    assert_blocks(map, "1? 1+ 1? 1+");
    struct aoe_span text = map_text(map);
    assert_non_null(memmem(text.bytes, text.length, "not kept: 7 sectors of", 22));
    assert_non_null(
        memmem(text.bytes, text.length, "2 sectors, that could not be written: of", 40));
    assert_non_null(memmem(text.bytes, text.length, "e0.1.img", 8));
    map_text_note(map, &(struct map_notes){0});
    text = map_text(map);
    assert_null(memmem(text.bytes, text.length, "not kept", 8));
    assert_blocks(map, "1? 1+ 1? 1+");
    map_text_free(map, true);
    map_text_free(NULL, true);
}

static void there_is_room_for_so_many_runs(void **state)
{
    (void)state;
    struct map_text *map = map_text_new("e0.1");
    for (uint64_t i = 0; i < MAP_TEXT_RUNS; i++)
        assert_true(map_text_add(map, 2 * i, 1));
    size_t length = map_text(map).length;
    assert_false(map_text_add(map, 2 * MAP_TEXT_RUNS, 1));
    assert_int_equal(map_text(map).length, length);
    assert_true(map_text_add(map, 1, 1));
    assert_true(map_text_add(map, 2 * MAP_TEXT_RUNS, 1));
    assert_int_equal(map_text(map).length, length);
    map_text_free(map, true);
}

static void it_says_what_the_map_of_files_says(void **state)
{
    (void)state;
    unsigned chance = 1;
    for (unsigned round = 0; round < 300; round++) {
        size_t room = 100, length;
        char *file, one[512], other[512];
        struct map_text *text = map_text_new("e0.1");
        struct sector_map *map = sector_map_new(&room);
        for (unsigned i = 0; i < 12; i++) {
            chance = chance * 1103515245 + 12345;
            uint64_t from = chance >> 16 & (DISK - 1), count = 1 + (chance >> 24 & 7);
            map_text_add(text, from, count);
            sector_map_add(map, from, count);
        }
        FILE *to = open_memstream(&file, &length);
        map_file_write(to, "e0.1", map, &(struct map_notes){0});
        assert_int_equal(fclose(to), 0);
        read_blocks((struct aoe_span){(uint8_t *)file, length}, one, sizeof one);
        read_blocks(map_text(text), other, sizeof other);
        assert_string_equal(one, other);
        free(file);
        sector_map_free(map);
        map_text_free(text, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_follow_every_change),
        cmocka_unit_test(notes_stand_above_the_blocks),
        cmocka_unit_test(there_is_room_for_so_many_runs),
        cmocka_unit_test(it_says_what_the_map_of_files_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
