/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper.h"

enum { DIRECTIVES_PER_FRAME = 150 };

static const struct aoe_frame *ask(struct session *session, const struct aoe_frame *frame,
                                   const char *purpose, const char **reason)
{
    const struct request *request = session_ask(session, frame, purpose, reason);
    if (!request)
        return NULL;
    const struct aoe_frame *reply = &request->reply_frame;
    if (aoe_is_error(reply) || reply->extent < AOE_EXTENT_ARGUMENT) {
        *reason = arena_print(session->arena, "the target answers with error %u", reply->error);
        return NULL;
    }
    return reply;
}

/* ---- the config string ---- */

static int get_string(struct session *session, struct aoe_span *string, const char **reason)
{
    struct aoe_frame frame;
    session_request(session, &frame, AOE_COMMAND_CONFIG);
    frame.config.version = AOE_VERSION;
    const struct aoe_frame *reply = ask(session, &frame, "saving the config string", reason);
    if (!reply)
        return -1;
    if (reply->config.length > reply->payload.length) {
        *reason = "the config string is longer than the response that has it";
        return -1;
    }
    *string = (struct aoe_span){reply->payload.bytes, reply->config.length};
    return 0;
}

static bool same_bytes(struct aoe_span a, struct aoe_span b)
{
    return a.length == b.length && (!a.length || !memcmp(a.bytes, b.bytes, a.length));
}

static int restore_string(struct session *session, struct keeper *keeper, const char **reason)
{
    struct aoe_span now;
    struct aoe_frame frame;
    if (get_string(session, &now, reason))
        return -1;
    if (same_bytes(now, keeper->string))
        return 0;
    session_request(session, &frame, AOE_COMMAND_CONFIG);
    frame.config.version = AOE_VERSION;
    frame.config.ccmd = AOE_CONFIG_FORCE;
    frame.config.length = (uint16_t)keeper->string.length;
    frame.payload = keeper->string;
    if (!ask(session, &frame, "putting back the config string", reason) ||
        get_string(session, &now, reason))
        return -1;
    *reason = "the config string is not as it was";
    return same_bytes(now, keeper->string) ? 0 : -1;
}

/* ---- mask list and reserve list ---- */

static int get_masks(struct session *session, const uint8_t (**list)[AOE_MAC_BYTES], size_t *count,
                     const char **reason)
{
    struct aoe_frame frame;
    session_request(session, &frame, AOE_COMMAND_MASK);
    const struct aoe_frame *reply = ask(session, &frame, "reading the mask list", reason);
    if (!reply)
        return -1;
    gate_set_masks(&session->gate, reply);
    *count = session->gate.mask_count;
    *list = (const uint8_t(*)[AOE_MAC_BYTES])arena_bytes(session->arena, session->gate.masks,
                                                         *count * AOE_MAC_BYTES);
    return 0;
}

static bool same_list(const uint8_t (*a)[AOE_MAC_BYTES], size_t a_count,
                      const uint8_t (*b)[AOE_MAC_BYTES], size_t b_count)
{
    return a_count == b_count && (!a_count || !memcmp(a, b, a_count * AOE_MAC_BYTES));
}

static void put_directive(struct aoe_writer *to, uint8_t dcmd, const uint8_t *mac)
{
    aoe_put_u8(to, 0);
    aoe_put_u8(to, dcmd);
    aoe_put(to, mac, AOE_MAC_BYTES);
}

static int edit_masks(struct session *session, struct aoe_writer *directives, const char **reason)
{
    struct aoe_frame frame;
    if (!directives->position)
        return 0;
    session_request(session, &frame, AOE_COMMAND_MASK);
    frame.mask.mcmd = AOE_MASK_EDIT;
    frame.mask.count = (uint8_t)(directives->position / AOE_DIRECTIVE_BYTES);
    frame.payload = (struct aoe_span){directives->bytes, directives->position};
    *directives = aoe_writer(directives->bytes, directives->capacity);
    return ask(session, &frame, "putting back the mask list", reason) ? 0 : -1;
}

/* All others are deleted first; the harness's own address goes in the same frame that adds the
 * list as it was, so that there is no moment at which a list without it keeps the harness out. */
static int rewrite_masks(struct session *session, const struct keeper *keeper,
                         const uint8_t (*now)[AOE_MAC_BYTES], size_t count, const char **reason)
{
    uint8_t bytes[AOE_LIST_MAX * AOE_DIRECTIVE_BYTES];
    struct aoe_writer directives = aoe_writer(bytes, sizeof bytes);
    bool own = false;
    for (size_t i = 0; i < count; i++) {
        if (!memcmp(now[i], session->macs[0], AOE_MAC_BYTES)) {
            own = true;
            continue;
        }
        put_directive(&directives, AOE_DIRECTIVE_DELETE, now[i]);
        if (directives.position == DIRECTIVES_PER_FRAME * AOE_DIRECTIVE_BYTES &&
            edit_masks(session, &directives, reason))
            return -1;
    }
    if (directives.position / AOE_DIRECTIVE_BYTES + keeper->mask_count >= DIRECTIVES_PER_FRAME &&
        edit_masks(session, &directives, reason))
        return -1;
    if (own)
        put_directive(&directives, AOE_DIRECTIVE_DELETE, session->macs[0]);
    for (size_t i = 0; i < keeper->mask_count; i++)
        put_directive(&directives, AOE_DIRECTIVE_ADD, keeper->masks[i]);
    return edit_masks(session, &directives, reason);
}

/* A list without the harness's own address could not be put back: no target that obeys it would
 * answer any more. */
static int take_masks(struct session *session, struct keeper *keeper, const char **reason)
{
    if (get_masks(session, &keeper->masks, &keeper->mask_count, reason))
        return -1;
    bool own = !keeper->mask_count;
    for (size_t i = 0; i < keeper->mask_count && !own; i++)
        own = !memcmp(keeper->masks[i], session->macs[0], AOE_MAC_BYTES);
    if (!own)
        *reason = "the mask list does not name this host, which is answered all the same";
    return own ? 0 : -1;
}

static int restore_masks(struct session *session, struct keeper *keeper, const char **reason)
{
    enum { TRIES = 4 }; /* a target that edits wrongly may come closer with each round */
    const uint8_t(*now)[AOE_MAC_BYTES];
    size_t count;
    for (int i = 0; i <= TRIES; i++) {
        if (get_masks(session, &now, &count, reason))
            return -1;
        if (same_list(now, count, keeper->masks, keeper->mask_count))
            return 0;
        if (i < TRIES && rewrite_masks(session, keeper, now, count, reason))
            return -1;
    }
    *reason = "the mask list is not as it was";
    return -1;
}

static int get_reserved(struct session *session, const uint8_t (**list)[AOE_MAC_BYTES],
                        size_t *count, const char **reason)
{
    struct aoe_frame frame;
    uint8_t macs[AOE_LIST_MAX][AOE_MAC_BYTES];
    session_request(session, &frame, AOE_COMMAND_RESERVE);
    const struct aoe_frame *reply = ask(session, &frame, "reading the reserve list", reason);
    if (!reply)
        return -1;
    for (*count = 0;
         *count < reply->reserve.count && aoe_address_at(&reply->payload, *count, macs[*count]);)
        (*count)++;
    *list =
        (const uint8_t(*)[AOE_MAC_BYTES])arena_bytes(session->arena, macs, *count * AOE_MAC_BYTES);
    return 0;
}

static int set_reserved(struct session *session, const uint8_t (*list)[AOE_MAC_BYTES], size_t count,
                        const char **reason)
{
    struct aoe_frame frame;
    session_request(session, &frame, AOE_COMMAND_RESERVE);
    frame.reserve.rcmd = AOE_RESERVE_FORCE;
    frame.reserve.count = (uint8_t)count;
    frame.payload = (struct aoe_span){(const uint8_t *)list, count * AOE_MAC_BYTES};
    return ask(session, &frame, "putting back the reserve list", reason) ? 0 : -1;
}

static int restore_reserved(struct session *session, struct keeper *keeper, const char **reason)
{
    const uint8_t(*now)[AOE_MAC_BYTES];
    size_t count;
    if (get_reserved(session, &now, &count, reason))
        return -1;
    if (same_list(now, count, keeper->reserved, keeper->reserved_count))
        return 0;
    if (set_reserved(session, keeper->reserved, keeper->reserved_count, reason) ||
        get_reserved(session, &now, &count, reason))
        return -1;
    *reason = "the reserve list is not as it was";
    return same_list(now, count, keeper->reserved, keeper->reserved_count) ? 0 : -1;
}

/* ---- media ---- */

static const struct aoe_frame *transfer(struct session *session, uint64_t lba, uint8_t count,
                                        const uint8_t *out, const char **reason)
{
    struct aoe_frame frame;
    bool extended = session->target->identity.lba48_supported;
    session_request(session, &frame, AOE_COMMAND_ATA);
    frame.ata.aflags = (uint8_t)((extended ? AOE_ATA_EXTENDED : 0) | (out ? AOE_ATA_WRITE : 0));
    frame.ata.opcode =
        out ? (extended ? ATA_WRITE_EXT : ATA_WRITE) : (extended ? ATA_READ_EXT : ATA_READ);
    frame.ata.count = count;
    aoe_ata_set_lba(&frame.ata, lba);
    if (out)
        frame.payload = (struct aoe_span){out, (size_t)count * AOE_SECTOR_BYTES};
    const struct aoe_frame *reply =
        ask(session, &frame, out ? "putting back sectors" : "reading sectors", reason);
    if (!reply)
        return NULL;
    bool whole = out || reply->payload.length >= (size_t)count * AOE_SECTOR_BYTES;
    if (reply->ata.opcode & ATA_STATUS_BAD || !whole) {
        *reason = arena_print(session->arena, "sector %llu cannot be %s", (unsigned long long)lba,
                              out ? "written" : "read");
        return NULL;
    }
    return reply;
}

/* Sectors per command that the target takes and the link carries. */
static uint8_t step(const struct session *session)
{
    const struct target *target = session->target;
    size_t fits = (target->mtu + AOE_ETHERNET_BYTES - AOE_ATA_BYTES) / AOE_SECTOR_BYTES;
    size_t most = target->sectors ? target->sectors : 2;
    most = most < fits ? most : fits;
    return (uint8_t)(most ? most : 1);
}

static int read_extent(struct session *session, struct extent place, uint8_t *data,
                       const char **reason)
{
    for (uint64_t at = 0; at < place.count;) {
        uint64_t left = place.count - at;
        uint8_t count = left < step(session) ? (uint8_t)left : step(session);
        const struct aoe_frame *reply = transfer(session, place.lba + at, count, NULL, reason);
        if (!reply)
            return -1;
        memcpy(data + at * AOE_SECTOR_BYTES, reply->payload.bytes,
               (size_t)count * AOE_SECTOR_BYTES);
        at += count;
    }
    return 0;
}

static int save_media(struct session *session, struct keeper *keeper, const char **reason)
{
    for (size_t i = 0; i < session->gate.extent_count; i++) {
        struct extent place = session->gate.extents[i];
        uint8_t *data = arena_array(session->arena, place.count, AOE_SECTOR_BYTES);
        if (read_extent(session, place, data, reason))
            return -1;
        keeper->media[keeper->media_count].place = place;
        keeper->media[keeper->media_count++].data = data;
    }
    return 0;
}

/* Writes back the sectors that differ from what they were; returns how many, or -1. */
static int64_t write_differing(struct session *session, struct extent place, const uint8_t *was,
                               const uint8_t *is, const char **reason)
{
    int64_t written = 0;
    for (uint64_t at = 0; at < place.count; at++) {
        const uint8_t *sector = was + at * AOE_SECTOR_BYTES;
        if (!memcmp(sector, is + at * AOE_SECTOR_BYTES, AOE_SECTOR_BYTES))
            continue;
        if (!transfer(session, place.lba + at, 1, sector, reason))
            return -1;
        written++;
    }
    return written;
}

static int restore_media(struct session *session, struct keeper *keeper, const char **reason)
{
    for (size_t i = 0; i < keeper->media_count; i++) {
        struct extent place = keeper->media[i].place;
        uint8_t *now = arena_array(session->arena, place.count, AOE_SECTOR_BYTES);
        if (read_extent(session, place, now, reason))
            return -1;
        int64_t written = write_differing(session, place, keeper->media[i].data, now, reason);
        if (written < 0 || (written && read_extent(session, place, now, reason)))
            return -1;
        keeper->restored_sectors += (uint64_t)written;
        if (memcmp(now, keeper->media[i].data, place.count * AOE_SECTOR_BYTES) != 0) {
            *reason = "the sectors of the scratch window are not as they were";
            return -1;
        }
    }
    return 0;
}

/* A write cache of the target must not lose what was put back. Absent commands are no fault. */
static void flush(struct session *session)
{
    struct aoe_frame frame;
    const char *reason;
    session_request(session, &frame, AOE_COMMAND_ATA);
    frame.ata.opcode = ATA_FLUSH;
    session_ask(session, &frame, "flushing", &reason);
}

/* ---- all of it ---- */

static bool has_part(const struct session *session, unsigned part)
{
    const struct target *target = session->target;
    return part == TOUCH_MASKS     ? target->has_masks
           : part == TOUCH_RESERVE ? target->has_reserve
           : part == TOUCH_MEDIA   ? session->gate.extent_count && !target->reserved_by_others
                                   : part == TOUCH_CONFIG;
}

static int take_part(struct session *session, struct keeper *keeper, unsigned part,
                     const char **reason)
{
    switch (part) {
    case TOUCH_CONFIG:
        return get_string(session, &keeper->string, reason);
    case TOUCH_MASKS:
        return take_masks(session, keeper, reason);
    case TOUCH_RESERVE:
        return get_reserved(session, &keeper->reserved, &keeper->reserved_count, reason);
    default:
        return save_media(session, keeper, reason);
    }
}

unsigned keeper_take(struct session *session, struct keeper *keeper, unsigned parts,
                     const char **reason)
{
    const struct target *target = session->target;
    unsigned missing = 0;
    keeper->interface = target->interface;
    keeper->shelf = target->shelf;
    keeper->slot = target->slot;
    memcpy(keeper->mac, target->mac, AOE_MAC_BYTES);
    for (unsigned part = TOUCH_MEDIA; part <= TOUCH_RESERVE; part <<= 1) {
        if (!(parts & part) || !has_part(session, part))
            continue;
        if (take_part(session, keeper, part, reason))
            missing |= part;
        else
            keeper->kept |= part;
    }
    return missing;
}

/* An interrupted scenario may have left the target reserved for others: released first, or the
 * sectors could not be written. */
static int release_for_media(struct session *session, const struct keeper *keeper,
                             const char **reason)
{
    return keeper->kept & TOUCH_RESERVE ? set_reserved(session, NULL, 0, reason) : 0;
}

int keeper_restore(struct session *session, struct keeper *keeper, unsigned parts,
                   const char **reason)
{
    parts &= keeper->kept;
    if (parts & TOUCH_MASKS && restore_masks(session, keeper, reason))
        return -1;
    if (parts & TOUCH_CONFIG && restore_string(session, keeper, reason))
        return -1;
    if (parts & TOUCH_MEDIA) {
        if (release_for_media(session, keeper, reason) || restore_media(session, keeper, reason))
            return -1;
        flush(session);
        parts |= keeper->kept & TOUCH_RESERVE;
    }
    return parts & TOUCH_RESERVE ? restore_reserved(session, keeper, reason) : 0;
}
