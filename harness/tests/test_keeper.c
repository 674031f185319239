/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run may change: saved to a journal, read again, put back. */
#include "fake_link.h"

#include <sys/stat.h>
#include <unistd.h>

#include "harness/keeper.h"

static const uint8_t OTHER_MAC[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 9};

/* Runs with a folder of its own, which is removed afterwards. */
static char folder[64], path[128];

static int keeping(void **state)
{
    struct lab *lab;
    snprintf(folder, sizeof folder, "/tmp/test_keeper-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a/journal", folder);
    lab_set_up_and_meet(state);
    lab = *state;
    struct model_settings *settings = &lab->link->model.settings;
    memcpy(settings->string, "al\0ha", 5);
    settings->length = 5;
    model_list_add(&settings->masks, OTHER_MAC);
    model_list_add(&settings->masks, HOST_MAC);
    model_list_add(&settings->reserves, HOST_MAC);
    for (size_t i = 0; i < sizeof lab->link->media; i++)
        lab->link->media[i] = (uint8_t)(i / AOE_SECTOR_BYTES + i);
    return 0;
}

static int swept(void **state)
{
    unlink(path);
    rmdir(arena_print(&((struct lab *)*state)->arena, "%s/a", folder));
    assert_int_equal(rmdir(folder), 0);
    return lab_tear_down(state);
}

static void save(struct lab *lab, struct keeper *keeper, unsigned parts)
{
    const char *reason = "";
    *keeper = (struct keeper){0};
    assert_int_equal(keeper_take(&lab->session, keeper, parts, &reason), 0);
    if (keeper_save(&lab->arena, keeper, path, &reason))
        fail_msg("%s", reason);
    assert_true(keeper_exists(path));
}

static void load(struct lab *lab, struct keeper *keeper)
{
    const char *reason = "";
    if (keeper_load(&lab->arena, keeper, path, &reason))
        fail_msg("%s", reason);
}

static void restore(struct lab *lab, struct keeper *keeper, unsigned parts)
{
    const char *reason = "";
    if (keeper_restore(&lab->session, keeper, parts, &reason))
        fail_msg("%s", reason);
}

static void test_a_journal_reads_back(void **state)
{
    struct lab *lab = *state;
    struct keeper saved, loaded;
    save(lab, &saved, TOUCH_TARGET);
    load(lab, &loaded);
    assert_int_equal(loaded.kept, TOUCH_TARGET);
    assert_string_equal(loaded.interface, "fake0");
    assert_int_equal(loaded.shelf, SHELF);
    assert_int_equal(loaded.slot, SLOT);
    assert_memory_equal(loaded.mac, TARGET_MAC, AOE_MAC_BYTES);
    assert_int_equal(loaded.string.length, 5);
    assert_memory_equal(loaded.string.bytes, "al\0ha", 5);
    assert_int_equal(loaded.mask_count, 2);
    assert_memory_equal(loaded.masks[0], OTHER_MAC, AOE_MAC_BYTES);
    assert_memory_equal(loaded.masks[1], HOST_MAC, AOE_MAC_BYTES);
    assert_int_equal(loaded.reserved_count, 1);
    assert_memory_equal(loaded.reserved[0], HOST_MAC, AOE_MAC_BYTES);
    assert_int_equal(loaded.media_count, 1);
    assert_int_equal(loaded.media[0].place.lba, SECTORS - 256);
    assert_int_equal(loaded.media[0].place.count, 256);
    assert_memory_equal(loaded.media[0].data, lab->link->media + (SECTORS - 256) * AOE_SECTOR_BYTES,
                        256 * 512);
}

static void test_only_what_is_named_is_kept(void **state)
{
    struct lab *lab = *state;
    for (unsigned parts = 1; parts <= TOUCH_TARGET; parts++) {
        struct keeper saved, loaded;
        save(lab, &saved, parts);
        load(lab, &loaded);
        assert_int_equal(saved.kept, parts);
        assert_int_equal(loaded.kept, parts);
        keeper_done(&saved);
        assert_false(keeper_exists(path));
    }
}

static size_t refuses_lists(struct link *link, const struct aoe_frame *request, uint8_t *response,
                            size_t length)
{
    (void)link;
    if (request->command == AOE_COMMAND_MASK) {
        response[14] |= AOE_FLAG_ERROR;
        response[15] = AOE_ERROR_DEVICE;
    }
    return length;
}

static void test_what_cannot_be_read_is_told(void **state)
{
    struct lab *lab = *state;
    struct keeper keeper = {0};
    const char *reason = "";
    lab->link->tamper = refuses_lists;
    assert_int_equal(keeper_take(&lab->session, &keeper, TOUCH_TARGET, &reason), TOUCH_MASKS);
    assert_int_equal(keeper.kept, TOUCH_TARGET & ~TOUCH_MASKS);
    assert_string_equal(reason, "the target answers with error 3");
}

static void test_a_journal_is_private_and_never_replaced(void **state)
{
    struct lab *lab = *state;
    struct keeper first, second = {0};
    struct stat status;
    const char *reason = "";
    save(lab, &first, TOUCH_CONFIG);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(status.st_nlink, 1);
    lab->link->model.settings.length = 1;
    assert_int_equal(keeper_take(&lab->session, &second, TOUCH_CONFIG, &reason), 0);
    assert_int_equal(keeper_save(&lab->arena, &second, path, &reason), -1);
    assert_non_null(strstr(reason, "cannot write the journal"));
    load(lab, &second);
    assert_int_equal(second.string.length, 5);
}

/* Everything is changed, then put back from the journal, by another program as it were. */
static void test_everything_is_put_back(void **state)
{
    struct lab *lab = *state;
    struct keeper saved, loaded;
    uint8_t before[sizeof lab->link->media];
    struct model_settings settings = lab->link->model.settings;
    save(lab, &saved, TOUCH_TARGET);
    memcpy(before, lab->link->media, sizeof before);
    memset(lab->link->media + (SECTORS - 2) * AOE_SECTOR_BYTES, 0xEE, 600);
    struct model_settings *now = &lab->link->model.settings;
    now->length = 9;
    now->masks.count = 1;
    memcpy(now->masks.mac[0], HOST_MAC, AOE_MAC_BYTES);
    memcpy(now->reserves.mac[0], OTHER_MAC, AOE_MAC_BYTES);
    load(lab, &loaded);
    restore(lab, &loaded, TOUCH_TARGET);
    assert_int_equal(loaded.restored_sectors, 2);
    assert_memory_equal(lab->link->media, before, sizeof before);
    assert_int_equal(now->length, 5);
    assert_memory_equal(now->string, "al\0ha", 5);
    assert_int_equal(now->masks.count, 2);
    assert_memory_equal(now->masks.mac, settings.masks.mac, 2 * AOE_MAC_BYTES);
    assert_int_equal(now->reserves.count, 1);
    assert_memory_equal(now->reserves.mac, settings.reserves.mac, AOE_MAC_BYTES);
}

static void test_only_what_is_named_is_put_back(void **state)
{
    struct lab *lab = *state;
    struct keeper saved;
    save(lab, &saved, TOUCH_CONFIG | TOUCH_RESERVE);
    struct model_settings *now = &lab->link->model.settings;
    now->length = 9;
    now->reserves.count = 0;
    restore(lab, &saved, TOUCH_RESERVE | TOUCH_MASKS);
    assert_int_equal(now->length, 9);
    assert_int_equal(now->masks.count, 2);
    assert_int_equal(now->reserves.count, 1);
    restore(lab, &saved, TOUCH_MEDIA);
    assert_int_equal(now->reserves.count, 1);
    restore(lab, &saved, TOUCH_CONFIG);
    assert_int_equal(now->length, 5);
}

/* The target is released for the time in which its sectors are written. */
static void test_media_leaves_the_reserve_list_as_it_was(void **state)
{
    struct lab *lab = *state;
    struct keeper saved;
    save(lab, &saved, TOUCH_MEDIA | TOUCH_RESERVE);
    memcpy(lab->link->model.settings.reserves.mac[0], OTHER_MAC, AOE_MAC_BYTES);
    restore(lab, &saved, TOUCH_MEDIA);
    assert_int_equal(lab->link->model.settings.reserves.count, 1);
    assert_memory_equal(lab->link->model.settings.reserves.mac[0], HOST_MAC, AOE_MAC_BYTES);
}

static size_t forgets_changes(struct link *link, const struct aoe_frame *request, uint8_t *response,
                              size_t length)
{
    (void)request;
    (void)response;
    link->model.settings.length = 1;
    link->model.settings.reserves.count = 0;
    link->model.settings.masks.count = 0;
    memset(link->media, 0, sizeof link->media);
    return length;
}

static void test_what_is_not_back_is_told(void **state)
{
    static const struct {
        unsigned part;
        const char *reason;
    } all[] = {{TOUCH_CONFIG, "the config string is not as it was"},
               {TOUCH_MASKS, "the mask list is not as it was"},
               {TOUCH_RESERVE, "the reserve list is not as it was"},
               {TOUCH_MEDIA, "the sectors of the scratch window are not as they were"}};
    struct lab *lab = *state;
    struct keeper saved;
    save(lab, &saved, TOUCH_TARGET);
    forgets_changes(lab->link, NULL, NULL, 0);
    lab->link->tamper = forgets_changes;
    for (size_t i = 0; i < COUNT(all); i++) {
        const char *reason = "";
        session_begin(&lab->session, &lab->background, NULL);
        assert_int_equal(keeper_restore(&lab->session, &saved, all[i].part, &reason), -1);
        assert_string_equal(reason, all[i].reason);
    }
}

static size_t lists_another(struct link *link, const struct aoe_frame *request, uint8_t *response,
                            size_t length)
{
    (void)link;
    if (request->command == AOE_COMMAND_MASK)
        response[27] = 1; /* an address of zeros */
    return length;
}

/* Such a list could not be put back: nothing of it may be changed. */
static void test_a_mask_list_without_the_host_is_not_kept(void **state)
{
    struct lab *lab = *state;
    struct keeper keeper = {0};
    const char *reason = "";
    lab->link->tamper = lists_another;
    assert_int_equal(keeper_take(&lab->session, &keeper, TOUCH_CONFIG | TOUCH_MASKS, &reason),
                     TOUCH_MASKS);
    assert_string_equal(reason,
                        "the mask list does not name this host, which is answered all the same");
    assert_int_equal(keeper.kept, TOUCH_CONFIG);
}

static size_t cuts_strings(struct link *link, const struct aoe_frame *request, uint8_t *response,
                           size_t length)
{
    (void)link;
    (void)response;
    return request->command == AOE_COMMAND_CONFIG && length > AOE_CONFIG_BYTES ? AOE_CONFIG_BYTES
                                                                               : length;
}

static void test_a_string_that_is_not_there_is_told(void **state)
{
    static const char told[] = "the config string is longer than the response that has it";
    struct lab *lab = *state;
    struct keeper keeper = {0}, saved;
    const char *reason = NULL;
    save(lab, &saved, TOUCH_TARGET);
    lab->link->tamper = cuts_strings;
    assert_int_equal(keeper_take(&lab->session, &keeper, TOUCH_TARGET, &reason), TOUCH_CONFIG);
    assert_string_equal(reason, told);
    reason = NULL;
    assert_int_equal(keeper_restore(&lab->session, &saved, TOUCH_CONFIG, &reason), -1);
    assert_string_equal(reason, told);
}

/* ---- journals that are none ---- */

static void assert_refused(struct lab *lab, const char *text, size_t length)
{
    struct keeper keeper;
    const char *reason = NULL;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(text, length, 1, file);
    fclose(file);
    if (!keeper_load(&lab->arena, &keeper, path, &reason))
        fail_msg("it was read: %s", text);
    assert_non_null(strstr(reason, path));
}

#define GOOD                                                                                       \
    "{\"journal\": \"aoe-conform journal\", \"interface\": \"x\", \"address\": \"e0.1\", "         \
    "\"mac\": \"02:00:00:00:00:01\""

static void test_hostile_journals(void **state)
{
    static const char *const all[] = {
        "",
        "{",
        "[]",
        "{}",
        "\"x\"",
        "null",
        "{\"journal\": \"other\"}",
        "{\"journal\": \"aoe-conform journal\"}",
        "{\"journal\": \"aoe-conform journal\", \"address\": \"e0.1\", \"mac\": 5}",
        "{\"journal\": \"aoe-conform journal\", \"address\": \"e0.x\", \"mac\": "
        "\"02:00:00:00:00:01\"}",
        "{\"journal\": \"x\", \"address\": \"e0.1\", \"mac\": \"02:00:00:00:00:01\"}",
        GOOD ", \"config_string\": 5}",
        GOOD ", \"config_string\": \"0\"}",
        GOOD ", \"config_string\": \"0g\"}",
        GOOD ", \"config_string\": null}",
        GOOD ", \"mask_list\": {}}",
        GOOD ", \"mask_list\": [5]}",
        GOOD ", \"mask_list\": [\"02:00\"]}",
        GOOD ", \"reserve_list\": \"x\"}",
        GOOD ", \"media\": {}}",
        GOOD ", \"media\": [5]}",
        GOOD ", \"media\": [{\"lba\": 5}]}",
        GOOD ", \"media\": [{\"lba\": -1, \"data\": \"\"}]}",
        GOOD ", \"media\": [{\"lba\": 1.5, \"data\": \"\"}]}",
        GOOD ", \"media\": [{\"lba\": 1, \"data\": \"00\"}]}",
        GOOD ", \"media\": [{\"data\": \"\"}]}",
    };
    struct lab *lab = *state;
    struct keeper keeper;
    save(lab, &keeper, TOUCH_CONFIG);
    for (size_t i = 0; i < COUNT(all); i++)
        assert_refused(lab, all[i], strlen(all[i]));
    assert_refused(lab, "\0\xFF{", 3);
}

static char *repeated(struct lab *lab, const char *start, const char *part, size_t times,
                      const char *end)
{
    char *text =
        arena_array(&lab->arena, strlen(start) + strlen(part) * times + strlen(end) + 1, 1);
    char *at = stpcpy(text, start);
    for (size_t i = 0; i < times; i++)
        at = stpcpy(at, part);
    strcpy(at, end);
    return text;
}

static void test_journals_over_the_limits(void **state)
{
    static const struct {
        const char *start, *part, *end;
        size_t most;
    } all[] = {
        {GOOD ", \"config_string\": \"", "00", "\"}", AOE_STRING_MAX},
        {GOOD ", \"mask_list\": [\"02:00:00:00:00:01\"", ",\"02:00:00:00:00:01\"", "]}", 254},
        {GOOD ", \"reserve_list\": [\"02:00:00:00:00:01\"", ",\"02:00:00:00:00:01\"", "]}", 254},
        {GOOD ", \"media\": [{\"lba\":1,\"data\":\"\"}", ",{\"lba\":1,\"data\":\"\"}", "]}",
         GATE_EXTENTS - 1},
    };
    struct lab *lab = *state;
    struct keeper keeper;
    save(lab, &keeper, TOUCH_CONFIG);
    for (size_t i = 0; i < COUNT(all); i++) {
        char *text = repeated(lab, all[i].start, all[i].part, all[i].most + 1, all[i].end);
        assert_refused(lab, text, strlen(text));
        text = repeated(lab, all[i].start, all[i].part, all[i].most, all[i].end);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
        load(lab, &keeper);
    }
}

static void test_a_journal_that_is_not_there(void **state)
{
    struct lab *lab = *state;
    struct keeper keeper;
    const char *reason = "";
    assert_false(keeper_exists(path));
    assert_int_equal(keeper_load(&lab->arena, &keeper, path, &reason), -1);
    assert_non_null(strstr(reason, "No such file"));
}

static void test_the_usual_path(void **state)
{
    struct lab *lab = *state;
    setenv("XDG_STATE_HOME", "/x", 1);
    assert_string_equal(keeper_default_path(&lab->arena, &lab->target),
                        "/x/aoe-conform/e5.2-02:00:00:00:00:aa.journal");
    setenv("XDG_STATE_HOME", "relative", 1);
    setenv("HOME", "/h", 1);
    assert_string_equal(keeper_default_path(&lab->arena, &lab->target),
                        "/h/.local/state/aoe-conform/e5.2-02:00:00:00:00:aa.journal");
    unsetenv("HOME");
    assert_string_equal(keeper_default_path(&lab->arena, &lab->target),
                        "/var/tmp/aoe-conform/e5.2-02:00:00:00:00:aa.journal");
}

int main(void)
{
#define KEEPING(test) cmocka_unit_test_setup_teardown(test, keeping, swept)
    const struct CMUnitTest tests[] = {
        KEEPING(test_a_journal_reads_back),
        KEEPING(test_only_what_is_named_is_kept),
        KEEPING(test_what_cannot_be_read_is_told),
        KEEPING(test_a_journal_is_private_and_never_replaced),
        KEEPING(test_everything_is_put_back),
        KEEPING(test_only_what_is_named_is_put_back),
        KEEPING(test_media_leaves_the_reserve_list_as_it_was),
        KEEPING(test_what_is_not_back_is_told),
        KEEPING(test_a_mask_list_without_the_host_is_not_kept),
        KEEPING(test_a_string_that_is_not_there_is_told),
        KEEPING(test_hostile_journals),
        KEEPING(test_journals_over_the_limits),
        KEEPING(test_a_journal_that_is_not_there),
        KEEPING(test_the_usual_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
