/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

static const uint8_t sectors[1024] = {1, 2, 3};

static const char *request_findings(struct made *made, size_t length)
{
    reseal(made, length);
    return findings(&made->frame, NULL);
}

struct request_case {
    struct change changes[4];
    size_t length;
    const char *expected;
};

static void run_requests(struct aoe_frame good, const struct request_case *tests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct made made = {.frame = good};
        seal(&made, AOE_FRAME_MIN);
        for (size_t j = 0; j < COUNT(tests[i].changes) && tests[i].changes[j].at; j++)
            made.bytes[tests[i].changes[j].at] = (uint8_t)tests[i].changes[j].value;
        const char *found =
            request_findings(&made, tests[i].length ? tests[i].length : made.length);
        if (strcmp(found, tests[i].expected))
            fail_msg("case %zu: expected \"%s\", found \"%s\"", i, tests[i].expected, found);
    }
}

static void config_requests(void **state)
{
    (void)state;
    static const struct request_case tests[] = {
        {{{0}}, 0, ""},
        {{{0}}, 32, ""},
        {{{0}}, 1056, ""},
        {{{14, 0x20}}, 0, "i-request@14"},
        {{{14, 0x20}, {24, 9}}, 0, "i-request@14"},
        {{{14, 0x14}}, 0, "i-request@14"},
        {{{14, 0x12}}, 0, "1-reserved@14"},
        {{{15, 1}}, 0, "i-request@15"},
        {{{24, 1}}, 0, "i-request@24"},
        {{{27, 1}}, 0, "i-request@26"},
        {{{28, 1}}, 0, "i-request@28"},
        {{{29, 0x13}}, 0, ""},
        {{{24, 1}}, 31, ""},
        {{{15, 1}}, 20, ""},
        {{{30, 9}}, 0, ""},
    };
    run_requests(config_request(AOE_CONFIG_READ, ""), tests, COUNT(tests));
}

static void ata_requests(void **state)
{
    (void)state;
    static const struct request_case reads[] = {
        {{{0}}, 0, ""},
        {{{0}}, 1060, ""},
        {{{24, 0x00}}, 0, "i-flags@24"},
        {{{24, 0x41}}, 0, "i-flags@24"},
        {{{24, 0x01}}, 0, "i-flags@24 i-flags@24"},
        {{{24, 0x52}}, 0, ""},
        {{{24, 0x48}}, 0, "1-reserved@24"},
        {{{27, ATA_READ}, {24, 0}}, 0, ""},
        {{{27, ATA_READ}}, 0, "i-flags@24"},
        {{{27, ATA_READ}, {24, 0}, {32, 1}}, 0, "i-flags@32"},
        {{{27, ATA_READ}, {24, 0}, {33, 1}}, 0, "i-flags@33"},
        {{{27, ATA_READ}, {24, 0}, {31, 0xE0}}, 0, ""},
        {{{33, 1}}, 0, ""},
        {{{34, 1}}, 0, "1-reserved@34"},
        {{{35, 1}}, 0, "1-reserved@35"},
        {{{27, ATA_FLUSH}, {24, 0}}, 0, ""},
        {{{27, ATA_FLUSH}}, 0, ""},
        {{{27, ATA_FLUSH}, {24, 1}}, 0, "i-flags@24"},
        {{{27, ATA_IDENTIFY}, {24, 1}}, 0, "i-flags@24"},
        {{{27, 0xB0}, {24, 1}}, 0, ""},
        {{{27, 0x77}, {24, 1}, {32, 1}}, 0, ""},
        {{{25, 0xD0}}, 0, ""},
    };
    run_requests(ata_request(ATA_READ_EXT, 2, 5), reads, COUNT(reads));
    static const struct request_case writes[] = {
        {{{0}}, 0, ""},
        {{{24, 0}}, 0, "i-flags@24"},
        {{{0}}, 1059, "i-flags@1059"},
        {{{0}}, 1061, "i-flags@1060"},
        {{{26, 1}}, 0, "i-flags@548"},
        {{{26, 3}}, 0, "i-flags@1060"},
        {{{26, 0}}, 60, ""},
        {{{26, 0}}, 61, "i-flags@36"},
    };
    struct aoe_frame frame = ata_request(ATA_WRITE, 2, 5);
    frame.payload = (struct aoe_span){sectors, 1024};
    run_requests(frame, writes, COUNT(writes));
}

static void list_requests(void **state)
{
    (void)state;
    static const struct request_case tests[] = {
        {{{0}}, 0, ""},
        {{{24, 1}}, 0, "1-reserved@24"},
        {{{26, 1}}, 0, "i-request@26"},
        {{{27, 2}, {36, 1}}, 0, "1-reserved@36"},
        {{{27, 2}, {29, 1}, {37, 2}}, 0, ""},
        {{{27, 1}, {36, 1}}, 0, ""},
        {{{27, 255}}, 0, ""},
    };
    run_requests(request_of(AOE_COMMAND_MASK), tests, COUNT(tests));
    static const struct request_case reserve[] = {{{{0}}, 0, ""}, {{{25, 255}, {24, 9}}, 0, ""}};
    run_requests(request_of(AOE_COMMAND_RESERVE), reserve, COUNT(reserve));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_requests),
        cmocka_unit_test(ata_requests),
        cmocka_unit_test(list_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
