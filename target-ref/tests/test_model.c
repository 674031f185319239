/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model: header, config string, short frames, adverts. */
#include "fixture.h"

static void test_header_echoes(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame request = config(AOE_CONFIG_READ, "");
    request.flags = AOE_FLAG_ERROR | AOE_FLAG_RESERVED;
    request.error = 0xFF;
    assert_int_equal(error_of(f, &request), AOE_ERROR_NONE);
    assert_int_equal(f->length, AOE_FRAME_MIN);
    request.flags |= AOE_FLAG_RESPONSE;
    assert_false(ask(f, &request));
}

static void test_address(void **state)
{
    static const struct {
        uint16_t shelf;
        uint8_t slot;
        bool answered;
    } cases[] = {{SHELF, SLOT, true},
                 {AOE_SHELF_ALL, SLOT, true},
                 {SHELF, AOE_SLOT_ALL, true},
                 {AOE_SHELF_ALL, AOE_SLOT_ALL, true},
                 {SHELF + 1, SLOT, false},
                 {SHELF, SLOT + 1, false},
                 {AOE_SHELF_ALL, SLOT + 1, false},
                 {SHELF + 1, AOE_SLOT_ALL, false},
                 {0, 0, false},
                 {0x00FF, SLOT, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct aoe_frame request = config(AOE_CONFIG_READ, "");
        request.shelf = cases[i].shelf;
        request.slot = cases[i].slot;
        assert_int_equal(ask(*state, &request), cases[i].answered);
    }
}

static void test_ethernet(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame request = config(AOE_CONFIG_READ, "");
    memcpy(request.destination, EVERYBODY, AOE_MAC_BYTES);
    assert_true(ask(f, &request));
    memcpy(request.destination, BOB, AOE_MAC_BYTES);
    assert_false(ask(f, &request));
    request.destination[0] |= 1; /* a group that this target has not joined */
    assert_false(ask(f, &request));
    memcpy(request.destination, OWN, AOE_MAC_BYTES);
    request.source[0] |= 1;
    assert_false(ask(f, &request));
    request.source[0] = 2;
    request.type = 0x0800;
    assert_false(ask(f, &request));
}

static void test_version(void **state)
{
    for (unsigned version = 0; version < 16; version++)
        for (unsigned command = 0; command < 5; command++) {
            struct aoe_frame request = request_of((uint8_t)command);
            request.version = (uint8_t)version;
            request.ata.opcode = command ? 0 : ATA_CHECK_POWER;
            unsigned known = command < 4 ? AOE_ERROR_NONE : AOE_ERROR_COMMAND;
            assert_int_equal(error_of(*state, &request), version == 1 ? known : AOE_ERROR_VERSION);
        }
}

static void test_version_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame request = config(AOE_CONFIG_FORCE, "x");
    request.version = 2;
    assert_int_equal(error_of(f, &request), AOE_ERROR_VERSION);
    assert_int_equal(f->model.settings.length, 0);
}

static void test_commands(void **state)
{
    for (unsigned command = 4; command < 256; command++) {
        struct aoe_frame request = request_of((uint8_t)command);
        assert_int_equal(error_of(*state, &request), AOE_ERROR_COMMAND);
    }
}

static void test_tags(void **state)
{
    static const uint32_t tags[] = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x01020304};
    for (size_t i = 0; i < COUNT(tags); i++) {
        struct aoe_frame request = config(AOE_CONFIG_READ, "");
        request.tag = tags[i];
        assert_true(ask(*state, &request)); /* which compares the tag */
    }
}

static void test_config_fields(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame request = config(AOE_CONFIG_READ, "ignored");
    f->model.buffer_count = 300;
    request.config.buffer_count = 0xFFFF;
    request.config.firmware = 0xFFFF;
    request.config.sector_count = 0xFF;
    request.config.version = 0xF;
    assert_int_equal(error_of(f, &request), AOE_ERROR_NONE);
    assert_int_equal(f->answer.config.buffer_count, 300);
    assert_int_equal(f->answer.config.firmware, MODEL_FIRMWARE);
    assert_int_equal(f->answer.config.sector_count, 2);
    assert_int_equal(f->answer.config.version, AOE_VERSION);
    assert_int_equal(f->answer.config.ccmd, AOE_CONFIG_READ);
    assert_string(f, "");
    assert_int_equal(f->saves, 0);
}

static void test_sector_count(void **state)
{
    static const struct {
        uint32_t mtu;
        uint8_t count;
    } cases[] = {{0, 0},       {20, 0},      {533, 0},          {534, 1},  {1045, 1},
                 {1046, 2},    {1500, 2},    {1557, 2},         {1558, 3}, {9000, 17},
                 {65535, 127}, {65536, 127}, {4294967295u, 127}};
    struct fixture *f = *state;
    struct aoe_frame request = config(AOE_CONFIG_READ, "");
    for (size_t i = 0; i < COUNT(cases); i++) {
        f->model.mtu = cases[i].mtu;
        assert_int_equal(model_sector_count(&f->model), cases[i].count);
        assert_int_equal(ask(f, &request), cases[i].count > 0);
        if (f->length)
            assert_int_equal(f->answer.config.sector_count, cases[i].count);
    }
}

/* One config request after another to the same target. */
static void test_config_commands(void **state)
{
    enum { SILENCE = -1 };
    static const struct {
        uint8_t ccmd;
        const char *string;
        int error;
        const char *after;
        unsigned saves; /* so far */
    } steps[] = {
        {AOE_CONFIG_TEST, "", 0, "", 0},
        {AOE_CONFIG_TEST, "a", SILENCE, "", 0},
        {AOE_CONFIG_PREFIX, "", 0, "", 0},
        {AOE_CONFIG_PREFIX, "a", SILENCE, "", 0},
        {AOE_CONFIG_SET, "", 0, "", 0},
        {AOE_CONFIG_SET, "alpha", 0, "alpha", 1},
        {AOE_CONFIG_SET, "alpha", 0, "alpha", 1},
        {AOE_CONFIG_SET, "beta", AOE_ERROR_CONFIG, "alpha", 1},
        {AOE_CONFIG_SET, "alph", AOE_ERROR_CONFIG, "alpha", 1},
        {AOE_CONFIG_SET, "alphaa", AOE_ERROR_CONFIG, "alpha", 1},
        {AOE_CONFIG_SET, "", AOE_ERROR_CONFIG, "alpha", 1},
        {AOE_CONFIG_READ, "beta", 0, "alpha", 1},
        {AOE_CONFIG_TEST, "alpha", 0, "alpha", 1},
        {AOE_CONFIG_TEST, "alph", SILENCE, "alpha", 1},
        {AOE_CONFIG_TEST, "alphaa", SILENCE, "alpha", 1},
        {AOE_CONFIG_TEST, "alphb", SILENCE, "alpha", 1},
        {AOE_CONFIG_TEST, "", SILENCE, "alpha", 1},
        {AOE_CONFIG_PREFIX, "", 0, "alpha", 1},
        {AOE_CONFIG_PREFIX, "alp", 0, "alpha", 1},
        {AOE_CONFIG_PREFIX, "alpha", 0, "alpha", 1},
        {AOE_CONFIG_PREFIX, "alb", SILENCE, "alpha", 1},
        {AOE_CONFIG_PREFIX, "alphaa", SILENCE, "alpha", 1},
        {AOE_CONFIG_FORCE, "beta", 0, "beta", 2},
        {AOE_CONFIG_FORCE, "beta", 0, "beta", 2},
        {5, "x", AOE_ERROR_ARGUMENT, "beta", 2},
        {15, "x", AOE_ERROR_ARGUMENT, "beta", 2},
        {AOE_CONFIG_FORCE, "", 0, "", 3},
        {AOE_CONFIG_PREFIX, "b", SILENCE, "", 3},
        {AOE_CONFIG_SET, "gamma", 0, "gamma", 4},
        {AOE_CONFIG_FORCE, "ga", 0, "ga", 5},
        {AOE_CONFIG_PREFIX, "gam", SILENCE, "ga", 5},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct aoe_frame request = config(steps[i].ccmd, steps[i].string);
        bool answered = ask(f, &request);
        assert_int_equal(answered, steps[i].error != SILENCE);
        assert_int_equal(f->model.settings.length, strlen(steps[i].after));
        assert_int_equal(f->saves, steps[i].saves);
        if (!answered)
            continue;
        assert_int_equal(f->answer.error, steps[i].error);
        assert_int_equal(f->answer.config.ccmd, steps[i].ccmd);
        assert_int_equal(f->answer.config.sector_count, 2);
        assert_string(f, steps[i].after);
    }
}

static void test_config_any_bytes(void **state)
{
    struct fixture *f = *state;
    uint8_t string[AOE_STRING_MAX];
    for (size_t i = 0; i < sizeof string; i++)
        string[i] = (uint8_t)i;
    struct aoe_frame request = config(AOE_CONFIG_FORCE, "");
    request.config.length = sizeof string;
    request.payload = (struct aoe_span){string, sizeof string};
    assert_int_equal(error_of(f, &request), AOE_ERROR_NONE);
    request = config(AOE_CONFIG_READ, "");
    assert_int_equal(error_of(f, &request), AOE_ERROR_NONE);
    assert_int_equal(f->answer.config.length, sizeof string);
    assert_memory_equal(f->answer.payload.bytes, string, sizeof string);
    assert_memory_equal(f->saved.string, string, sizeof string);
}

static void test_config_too_long(void **state)
{
    struct fixture *f = *state;
    static const uint8_t string[AOE_STRING_MAX + 200];
    static const uint16_t lengths[] = {1025, 1100, 1224, 0x8000, 0xFFFF};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        for (uint8_t ccmd = AOE_CONFIG_READ; ccmd <= AOE_CONFIG_FORCE; ccmd++) {
            struct aoe_frame request = config(ccmd, "");
            request.config.length = lengths[i];
            request.payload = (struct aoe_span){string, sizeof string};
            assert_int_equal(error_of(f, &request), AOE_ERROR_ARGUMENT);
            assert_int_equal(f->model.settings.length, 0);
        }
    }
}

/* The argument is what its length says, not the padding behind it (2.1-padding). */
static void test_config_padding(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame request = config(AOE_CONFIG_SET, "alphaXXXXXXXXXXXXXXXXXXXXXXX");
    request.config.length = 5;
    assert_int_equal(error_of(f, &request), AOE_ERROR_NONE);
    assert_string(f, "alpha");
}

static void test_config_small_mtu(void **state)
{
    struct fixture *f = *state;
    static const uint8_t string[AOE_STRING_MAX] = "long";
    struct aoe_frame request = config(AOE_CONFIG_FORCE, "");
    request.config.length = sizeof string;
    request.payload = (struct aoe_span){string, sizeof string};
    f->model.mtu = 1041; /* one byte short of the frame that carries it */
    assert_int_equal(error_of(f, &request), AOE_ERROR_ARGUMENT);
    f->model.mtu = 1042;
    assert_int_equal(error_of(f, &request), AOE_ERROR_NONE);
    f->model.mtu = 1041; /* a string that does not fit any more is not cut */
    request = config(AOE_CONFIG_READ, "");
    assert_int_equal(error_of(f, &request), AOE_ERROR_DEVICE);
    assert_int_equal(f->answer.config.length, 0);
    assert_int_equal(model_advert(&f->model, f->bytes), 0);
}

static void test_unsaved_config(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame request = config(AOE_CONFIG_SET, "alpha");
    f->full = true;
    assert_int_equal(error_of(f, &request), AOE_ERROR_DEVICE);
    assert_string(f, "");
    request = config(AOE_CONFIG_FORCE, "alpha");
    assert_int_equal(error_of(f, &request), AOE_ERROR_DEVICE);
    assert_int_equal(f->model.settings.length, 0);
    f->full = false;
    assert_int_equal(error_of(f, &request), AOE_ERROR_NONE);
    assert_string(f, "alpha");
    assert_int_equal(f->saved.length, 5);
}

/* Each request cut at each byte: silence without a header, error 2 without the argument or what
 * the argument promises, and no change at all before the last byte. */
static void assert_cuts(struct fixture *f, const struct aoe_frame *request)
{
    uint8_t bytes[2048], media[sizeof f->media];
    struct model_settings before = f->model.settings;
    size_t whole = aoe_frame_build(request, bytes, sizeof bytes);
    memcpy(media, f->media, sizeof media);
    for (size_t length = 0; length <= whole; length++) {
        bool answered = ask_bytes(f, bytes, length);
        assert_int_equal(answered, length >= AOE_HEADER_BYTES);
        if (answered)
            assert_int_equal(f->answer.error, length < whole ? AOE_ERROR_ARGUMENT : 0);
        if (length < whole) {
            assert_memory_equal(&f->model.settings, &before, sizeof before);
            assert_memory_equal(f->media, media, sizeof media);
        }
    }
}

static void test_cut_frames(void **state)
{
    static const uint8_t directives[] = {0, 1, 2, 0, 0, 0, 0, 1, 0, 1, 2, 0, 0, 0, 0, 9};
    static const uint8_t data[2 * AOE_SECTOR_BYTES] = "new";
    const struct aoe_frame requests[] = {
        config(AOE_CONFIG_READ, ""),        config(AOE_CONFIG_READ, "given"),
        config(AOE_CONFIG_SET, "set"),      config(AOE_CONFIG_FORCE, "force"),
        config(AOE_CONFIG_TEST, "force"),   config(AOE_CONFIG_PREFIX, "for"),
        ata(ATA_READ, 1, 2, NULL),          ata(ATA_IDENTIFY, 0, 1, NULL),
        ata(ATA_FLUSH, 0, 0, NULL),         ata(ATA_WRITE, 1, 2, data),
        ata(ATA_WRITE_EXT, 5, 1, data),     mask(AOE_MASK_READ, NULL, 0),
        mask(AOE_MASK_EDIT, directives, 2), reserve(AOE_RESERVE_READ, NULL, 0),
        reserve(AOE_RESERVE_SET, ALICE, 1), reserve(AOE_RESERVE_FORCE, directives, 2),
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        assert_cuts(f, &requests[i]);
        start_large(f, SECTORS);
        if (i == 3 || i == 4) /* what test and prefix ask for */
            f->model.settings.length =
                (uint16_t)strlen(strcpy((char *)f->model.settings.string, "force"));
    }
}

static void test_cut_unknown(void **state)
{
    struct aoe_frame request = request_of(0xF0);
    uint8_t bytes[64] = {0};
    aoe_frame_build(&request, bytes, sizeof bytes);
    for (size_t length = 0; length <= sizeof bytes; length++)
        assert_int_equal(ask_bytes(*state, bytes, length), length >= AOE_HEADER_BYTES);
}

static void test_advert(void **state)
{
    struct fixture *f = *state;
    memcpy(f->model.settings.string, "abc", 3);
    f->model.settings.length = 3;
    size_t length = model_advert(&f->model, f->bytes);
    assert_int_equal(length, AOE_FRAME_MIN);
    aoe_frame_decode(&f->answer, f->bytes, length, length);
    struct aoe_rule_context context = {NULL, OWN, SHELF, SLOT, true, MTU};
    assert_int_equal(aoe_rules_check(&f->answer, &context, print_finding, NULL), 0);
    assert_memory_equal(f->answer.destination, EVERYBODY, AOE_MAC_BYTES);
    assert_memory_equal(f->answer.source, OWN, AOE_MAC_BYTES);
    assert_int_equal(f->answer.flags, AOE_FLAG_RESPONSE);
    assert_int_equal(f->answer.version, AOE_VERSION);
    assert_int_equal(f->answer.command, AOE_COMMAND_CONFIG);
    assert_int_equal(f->answer.tag, 0);
    assert_int_equal(f->answer.config.buffer_count, MODEL_BUFFER_COUNT);
    assert_string(f, "abc");
    f->model.mtu = MODEL_MTU_MIN - 1;
    assert_int_equal(model_advert(&f->model, f->bytes), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_header_echoes),
        FIXTURE_TEST(test_address),
        FIXTURE_TEST(test_ethernet),
        FIXTURE_TEST(test_version),
        FIXTURE_TEST(test_version_changes_nothing),
        FIXTURE_TEST(test_commands),
        FIXTURE_TEST(test_tags),
        FIXTURE_TEST(test_config_fields),
        FIXTURE_TEST(test_sector_count),
        FIXTURE_TEST(test_config_commands),
        FIXTURE_TEST(test_config_any_bytes),
        FIXTURE_TEST(test_config_too_long),
        FIXTURE_TEST(test_config_padding),
        FIXTURE_TEST(test_config_small_mtu),
        FIXTURE_TEST(test_unsaved_config),
        FIXTURE_TEST(test_cut_frames),
        FIXTURE_TEST(test_cut_unknown),
        FIXTURE_TEST(test_advert),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
