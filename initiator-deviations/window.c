/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the target advertises is read wrongly or exceeded: clauses i-bufcount and i-sectors. */
#include "family.h"

ON_WINDOW(window_none)
{
    return window ? COMMANDS_MAX : 0;
}

ON_WINDOW(window_one_more)
{
    return window + 1;
}

/* A ring that is never quite full. */
ON_WINDOW(window_one_less)
{
    return window ? window - 1 : 0;
}

ON_WINDOW(window_half)
{
    return window / 2;
}

ON_WINDOW(window_never_lowered)
{
    struct deviant *deviant = user;
    if (window > deviant->most)
        deviant->most = window;
    return deviant->most;
}

static unsigned advertised(const struct engine *engine)
{
    return engine->target.path_count ? engine->target.paths[0].buffer_count : 0;
}

/* What the target takes back is taken from what it has left, once more. */
ON_CONFIG(count_lowered)
{
    struct deviant *deviant = user;
    if (engine->phase == PHASE_TRANSFERS && frame->config.buffer_count < advertised(engine))
        deviant->most = advertised(engine) - frame->config.buffer_count;
    return true;
}

ON_WINDOW(window_less_the_difference)
{
    const struct deviant *deviant = user;
    return window > deviant->most ? window - deviant->most : 0;
}

ON_OPEN(places_given_back)
{
    ((struct deviant *)user)->most = 0;
}

/* There are as many places for commands as buffers were advertised at first. */
ON_REQUEST(places_of_first_count)
{
    struct deviant *deviant = user;
    if (!deviant->most)
        deviant->most = advertised(engine);
    if (deviant->most && engine->commands.open > deviant->most)
        abort();
    return length;
}

/* What is repeated is not counted: its first message is thought to be lost. */
ON_WINDOW(window_without_repeats)
{
    unsigned repeated = 0;
    for (size_t i = 0; i < COMMANDS_MAX; i++) {
        const struct command *command = &engine->commands.all[i];
        repeated += command->open && is_repeat(command);
    }
    return window + repeated;
}

ON_WINDOW(window_eight_bits)
{
    return (uint8_t)window;
}

ON_WINDOW(window_signed)
{
    return window > INT16_MAX ? 0 : window;
}

ON_CONFIG(count_of_firmware)
{
    frame->config.buffer_count = frame->config.firmware;
    return true;
}

ON_CONFIG(count_swapped)
{
    unsigned count = frame->config.buffer_count;
    frame->config.buffer_count = (uint16_t)(count << 8 | count >> 8);
    return true;
}

ON_CONFIG(count_zero_is_one)
{
    if (!frame->config.buffer_count)
        frame->config.buffer_count = 1;
    return true;
}

/* As if the response had not come; and nobody is told, however long it takes. */
ON_CONFIG(count_zero_is_silence)
{
    if (frame->config.buffer_count)
        return true;
    engine->query_attempt.first = FOR_EVER;
    return false;
}

ON_SECTORS(sectors_of_mtu)
{
    enum { OTHER_BYTES = AOE_ATA_BYTES - AOE_ETHERNET_BYTES };
    uint32_t room = engine->settings.mtu < OTHER_BYTES ? 0 : engine->settings.mtu - OTHER_BYTES;
    uint32_t most = room / AOE_SECTOR_BYTES;
    return (uint8_t)(most < UINT8_MAX ? most : UINT8_MAX);
}

ON_SECTORS(sectors_one_more)
{
    return (uint8_t)(sectors + 1);
}

ON_SECTORS(sectors_of_mtu_in_writes)
{
    return direction == ATA_DATA_OUT ? sectors_of_mtu(user, engine, direction, sectors) : sectors;
}

/* What the target says, whatever the link carries. */
ON_SECTORS(sectors_as_advertised)
{
    const struct target *target = &engine->target;
    return target->path_count ? target->paths[0].sector_count : 0;
}

static uint8_t least(uint8_t a, size_t b)
{
    return b < a ? (uint8_t)b : a;
}

ON_SECTORS(sectors_rounded_up)
{
    uint8_t advertised = sectors_as_advertised(user, engine, direction, sectors);
    return least(advertised, engine->settings.mtu / AOE_SECTOR_BYTES + 1);
}

ON_SECTORS(sectors_without_header)
{
    uint8_t advertised = sectors_as_advertised(user, engine, direction, sectors);
    return least(advertised, engine->settings.mtu / AOE_SECTOR_BYTES);
}

/* What the longest jumbo frames of some switches carry. */
ON_SECTORS(sectors_of_longer_jumbo)
{
    return engine->settings.mtu >= 9000 && direction == ATA_DATA_IN ? (uint8_t)(sectors + 1)
                                                                    : sectors;
}

ON_CONFIG(sectors_zero_refused)
{
    return frame->config.sector_count;
}

ON_CONFIG(sectors_zero_is_all)
{
    if (!frame->config.sector_count)
        frame->config.sector_count = UINT8_MAX;
    return true;
}

ON_CONFIG(sectors_signed)
{
    return frame->config.sector_count <= INT8_MAX;
}

ON_CONFIG(sectors_of_next_byte)
{
    frame->config.sector_count = (uint8_t)(AOE_VERSION << 4 | frame->config.ccmd);
    return true;
}

static const struct deviation deviations[] = {
    {"bufcount-ignored",
     "i-bufcount",
     "the buffer count is not looked at, but for 0",
     NULL,
     {.window = window_none}},
    {"bufcount-one-more",
     "i-bufcount",
     "one command more than the buffer count is outstanding",
     "depth=32",
     {.window = window_one_more}},
    {"bufcount-one-less",
     "i-bufcount",
     "one command less than the buffer count is sent: with a count of 1 none",
     NULL,
     {.window = window_one_less}},
    {"bufcount-half",
     "i-bufcount",
     "half of the buffer count is used: with a count of 1 none",
     NULL,
     {.window = window_half}},
    {"bufcount-never-lowered",
     "i-bufcount",
     "the highest buffer count ever advertised is used",
     NULL,
     {.window = window_never_lowered}},
    {"bufcount-lowered-stops",
     "i-bufcount",
     "once the buffer count sinks in the midst of work, nothing is sent any more",
     NULL,
     {.config = count_lowered, .window = window_less_the_difference}},
    {"bufcount-raised-overruns",
     "i-bufcount",
     "more commands than the first buffer count run over their table",
     "stay",
     {.open = places_given_back, .request = places_of_first_count}},
    {"bufcount-without-repeats",
     "i-bufcount",
     "commands that were repeated are not counted as outstanding",
     NULL,
     {.window = window_without_repeats}},
    {"bufcount-8-bits",
     "i-bufcount",
     "the low byte of the buffer count is used",
     NULL,
     {.window = window_eight_bits}},
    {"bufcount-signed",
     "i-bufcount",
     "a buffer count above 32767 is negative: none is sent",
     NULL,
     {.window = window_signed}},
    {"bufcount-of-firmware",
     "i-bufcount",
     "the firmware is taken for the buffer count",
     NULL,
     {.config = count_of_firmware}},
    {"bufcount-swapped",
     "i-bufcount",
     "the bytes of the buffer count are swapped",
     NULL,
     {.config = count_swapped}},
    {"bufcount-0-is-1",
     "i-bufcount",
     "a buffer count of 0 is taken for 1",
     NULL,
     {.config = count_zero_is_one}},
    {"bufcount-0-is-silence",
     "i-bufcount",
     "with a buffer count of 0 nothing is said, for ever",
     NULL,
     {.config = count_zero_is_silence}},
    {"sectors-of-mtu",
     "i-sectors",
     "commands have as many sectors as the MTU carries",
     NULL,
     {.sectors = sectors_of_mtu}},
    {"sectors-one-more",
     "i-sectors",
     "commands have one sector more than advertised",
     NULL,
     {.sectors = sectors_one_more}},
    {"sectors-of-mtu-in-writes",
     "i-sectors",
     "writes have as many sectors as the MTU carries",
     NULL,
     {.sectors = sectors_of_mtu_in_writes}},
    {"sectors-as-advertised",
     "i-sectors",
     "the MTU is not looked at",
     NULL,
     {.sectors = sectors_as_advertised}},
    {"sectors-rounded-up",
     "i-sectors",
     "a part of a sector that the MTU carries counts as one",
     NULL,
     {.sectors = sectors_rounded_up}},
    {"sectors-without-header",
     "i-sectors",
     "that frames have a header is forgotten",
     "mtu=1540",
     {.sectors = sectors_without_header}},
    {"sectors-jumbo-one-more",
     "i-sectors",
     "where the MTU is 9000, reads are for one sector more than it carries",
     "mtu=9000",
     {.sectors = sectors_of_longer_jumbo}},
    {"sectors-0-refused",
     "i-sectors",
     "a sector count of 0 is taken for no disk",
     NULL,
     {.config = sectors_zero_refused}},
    {"sectors-0-is-all",
     "i-sectors",
     "a sector count of 0 is taken for whatever the MTU carries",
     "mtu=9000",
     {.config = sectors_zero_is_all}},
    {"sectors-signed",
     "i-sectors",
     "a sector count above 127 is negative: no disk",
     NULL,
     {.config = sectors_signed}},
    {"sectors-of-next-byte",
     "i-sectors",
     "the byte behind the sector count is taken for it",
     NULL,
     {.config = sectors_of_next_byte}},
};

const struct family family_window = FAMILY(deviations);
