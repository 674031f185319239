/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissector/disk_traffic.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/tests/frames.h"
#include "protocol/vlan.h"

enum { PATIENCE = 1000, WAITING = 1 << 20 };

#define WITH_WIRE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* A capture that is read once, and what is told of it as text: "5+1=a" one sector at LBA 5 that is
 * full of 'a', "5-1" one that is not there, "!100" a capacity. */
struct wire {
    struct history *history;
    struct disk_traffic *traffic;
    uint32_t number, vlan;
    char told[1024];
};

static void tell(void *user, const struct disk_event *event)
{
    struct wire *wire = user;
    size_t length = strlen(wire->told);
    char content[4] = "";
    if (event->kind == DISK_SECTORS)
        snprintf(content, sizeof content, "=%c", event->bytes[event->sectors * 512 - 1]);
    if (event->kind == DISK_CAPACITY)
        snprintf(wire->told + length, sizeof wire->told - length, " !%u", (unsigned)event->sectors);
    else
        snprintf(wire->told + length, sizeof wire->told - length, " %u%c%u%s", (unsigned)event->lba,
                 event->kind == DISK_SECTORS ? '+' : '-', (unsigned)event->sectors, content);
}

static int set_up(void **state)
{
    static const struct history_options options = {.patience = PATIENCE};
    struct wire *wire = calloc(1, sizeof *wire);
    assert_non_null(wire);
    wire->history = history_new(&options);
    wire->traffic = disk_traffic_new(WAITING, tell, wire);
    *state = wire;
    return 0;
}

static int tear_down(void **state)
{
    struct wire *wire = *state;
    history_free(wire->history);
    disk_traffic_free(wire->traffic);
    free(wire);
    return 0;
}

/* Feeds a frame of which `captured` bytes are there, at `time`. */
static void feed_cut(struct wire *wire, struct aoe_frame frame, size_t captured, int64_t time)
{
    struct made made = {.frame = frame};
    struct history_exchange exchange;
    seal(&made, AOE_FRAME_MIN);
    size_t length = captured < made.length ? captured : made.length;
    uint8_t *bytes = malloc(length);
    memcpy(bytes, made.bytes, length);
    aoe_frame_decode(&made.frame, bytes, length, made.length);
    history_feed(wire->history, &made.frame, wire->vlan, ++wire->number, time);
    if (history_find(wire->history, wire->number, time, &exchange))
        disk_traffic_feed(wire->traffic, &made.frame, wire->vlan, &exchange);
    free(bytes);
}

static void feed(struct wire *wire, struct aoe_frame frame)
{
    feed_cut(wire, frame, SIZE_MAX, (int64_t)wire->number * 10);
}

static void assert_told(struct wire *wire, const char *expected)
{
    assert_string_equal(wire->told, expected);
    *wire->told = '\0';
}

static struct aoe_span sectors_of(char content, size_t bytes)
{
    static uint8_t data[4 * AOE_SECTOR_BYTES];
    memset(data, content, sizeof data);
    return (struct aoe_span){data, bytes};
}

static struct aoe_frame write_of(uint32_t tag, uint64_t lba, uint8_t count, char content)
{
    struct aoe_frame frame = ata_request(ATA_WRITE_EXT, count, lba);
    frame.tag = tag;
    frame.payload = sectors_of(content, count * (size_t)AOE_SECTOR_BYTES);
    return frame;
}

static struct aoe_frame done(uint32_t tag)
{
    struct aoe_frame frame = ata_response(ATA_STATUS_DRDY, 0);
    frame.tag = tag;
    return frame;
}

static struct aoe_frame read_of(uint32_t tag, uint64_t lba, uint8_t count)
{
    struct aoe_frame frame = ata_request(ATA_READ_EXT, count, lba);
    frame.tag = tag;
    return frame;
}

static struct aoe_frame data_of(uint32_t tag, size_t bytes, char content)
{
    struct aoe_frame frame = done(tag);
    frame.payload = sectors_of(content, bytes);
    return frame;
}

static void a_read_has_its_data_in_the_response(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5, 2));
    assert_told(wire, "");
    feed(wire, data_of(1, 1024, 'a'));
    assert_told(wire, " 5+2=a");
}

static void a_write_counts_when_it_is_answered(void **state)
{
    struct wire *wire = *state;
    feed(wire, write_of(1, 5, 2, 'a'));
    feed(wire, write_of(2, 9, 1, 'b'));
    assert_told(wire, "");
    feed(wire, done(2));
    feed(wire, done(1));
    assert_told(wire, " 9+1=b 5+2=a");
}

static void what_failed_does_not_count(void **state)
{
    struct wire *wire = *state;
    struct aoe_frame refused = done(1), failed = done(2);
    refused.flags |= AOE_FLAG_ERROR;
    refused.error = AOE_ERROR_RESERVED;
    failed.ata.opcode |= ATA_STATUS_ERR;
    feed(wire, write_of(1, 5, 1, 'a'));
    feed(wire, refused);
    feed(wire, write_of(2, 5, 1, 'b'));
    feed(wire, failed);
    struct aoe_frame no_data = data_of(3, 512, 'c');
    no_data.ata.opcode |= ATA_STATUS_ERR;
    feed(wire, read_of(3, 5, 1));
    feed(wire, no_data);
    assert_told(wire, "");
}

static void a_repeated_write_counts_once_as_it_was_sent_last(void **state)
{
    struct wire *wire = *state;
    feed(wire, write_of(1, 5, 1, 'a'));
    feed(wire, write_of(1, 5, 1, 'b'));
    feed(wire, write_of(2, 5, 1, 'c'));
    feed(wire, done(2));
    assert_told(wire, " 5+1=c");
    feed(wire, done(1));
    feed(wire, done(1));
    assert_told(wire, "");
}

/* Whatever else there was to that sector meanwhile: the repeat was carried out, too. */
static void a_repeat_that_came_after_the_answer_counts_again(void **state)
{
    struct wire *wire = *state;
    feed(wire, write_of(1, 5, 1, 'a'));
    feed(wire, done(1));
    feed(wire, write_of(1, 5, 1, 'a'));
    assert_told(wire, " 5+1=a");
    feed(wire, done(1));
    assert_told(wire, " 5+1=a");
    feed(wire, done(1));
    assert_told(wire, "");
}

static void an_answer_after_the_command_was_given_up_counts(void **state)
{
    struct wire *wire = *state;
    feed_cut(wire, write_of(1, 5, 1, 'a'), SIZE_MAX, 0);
    feed_cut(wire, read_of(2, 9, 1), SIZE_MAX, 5000);
    feed_cut(wire, done(1), SIZE_MAX, 5010);
    assert_told(wire, " 5+1=a");
}

static void of_a_cut_frame_whole_sectors_count(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5, 3));
    feed_cut(wire, data_of(1, 1536, 'a'), AOE_ATA_BYTES + 1024 + 511, 10);
    assert_told(wire, " 5+2=a 7-1");
    feed_cut(wire, write_of(2, 20, 2, 'b'), AOE_ATA_BYTES + 512, 20);
    feed(wire, done(2));
    assert_told(wire, " 20+1=b 21-1");
    feed_cut(wire, write_of(3, 30, 1, 'b'), 64, 50);
    feed(wire, done(3));
    assert_told(wire, " 30-1");
}

/* 24 bytes of data and padding up to 60 are no sector, nor is more than was asked for. */
static void only_what_was_asked_for_counts(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5, 1));
    feed(wire, data_of(1, 24, 'a'));
    assert_told(wire, " 5-1");
    feed(wire, read_of(2, 5, 1));
    feed(wire, data_of(2, 1024, 'b'));
    assert_told(wire, " 5+1=b");
    feed(wire, read_of(3, 5, 0));
    feed(wire, data_of(3, 1024, 'b'));
    feed(wire, data_of(4, 1024, 'b'));
    assert_told(wire, "");
}

static void an_lba_of_28_bits_has_28(void **state)
{
    struct wire *wire = *state;
    struct aoe_frame request = ata_request(ATA_READ, 1, 5);
    request.ata.lba[3] = 0xE0;
    request.tag = 1;
    feed(wire, request);
    feed(wire, data_of(1, 512, 'a'));
    assert_told(wire, " 5+1=a");
}

static void identify_tells_the_capacity(void **state)
{
    struct wire *wire = *state;
    static uint8_t data[AOE_SECTOR_BYTES];
    const struct ata_identity identity = {.lba = true, .lba28_sectors = 20480};
    struct aoe_frame request = ata_request(ATA_IDENTIFY, 1, 0), answer = done(1);
    ata_identify_encode(&identity, data);
    request.tag = 1;
    answer.payload = (struct aoe_span){data, sizeof data};
    feed(wire, request);
    feed(wire, answer);
    assert_told(wire, " !20480");
}

static void every_target_of_a_broadcast_took_the_data(void **state)
{
    struct wire *wire = *state;
    struct aoe_frame request = write_of(1, 5, 1, 'a'), one = done(1), other = done(1);
    memset(request.destination, 0xFF, AOE_MAC_BYTES);
    request.shelf = AOE_SHELF_ALL;
    request.slot = AOE_SLOT_ALL;
    other.source[5]++;
    other.slot++;
    feed(wire, request);
    feed(wire, one);
    feed(wire, other);
    assert_told(wire, " 5+1=a 5+1=a");
}

/* The oldest goes; when it is answered its sectors are missing. */
static void what_waits_has_a_limit(void **state)
{
    struct wire *wire = *state;
    enum { WRITES = WAITING / AOE_SECTOR_BYTES };
    for (uint32_t tag = 1; tag <= WRITES; tag++)
        feed_cut(wire, write_of(tag, tag, 1, 'a'), SIZE_MAX, 0);
    feed_cut(wire, done(1), SIZE_MAX, PATIENCE);
    assert_told(wire, " 1-1");
    feed_cut(wire, done(WRITES), SIZE_MAX, PATIENCE);
    assert_told(wire, " 2048+1=a");
}

static void after_clearing_nothing_waits(void **state)
{
    struct wire *wire = *state;
    feed(wire, write_of(1, 5, 1, 'a'));
    disk_traffic_clear(wire->traffic);
    feed(wire, done(1));
    assert_told(wire, " 5-1");
}

static void disks_are_named_and_told_apart(void **state)
{
    (void)state;
    char name[DISK_NAME];
    const struct disk disk = {0, 65535, 255}, vlan = {AOE_VLAN_ONE | 10, 0, 1};
    const struct disk deep = {aoe_vlan_of(2, 100, 10), 0, 1};
    assert_string_equal(disk_name(name, &disk), "e65535.255");
    assert_string_equal(disk_name(name, &vlan), "e0.1-vlan10");
    assert_string_equal(disk_name(name, &deep), "e0.1-vlan100.10");
    assert_true(disk_equal(&vlan, &(struct disk){AOE_VLAN_ONE | 10, 0, 1}));
    assert_false(disk_equal(&vlan, &(struct disk){0, 0, 1}));
    assert_false(disk_equal(&vlan, &(struct disk){AOE_VLAN_ONE | 10, 1, 1}));
    assert_false(disk_equal(&vlan, &(struct disk){AOE_VLAN_ONE | 10, 0, 2}));
    assert_int_equal(disk_hash(&vlan), disk_hash(&(struct disk){AOE_VLAN_ONE | 10, 0, 1}));
    disk_traffic_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WIRE(a_read_has_its_data_in_the_response),
        WITH_WIRE(a_write_counts_when_it_is_answered),
        WITH_WIRE(what_failed_does_not_count),
        WITH_WIRE(a_repeated_write_counts_once_as_it_was_sent_last),
        WITH_WIRE(a_repeat_that_came_after_the_answer_counts_again),
        WITH_WIRE(an_answer_after_the_command_was_given_up_counts),
        WITH_WIRE(of_a_cut_frame_whole_sectors_count),
        WITH_WIRE(only_what_was_asked_for_counts),
        WITH_WIRE(an_lba_of_28_bits_has_28),
        WITH_WIRE(identify_tells_the_capacity),
        WITH_WIRE(every_target_of_a_broadcast_took_the_data),
        WITH_WIRE(what_waits_has_a_limit),
        WITH_WIRE(after_clearing_nothing_waits),
        cmocka_unit_test(disks_are_named_and_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
