/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "judge.h"

/* A request and its response, good until a case spoils one of them. */
struct scene {
    struct made ask;
    struct made made;
    struct aoe_rule_context context;
};

/* Checks the response of a scene after its bytes were changed, from memory of their own size. */
static const char *judged(struct scene *scene)
{
    uint8_t *made = malloc(scene->made.length), *ask = malloc(scene->ask.length);
    assert_true(made && ask);
    memcpy(made, scene->made.bytes, scene->made.length);
    memcpy(ask, scene->ask.bytes, scene->ask.length);
    aoe_frame_decode(&scene->made.frame, made, scene->made.length, scene->made.length);
    aoe_frame_decode(&scene->ask.frame, ask, scene->ask.length, scene->ask.length);
    const char *found = findings(&scene->made.frame, &scene->context);
    free(made);
    free(ask);
    return found;
}

static void open_scene(struct scene *scene, struct aoe_frame ask, struct aoe_frame answer)
{
    scene->ask.frame = ask;
    seal(&scene->ask, AOE_FRAME_MIN);
    scene->made.frame = answer;
    seal(&scene->made, AOE_FRAME_MIN);
    scene->context = (struct aoe_rule_context){.request = &scene->ask.frame,
                                               .target_mac = target_mac,
                                               .shelf = 7,
                                               .slot = 3,
                                               .address_known = true,
                                               .mtu = 1500};
}

static const uint8_t sectors[1024] = {1, 2, 3};

static struct aoe_frame good_read(size_t bytes)
{
    struct aoe_frame frame = ata_response(ATA_STATUS_DRDY, 5);
    frame.payload = (struct aoe_span){sectors, bytes};
    return frame;
}

static void config_scene(struct scene *scene)
{
    open_scene(scene, config_request(AOE_CONFIG_READ, ""), config_response(AOE_CONFIG_READ, "own"));
}

static void read_scene(struct scene *scene)
{
    open_scene(scene, ata_request(ATA_READ_EXT, 2, 5), good_read(1024));
}

static void write_scene(struct scene *scene)
{
    struct aoe_frame ask = ata_request(ATA_WRITE, 1, 5);
    memset(scene->made.bytes, 0, sizeof scene->made.bytes);
    ask.payload = (struct aoe_span){sectors, 512};
    open_scene(scene, ask, ata_response(ATA_STATUS_DRDY, 5));
}

static void failed_scene(struct scene *scene)
{
    struct aoe_frame answer = ata_response(ATA_STATUS_DRDY | ATA_STATUS_ERR, 5);
    answer.ata.feature = ATA_ERROR_IDNF;
    open_scene(scene, ata_request(ATA_READ, 2, 5), answer);
}

static void flush_scene(struct scene *scene)
{
    open_scene(scene, ata_request(ATA_FLUSH, 0, 0), ata_response(ATA_STATUS_DRDY, 0));
}

/* A write that is refused while reserved, with nothing but the header coming back. */
static void refused_scene(struct scene *scene)
{
    write_scene(scene);
    scene->made.frame = response_of(AOE_COMMAND_ATA);
    scene->made.frame.flags |= AOE_FLAG_ERROR;
    scene->made.frame.error = AOE_ERROR_RESERVED;
    seal(&scene->made, AOE_FRAME_MIN);
}

static void identify_scene(struct scene *scene)
{
    open_scene(scene, ata_request(ATA_IDENTIFY, 1, 0), good_read(512));
}

static void mask_scene(struct scene *scene)
{
    static const uint8_t list[16] = {0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 9};
    struct aoe_frame ask = request_of(AOE_COMMAND_MASK), answer = response_of(AOE_COMMAND_MASK);
    answer.mask.count = 2;
    answer.payload = (struct aoe_span){list, sizeof list};
    open_scene(scene, ask, answer);
}

static void reserve_scene(struct scene *scene)
{
    struct aoe_frame ask = request_of(AOE_COMMAND_RESERVE);
    struct aoe_frame answer = response_of(AOE_COMMAND_RESERVE);
    answer.reserve.count = 1;
    answer.payload = (struct aoe_span){host_mac, AOE_MAC_BYTES};
    open_scene(scene, ask, answer);
}

static void vendor_scene(struct scene *scene)
{
    open_scene(scene, request_of(AOE_COMMAND_VENDOR), response_of(AOE_COMMAND_VENDOR));
}

static void error_scene(struct scene *scene, void (*scene_of)(struct scene *), uint8_t error)
{
    scene_of(scene);
    scene->made.bytes[14] |= AOE_FLAG_ERROR;
    scene->made.bytes[15] = error;
}

struct test_case {
    void (*scene)(struct scene *);
    struct change changes[4]; /* up to the first { 0, 0 } */
    size_t length;            /* of the response; 0 as it is */
    const char *expected;
};

static void apply(struct scene *scene, const struct test_case *test)
{
    for (size_t i = 0; i < COUNT(test->changes) && test->changes[i].at; i++) {
        int at = test->changes[i].at;
        uint8_t *byte = at >= ASK ? &scene->ask.bytes[at - ASK] : &scene->made.bytes[at];
        *byte = (uint8_t)test->changes[i].value;
    }
    if (test->length > scene->made.length)
        memset(scene->made.bytes + scene->made.length, 0, test->length - scene->made.length);
    if (test->length)
        scene->made.length = test->length;
}

static void run(const struct test_case *tests, size_t count)
{
    struct scene *scene = malloc(sizeof *scene);
    assert_non_null(scene);
    for (size_t i = 0; i < count; i++) {
        tests[i].scene(scene);
        apply(scene, &tests[i]);
        const char *found = judged(scene);
        if (strcmp(found, tests[i].expected))
            fail_msg("case %zu: expected \"%s\", found \"%s\"", i, tests[i].expected, found);
    }
    free(scene);
}

static void good_exchanges_have_no_findings(void **state)
{
    (void)state;
    static const struct test_case tests[] = {
        {config_scene, {{0}}, 0, ""},   {read_scene, {{0}}, 0, ""},
        {write_scene, {{0}}, 0, ""},    {failed_scene, {{0}}, 0, ""},
        {flush_scene, {{0}}, 0, ""},    {refused_scene, {{0}}, 0, ""},
        {identify_scene, {{0}}, 0, ""}, {mask_scene, {{0}}, 0, ""},
        {reserve_scene, {{0}}, 0, ""},  {vendor_scene, {{0}}, 0, ""},
        {config_scene, {{0}}, 35, ""},  {write_scene, {{0}}, 36, ""},
        {refused_scene, {{0}}, 24, ""}, {reserve_scene, {{0}}, 32, ""},
        {config_scene, {{0}}, 64, ""},
    };
    run(tests, COUNT(tests));
}

static void headers(void **state)
{
    (void)state;
    static const struct test_case tests[] = {
        {config_scene, {{5, 9}}, 0, "2.1-type@0"},
        {config_scene, {{11, 9}}, 0, "2.1-type@6"},
        {config_scene, {{6, 3}}, 0, "2.1-type@6"},
        {config_scene, {{14, 0x08}}, 0, "2.2-version@14"},
        {config_scene, {{14, 0xF8}, {ASK + 14, 0xF0}}, 0, "2.2-version@14"},
        {config_scene, {{14, 0x10}}, 0, "2.3-response@14"},
        {config_scene, {{14, 0x19}}, 0, "1-reserved@14"},
        {config_scene, {{14, 0x19}, {ASK + 14, 0x11}}, 0, "1-reserved-in@14"},
        {config_scene, {{14, 0x1B}, {ASK + 14, 0x11}}, 0, "1-reserved@14"},
        {config_scene, {{14, 0x18}, {ASK + 14, 0x13}}, 0, ""},
        {config_scene, {{15, 2}}, 0, "2.3-error@15"},
        {config_scene, {{14, 0x1C}}, 0, "2.3-error@15"},
        {config_scene, {{14, 0x1C}, {15, 7}}, 0, "2.3-error@15"},
        {config_scene, {{14, 0x1C}, {15, 6}}, 0, ""},
        {config_scene, {{14, 0x1C}, {15, 1}}, 0, ""},
        {config_scene, {{17, 8}}, 0, "2.5-address@16"},
        {config_scene, {{18, 4}}, 0, "2.5-address@18"},
        {config_scene, {{16, 0xFF}, {17, 0xFF}}, 0, "2.5-broadcast@16"},
        {config_scene, {{18, 0xFF}}, 0, "2.5-broadcast@18"},
        {config_scene, {{ASK + 18, 0xFF}}, 0, ""},
        {config_scene, {{ASK + 16, 0xFF}, {ASK + 17, 0xFF}}, 0, ""},
        {config_scene, {{ASK + 18, 0xFF}, {18, 4}}, 0, "2.5-address@18"},
        {config_scene, {{ASK + 18, 4}}, 0, "2.5-address@18"},
        {config_scene, {{20, 9}}, 0, "2.7-tag@20"},
        {config_scene, {{23, 9}}, 0, "2.7-tag@20"},
        {vendor_scene, {{19, 0xF1}}, 0, "2.6-command@19"},
        {config_scene, {{5, 9}, {17, 8}, {23, 9}}, 0, "2.1-type@0 2.5-address@16 2.7-tag@20"},
    };
    run(tests, COUNT(tests));
}

static void short_responses(void **state)
{
    (void)state;
    static const struct test_case tests[] = {
        {config_scene, {{0}}, 14, "2-short@14"},
        {config_scene, {{0}}, 23, "2-short@23"},
        {config_scene, {{0}}, 24, "2-short@24"},
        {config_scene, {{0}}, 31, "2-short@31"},
        {flush_scene, {{0}}, 35, "2-short@35"},
        {mask_scene, {{0}}, 27, "2-short@27"},
        {reserve_scene, {{0}}, 25, "2-short@25"},
        {vendor_scene, {{0}}, 24, ""},
        {config_scene, {{0}}, 13, ""},
        {refused_scene, {{0}}, 24, ""},
        {refused_scene, {{0}}, 23, "2-short@23"},
    };
    run(tests, COUNT(tests));
}

static void ata_responses(void **state)
{
    (void)state;
    static const struct test_case tests[] = {
        {flush_scene, {{24, 0x80}}, 0, "1-reserved@24"},
        {flush_scene, {{24, 0x53}}, 0, ""},
        {flush_scene, {{24, 0x04}, {ASK + 24, 0x0C}}, 0, "1-reserved-in@24"},
        {flush_scene, {{34, 1}}, 0, "1-reserved@34"},
        {flush_scene, {{35, 1}, {ASK + 35, 1}}, 0, "1-reserved-in@35"},
        {flush_scene, {{35, 1}, {ASK + 34, 1}}, 0, "1-reserved@35"},
        {flush_scene, {{27, 0x00}}, 0, "3.1-status@27"},
        {flush_scene, {{27, 0xC0}}, 0, "3.1-status@27"},
        {flush_scene, {{27, 0x60}}, 0, "3.1-status@27"},
        {flush_scene, {{27, 0x48}}, 0, "3.1-status@27"},
        {flush_scene, {{27, 0x50}}, 0, ""},
        {flush_scene, {{27, 0x41}}, 0, "3.1-status@25"},
        {flush_scene, {{27, 0x01}, {25, 4}}, 0, ""},
        {flush_scene, {{27, 0x41}, {25, 4}}, 0, ""},
        {flush_scene, {{25, 4}}, 0, ""},
        {refused_scene, {{27, 0x00}}, 0, ""},
    };
    run(tests, COUNT(tests));
}

static void ata_data(void **state)
{
    (void)state;
    static const struct test_case tests[] = {
        {read_scene, {{0}}, 1059, "3.1-data@1059"},
        {read_scene, {{0}}, 1061, "3.1-data@1060"},
        {read_scene, {{0}}, 36, "3.1-data@36"},
        {read_scene, {{0}}, 60, "3.1-data@60"},
        {read_scene, {{ASK + 26, 1}}, 0, "3.1-data@548"},
        {read_scene, {{ASK + 26, 0}}, 0, "3.1-data@36"},
        {read_scene, {{ASK + 26, 0}, {36, 0}, {37, 0}, {38, 0}}, 60, ""},
        {read_scene, {{ASK + 27, 0x77}}, 0, ""},
        {read_scene, {{ASK + 27, 0xB0}}, 0, ""},
        {read_scene, {{ASK + 27, ATA_VERIFY}}, 0, "3.1-data@36"},
        {read_scene, {{27, 0x00}}, 36, "3.1-status@27"},
        {read_scene, {{27, 0x00}}, 0, "3.1-status@27"},
        {read_scene, {{27, 0x00}}, 1061, "3.1-status@27 3.1-data@1060"},
        {read_scene, {{27, 0x41}, {25, 4}}, 0, "3.1-data@36"},
        {read_scene, {{14, 0x1C}, {15, 2}}, 0, "3.1-data@36"},
        {failed_scene, {{0}}, 61, "3.1-data@36"},
        {failed_scene, {{0}}, 60, ""},
        {write_scene, {{0}}, 61, "3.1-data@36"},
        {write_scene, {{36, 1}}, 548, "3.1-data@36"},
        {identify_scene, {{0}}, 60, "3.1-data@60"},
        {identify_scene, {{ASK + 26, 0}}, 0, ""},
        {identify_scene, {{ASK + 26, 0}, {36, 0}, {37, 0}, {38, 0}}, 60, ""},
        {identify_scene, {{ASK + 26, 2}}, 549, "3.1-data@548"},
    };
    run(tests, COUNT(tests));
}

static void padding(void **state)
{
    (void)state;
    static const struct test_case tests[] = {
        {config_scene, {{35, 1}}, 0, "2.1-padding@35"},
        {config_scene, {{59, 1}}, 0, "2.1-padding@59"},
        {config_scene, {{34, 0}}, 0, ""},
        {config_scene, {{35, 1}, {ASK + 35, 1}}, 0, "2.1-padding@35"},
        {write_scene, {{36, 9}}, 0, "2.1-padding@36"},
        {write_scene, {{36, 1}}, 0, "2.1-padding@36"},
        {failed_scene, {{40, 9}}, 0, "2.1-padding@40"},
        {refused_scene, {{36, 1}, {37, 2}}, 0, ""},
        {refused_scene, {{36, 1}, {37, 3}}, 0, "2.1-padding@37"},
        {refused_scene, {{30, 9}}, 0, ""},
        {mask_scene, {{44, 1}}, 0, "2.1-padding@44"},
        {mask_scene, {{26, 3}, {44, 1}}, 0, ""},
        {reserve_scene, {{32, 1}}, 0, "2.1-padding@32"},
        {reserve_scene, {{31, 7}}, 0, ""},
        {vendor_scene, {{30, 1}}, 0, ""},
        {vendor_scene, {{14, 0x1C}, {15, 1}, {30, 1}}, 0, "2.1-padding@30"},
        {vendor_scene, {{14, 0x1C}, {15, 1}, {30, 1}, {ASK + 30, 1}}, 0, ""},
        {vendor_scene, {{14, 0x1C}, {15, 2}, {30, 1}}, 0, ""},
        {config_scene, {{14, 0x1C}, {15, 4}, {34, 8}}, 0, ""},
        {config_scene, {{14, 0x1C}, {15, 4}, {35, 8}}, 0, "2.1-padding@35"},
        {config_scene, {{14, 0x1C}, {15, 2}, {35, 8}, {ASK + 35, 8}}, 0, ""},
        {reserve_scene, {{14, 0x1C}, {15, 6}, {32, 8}}, 0, "2.1-padding@32"},
        {mask_scene, {{14, 0x1C}, {15, 2}, {44, 8}}, 0, "2.1-padding@44"},
        {mask_scene, {{14, 0x1C}, {15, 2}, {43, 8}}, 0, ""},
    };
    run(tests, COUNT(tests));
}

static void config_responses(void **state)
{
    (void)state;
    static const struct test_case tests[] = {
        {config_scene, {{29, 0x20}}, 0, "3.2-fields@29"},
        {config_scene, {{29, 0x00}}, 0, "3.2-fields@29"},
        {config_scene, {{29, 0x11}}, 0, "3.2-fields@29"},
        {config_scene, {{29, 0x11}, {ASK + 29, 0x01}}, 0, ""},
        {config_scene, {{28, 3}}, 0, "3.2-sectors@28"},
        {config_scene, {{28, 0}}, 0, ""},
        {config_scene, {{31, 28}}, 0, ""},
        {config_scene, {{31, 29}}, 0, "3.2-length@30"},
        {config_scene, {{30, 4}, {31, 0}}, 1056, ""},
        {config_scene, {{30, 4}, {31, 1}}, 1200, "3.2-length@30"},
        {config_scene, {{14, 0x1C}, {15, 2}, {30, 9}, {ASK + 30, 9}}, 0, "3.2-length@30"},
        {config_scene, {{14, 0x1C}, {15, 2}, {30, 9}}, 0, "3.2-length@30"},
        {config_scene, {{14, 0x1C}, {15, 2}, {29, 0x05}}, 0, ""},
    };
    run(tests, COUNT(tests));
}

/* The length of an error response may be the request's own, however wrong that was. */
static void an_error_may_give_the_length_back(void **state)
{
    (void)state;
    struct scene *scene = malloc(sizeof *scene);
    assert_non_null(scene);
    error_scene(scene, config_scene, AOE_ERROR_ARGUMENT);
    scene->made.bytes[30] = scene->ask.bytes[30] = 9;
    scene->made.bytes[31] = scene->ask.bytes[31] = 9;
    assert_string_equal(judged(scene), "");
    scene->context.request = NULL;
    scene->ask.bytes[31] = 8;
    assert_string_equal(judged(scene), "");
    free(scene);
}

static void list_responses(void **state)
{
    (void)state;
    static const struct test_case tests[] = {
        {mask_scene, {{24, 1}}, 0, "1-reserved@24"},
        {mask_scene, {{24, 1}, {ASK + 24, 1}}, 0, "1-reserved-in@24"},
        {mask_scene, {{25, 1}}, 0, "3.3-read@25"},
        {mask_scene, {{26, 4}}, 0, "3.3-read@26"},
        {mask_scene, {{26, 3}}, 0, ""},
        {mask_scene, {{27, 4}}, 0, ""},
        {mask_scene, {{27, 5}}, 0, "3.3-read@27"},
        {mask_scene, {{27, 5}, {26, 2}}, 0, ""},
        {mask_scene, {{36, 1}}, 0, "1-reserved@36"},
        {mask_scene, {{36, 1}, {ASK + 36, 1}}, 0, "1-reserved-in@36"},
        {mask_scene, {{29, 1}, {36, 1}}, 0, "3.3-read@29 1-reserved@36"},
        {mask_scene, {{28, 1}, {37, 1}}, 0, "1-reserved@28 3.3-read@37"},
        {mask_scene, {{28, 1}, {36, 1}, {29, 1}, {37, 1}}, 0, "1-reserved@28 3.3-read@29"},
        {mask_scene, {{29, 1}, {25, 1}, {ASK + 25, 1}}, 0, ""},
        {reserve_scene, {{25, 5}}, 0, ""},
        {reserve_scene, {{25, 6}}, 0, "3.4-read@25"},
    };
    run(tests, COUNT(tests));
}

/* What is not known is not judged. */
static void without_context(void **state)
{
    (void)state;
    static void (*const scenes[])(struct scene *) = {config_scene, read_scene, failed_scene,
                                                     mask_scene, reserve_scene};
    struct scene *scene = malloc(sizeof *scene);
    assert_non_null(scene);
    for (size_t i = 0; i < COUNT(scenes); i++) {
        scenes[i](scene);
        scene->made.bytes[0] = scene->made.bytes[5] = scene->made.bytes[11] = 0x44;
        scene->made.bytes[17] = scene->made.bytes[18] = scene->made.bytes[20] = 0x44;
        reseal(&scene->made, scene->made.length);
        assert_string_equal(findings(&scene->made.frame, NULL), "");
        assert_string_equal(findings(&scene->made.frame, &(struct aoe_rule_context){0}), "");
    }
    read_scene(scene);
    scene->context.request = NULL;
    reseal(&scene->made, 700);
    assert_string_equal(findings(&scene->made.frame, &scene->context), "");
    scene->context.mtu = 0;
    config_scene(scene);
    scene->context.mtu = 0;
    scene->made.bytes[28] = 255;
    assert_string_equal(judged(scene), "");
    free(scene);
}

static void keep(void *user, const struct aoe_finding *finding)
{
    *(struct aoe_finding *)user = *finding;
}

static void the_mtu_bounds_the_sectors(void **state)
{
    (void)state;
    struct scene *scene = malloc(sizeof *scene);
    assert_non_null(scene);
    config_scene(scene);
    scene->made.bytes[28] = 17;
    scene->context.mtu = 36 + 17 * 512 - 14;
    assert_string_equal(judged(scene), "");
    scene->context.mtu--;
    assert_string_equal(judged(scene), "3.2-sectors@28");
    struct aoe_finding seen;
    reseal(&scene->made, scene->made.length);
    aoe_rules_check(&scene->made.frame, &scene->context, keep, &seen);
    assert_string_equal(seen.expected, "frames of at most 8739 bytes");
    assert_string_equal(seen.actual, "17, frames of 8740 bytes");
    scene->made.bytes[28] = 0;
    scene->context.mtu = 1045;
    assert_string_equal(judged(scene), "3.2-sectors@28");
    scene->context.mtu = 1046;
    assert_string_equal(judged(scene), "");
    free(scene);
}

/* A capture that holds only the first bytes of each frame is no fault of the target. */
static void cut_captures_are_not_blamed(void **state)
{
    (void)state;
    static void (*const scenes[])(struct scene *) = {config_scene,   read_scene,  write_scene,
                                                     failed_scene,   flush_scene, refused_scene,
                                                     identify_scene, mask_scene,  reserve_scene};
    struct scene *scene = malloc(sizeof *scene);
    assert_non_null(scene);
    for (size_t i = 0; i < COUNT(scenes); i++) {
        scenes[i](scene);
        size_t whole = scene->made.length, asked = scene->ask.length;
        for (size_t length = 0; length <= whole; length++) {
            uint8_t *bytes = malloc(length);
            if (length)
                memcpy(bytes, scene->made.bytes, length);
            aoe_frame_decode(&scene->made.frame, bytes, length, whole);
            for (size_t cut = 0; cut <= asked; cut += cut < 70 ? 1 : 97) {
                aoe_frame_decode(&scene->ask.frame, scene->ask.bytes, cut, asked);
                assert_string_equal(findings(&scene->made.frame, &scene->context), "");
            }
            free(bytes);
        }
    }
    free(scene);
}

/* An error response that gives a whole write request back leaks nothing. */
static void an_error_may_give_the_request_back(void **state)
{
    (void)state;
    struct scene *scene = malloc(sizeof *scene);
    assert_non_null(scene);
    write_scene(scene);
    memcpy(scene->made.bytes + 24, scene->ask.bytes + 24, scene->ask.length - 24);
    scene->made.length = scene->ask.length;
    scene->made.bytes[14] = 0x1C;
    scene->made.bytes[15] = AOE_ERROR_RESERVED;
    assert_string_equal(judged(scene), "");
    scene->made.bytes[500] ^= 1;
    assert_string_equal(judged(scene), "3.1-data@36");
    scene->made.bytes[500] ^= 1;
    scene->made.bytes[scene->made.length++] = 0;
    assert_string_equal(judged(scene), "3.1-data@36");
    free(scene);
}

/* Of a request that was captured in part nothing is read past that part, and what an error
 * response may have copied from the rest of it is not judged. */
static void an_error_is_judged_by_what_is_known_of_the_request(void **state)
{
    (void)state;
    struct scene *scene = malloc(sizeof *scene);
    uint8_t *ask = malloc(40);
    assert_true(scene && ask);
    error_scene(scene, write_scene, AOE_ERROR_RESERVED);
    memcpy(ask, scene->ask.bytes, 40);
    memcpy(scene->made.bytes + 36, scene->ask.bytes + 36, 4);
    scene->made.bytes[35] = 1;
    scene->made.bytes[45] = 9;
    reseal(&scene->made, 60);
    aoe_frame_decode(&scene->ask.frame, ask, 40, 548);
    assert_string_equal(findings(&scene->made.frame, &scene->context), "1-reserved@35");
    reseal(&scene->made, 100);
    assert_string_equal(findings(&scene->made.frame, &scene->context), "1-reserved@35");
    aoe_frame_decode(&scene->ask.frame, ask, 40, 40);
    reseal(&scene->made, 60);
    assert_string_equal(findings(&scene->made.frame, &scene->context),
                        "1-reserved@35 2.1-padding@45");
    aoe_frame_decode(&scene->ask.frame, ask, 34, 34);
    assert_string_equal(findings(&scene->made.frame, &scene->context), "1-reserved@35");
    free(ask);
    free(scene);
}

/* An advert has no request, is broadcast and has tag 0. */
static void an_advert_is_a_good_response(void **state)
{
    (void)state;
    struct made made = {.frame = config_response(AOE_CONFIG_READ, "")};
    memset(made.frame.destination, 0xFF, AOE_MAC_BYTES);
    made.frame.tag = 0;
    seal(&made, 60);
    struct aoe_rule_context context = {.target_mac = target_mac, .mtu = 1500};
    assert_string_equal(findings(&made.frame, &context), "");
    made.bytes[14] = 0x08;
    reseal(&made, 60);
    assert_string_equal(findings(&made.frame, &context), "2.2-version@14");
}

static void other_traffic_has_no_findings(void **state)
{
    (void)state;
    struct made made = {.frame = response_of(0)};
    memset(&made.bytes, 0xFF, sizeof made.bytes);
    for (size_t length = 0; length < 80; length++) {
        reseal(&made, length);
        assert_string_equal(findings(&made.frame, NULL), "");
    }
}

static void findings_name_fields_and_values(void **state)
{
    (void)state;
    struct made made = {.frame = config_response(AOE_CONFIG_READ, "")};
    struct aoe_finding seen = {0};
    made.frame.version = 2;
    seal(&made, 60);
    assert_int_equal(aoe_rules_check(&made.frame, NULL, keep, &seen), 1);
    assert_string_equal(seen.field, "version");
    assert_int_equal(seen.bytes, 1);
    assert_string_equal(seen.expected, "1");
    assert_string_equal(seen.actual, "2");
    reseal(&made, 28);
    assert_int_equal(aoe_rules_check(&made.frame, NULL, keep, &seen), 2);
    assert_string_equal(seen.clause, "2-short");
    assert_string_equal(seen.field, "argument");
    assert_int_equal(seen.bytes, 0);
    assert_string_equal(seen.expected, "the whole argument");
    assert_string_equal(seen.actual, "28 bytes in all");
    made.frame = config_response(AOE_CONFIG_READ, "");
    seal(&made, 60);
    made.bytes[34] = 0xAB;
    made.bytes[59] = 0xCD;
    reseal(&made, 60);
    assert_int_equal(aoe_rules_check(&made.frame, NULL, keep, &seen), 1);
    assert_string_equal(seen.actual, "0xab, 3 bytes past the message");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_exchanges_have_no_findings),
        cmocka_unit_test(headers),
        cmocka_unit_test(short_responses),
        cmocka_unit_test(ata_responses),
        cmocka_unit_test(ata_data),
        cmocka_unit_test(padding),
        cmocka_unit_test(config_responses),
        cmocka_unit_test(an_error_may_give_the_length_back),
        cmocka_unit_test(list_responses),
        cmocka_unit_test(without_context),
        cmocka_unit_test(the_mtu_bounds_the_sectors),
        cmocka_unit_test(cut_captures_are_not_blamed),
        cmocka_unit_test(an_error_may_give_the_request_back),
        cmocka_unit_test(an_error_is_judged_by_what_is_known_of_the_request),
        cmocka_unit_test(an_advert_is_a_good_response),
        cmocka_unit_test(other_traffic_has_no_findings),
        cmocka_unit_test(findings_name_fields_and_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
