/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of the media, and counts: none, too many, as many as there may be. */
#include "family.h"

#define PLAIN model_carry_out(model, request, response, silent)

/* The range of an addressed command that is whole and may be carried out but for where it ends. */
static bool is_ranged(const struct aoe_frame *request)
{
    return (is_read(request) || is_write(request)) && request->ata.count;
}

static bool is_past_end(const struct model *model, const struct aoe_frame *request)
{
    uint64_t lba = aoe_ata_lba(&request->ata);
    return is_ranged(request) &&
           (lba >= model->disk.sectors || request->ata.count > model->disk.sectors - lba);
}

static bool failed_past_end(const struct model *model, const struct aoe_frame *request,
                            const struct aoe_frame *response)
{
    return failed(request, response) && response->ata.feature == ATA_ERROR_IDNF &&
           is_past_end(model, request);
}

/* A good response to a read, with what `model->payload` holds. */
static void succeed_with_payload(struct model *model, const struct aoe_frame *request,
                                 struct aoe_frame *response)
{
    family_succeed(response);
    response->payload =
        (struct aoe_span){model->payload, (size_t)request->ata.count * AOE_SECTOR_BYTES};
}

/* How many of the sectors lie on the media. */
static size_t inside(const struct model *model, const struct aoe_frame *request)
{
    uint64_t lba = aoe_ata_lba(&request->ata);
    return lba < model->disk.sectors ? (size_t)(model->disk.sectors - lba) : 0;
}

/* 3.1-range */

ON_RESPONSE(read_past_end_returns_zeros)
{
    if (!is_read(request) || !failed_past_end(model, request, response))
        return;
    memset(model->payload, 0, (size_t)request->ata.count * AOE_SECTOR_BYTES);
    succeed_with_payload(model, request, response);
}

ON_RESPONSE(read_past_end_returns_old)
{
    if (is_read(request) && failed_past_end(model, request, response))
        succeed_with_payload(model, request, response);
}

ON_RESPONSE(dma_read_past_end_returns_zeros)
{
    if (request->ata.opcode == ATA_READ_DMA || request->ata.opcode == ATA_READ_DMA_EXT)
        read_past_end_returns_zeros(user, model, request, response, silent);
}

ON_RESPONSE(read_crossing_end_filled)
{
    size_t count = inside(model, request);
    if (!count || !is_read(request) || !failed_past_end(model, request, response))
        return;
    memset(model->payload, 0, (size_t)request->ata.count * AOE_SECTOR_BYTES);
    model->disk.read(model->disk.user, aoe_ata_lba(&request->ata), count, model->payload);
    succeed_with_payload(model, request, response);
}

ON_RESPONSE(write_past_end_acknowledged)
{
    if (is_write(request) && failed_past_end(model, request, response))
        family_succeed(response);
}

/* Stores what fits; `value` is 1 where it also says that all is well. */
ON_RESPONSE(write_crossing_end_stored)
{
    size_t count = inside(model, request);
    if (!count || !is_write(request) || !failed_past_end(model, request, response))
        return;
    model->disk.write(model->disk.user, aoe_ata_lba(&request->ata), count, request->payload.bytes);
    if (((struct deviant *)user)->value)
        family_succeed(response);
}

ON_RESPONSE(write_past_end_wraps)
{
    if (!is_write(request) || !failed_past_end(model, request, response))
        return;
    for (size_t i = 0; i < request->ata.count; i++)
        model->disk.write(model->disk.user, (aoe_ata_lba(&request->ata) + i) % model->disk.sectors,
                          1, request->payload.bytes + i * AOE_SECTOR_BYTES);
    family_succeed(response);
}

ON_RESPONSE(past_end_as_aoe_error)
{
    if (failed_past_end(model, request, response))
        model_set_error(response, AOE_ERROR_ARGUMENT);
}

ON_RESPONSE(past_end_as_unc)
{
    if (failed_past_end(model, request, response))
        response->ata.feature = ATA_ERROR_UNC;
}

ON_RESPONSE(past_end_ignored)
{
    *silent = *silent || failed_past_end(model, request, response);
}

ON_RESPONSE(verify_past_end_succeeds)
{
    if (failed(request, response) && response->ata.feature == ATA_ERROR_IDNF &&
        is_transfer(request, ATA_NO_DATA))
        family_succeed(response);
}

/* The media grows by what is written right behind its end, up to a few sectors. */

enum { GROWTH = 64 };

ON_OPEN(note_sectors)
{
    ((struct deviant *)user)->count = model->disk.sectors;
}

ON_RESPONSE(media_grows)
{
    struct deviant *d = user;
    uint64_t lba = aoe_ata_lba(&request->ata);
    if (!is_write(request) || !failed_past_end(model, request, response) ||
        lba + request->ata.count > d->count + GROWTH)
        return;
    struct model_disk larger = model->disk;
    larger.sectors = lba + request->ata.count;
    model_set_disk(model, &larger);
    model->disk.write(model->disk.user, lba, request->ata.count, request->payload.bytes);
    family_succeed(response);
}

static uint8_t *grown(struct deviant *d, uint64_t lba)
{
    return lba < d->count ? NULL : d->write.data + (lba - d->count) * AOE_SECTOR_BYTES;
}

ON_READ(read_grown)
{
    int result = 0;
    for (size_t i = 0; i < count && !result; i++) {
        uint8_t *sector = grown(user, lba + i), *here = (uint8_t *)to + i * AOE_SECTOR_BYTES;
        if (sector)
            memcpy(here, sector, AOE_SECTOR_BYTES);
        else
            result = next->read(next->user, lba + i, 1, here);
    }
    return result;
}

ON_WRITE(write_grown)
{
    int result = 0;
    for (size_t i = 0; i < count && !result; i++) {
        uint8_t *sector = grown(user, lba + i);
        const uint8_t *here = (const uint8_t *)from + i * AOE_SECTOR_BYTES;
        if (sector)
            memcpy(sector, here, AOE_SECTOR_BYTES);
        else
            result = next->write(next->user, lba + i, 1, here);
    }
    return result;
}

/* 3.1-capacity */

ON_OPEN(last_sector_missing)
{
    model->disk.sectors--;
}

/* 3.1-max-count */

static bool is_too_many(const struct model *model, const struct aoe_frame *request)
{
    return is_ranged(request) && request->ata.count > model_sector_count(model);
}

ON_CARRY_OUT(too_many_write_cut)
{
    struct aoe_frame cut = *request;
    if (is_too_many(model, request) && is_write(request))
        cut.ata.count = model_sector_count(model);
    return model_carry_out(model, &cut, response, silent);
}

ON_CARRY_OUT(too_many_partly_written)
{
    struct aoe_frame first = *request;
    first.ata.count = model_sector_count(model);
    if (is_too_many(model, request) && is_write(request))
        model_carry_out(model, &first, response, silent);
    return PLAIN;
}

ON_CARRY_OUT(too_many_read_cut)
{
    struct aoe_frame cut = *request;
    if (is_too_many(model, request) && is_read(request))
        cut.ata.count = model_sector_count(model);
    return model_carry_out(model, &cut, response, silent);
}

ON_RESPONSE(too_many_ignored)
{
    *silent = *silent || is_too_many(model, request);
}

ON_RESPONSE(too_many_as_idnf)
{
    if (!is_too_many(model, request))
        return;
    model_set_error(response, AOE_ERROR_NONE);
    family_fail(response, ATA_ERROR_IDNF);
}

ON_RESPONSE(too_many_reads_ignored)
{
    *silent = *silent || (is_too_many(model, request) && is_read(request));
}

ON_RESPONSE(too_many_acknowledged)
{
    if (is_too_many(model, request) && is_write(request))
        family_succeed(response);
}

/* 3.1-max-served */

static bool is_most(const struct model *model, const struct aoe_frame *request)
{
    return is_ranged(request) && request->ata.count == model_sector_count(model);
}

ON_CARRY_OUT(most_refused)
{
    return is_most(model, request) ? AOE_ERROR_ARGUMENT : PLAIN;
}

ON_RESPONSE(most_written_ignored)
{
    *silent = *silent || (is_most(model, request) && is_write(request));
}

ON_RESPONSE(most_read_ignored)
{
    *silent = *silent || (is_most(model, request) && is_read(request));
}

ON_RECEIVE(jumbo_dropped)
{
    return length > ((struct deviant *)user)->value ? 0 : length;
}

ON_SEND(jumbo_not_sent)
{
    if (length <= ((struct deviant *)user)->value)
        next->send(next->user, frame, length);
}

/* Sectors behind the first eight of a command are read from the first eight. */
ON_READ(jumbo_reads_repeat)
{
    int result = next->read(next->user, lba, count, to);
    for (size_t i = 8; i < count; i++)
        memcpy((uint8_t *)to + i * AOE_SECTOR_BYTES, (uint8_t *)to + i % 8 * AOE_SECTOR_BYTES,
               AOE_SECTOR_BYTES);
    return result;
}

/* 3.1-count-zero */

static bool is_none(const struct aoe_frame *request)
{
    return (is_read(request) || is_write(request)) && !request->ata.count;
}

ON_RESPONSE(count_zero_ignored)
{
    *silent = *silent || is_none(request);
}

/* A read of none is taken for one of `value` sectors. */
ON_CARRY_OUT(count_zero_reads)
{
    struct aoe_frame meant = *request;
    if (is_none(request) && is_read(request))
        meant.ata.count = (uint8_t)((struct deviant *)user)->value;
    return model_carry_out(model, &meant, response, silent);
}

ON_CARRY_OUT(count_zero_writes_payload)
{
    struct aoe_frame meant = *request;
    if (is_none(request) && is_write(request))
        meant.ata.count = (uint8_t)(request->payload.length / AOE_SECTOR_BYTES);
    return model_carry_out(model, &meant, response, silent);
}

/* The data of a frame that brings none: zeros. */
ON_CARRY_OUT(count_zero_clears)
{
    static const uint8_t zeros[AOE_SECTOR_BYTES];
    uint64_t lba = aoe_ata_lba(&request->ata);
    if (is_none(request) && is_write(request) && lba < model->disk.sectors)
        model->disk.write(model->disk.user, lba, 1, zeros);
    return PLAIN;
}

static const struct deviation deviations[] = {
    {"read-past-end-returns-zeros", "3.1-range", "a read past the end returns zeros as good data",
     .hooks.model.response = read_past_end_returns_zeros},
    {"read-past-end-returns-old", "3.1-range",
     "a read past the end returns old memory as good data",
     .hooks.model.response = read_past_end_returns_old},
    {"dma-read-past-end-returns-zeros", "3.1-range",
     "a DMA read past the end returns zeros as good data",
     .hooks.model.response = dma_read_past_end_returns_zeros},
    {"read-crossing-end-filled", "3.1-range",
     "a read across the end returns what there is, then zeros",
     .hooks.model.response = read_crossing_end_filled},
    {"write-past-end-acknowledged", "3.1-range", "a write past the end is acknowledged",
     .hooks.model.response = write_past_end_acknowledged},
    {"write-crossing-end-stored", "3.1-range",
     "a write across the end fails after storing the sectors before it",
     .hooks.model.response = write_crossing_end_stored},
    {"write-crossing-end-acknowledged", "3.1-range",
     "a write across the end stores the sectors before it and succeeds", .value = 1,
     .hooks.model.response = write_crossing_end_stored},
    {"write-past-end-wraps", "3.1-range", "a write past the end goes on at sector 0",
     .hooks.model.response = write_past_end_wraps},
    {"past-end-as-aoe-error", "3.1-range", "a command past the end gets AoE error 2",
     .hooks.model.response = past_end_as_aoe_error},
    {"past-end-as-unc", "3.1-range", "a command past the end fails with UNC",
     .hooks.model.response = past_end_as_unc},
    {"past-end-ignored", "3.1-range", "a command past the end gets no response",
     .hooks.model.response = past_end_ignored},
    {"verify-past-end-succeeds", "3.1-range", "READ VERIFY past the end succeeds",
     .hooks.model.response = verify_past_end_succeeds},
    {"media-grows", "3.1-range", "a write right behind the end enlarges the media",
     .hooks = {.open = note_sectors,
               .model.response = media_grows,
               .read = read_grown,
               .write = write_grown}},
    {"last-sector-missing", "3.1-capacity", "the last sector of the capacity cannot be read",
     .hooks.open = last_sector_missing},
    {"too-many-write-cut", "3.1-max-count",
     "a write of more sectors than advertised succeeds and stores as many as advertised",
     .hooks.model.carry_out = too_many_write_cut},
    {"too-many-partly-written", "3.1-max-count",
     "a write of more sectors than advertised is refused, but some are stored",
     .hooks.model.carry_out = too_many_partly_written},
    {"too-many-read-cut", "3.1-max-count",
     "a read of more sectors than advertised returns as many as advertised",
     .hooks.model.carry_out = too_many_read_cut},
    {"too-many-ignored", "3.1-max-count",
     "a command of more sectors than advertised gets no response",
     .hooks.model.response = too_many_ignored},
    {"too-many-reads-ignored", "3.1-max-count",
     "a read of more sectors than advertised gets no response",
     .hooks.model.response = too_many_reads_ignored},
    {"too-many-as-idnf", "3.1-max-count",
     "a command of more sectors than advertised fails with IDNF",
     .hooks.model.response = too_many_as_idnf},
    {"too-many-acknowledged", "3.1-max-count",
     "a write of more sectors than advertised is acknowledged, not stored",
     .hooks.model.response = too_many_acknowledged},
    {"most-refused", "3.1-max-served", "a command of as many sectors as advertised gets error 2",
     .hooks.model.carry_out = most_refused},
    {"most-written-ignored", "3.1-max-served",
     "a write of as many sectors as advertised gets no response",
     .hooks.model.response = most_written_ignored},
    {"most-read-ignored", "3.1-max-served",
     "a read of as many sectors as advertised gets no response",
     .hooks.model.response = most_read_ignored},
    {"jumbo-dropped", "3.1-max-served", "frames over 1514 bytes get no response", "mtu=9000",
     .value = 1514, .hooks.receive = jumbo_dropped},
    {"jumbo-not-sent", "3.1-max-served", "responses over 1514 bytes are not sent", "mtu=9000",
     .value = 1514, .hooks.send = jumbo_not_sent},
    {"jumbo-over-8192-dropped", "3.1-max-served", "frames over 8192 bytes get no response",
     "mtu=9000", .value = 8192, .hooks.receive = jumbo_dropped},
    {"jumbo-reads-repeat", "3.1-max-served",
     "a read of more than 8 sectors returns the first 8 again", "mtu=9000",
     .hooks.read = jumbo_reads_repeat},
    {"count-zero-ignored", "3.1-count-zero", "a command with count 0 gets no response",
     .hooks.model.response = count_zero_ignored},
    {"count-zero-read-returns-one", "3.1-count-zero", "a read with count 0 returns a sector",
     .value = 1, .hooks.model.carry_out = count_zero_reads},
    {"count-zero-read-returns-two", "3.1-count-zero", "a read with count 0 returns two sectors",
     .value = 2, .hooks.model.carry_out = count_zero_reads},
    {"count-zero-writes-payload", "3.1-count-zero",
     "a write with count 0 stores what the frame carries",
     .hooks.model.carry_out = count_zero_writes_payload},
    {"count-zero-clears", "3.1-count-zero", "a write with count 0 fills a sector with zeros",
     .hooks.model.carry_out = count_zero_clears},
};

const struct family family_range = FAMILY(deviations);
