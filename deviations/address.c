/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom a target takes a frame for, and where its response goes: Ethernet addresses, shelf, slot. */
#include "family.h"

/* 2.1-type */

ON_BYTES(type_swapped_in_errors)
{
    if (bytes[BYTE_ERROR] == AOE_ERROR_COMMAND) {
        bytes[BYTE_TYPE] = 0xA2;
        bytes[BYTE_TYPE + 1] = 0x88;
    }
    return length;
}

ON_BYTES(response_to_broadcast)
{
    if (aoe_mac_is_group(request->destination))
        memset(bytes, 0xFF, AOE_MAC_BYTES);
    return length;
}

ON_BYTES(source_from_group)
{
    if (is_ata(request))
        bytes[BYTE_SOURCE] |= 1;
    return length;
}

ON_BYTES(source_off_by_one)
{
    if (is_ata(request))
        bytes[BYTE_SOURCE + AOE_MAC_BYTES - 1]++;
    return length;
}

ON_BYTES(addresses_exchanged)
{
    memcpy(bytes + BYTE_SOURCE, request->destination, AOE_MAC_BYTES);
    return length;
}

ON_BYTES(response_to_the_host_before)
{
    struct deviant *d = user;
    uint8_t host[AOE_MAC_BYTES];
    memcpy(host, d->count ? d->host : request->source, AOE_MAC_BYTES);
    memcpy(d->host, request->source, AOE_MAC_BYTES);
    d->count++;
    if (is_ata(request))
        memcpy(bytes, host, AOE_MAC_BYTES);
    return length;
}

/* 2-l2 */

ON_REQUEST(other_hosts_served)
{
    if (!aoe_mac_is_group(request->destination))
        memcpy(request->destination, model->mac, AOE_MAC_BYTES);
}

ON_REQUEST(other_hosts_broadcast_served)
{
    if (!aoe_mac_is_group(request->destination) && request->shelf == AOE_SHELF_ALL)
        memcpy(request->destination, model->mac, AOE_MAC_BYTES);
}

/* 2.5-address */

ON_REQUEST(shelf_ignored)
{
    request->shelf = model->shelf;
}

ON_REQUEST(slot_ignored)
{
    request->slot = model->slot;
}

/* Of the shelf only the bits in `value` are compared. */
ON_REQUEST(shelf_masked)
{
    uint64_t bits = ((struct deviant *)user)->value;
    if (request->shelf != AOE_SHELF_ALL && !((request->shelf ^ model->shelf) & bits))
        request->shelf = model->shelf;
}

ON_REQUEST(slot_low_nibble)
{
    if (request->slot != AOE_SLOT_ALL && !((request->slot ^ model->slot) & 0xF))
        request->slot = model->slot;
}

ON_ACCEPT(shelf_or_slot)
{
    struct aoe_frame own = *request;
    bool shelf = aoe_address_reaches(request->shelf, model->slot, model->shelf, model->slot);
    bool slot = aoe_address_reaches(model->shelf, request->slot, model->shelf, model->slot);
    return accepted ||
           ((shelf || slot) && !aoe_is_response(&own) &&
            same_address(request->destination, model->mac) && !model->settings.masks.count);
}

ON_REQUEST(slot_zero_for_all)
{
    if (request->slot == 0)
        request->slot = model->slot;
}

ON_REQUEST(shelf_0x00ff_for_all)
{
    if (request->shelf == 0x00FF)
        request->shelf = model->shelf;
}

ON_REQUEST(slot_0xfe_for_all)
{
    if (request->slot == 0xFE)
        request->slot = model->slot;
}

ON_REQUEST(shelf_and_slot_exchanged)
{
    if (request->shelf == model->slot && request->slot == (model->shelf & 0xFF)) {
        request->shelf = model->shelf;
        request->slot = model->slot;
    }
}

ON_REQUEST(shelf_bytes_exchanged)
{
    if (request->shelf == __builtin_bswap16(model->shelf))
        request->shelf = model->shelf;
}

ON_RESPONSE(shelf_off_by_one_in_errors)
{
    if (response->error)
        response->shelf++;
}

ON_RESPONSE(slot_zero_in_ata)
{
    if (is_ata(request))
        response->slot = 0;
}

/* 2.5-broadcast */

ON_RESPONSE(broadcast_reflected)
{
    response->shelf = request->shelf;
    response->slot = request->slot;
}

ON_ACCEPT(broadcast_shelf_ignored)
{
    return accepted && (request->shelf != AOE_SHELF_ALL || request->slot == AOE_SLOT_ALL);
}

ON_ACCEPT(broadcast_slot_ignored)
{
    return accepted && (request->slot != AOE_SLOT_ALL || request->shelf == AOE_SHELF_ALL);
}

ON_ACCEPT(broadcast_only_together)
{
    return accepted && (request->shelf == AOE_SHELF_ALL) == (request->slot == AOE_SLOT_ALL);
}

ON_ACCEPT(broadcast_never_together)
{
    return accepted && (request->shelf != AOE_SHELF_ALL || request->slot != AOE_SLOT_ALL);
}

ON_ACCEPT(broadcast_for_config_only)
{
    return accepted && (request->command == AOE_COMMAND_CONFIG ||
                        (request->shelf != AOE_SHELF_ALL && request->slot != AOE_SLOT_ALL));
}

static const struct deviation deviations[] = {
    {"type-swapped-in-errors", "2.1-type", "responses with error 1 have Ethernet type 0xA288",
     .hooks.model.bytes = type_swapped_in_errors},
    {"response-to-broadcast", "2.1-type", "the response to a broadcast request is broadcast",
     .hooks.model.bytes = response_to_broadcast},
    {"source-from-group", "2.1-type", "ATA responses come from a group address",
     .hooks.model.bytes = source_from_group},
    {"source-off-by-one", "2.1-type", "ATA responses come from an address that is not the target's",
     .hooks.model.bytes = source_off_by_one},
    {"addresses-exchanged", "2.1-type",
     "a response comes from where the request went, also from the broadcast address",
     .hooks.model.bytes = addresses_exchanged},
    {"response-to-the-host-before", "2.1-type",
     "an ATA response goes to the host that sent the request before",
     .hooks.model.bytes = response_to_the_host_before},
    {"other-hosts-served", "2-l2", "frames to any unicast address are served",
     .hooks = {.every_host = true, .model.request = other_hosts_served}},
    {"other-hosts-broadcast-served", "2-l2",
     "frames to other hosts' addresses for all shelves are served",
     .hooks = {.every_host = true, .model.request = other_hosts_broadcast_served}},
    {"shelf-ignored", "2.5-address", "requests for every shelf are served",
     .hooks.model.request = shelf_ignored},
    {"slot-ignored", "2.5-address", "requests for every slot are served",
     .hooks.model.request = slot_ignored},
    {"shelf-low-byte-compared", "2.5-address", "the high byte of the shelf is ignored",
     .value = 0x00FF, .hooks.model.request = shelf_masked},
    {"shelf-high-byte-compared", "2.5-address", "the low byte of the shelf is ignored",
     .value = 0xFF00, .hooks.model.request = shelf_masked},
    {"slot-low-nibble-compared", "2.5-address", "the high nibble of the slot is ignored",
     .hooks.model.request = slot_low_nibble},
    {"shelf-or-slot-suffices", "2.5-address", "requests for its shelf or for its slot are served",
     .hooks.model.accept = shelf_or_slot},
    {"slot-zero-for-all", "2.5-address", "slot 0 is taken for all slots",
     .hooks.model.request = slot_zero_for_all},
    {"shelf-0x00ff-for-all", "2.5-address", "shelf 0x00FF is taken for all shelves",
     .hooks.model.request = shelf_0x00ff_for_all},
    {"slot-0xfe-for-all", "2.5-address", "slot 0xFE is taken for all slots",
     .hooks.model.request = slot_0xfe_for_all},
    {"shelf-and-slot-exchanged", "2.5-address",
     "requests with shelf and slot exchanged are served as well",
     .hooks.model.request = shelf_and_slot_exchanged},
    {"shelf-bytes-exchanged", "2.5-address",
     "requests with the bytes of its shelf exchanged are served as well", "address=258.3",
     .hooks.model.request = shelf_bytes_exchanged},
    {"shelf-off-by-one-in-errors", "2.5-address", "error responses name the next shelf",
     .hooks.model.response = shelf_off_by_one_in_errors},
    {"slot-zero-in-ata", "2.5-address", "ATA responses name slot 0",
     .hooks.model.response = slot_zero_in_ata},
    {"broadcast-reflected", "2.5-broadcast",
     "the response to a broadcast shelf or slot repeats that",
     .hooks.model.response = broadcast_reflected},
    {"broadcast-shelf-ignored", "2.5-broadcast", "shelf 0xFFFF with its own slot is not served",
     .hooks.model.accept = broadcast_shelf_ignored},
    {"broadcast-slot-ignored", "2.5-broadcast", "slot 0xFF with its own shelf is not served",
     .hooks.model.accept = broadcast_slot_ignored},
    {"broadcast-only-together", "2.5-broadcast",
     "broadcast shelf and slot are served together only",
     .hooks.model.accept = broadcast_only_together},
    {"broadcast-never-together", "2.5-broadcast",
     "broadcast shelf and slot together are not served",
     .hooks.model.accept = broadcast_never_together},
    {"broadcast-for-config-only", "2.5-broadcast",
     "of requests to a broadcast shelf or slot only config is served",
     .hooks.model.accept = broadcast_for_config_only},
};

const struct family family_address = FAMILY(deviations);
