/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissector/history.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/tests/frames.h"
#include "protocol/vlan.h"

enum { PATIENCE = 1000 };

#define WITH_HISTORY(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

struct capture {
    struct history *history;
    uint32_t number, vlan;
    int64_t times[4096];
};

static int set_up(void **state)
{
    static const struct history_options options = {.patience = PATIENCE, .rules = true};
    struct capture *capture = calloc(1, sizeof *capture);
    assert_non_null(capture);
    capture->history = history_new(&options);
    assert_non_null(capture->history);
    *state = capture;
    return 0;
}

static int tear_down(void **state)
{
    struct capture *capture = *state;
    history_free(capture->history);
    free(capture);
    return 0;
}

/* Feeds a frame 10 ns after the one before; returns its number. */
static uint32_t feed(struct capture *capture, struct aoe_frame frame)
{
    struct made made = {.frame = frame};
    seal(&made, AOE_FRAME_MIN);
    uint8_t *bytes = malloc(made.length);
    assert_non_null(bytes);
    memcpy(bytes, made.bytes, made.length);
    aoe_frame_decode(&made.frame, bytes, made.length, made.length);
    uint32_t number = ++capture->number;
    capture->times[number] = capture->times[number - 1] + 10;
    history_feed(capture->history, &made.frame, capture->vlan, number, capture->times[number]);
    free(bytes);
    return number;
}

static struct history_exchange find(const struct capture *capture, uint32_t number)
{
    struct history_exchange exchange;
    assert_true(history_find(capture->history, number, capture->times[number], &exchange));
    return exchange;
}

static struct aoe_frame tagged(struct aoe_frame frame, uint32_t tag)
{
    frame.tag = tag;
    return frame;
}

static struct aoe_frame read_of(uint32_t tag, uint64_t lba)
{
    return tagged(ata_request(ATA_READ, 1, lba), tag);
}

static struct aoe_frame data_of(uint32_t tag, uint64_t lba)
{
    static const uint8_t sector[AOE_SECTOR_BYTES];
    struct aoe_frame frame = tagged(ata_response(ATA_STATUS_DRDY, lba), tag);
    frame.payload = (struct aoe_span){sector, sizeof sector};
    return frame;
}

static void assert_answers(const struct capture *capture, uint32_t number, size_t count,
                           const uint32_t *expected)
{
    uint32_t answers[8];
    assert_int_equal(history_answers(capture->history, number, answers, 8), count);
    for (size_t i = 0; i < count && i < 8; i++)
        assert_int_equal(answers[i], expected[i]);
}

static void a_command_and_its_answer(void **state)
{
    struct capture *capture = *state;
    uint32_t request = feed(capture, read_of(1, 77)), answer = feed(capture, data_of(1, 77));
    struct history_exchange exchange = find(capture, request);
    assert_int_equal(exchange.kind, AOE_EXCHANGE_REQUEST);
    assert_int_equal(exchange.first, request);
    assert_int_equal(exchange.answer, answer);
    assert_int_equal(exchange.previous, 0);
    assert_int_equal(exchange.next, 0);
    exchange = find(capture, answer);
    assert_int_equal(exchange.kind, AOE_EXCHANGE_ANSWER);
    assert_true(exchange.closes);
    assert_int_equal(exchange.request, request);
    assert_int_equal(exchange.since_last, 10);
    assert_int_equal(exchange.since_first, 10);
    assert_int_equal(exchange.opcode, ATA_READ);
    assert_int_equal(exchange.count, 1);
    assert_int_equal(exchange.lba, 77);
    assert_answers(capture, request, 1, (uint32_t[]){answer});
}

static void what_was_not_fed_is_not_known(void **state)
{
    struct capture *capture = *state;
    struct history_exchange exchange;
    assert_false(history_find(capture->history, 1, 0, &exchange));
    uint32_t request = feed(capture, read_of(1, 77));
    assert_false(history_find(capture->history, 0, 0, &exchange));
    assert_false(history_find(capture->history, request + 1, 0, &exchange));
    assert_answers(capture, request, 0, NULL);
}

/* The registers of 28 bits keep bits of the device register above them. */
static void an_lba_of_28_bits_has_28(void **state)
{
    struct capture *capture = *state;
    struct aoe_frame request = read_of(1, 0x10), answer = data_of(1, 0x10);
    request.ata.aflags = 0;
    request.ata.lba[3] = 0xE0;
    feed(capture, request);
    assert_int_equal(find(capture, feed(capture, answer)).lba, 0x10);
}

static void repeats_with_the_same_tag(void **state)
{
    struct capture *capture = *state;
    uint32_t first = feed(capture, read_of(1, 5)), second = feed(capture, read_of(1, 5));
    uint32_t third = feed(capture, read_of(1, 5)), answer = feed(capture, data_of(1, 5));
    assert_int_equal(find(capture, first).next, second);
    assert_int_equal(find(capture, second).kind, AOE_EXCHANGE_REPEAT);
    assert_int_equal(find(capture, second).previous, first);
    assert_int_equal(find(capture, second).next, third);
    assert_int_equal(find(capture, third).previous, second);
    assert_int_equal(find(capture, third).first, first);
    assert_int_equal(find(capture, third).since_last, 10);
    assert_int_equal(find(capture, third).since_first, 20);
    for (uint32_t number = first; number <= third; number++) {
        assert_int_equal(find(capture, number).answer, answer);
        assert_answers(capture, number, 1, (uint32_t[]){answer});
    }
    assert_int_equal(find(capture, answer).request, third);
    assert_int_equal(find(capture, answer).first, first);
    assert_int_equal(find(capture, answer).since_last, 10);
    assert_int_equal(find(capture, answer).since_first, 30);
    assert_int_equal(find(capture, answer).repeats, 2);
}

static void repeats_with_a_new_tag(void **state)
{
    struct capture *capture = *state;
    uint32_t first = feed(capture, read_of(1, 5)), second = feed(capture, read_of(2, 5));
    uint32_t answer = feed(capture, data_of(1, 5)), late = feed(capture, data_of(2, 5));
    assert_int_equal(find(capture, second).kind, AOE_EXCHANGE_REPEAT_NEW);
    assert_int_equal(find(capture, second).previous, first);
    assert_int_equal(find(capture, first).next, second);
    assert_int_equal(find(capture, answer).kind, AOE_EXCHANGE_ANSWER);
    assert_int_equal(find(capture, answer).request, first);
    assert_int_equal(find(capture, late).kind, AOE_EXCHANGE_LATE);
    assert_int_equal(find(capture, late).request, second);
    assert_int_equal(find(capture, late).first, first);
    assert_answers(capture, second, 2, (uint32_t[]){answer, late});
}

static void the_repeat_that_was_not_needed(void **state)
{
    struct capture *capture = *state;
    uint32_t first = feed(capture, read_of(1, 5)), repeat = feed(capture, read_of(2, 5));
    feed(capture, data_of(1, 5));
    assert_false(find(capture, repeat).spurious);
    feed(capture, data_of(2, 5));
    assert_true(find(capture, repeat).spurious);
    assert_false(find(capture, first).spurious);
}

static void the_repeat_after_the_request_that_was_answered_late(void **state)
{
    struct capture *capture = *state;
    uint32_t first = feed(capture, read_of(1, 5)), repeat = feed(capture, read_of(2, 5));
    feed(capture, data_of(2, 5));
    uint32_t late = feed(capture, data_of(1, 5));
    assert_int_equal(find(capture, late).request, first);
    assert_true(find(capture, repeat).spurious);
    assert_false(find(capture, first).spurious);
}

static void duplicates_name_the_answer(void **state)
{
    struct capture *capture = *state;
    uint32_t request = feed(capture, read_of(1, 5)), answer = feed(capture, data_of(1, 5));
    uint32_t duplicate = feed(capture, data_of(1, 5));
    assert_int_equal(find(capture, duplicate).kind, AOE_EXCHANGE_DUPLICATE);
    assert_int_equal(find(capture, duplicate).answer, answer);
    assert_int_equal(find(capture, duplicate).request, request);
    assert_false(find(capture, duplicate).closes);
}

static struct aoe_frame discovery(void)
{
    struct aoe_frame frame = tagged(config_request(AOE_CONFIG_READ, ""), 9);
    memset(frame.destination, 0xFF, AOE_MAC_BYTES);
    frame.shelf = AOE_SHELF_ALL;
    frame.slot = AOE_SLOT_ALL;
    return frame;
}

static struct aoe_frame advert(uint8_t mac, uint16_t shelf)
{
    struct aoe_frame frame = tagged(config_response(AOE_CONFIG_READ, ""), 9);
    frame.source[5] = mac;
    frame.shelf = shelf;
    return frame;
}

static void a_broadcast_has_many_answers(void **state)
{
    struct capture *capture = *state;
    uint32_t request = feed(capture, discovery());
    uint32_t one = feed(capture, advert(1, 1)), two = feed(capture, advert(2, 2));
    uint32_t again = feed(capture, advert(2, 2));
    assert_answers(capture, request, 3, (uint32_t[]){one, two, again});
    assert_int_equal(find(capture, two).kind, AOE_EXCHANGE_ANSWER);
    assert_int_equal(find(capture, again).kind, AOE_EXCHANGE_DUPLICATE);
    assert_int_equal(find(capture, again).answer, two);
    assert_int_equal(find(capture, one).request, request);
}

static void unanswered_is_not_open(void **state)
{
    struct capture *capture = *state;
    uint32_t lost = feed(capture, read_of(1, 5));
    capture->times[capture->number] += PATIENCE;
    uint32_t repeat = feed(capture, read_of(2, 6));
    capture->times[capture->number] += 2;
    uint32_t last = feed(capture, read_of(3, 7));
    history_end(capture->history);
    assert_true(find(capture, lost).unanswered);
    assert_false(find(capture, lost).open);
    assert_false(find(capture, repeat).unanswered);
    assert_true(find(capture, last).open);
}

static void what_was_given_up_and_repeated_is_not_unanswered(void **state)
{
    struct capture *capture = *state;
    uint32_t lost = feed(capture, read_of(1, 5));
    capture->times[capture->number] += PATIENCE + 1;
    feed(capture, read_of(2, 6));
    assert_true(find(capture, lost).unanswered);
    uint32_t repeat = feed(capture, read_of(1, 5));
    assert_true(find(capture, repeat).given_up);
    assert_false(find(capture, lost).unanswered);
}

static void unsolicited_belongs_to_nothing(void **state)
{
    struct capture *capture = *state;
    uint32_t number = feed(capture, data_of(1, 5));
    assert_int_equal(find(capture, number).kind, AOE_EXCHANGE_UNSOLICITED);
    assert_int_equal(find(capture, number).request, 0);
    assert_int_equal(find(capture, number).first, 0);
}

static void vlans_are_apart(void **state)
{
    struct capture *capture = *state;
    capture->vlan = aoe_vlan_of(1, 10, 0);
    uint32_t request = feed(capture, read_of(1, 5));
    capture->vlan = aoe_vlan_of(1, 11, 0);
    assert_int_equal(find(capture, feed(capture, data_of(1, 5))).kind, AOE_EXCHANGE_UNSOLICITED);
    capture->vlan = aoe_vlan_of(1, 10, 0);
    assert_int_equal(find(capture, feed(capture, data_of(1, 5))).request, request);
}

/* ---- notes ---- */

struct seen {
    size_t count;
    struct history_note notes[8];
};

static void see(void *user, const struct history_note *note)
{
    struct seen *seen = user;
    assert_true(seen->count < COUNT(seen->notes));
    seen->notes[seen->count++] = *note;
}

static struct seen notes(const struct capture *capture, uint32_t number)
{
    struct seen seen = {0};
    history_notes(capture->history, number, see, &seen);
    return seen;
}

/* The one note about a frame, which must be of that kind. */
static struct history_note only(const struct capture *capture, uint32_t number,
                                enum history_note_kind kind)
{
    struct seen seen = notes(capture, number);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.notes[0].kind, kind);
    return seen.notes[0];
}

static void a_good_exchange_has_no_notes(void **state)
{
    struct capture *capture = *state;
    assert_int_equal(notes(capture, feed(capture, read_of(1, 5))).count, 0);
    assert_int_equal(notes(capture, feed(capture, data_of(1, 5))).count, 0);
}

static void a_broken_rule_is_noted_at_its_frame(void **state)
{
    struct capture *capture = *state;
    feed(capture, read_of(1, 5));
    struct aoe_frame bad = data_of(1, 5);
    bad.error = 3;
    uint32_t number = feed(capture, bad), next = feed(capture, read_of(2, 9));
    struct history_note note = only(capture, number, HISTORY_RULE);
    assert_string_equal(note.clause->id, "2.3-error");
    assert_int_equal(note.byte, 15);
    assert_int_equal(note.bytes, 1);
    assert_string_equal(note.expected, "0 (no E flag)");
    assert_string_equal(note.actual, "3");
    assert_int_equal(notes(capture, next).count, 0);
}

/* Without the request the rule would not know how much data there has to be. */
static void rules_know_the_request(void **state)
{
    struct capture *capture = *state;
    feed(capture, tagged(ata_request(ATA_READ, 2, 5), 1));
    assert_string_equal(only(capture, feed(capture, data_of(1, 5)), HISTORY_RULE).clause->id,
                        "3.1-data");
}

static void a_duplicate_breaks_a_rule(void **state)
{
    struct capture *capture = *state;
    feed(capture, read_of(1, 5));
    feed(capture, data_of(1, 5));
    assert_string_equal(only(capture, feed(capture, data_of(1, 5)), HISTORY_RULE).clause->id,
                        "2-once");
}

static void rules_can_be_off(void **state)
{
    static const struct history_options off = {.patience = PATIENCE};
    struct capture *capture = *state;
    history_free(capture->history);
    capture->history = history_new(&off);
    feed(capture, read_of(1, 5));
    feed(capture, data_of(1, 5));
    assert_int_equal(notes(capture, feed(capture, data_of(1, 5))).count, 0);
}

static struct aoe_frame advertised(uint16_t buffers, uint8_t sectors, uint8_t mac)
{
    struct aoe_frame frame = advert(mac, 7);
    frame.config.buffer_count = buffers;
    frame.config.sector_count = sectors;
    return frame;
}

static void one_buffer_is_few(void **state)
{
    struct capture *capture = *state;
    feed(capture, discovery());
    assert_string_equal(
        only(capture, feed(capture, advertised(1, 2, 2)), HISTORY_LOW_BUFFER_COUNT).actual, "1");
    feed(capture, discovery());
    assert_int_equal(notes(capture, feed(capture, advertised(2, 2, 2))).count, 0);
}

static void more_outstanding_than_buffers(void **state)
{
    struct capture *capture = *state;
    feed(capture, discovery());
    feed(capture, advertised(2, 2, 2));
    assert_int_equal(notes(capture, feed(capture, read_of(1, 1))).count, 0);
    assert_int_equal(notes(capture, feed(capture, read_of(2, 2))).count, 0);
    assert_string_equal(
        only(capture, feed(capture, read_of(3, 3)), HISTORY_OVER_BUFFER_COUNT).actual, "3");
    feed(capture, data_of(1, 1));
    feed(capture, data_of(2, 2));
    assert_int_equal(notes(capture, feed(capture, read_of(4, 4))).count, 0);
}

/* What was given up is not outstanding any more, until it is sent again. */
static void outstanding_ends_with_patience(void **state)
{
    struct capture *capture = *state;
    feed(capture, discovery());
    feed(capture, advertised(2, 2, 2));
    feed(capture, read_of(1, 1));
    feed(capture, read_of(2, 2));
    capture->times[capture->number] += PATIENCE + 1;
    assert_int_equal(notes(capture, feed(capture, read_of(3, 3))).count, 0);
    feed(capture, read_of(1, 1));
    only(capture, feed(capture, read_of(4, 4)), HISTORY_OVER_BUFFER_COUNT);
}

static void more_sectors_than_advertised(void **state)
{
    struct capture *capture = *state;
    feed(capture, discovery());
    feed(capture, advertised(9, 8, 2));
    assert_int_equal(notes(capture, feed(capture, tagged(ata_request(ATA_READ, 8, 0), 1))).count,
                     0);
    uint32_t over = feed(capture, tagged(ata_request(ATA_READ, 9, 0), 2));
    assert_string_equal(only(capture, over, HISTORY_OVER_SECTOR_COUNT).clause->id, "i-sectors");
    assert_int_equal(notes(capture, feed(capture, tagged(ata_request(ATA_VERIFY, 9, 0), 3))).count,
                     0);
}

static void more_sectors_than_the_mtu_carries(void **state)
{
    static const struct history_options options = {.patience = PATIENCE, .mtu = 1500};
    struct capture *capture = *state;
    history_free(capture->history);
    capture->history = history_new(&options);
    assert_int_equal(notes(capture, feed(capture, tagged(ata_request(ATA_READ, 2, 0), 1))).count,
                     0);
    only(capture, feed(capture, tagged(ata_request(ATA_READ, 3, 0), 2)), HISTORY_OVER_MTU);
}

static void two_targets_say_different_things(void **state)
{
    struct capture *capture = *state;
    feed(capture, discovery());
    uint32_t one = feed(capture, advertised(16, 2, 1)), same = feed(capture, advertised(16, 2, 2));
    uint32_t other = feed(capture, advertised(8, 2, 3));
    assert_int_equal(notes(capture, one).count, 0);
    assert_int_equal(notes(capture, same).count, 0);
    char text[64];
    snprintf(text, sizeof text, "not what frame %u says of the same address", same);
    assert_string_equal(only(capture, other, HISTORY_TWO_TARGETS).actual, text);
    feed(capture, discovery());
    assert_int_equal(notes(capture, feed(capture, advertised(4, 2, 3))).count, 0);
}

static struct aoe_frame identity(uint32_t tag, uint8_t mac, const uint8_t *data)
{
    struct aoe_frame frame = data_of(tag, 0);
    frame.source[5] = mac;
    frame.payload = (struct aoe_span){data, AOE_SECTOR_BYTES};
    return frame;
}

static struct aoe_frame identify(uint32_t tag, uint8_t mac)
{
    struct aoe_frame frame = tagged(ata_request(ATA_IDENTIFY, 1, 0), tag);
    frame.destination[5] = mac;
    return frame;
}

static void two_targets_have_different_serials(void **state)
{
    struct capture *capture = *state;
    struct ata_identity disk = {.serial = "A", .model = "disk", .lba = true, .lba28_sectors = 9};
    uint8_t one[AOE_SECTOR_BYTES], other[AOE_SECTOR_BYTES];
    ata_identify_encode(&disk, one);
    disk.serial[0] = 'B';
    ata_identify_encode(&disk, other);
    feed(capture, identify(1, 1));
    assert_int_equal(notes(capture, feed(capture, identity(1, 1, one))).count, 0);
    feed(capture, identify(2, 2));
    assert_int_equal(notes(capture, feed(capture, identity(2, 2, one))).count, 0);
    feed(capture, identify(3, 3));
    only(capture, feed(capture, identity(3, 3, other)), HISTORY_TWO_TARGETS);
}

/* ---- size ---- */

static void a_command_takes_64_bytes(void **state)
{
    enum { COMMANDS = 1 << 14 };
    struct capture *capture = *state;
    struct made request = {.frame = read_of(0, 5)}, answer = {.frame = data_of(0, 5)};
    for (uint32_t i = 0; i < COMMANDS; i++) {
        request.frame.tag = answer.frame.tag = i;
        seal(&request, AOE_FRAME_MIN);
        seal(&answer, AOE_FRAME_MIN);
        history_feed(capture->history, &request.frame, 0, 2 * i + 1, i);
        history_feed(capture->history, &answer.frame, 0, 2 * i + 2, i);
    }
    assert_in_range(history_bytes(capture->history) / COMMANDS, 64, 65);
    struct history_exchange exchange;
    assert_true(history_find(capture->history, COMMANDS, 0, &exchange));
    assert_int_equal(exchange.request, COMMANDS - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_HISTORY(a_command_and_its_answer),
        WITH_HISTORY(what_was_not_fed_is_not_known),
        WITH_HISTORY(an_lba_of_28_bits_has_28),
        WITH_HISTORY(repeats_with_the_same_tag),
        WITH_HISTORY(repeats_with_a_new_tag),
        WITH_HISTORY(the_repeat_that_was_not_needed),
        WITH_HISTORY(the_repeat_after_the_request_that_was_answered_late),
        WITH_HISTORY(duplicates_name_the_answer),
        WITH_HISTORY(a_broadcast_has_many_answers),
        WITH_HISTORY(unanswered_is_not_open),
        WITH_HISTORY(what_was_given_up_and_repeated_is_not_unanswered),
        WITH_HISTORY(unsolicited_belongs_to_nothing),
        WITH_HISTORY(vlans_are_apart),
        WITH_HISTORY(a_good_exchange_has_no_notes),
        WITH_HISTORY(a_broken_rule_is_noted_at_its_frame),
        WITH_HISTORY(rules_know_the_request),
        WITH_HISTORY(a_duplicate_breaks_a_rule),
        WITH_HISTORY(rules_can_be_off),
        WITH_HISTORY(one_buffer_is_few),
        WITH_HISTORY(more_outstanding_than_buffers),
        WITH_HISTORY(outstanding_ends_with_patience),
        WITH_HISTORY(more_sectors_than_advertised),
        WITH_HISTORY(more_sectors_than_the_mtu_carries),
        WITH_HISTORY(two_targets_say_different_things),
        WITH_HISTORY(two_targets_have_different_serials),
        WITH_HISTORY(a_command_takes_64_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
