/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "initiator-ref/commands.h"

static struct command *open_one(struct commands *commands, int64_t sent)
{
    struct command *command = commands_open(commands);
    assert_non_null(command);
    command->attempt = attempt_begin(commands_new_tag(commands, 0));
    attempt_sent(&command->attempt, sent);
    return command;
}

static int make(void **state)
{
    *state = calloc(1, sizeof(struct commands));
    return *state ? 0 : -1;
}

static void test_all_can_be_open(void **state)
{
    struct commands *commands = *state;
    for (int i = 0; i < COMMANDS_MAX; i++)
        open_one(commands, 0);
    assert_int_equal(commands->open, COMMANDS_MAX);
    assert_null(commands_open(commands));
    commands_close(commands, &commands->all[17]);
    assert_ptr_equal(commands_open(commands), &commands->all[17]);
    commands_close_all(commands);
    assert_int_equal(commands->open, 0);
    assert_int_equal(commands_wake(commands, 1), INT64_MAX);
}

static void test_tags_differ_and_are_never_0(void **state)
{
    struct commands *commands = *state;
    commands->tag = UINT32_MAX - 1;
    struct command *last = open_one(commands, 0);
    assert_int_equal(last->attempt.tag, UINT32_MAX);
    struct command *first = open_one(commands, 0);
    assert_int_equal(first->attempt.tag, 1);
    commands->tag = UINT32_MAX - 1; /* once around, both still open */
    assert_int_equal(commands_new_tag(commands, 2), 3);
}

static void test_find(void **state)
{
    struct commands *commands = *state;
    struct command *a = open_one(commands, 0), *b = open_one(commands, 0);
    assert_ptr_equal(commands_find(commands, a->attempt.tag), a);
    assert_ptr_equal(commands_find(commands, b->attempt.tag), b);
    commands_close(commands, a);
    assert_null(commands_find(commands, a->attempt.tag));
    assert_null(commands_find(commands, 0));
}

static void test_times(void **state)
{
    struct commands *commands = *state;
    struct command *a = open_one(commands, 1000), *b = open_one(commands, 2000);
    int64_t due = 1000 + ATTEMPT_INTERVAL_FIRST;
    assert_null(commands_due(commands, due - 1));
    assert_ptr_equal(commands_due(commands, due), a);
    assert_int_equal(commands_wake(commands, INT64_C(3600) * ATTEMPT_SECOND), due);
    assert_int_equal(commands_wake(commands, 10), 1010);
    assert_null(commands_expired(commands, 1009, 10));
    assert_ptr_equal(commands_expired(commands, 1010, 10), a);
    commands_close(commands, a);
    assert_ptr_equal(commands_expired(commands, 2010, 10), b);
    assert_true(commands_sent(commands, 1));
    assert_false(commands_sent(commands, 2));
}

static void test_describe(void **state)
{
    struct command command = {.opcode = ATA_WRITE_EXT, .lba = ATA_LBA48_END - 2, .sectors = 1};
    char text[COMMAND_TEXT];
    (void)state;
    assert_string_equal(command_describe(text, &command),
                        "WRITE SECTORS EXT of 1 sector at LBA 281474976710654");
    assert_int_equal(command_direction(&command), ATA_DATA_OUT);
    command = (struct command){.opcode = ATA_READ, .lba = 5, .sectors = 2};
    assert_string_equal(command_describe(text, &command), "READ SECTORS of 2 sectors at LBA 5");
    command.opcode = ATA_IDENTIFY;
    assert_string_equal(command_describe(text, &command), "IDENTIFY DEVICE");
    assert_int_equal(command_direction(&command), ATA_DATA_IN);
}

#define COMMANDS_TEST(test) cmocka_unit_test_setup_teardown(test, make, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        COMMANDS_TEST(test_all_can_be_open),
        COMMANDS_TEST(test_tags_differ_and_are_never_0),
        COMMANDS_TEST(test_find),
        COMMANDS_TEST(test_times),
        cmocka_unit_test(test_describe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
