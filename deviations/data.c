/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much data goes with a command, and where in the frame. */
#include "family.h"

#define PLAIN model_carry_out(model, request, response, silent)

static struct aoe_span payload(const struct model *model, size_t length)
{
    return (struct aoe_span){model->payload, length};
}

static bool has_data(const struct aoe_frame *request, const struct aoe_frame *response)
{
    return is_read(request) && succeeded(request, response) && response->payload.length;
}

/* 3.1-data: `value` bytes more, or fewer as a number of two's complement. */

ON_RESPONSE(read_length_changed)
{
    if (!has_data(request, response))
        return;
    memset(model->payload + response->payload.length, 0, AOE_SECTOR_BYTES);
    response->payload.length += (size_t)((struct deviant *)user)->value;
}

ON_RESPONSE(read_of_one_returns_most)
{
    size_t most = model_sector_count(model);
    if (!has_data(request, response) || request->ata.count != 1 ||
        aoe_ata_lba(&request->ata) + most > model->disk.sectors)
        return;
    model->disk.read(model->disk.user, aoe_ata_lba(&request->ata), most, model->payload);
    response->payload = payload(model, most * AOE_SECTOR_BYTES);
}

ON_BYTES(read_data_two_bytes_early)
{
    if (!is_read(request) || length <= AOE_FRAME_MIN)
        return length;
    memmove(bytes + AOE_ATA_BYTES - 2, bytes + AOE_ATA_BYTES, length - AOE_ATA_BYTES);
    return length - 2;
}

ON_BYTES(read_data_two_bytes_late)
{
    if (!is_read(request) || length <= AOE_FRAME_MIN)
        return length;
    memmove(bytes + AOE_ATA_BYTES + 2, bytes + AOE_ATA_BYTES, length - AOE_ATA_BYTES - 2);
    memset(bytes + AOE_ATA_BYTES, 0, 2);
    return length;
}

ON_RESPONSE(read_padded_to_most)
{
    size_t most = (size_t)model_sector_count(model) * AOE_SECTOR_BYTES;
    if (!has_data(request, response))
        return;
    memset(model->payload + response->payload.length, 0, most - response->payload.length);
    response->payload.length = most;
}

ON_RESPONSE(write_returns_data)
{
    if (is_write(request) && succeeded(request, response))
        response->payload = request->payload;
}

ON_RESPONSE(failed_read_carries_zeros)
{
    size_t length = (size_t)request->ata.count * AOE_SECTOR_BYTES;
    if (!is_read(request) || !failed(request, response))
        return;
    memset(model->payload, 0, length);
    response->payload = payload(model, length);
}

ON_RESPONSE(failed_read_carries_old)
{
    if (is_read(request) && failed(request, response))
        response->payload = payload(model, (size_t)request->ata.count * AOE_SECTOR_BYTES);
}

ON_RESPONSE(refused_write_carries_data)
{
    if (is_write(request) && response->error)
        response->payload = request->payload;
}

ON_RESPONSE(verify_returns_data)
{
    if (is_transfer(request, ATA_NO_DATA) && succeeded(request, response))
        response->payload = payload(model, (size_t)request->ata.count * AOE_SECTOR_BYTES);
}

ON_RESPONSE(read_with_flag_empty)
{
    if (!is_read(request) || !(request->ata.aflags & AOE_ATA_WRITE))
        return;
    family_succeed(response);
}

/* All whole sectors of the frame are stored, whatever the count says. */
ON_CARRY_OUT(excess_written)
{
    struct aoe_frame all = *request;
    size_t count = request->payload.length / AOE_SECTOR_BYTES;
    if (is_write(request) && count > request->ata.count && count <= model_sector_count(model))
        all.ata.count = (uint8_t)count;
    return model_carry_out(model, &all, response, silent);
}

/* 3.1-short-write */

static bool is_short_write(const struct model *model, const struct aoe_frame *request)
{
    return is_write(request) && request->ata.count <= model_sector_count(model) &&
           request->payload.length < (size_t)request->ata.count * AOE_SECTOR_BYTES;
}

/* The request with all of its data, the missing part from `memory`. */
static struct aoe_frame filled_up(const struct aoe_frame *request, uint8_t *memory)
{
    struct aoe_frame whole = *request;
    size_t length = (size_t)request->ata.count * AOE_SECTOR_BYTES;
    memcpy(memory, request->payload.bytes, request->payload.length);
    whole.payload = (struct aoe_span){memory, length};
    whole.raw.length = AOE_ATA_BYTES + length;
    return whole;
}

ON_CARRY_OUT(short_write_from_old_memory)
{
    struct deviant *d = user;
    if (is_short_write(model, request)) {
        struct aoe_frame whole = filled_up(request, d->write.data);
        return model_carry_out(model, &whole, response, silent);
    }
    if (is_write(request) && request->payload.length <= sizeof d->write.data)
        memcpy(d->write.data, request->payload.bytes, request->payload.length);
    return PLAIN;
}

ON_CARRY_OUT(short_write_filled_with_zeros)
{
    struct deviant *d = user;
    memset(d->write.data, 0, sizeof d->write.data);
    if (!is_short_write(model, request))
        return PLAIN;
    struct aoe_frame whole = filled_up(request, d->write.data);
    return model_carry_out(model, &whole, response, silent);
}

/* Less than a sector is missing. */
ON_CARRY_OUT(short_write_rounded_up)
{
    struct deviant *d = user;
    size_t length = (size_t)request->ata.count * AOE_SECTOR_BYTES;
    memset(d->write.data, 0, sizeof d->write.data);
    if (!is_short_write(model, request) || length - request->payload.length >= AOE_SECTOR_BYTES)
        return PLAIN;
    struct aoe_frame whole = filled_up(request, d->write.data);
    return model_carry_out(model, &whole, response, silent);
}

static struct aoe_frame whole_sectors(const struct aoe_frame *request)
{
    struct aoe_frame part = *request;
    part.ata.count = (uint8_t)(request->payload.length / AOE_SECTOR_BYTES);
    return part;
}

ON_CARRY_OUT(short_write_partly_acknowledged)
{
    struct aoe_frame part = whole_sectors(request);
    return is_short_write(model, request) ? model_carry_out(model, &part, response, silent) : PLAIN;
}

ON_CARRY_OUT(short_write_partly_stored)
{
    struct aoe_frame part = whole_sectors(request);
    if (is_short_write(model, request) && part.ata.count)
        model_carry_out(model, &part, response, silent);
    return PLAIN;
}

ON_RESPONSE(short_write_acknowledged)
{
    if (is_short_write(model, request))
        family_succeed(response);
}

/* 3.1-async */

static bool is_async(const struct aoe_frame *request)
{
    return is_write(request) && request->ata.aflags & AOE_ATA_ASYNC;
}

ON_CARRY_OUT(async_write_lost)
{
    if (!is_async(request))
        return PLAIN;
    family_succeed(response);
    return AOE_ERROR_NONE;
}

/* A write that waits until flushed; there is room for one. */

static void write_waiting(struct deviant *d)
{
    struct deviant_write *write = &d->write;
    if (write->count && write->count <= d->model->disk.sectors - write->lba)
        d->model->disk.write(d->model->disk.user, write->lba, write->count, write->data);
    write->count = 0;
}

static bool hold_write(struct deviant *d, const struct aoe_frame *request)
{
    struct deviant_write *write = &d->write;
    size_t length = (size_t)request->ata.count * AOE_SECTOR_BYTES;
    uint64_t lba = aoe_ata_lba(&request->ata);
    if (request->payload.length < length || lba >= d->model->disk.sectors)
        return false;
    write->lba = lba;
    write->count = request->ata.count;
    memcpy(write->data, request->payload.bytes, length);
    return true;
}

ON_CARRY_OUT(async_write_waits_for_flush)
{
    struct deviant *d = user;
    if (is_ata(request) && (is_async(request) || !is_transfer(request, ATA_DATA_IN)))
        write_waiting(d);
    if (!is_async(request) || !hold_write(d, request))
        return PLAIN;
    family_succeed(response);
    return AOE_ERROR_NONE;
}

/* The write comes after the request behind it. */
ON_CARRY_OUT(async_write_after_the_next)
{
    struct deviant *d = user;
    enum aoe_error error = AOE_ERROR_NONE;
    if (!is_async(request) || d->write.count) {
        error = PLAIN;
        write_waiting(d);
    } else if (hold_write(d, request)) {
        family_succeed(response);
    } else {
        error = PLAIN;
    }
    return error;
}

#define FEWER(bytes) ((uint64_t)0 - (bytes))

static const struct deviation deviations[] = {
    {"read-one-sector-short", "3.1-data", "a read returns one sector too few",
     .value = FEWER(AOE_SECTOR_BYTES), .hooks.model.response = read_length_changed},
    {"read-one-byte-short", "3.1-data", "a read returns one byte too few", .value = FEWER(1),
     .hooks.model.response = read_length_changed},
    {"read-one-byte-long", "3.1-data", "a read returns one byte too many", .value = 1,
     .hooks.model.response = read_length_changed},
    {"read-four-bytes-long", "3.1-data",
     "four bytes follow the data of a read, as a frame check sequence would", .value = 4,
     .hooks.model.response = read_length_changed},
    {"read-of-one-returns-most", "3.1-data", "a read of one sector returns as many as advertised",
     .hooks.model.response = read_of_one_returns_most},
    {"read-padded-to-most", "3.1-data", "zeros fill every read up to the largest response",
     .hooks.model.response = read_padded_to_most},
    {"read-data-two-bytes-early", "3.1-data", "the data of a read begins at byte 34",
     .hooks.model.bytes = read_data_two_bytes_early},
    {"read-data-two-bytes-late", "3.1-data",
     "the data of a read begins at byte 38 and loses its last two bytes",
     .hooks.model.bytes = read_data_two_bytes_late},
    {"write-returns-data", "3.1-data", "the response to a write carries the data of the request",
     .hooks.model.response = write_returns_data},
    {"failed-read-carries-zeros", "3.1-data", "the response to a failed read carries zeros as data",
     .hooks.model.response = failed_read_carries_zeros},
    {"failed-read-carries-old", "3.1-data",
     "the response to a failed read carries the data of an earlier one",
     .hooks.model.response = failed_read_carries_old},
    {"refused-write-carries-data", "3.1-data",
     "the error response to a write carries the data of the request",
     .hooks.model.response = refused_write_carries_data},
    {"verify-returns-data", "3.1-data", "the response to READ VERIFY carries the sectors",
     .hooks.model.response = verify_returns_data},
    {"read-with-flag-empty", "3.1-data", "a read with W set succeeds without data",
     .hooks.model.response = read_with_flag_empty},
    {"excess-written", "3.1-data", "a write stores all sectors of its frame, more than its count",
     .hooks.model.carry_out = excess_written},
    {"short-write-from-old-memory", "3.1-short-write",
     "what a short write lacks is taken from an earlier write",
     .hooks.model.carry_out = short_write_from_old_memory},
    {"short-write-filled-with-zeros", "3.1-short-write",
     "what a short write lacks is stored as zeros",
     .hooks.model.carry_out = short_write_filled_with_zeros},
    {"short-write-rounded-up", "3.1-short-write", "a write that lacks less than a sector is stored",
     .hooks.model.carry_out = short_write_rounded_up},
    {"short-write-partly-acknowledged", "3.1-short-write",
     "of a short write the whole sectors are stored, and it succeeds",
     .hooks.model.carry_out = short_write_partly_acknowledged},
    {"short-write-partly-stored", "3.1-short-write",
     "a short write is refused, but its whole sectors are stored",
     .hooks.model.carry_out = short_write_partly_stored},
    {"short-write-acknowledged", "3.1-short-write", "a short write stores nothing and succeeds",
     .hooks.model.response = short_write_acknowledged},
    {"async-write-lost", "3.1-async", "an asynchronous write is acknowledged and not stored",
     .hooks.model.carry_out = async_write_lost},
    {"async-write-waits-for-flush", "3.1-async",
     "reads do not see an asynchronous write before the next write or flush",
     .hooks.model.carry_out = async_write_waits_for_flush},
    {"async-write-after-the-next", "3.1-async",
     "an asynchronous write is done after the request behind it",
     .hooks.model.carry_out = async_write_after_the_next},
};

const struct family family_data = FAMILY(deviations);
