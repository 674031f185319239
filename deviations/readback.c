/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes that are lost, torn, late or somewhere else, and reads of what is not there any more. */
#include "family.h"

#define PLAIN model_carry_out(model, request, response, silent)
#define NEXT_READ next->read(next->user, lba, count, to)
#define NEXT_WRITE next->write(next->user, lba, count, from)

/* Writes that are stored wrongly. */

static uint8_t *copy(struct deviant *d, const void *from, size_t count)
{
    memcpy(d->write.data, from, count * AOE_SECTOR_BYTES);
    return d->write.data;
}

ON_WRITE(every_seventh_lost)
{
    return ++((struct deviant *)user)->count % 7 ? NEXT_WRITE : 0;
}

/* Half of the last sector is as it was. */
ON_WRITE(torn)
{
    uint8_t *data = copy(user, from, count), sector[AOE_SECTOR_BYTES];
    size_t half = count * AOE_SECTOR_BYTES - AOE_SECTOR_BYTES / 2;
    if (next->read(next->user, lba + count - 1, 1, sector) == 0)
        memcpy(data + half, sector + AOE_SECTOR_BYTES / 2, AOE_SECTOR_BYTES / 2);
    return next->write(next->user, lba, count, data);
}

ON_WRITE(second_sector_lost)
{
    return next->write(next->user, lba, 1, from);
}

ON_WRITE(first_sector_repeated)
{
    uint8_t *data = copy(user, from, count);
    for (size_t i = 1; i < count; i++)
        memcpy(data + i * AOE_SECTOR_BYTES, data, AOE_SECTOR_BYTES);
    return next->write(next->user, lba, count, data);
}

ON_WRITE(last_byte_lost)
{
    uint8_t *data = copy(user, from, count);
    data[count * AOE_SECTOR_BYTES - 1] = 0;
    return next->write(next->user, lba, count, data);
}

ON_WRITE(next_sector_cleared)
{
    static const uint8_t zeros[AOE_SECTOR_BYTES];
    if (lba + count < next->sectors)
        next->write(next->user, lba + count, 1, zeros);
    return NEXT_WRITE;
}

ON_WRITE(sector_before_overwritten)
{
    if (lba)
        next->write(next->user, lba - 1, 1, from);
    return NEXT_WRITE;
}

ON_WRITE(bytes_of_words_exchanged)
{
    uint8_t *data = copy(user, from, count);
    for (size_t i = 0; i < count * AOE_SECTOR_BYTES; i += 2) {
        uint8_t byte = data[i];
        data[i] = data[i + 1];
        data[i + 1] = byte;
    }
    return next->write(next->user, lba, count, data);
}

/* Sectors that hold the byte `value` only are taken for empty. */
ON_WRITE(constant_skipped)
{
    struct deviant *d = user;
    const uint8_t *data = from;
    int result = 0;
    for (size_t i = 0; i < count; i++, data += AOE_SECTOR_BYTES)
        if (data[0] != d->value || memcmp(data, data + 1, AOE_SECTOR_BYTES - 1) != 0)
            result |= next->write(next->user, lba + i, 1, data);
    return result;
}

ON_WRITE(ends_at_nul)
{
    uint8_t *data = copy(user, from, count);
    uint8_t *nul = memchr(data, 0, count * AOE_SECTOR_BYTES);
    if (nul)
        memset(nul, 0, count * AOE_SECTOR_BYTES - (size_t)(nul - data));
    return next->write(next->user, lba, count, data);
}

ON_WRITE(seven_bits)
{
    uint8_t *data = copy(user, from, count);
    for (size_t i = 0; i < count * AOE_SECTOR_BYTES; i++)
        data[i] &= 0x7F;
    return next->write(next->user, lba, count, data);
}

/* Writes that wait for the next one. */

static void write_waiting(struct deviant_write *write, const struct model_disk *next)
{
    if (write->count)
        next->write(next->user, write->lba, write->count, write->data);
    write->count = 0;
}

ON_WRITE(held_back)
{
    struct deviant_write *write = &((struct deviant *)user)->write;
    write_waiting(write, next);
    *write = (struct deviant_write){.lba = lba, .count = count};
    memcpy(write->data, from, count * AOE_SECTOR_BYTES);
    return 0;
}

/* A read finds the old sector, and then the write is done. */
ON_READ(read_before_write)
{
    int result = NEXT_READ;
    write_waiting(&((struct deviant *)user)->write, next);
    return result;
}

/* A second write to the same sectors is done before the one that came first. */
ON_WRITE(reordered)
{
    struct deviant_write *write = &((struct deviant *)user)->write;
    bool same = write->count == count && write->lba == lba;
    if (same) {
        int result = NEXT_WRITE;
        write_waiting(write, next);
        return result;
    }
    return held_back(user, next, lba, count, from);
}

/* Sees the write that waits. */
ON_READ(read_through)
{
    struct deviant_write *write = &((struct deviant *)user)->write;
    int result = NEXT_READ;
    for (size_t i = 0; i < write->count; i++)
        if (write->lba + i >= lba && write->lba + i - lba < count)
            memcpy((uint8_t *)to + (write->lba + i - lba) * AOE_SECTOR_BYTES,
                   write->data + i * AOE_SECTOR_BYTES, AOE_SECTOR_BYTES);
    return result;
}

ON_FLUSH(flush_discards)
{
    ((struct deviant *)user)->write.count = 0;
    return next->flush(next->user);
}

/* Reads of something else. */

ON_READ(sectors_reversed)
{
    struct deviant *d = user;
    int result = NEXT_READ;
    copy(d, to, count);
    for (size_t i = 0; i < count; i++)
        memcpy((uint8_t *)to + i * AOE_SECTOR_BYTES,
               d->write.data + (count - 1 - i) * AOE_SECTOR_BYTES, AOE_SECTOR_BYTES);
    return result;
}

/* A cache of the last read, which a write does not touch. */
ON_READ(read_cached)
{
    struct deviant_write *cache = &((struct deviant *)user)->write;
    if (cache->count != count || cache->lba != lba) {
        if (NEXT_READ)
            return -1;
        *cache = (struct deviant_write){.lba = lba, .count = count};
        memcpy(cache->data, to, count * AOE_SECTOR_BYTES);
    }
    memcpy(to, cache->data, count * AOE_SECTOR_BYTES);
    return 0;
}

/* Only a write to its first sector drops the cache. */
ON_WRITE(cache_dropped_at_start)
{
    struct deviant_write *cache = &((struct deviant *)user)->write;
    if (cache->lba == lba)
        cache->count = 0;
    return NEXT_WRITE;
}

/* Only 28-bit writes drop the cache. */

ON_REQUEST(note_extended)
{
    if (is_ata(request))
        ((struct deviant *)user)->armed = request->ata.aflags & AOE_ATA_EXTENDED;
}

ON_WRITE(cache_dropped_by_28_bits)
{
    struct deviant *d = user;
    if (!d->armed)
        d->write.count = 0;
    return NEXT_WRITE;
}

/* Only a write of the host that reads drops the cache. */

ON_REQUEST(note_host)
{
    struct deviant *d = user;
    if (is_read(request))
        memcpy(d->host, request->source, AOE_MAC_BYTES);
    d->armed = !same_address(d->host, request->source);
}

/* Commands with a tag that was there before. `value` is 1 where the host has to be the same. */

static bool tag_repeats(struct deviant *d, const struct aoe_frame *request)
{
    bool same =
        d->count && d->tag == request->tag && (!d->value || same_address(d->host, request->source));
    d->count++;
    d->tag = request->tag;
    memcpy(d->host, request->source, AOE_MAC_BYTES);
    return same;
}

ON_CARRY_OUT(same_tag_write_not_stored)
{
    if (!is_write(request) || !tag_repeats(user, request))
        return PLAIN;
    family_succeed(response);
    return AOE_ERROR_NONE;
}

ON_CARRY_OUT(same_tag_read_from_before)
{
    struct deviant *d = user;
    if (!is_read(request))
        return PLAIN;
    bool same = tag_repeats(d, request);
    enum aoe_error error = PLAIN;
    if (same && response->payload.length == d->length)
        memcpy(model->payload, d->bytes, d->length);
    d->length = response->payload.length;
    if (d->length)
        memcpy(d->bytes, response->payload.bytes, d->length);
    return error;
}

/* Reads of two hosts share one buffer: the second gets the data of the first. */
ON_CARRY_OUT(hosts_share_buffer)
{
    struct deviant *d = user;
    enum aoe_error error = PLAIN;
    if (!is_read(request) || !response->payload.length)
        return error;
    bool other = d->length == response->payload.length && !same_address(d->host, request->source);
    memcpy(d->host, request->source, AOE_MAC_BYTES);
    if (other)
        memcpy(model->payload, d->bytes, d->length);
    d->length = response->payload.length;
    memcpy(d->bytes, model->payload, d->length);
    return error;
}

static const struct deviation deviations[] = {
    {"write-every-seventh-lost", "3.1-readback",
     "every seventh write is acknowledged and not stored", .hooks.write = every_seventh_lost},
    {"write-torn", "3.1-readback", "the second half of a write's last sector is not stored",
     .hooks.write = torn},
    {"write-second-sector-lost", "3.1-readback",
     "of a write of several sectors only the first is stored", .hooks.write = second_sector_lost},
    {"write-first-sector-repeated", "3.1-readback",
     "a write of several sectors stores the first in all places",
     .hooks.write = first_sector_repeated},
    {"write-last-byte-lost", "3.1-readback", "the last byte of a write is stored as 0",
     .hooks.write = last_byte_lost},
    {"write-clears-the-next-sector", "3.1-readback",
     "a write fills the sector behind it with zeros", .hooks.write = next_sector_cleared},
    {"write-overwrites-the-sector-before", "3.1-readback",
     "a write also lands in the sector before", .hooks.write = sector_before_overwritten},
    {"write-words-exchanged", "3.1-readback", "the bytes of each word are stored exchanged",
     .hooks.write = bytes_of_words_exchanged},
    {"write-zeros-skipped", "3.1-readback", "sectors of zeros are not stored", .value = 0,
     .hooks.write = constant_skipped},
    {"write-ones-skipped", "3.1-readback", "sectors of 0xFF are not stored", .value = 0xFF,
     .hooks.write = constant_skipped},
    {"write-ends-at-nul", "3.1-readback", "behind the first zero byte of a write zeros are stored",
     .hooks.write = ends_at_nul},
    {"write-seven-bits", "3.1-readback", "the highest bit of each byte is stored as 0",
     .hooks.write = seven_bits},
    {"write-after-the-next-read", "3.1-readback",
     "a read right after a write returns the old sectors",
     .hooks = {.read = read_before_write, .write = held_back}},
    {"writes-reordered", "3.1-readback", "of two writes to the same sectors the earlier one stays",
     .hooks = {.read = read_through, .write = reordered}},
    {"flush-discards-write", "3.1-readback", "a flush discards the last write",
     .hooks = {.read = read_through, .write = held_back, .flush = flush_discards}},
    {"read-sectors-reversed", "3.1-readback",
     "a read of several sectors returns them in reverse order", .hooks.read = sectors_reversed},
    {"read-cache-kept", "3.1-readback",
     "a repeated read returns what the first one found, whatever was written since",
     .hooks.read = read_cached},
    {"read-cache-kept-behind-start", "3.1-readback",
     "a repeated read misses writes that begin behind its first sector",
     .hooks = {.read = read_cached, .write = cache_dropped_at_start}},
    {"read-cache-kept-by-48-bits", "3.1-readback", "a repeated read misses 48-bit writes",
     .hooks = {.model.request = note_extended,
               .read = read_cached,
               .write = cache_dropped_by_28_bits}},
    {"read-cache-of-each-host", "3.1-readback", "a repeated read misses the writes of other hosts",
     .hooks = {.model.request = note_host, .read = read_cached, .write = cache_dropped_by_28_bits}},
    {"same-tag-write-not-stored", "3.1-readback",
     "a write with the tag of the host's last write is acknowledged only", .value = 1,
     .hooks.model.carry_out = same_tag_write_not_stored},
    {"same-tag-write-of-any-host-not-stored", "3.1-readback",
     "a write with the tag of another host's last write is acknowledged only",
     .hooks.model.carry_out = same_tag_write_not_stored},
    {"same-tag-read-from-before", "3.1-readback",
     "a read with the tag of the host's last read returns that one's data", .value = 1,
     .hooks.model.carry_out = same_tag_read_from_before},
    {"hosts-share-read-buffer", "3.1-readback",
     "a read that follows another host's returns that one's data",
     .hooks.model.carry_out = hosts_share_buffer},
};

const struct family family_readback = FAMILY(deviations);
