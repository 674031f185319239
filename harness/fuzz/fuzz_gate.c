/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any frames at the gate: what could change something does not pass without permission, and the
 * harness's own address stays in every list. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WINDOW = 100, WINDOW_SECTORS = 20 };

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static bool has_own(const struct gate *gate)
{
    for (size_t i = 0; i < gate->mask_count; i++)
        if (!memcmp(gate->masks[i], gate->own, AOE_MAC_BYTES))
            return true;
    return gate->mask_count == 0;
}

static void check_write(const struct aoe_frame *frame)
{
    uint64_t lba = aoe_ata_lba(&frame->ata);
    size_t count = ata_data_bytes(&frame->ata, ATA_DATA_OUT) / AOE_SECTOR_BYTES;
    if (frame->extent == AOE_EXTENT_ARGUMENT && frame->command == AOE_COMMAND_ATA && count)
        require((lba >= WINDOW && lba + count <= WINDOW + WINDOW_SECTORS) || lba >= 1000,
                "what is written lies in the window");
}

static void pass(struct gate *gate, const uint8_t *bytes, size_t length)
{
    char text[160];
    const char *never;
    struct aoe_frame frame;
    unsigned effects = gate_effects(bytes, length, &never);
    const char *refusal = gate_refuses(gate, bytes, length, text, sizeof text);
    require(refusal || !never, "what is never sent is refused");
    require(refusal || !(effects & ~gate->allowed), "what is not allowed is refused");
    aoe_frame_decode(&frame, bytes, length, length);
    require(refusal || !effects || !memcmp(frame.destination, gate->target, AOE_MAC_BYTES),
            "changes go to the target");
    if (refusal)
        return;
    check_write(&frame);
    gate_sent(gate, bytes, length);
    require(gate->mask_count <= AOE_LIST_MAX, "a list has 255 addresses at most");
    require(has_own(gate), "the own address is in the list");
}

/* What is allowed, then for each frame its length in two bytes and its bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gate gate = {.target_known = true,
                        .target = {2, 0, 0, 0, 0, 0xAA},
                        .capacity = 1000,
                        .own = {2, 0, 0, 0, 0, 1}};
    struct aoe_cursor cursor = aoe_cursor(data, size);
    gate.allowed = aoe_take_u8(&cursor) & (TOUCH_TARGET | TOUCH_LINK);
    gate_add_extent(&gate, WINDOW, WINDOW_SECTORS);
    while (aoe_cursor_left(&cursor) > 2) {
        size_t length = aoe_take_be16(&cursor);
        if (length > aoe_cursor_left(&cursor))
            length = aoe_cursor_left(&cursor);
        uint8_t *bytes = malloc(length + !length);
        if (!bytes)
            break;
        aoe_take_copy(&cursor, bytes, length);
        pass(&gate, bytes, length);
        free(bytes);
    }
    return 0;
}
