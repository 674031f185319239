/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reserve list: how it is read, replaced and released. */
#include "family.h"

#define PLAIN model_carry_out(model, request, response, silent)

static uint64_t value_of(const void *user)
{
    return ((const struct deviant *)user)->value;
}

/* Carries it out as another reserve command. */
static enum aoe_error carry_out_as(struct model *model, const struct aoe_frame *request,
                                   struct aoe_frame *response, bool *silent, uint8_t rcmd)
{
    struct aoe_frame other = *request;
    other.reserve.rcmd = rcmd;
    return model_carry_out(model, &other, response, silent);
}

#define AS(rcmd) carry_out_as(model, request, response, silent, rcmd)

/* Carries it out with other addresses in place of its own. */
static enum aoe_error carry_out_with(struct model *model, const struct aoe_frame *request,
                                     struct aoe_frame *response, bool *silent,
                                     const uint8_t *addresses, size_t count)
{
    struct aoe_frame other = *request;
    other.reserve.count = (uint8_t)count;
    other.payload = (struct aoe_span){addresses, count * AOE_MAC_BYTES};
    other.raw.length = AOE_RESERVE_BYTES + other.payload.length;
    return model_carry_out(model, &other, response, silent);
}

#define WITH(addresses, count) carry_out_with(model, request, response, silent, addresses, count)

static bool replaces(const struct aoe_frame *request)
{
    return is_reserve(request, AOE_RESERVE_SET) || is_reserve(request, AOE_RESERVE_FORCE);
}

static bool is_owner(const struct model *model, const struct aoe_frame *request)
{
    return model_list_has(&model->settings.reserves, request->source);
}

static void set_list(struct aoe_frame *response, const uint8_t *addresses, uint8_t count)
{
    response->reserve.count = count;
    response->payload = (struct aoe_span){addresses, (size_t)count * AOE_MAC_BYTES};
}

static void list(const struct model *model, struct aoe_frame *response)
{
    set_list(response, model->settings.reserves.mac[0], model->settings.reserves.count);
}

/* 3.4-read */

ON_RESPONSE(read_empty)
{
    if (is_reserve(request, AOE_RESERVE_READ))
        set_list(response, NULL, 0);
}

ON_RESPONSE(read_count_zero)
{
    if (is_reserve(request, AOE_RESERVE_READ))
        response->reserve.count = 0;
}

ON_RESPONSE(read_first_only)
{
    if (is_reserve(request, AOE_RESERVE_READ) && response->reserve.count > 1)
        set_list(response, response->payload.bytes, 1);
}

ON_RESPONSE(read_count_255)
{
    if (is_reserve(request, AOE_RESERVE_READ) && response->reserve.count)
        response->reserve.count = AOE_LIST_MAX;
}

ON_CARRY_OUT(read_by_others_refused)
{
    bool reserved = model->settings.reserves.count && !is_owner(model, request);
    return is_reserve(request, AOE_RESERVE_READ) && reserved ? AOE_ERROR_RESERVED : PLAIN;
}

ON_CARRY_OUT(read_replaces)
{
    return is_reserve(request, AOE_RESERVE_READ) && request->reserve.count ? AS(AOE_RESERVE_FORCE)
                                                                           : PLAIN;
}

ON_RESPONSE(read_returns_request)
{
    size_t length = (size_t)request->reserve.count * AOE_MAC_BYTES;
    if (is_reserve(request, AOE_RESERVE_READ) && request->reserve.count &&
        request->payload.length >= length)
        set_list(response, request->payload.bytes, request->reserve.count);
}

/* 3.4-set */

ON_CARRY_OUT(set_by_others_succeeds)
{
    return is_reserve(request, AOE_RESERVE_SET) ? AS(AOE_RESERVE_FORCE) : PLAIN;
}

ON_CARRY_OUT(set_by_owner_refused)
{
    return is_reserve(request, AOE_RESERVE_SET) && model->settings.reserves.count
               ? AOE_ERROR_RESERVED
               : PLAIN;
}

ON_CARRY_OUT(set_by_first_only)
{
    const struct model_list *now = &model->settings.reserves;
    return is_reserve(request, AOE_RESERVE_SET) && now->count &&
                   !same_address(now->mac[0], request->source)
               ? AOE_ERROR_RESERVED
               : PLAIN;
}

ON_CARRY_OUT(set_refused_yet_stored)
{
    enum aoe_error error = PLAIN;
    if (is_reserve(request, AOE_RESERVE_SET) && error == AOE_ERROR_RESERVED)
        AS(AOE_RESERVE_FORCE);
    return error;
}

ON_CARRY_OUT(set_for_others_refused)
{
    uint8_t mac[AOE_MAC_BYTES];
    bool own = !request->reserve.count;
    for (size_t i = 0; i < request->reserve.count && aoe_address_at(&request->payload, i, mac); i++)
        own = own || same_address(mac, request->source);
    return is_reserve(request, AOE_RESERVE_SET) && !own ? AOE_ERROR_ARGUMENT : PLAIN;
}

ON_CARRY_OUT(set_adds_source)
{
    struct model_list *now = &model->settings.reserves;
    enum aoe_error error = PLAIN;
    if (is_reserve(request, AOE_RESERVE_SET) && !error && now->count) {
        model_list_add(now, request->source);
        list(model, response);
    }
    return error;
}

ON_CARRY_OUT(set_appends)
{
    struct model_list both = model->settings.reserves;
    struct model_list *now = &model->settings.reserves;
    enum aoe_error error = PLAIN;
    if (!is_reserve(request, AOE_RESERVE_SET) || error || !now->count)
        return error;
    for (size_t i = 0; i < now->count; i++)
        model_list_add(&both, now->mac[i]);
    *now = both;
    list(model, response);
    return error;
}

/* A shorter list leaves the end of a longer one. */
ON_CARRY_OUT(set_keeps_tail)
{
    uint8_t before = model->settings.reserves.count;
    enum aoe_error error = PLAIN;
    if (replaces(request) && !error && request->reserve.count && request->reserve.count < before) {
        model->settings.reserves.count = before;
        list(model, response);
    }
    return error;
}

ON_CARRY_OUT(set_first_only)
{
    return is_reserve(request, AOE_RESERVE_SET) && request->reserve.count > 1 &&
                   request->payload.length >= AOE_MAC_BYTES
               ? WITH(request->payload.bytes, 1)
               : PLAIN;
}

ON_CARRY_OUT(set_acknowledged_only)
{
    return is_reserve(request, AOE_RESERVE_SET) ? AS(AOE_RESERVE_READ) : PLAIN;
}

/* The bytes that are compared: the first at `value >> 4`, as many as `value & 15`. */
ON_CARRY_OUT(set_by_resembling)
{
    uint64_t value = value_of(user);
    bool resembles = family_list_resembles(&model->settings.reserves, request->source,
                                           (size_t)(value >> 4), (size_t)(value & 0xF));
    return is_reserve(request, AOE_RESERVE_SET) && resembles ? AS(AOE_RESERVE_FORCE) : PLAIN;
}

/* For a moment after a set another host still finds the list empty. */
ON_CARRY_OUT(set_race_lost)
{
    struct deviant *d = user;
    bool soon = family_now() - d->since < value_of(user);
    if (!is_reserve(request, AOE_RESERVE_SET) || !request->reserve.count)
        return PLAIN;
    bool was_empty = !model->settings.reserves.count;
    enum aoe_error error = soon ? AS(AOE_RESERVE_FORCE) : PLAIN;
    if (!error && was_empty)
        d->since = family_now();
    return error;
}

/* What is more than the list holds is dropped. */
ON_CARRY_OUT(surplus_dropped)
{
    size_t most = (size_t)value_of(user);
    return replaces(request) && request->reserve.count > most &&
                   request->payload.length >= (size_t)request->reserve.count * AOE_MAC_BYTES
               ? WITH(request->payload.bytes, most)
               : PLAIN;
}

/* 3.4-force */

ON_CARRY_OUT(force_by_others_refused)
{
    return is_reserve(request, AOE_RESERVE_FORCE) ? AS(AOE_RESERVE_SET) : PLAIN;
}

ON_CARRY_OUT(force_appends)
{
    struct aoe_frame set = *request;
    bool force = is_reserve(request, AOE_RESERVE_FORCE) && request->reserve.count;
    struct model_list before = model->settings.reserves;
    enum aoe_error error = PLAIN;
    if (force && !error) {
        model->settings.reserves = before;
        for (size_t i = 0; i < set.reserve.count; i++)
            model_list_add(&model->settings.reserves, set.payload.bytes + i * AOE_MAC_BYTES);
        list(model, response);
    }
    return error;
}

ON_CARRY_OUT(force_acknowledged_only)
{
    return is_reserve(request, AOE_RESERVE_FORCE) ? AS(AOE_RESERVE_READ) : PLAIN;
}

/* 3.4-release */

static bool releases(const struct aoe_frame *request)
{
    return replaces(request) && !request->reserve.count;
}

ON_CARRY_OUT(release_ignored)
{
    return releases(request) ? AS(AOE_RESERVE_READ) : PLAIN;
}

ON_CARRY_OUT(release_refused)
{
    return releases(request) ? AOE_ERROR_ARGUMENT : PLAIN;
}

ON_CARRY_OUT(release_by_force_ignored)
{
    return releases(request) && is_reserve(request, AOE_RESERVE_FORCE) ? AS(AOE_RESERVE_READ)
                                                                       : PLAIN;
}

/* Only the sender's own address goes. */
ON_CARRY_OUT(release_of_sender_only)
{
    struct model_list *now = &model->settings.reserves;
    struct model_list rest = {0};
    if (!releases(request) || (is_reserve(request, AOE_RESERVE_SET) && !is_owner(model, request)))
        return PLAIN;
    for (size_t i = 0; i < now->count; i++)
        if (!same_address(now->mac[i], request->source))
            model_list_add(&rest, now->mac[i]);
    *now = rest;
    return AS(AOE_RESERVE_READ);
}

/* The list reads as empty, but is still obeyed. */
ON_CARRY_OUT(release_not_obeyed)
{
    struct deviant *d = user;
    if (releases(request) && model->settings.reserves.count)
        d->settings = model->settings;
    if (replaces(request) && request->reserve.count)
        d->settings.reserves.count = 0;
    bool refused = (is_read(request) || is_write(request)) && d->settings.reserves.count &&
                   !model_list_has(&d->settings.reserves, request->source);
    return refused ? AOE_ERROR_RESERVED : PLAIN;
}

/* 3.4-bounds */

static bool is_beyond(const struct aoe_frame *request)
{
    return replaces(request) &&
           request->payload.length < (size_t)request->reserve.count * AOE_MAC_BYTES;
}

ON_CARRY_OUT(beyond_cut)
{
    return is_beyond(request)
               ? WITH(request->payload.bytes, request->payload.length / AOE_MAC_BYTES)
               : PLAIN;
}

ON_CARRY_OUT(beyond_from_old_memory)
{
    struct deviant *d = user;
    if (request->command != AOE_COMMAND_RESERVE || request->payload.length > AOE_FRAME_MAX)
        return PLAIN;
    if (request->payload.length)
        memcpy(d->bytes, request->payload.bytes, request->payload.length);
    return is_beyond(request) ? WITH(d->bytes, request->reserve.count) : PLAIN;
}

ON_CARRY_OUT(beyond_cut_and_refused)
{
    if (is_beyond(request)) {
        WITH(request->payload.bytes, request->payload.length / AOE_MAC_BYTES);
        list(model, response);
    }
    return PLAIN;
}

/* The count is worked out from the length of the frame. */
ON_CARRY_OUT(padding_as_addresses)
{
    return replaces(request) && request->reserve.count && request->raw.length == AOE_FRAME_MIN
               ? WITH(request->payload.bytes, request->payload.length / AOE_MAC_BYTES)
               : PLAIN;
}

ON_CARRY_OUT(beyond_acknowledged)
{
    return is_beyond(request) ? AOE_ERROR_NONE : PLAIN;
}

/* 3.4-unknown */

static bool is_unknown(const struct aoe_frame *request)
{
    return request->command == AOE_COMMAND_RESERVE && request->extent == AOE_EXTENT_ARGUMENT &&
           request->reserve.rcmd > AOE_RESERVE_FORCE;
}

ON_CARRY_OUT(unknown_rcmd_is)
{
    return is_unknown(request) ? AS((uint8_t)value_of(user)) : PLAIN;
}

ON_RESPONSE(unknown_rcmd_ignored)
{
    *silent = *silent || is_unknown(request);
}

ON_RESPONSE(unknown_rcmd_as_command)
{
    if (is_unknown(request))
        model_set_error(response, AOE_ERROR_COMMAND);
}

#define BYTES(first, count) (first) << 4 | (count)

static const struct deviation deviations[] = {
    {"reserve-read-empty", "3.4-read", "a read returns no addresses",
     .hooks.model.response = read_empty},
    {"reserve-read-count-zero", "3.4-read", "NMacs of a read is 0 before the addresses",
     .hooks.model.response = read_count_zero},
    {"reserve-read-count-255", "3.4-read", "NMacs of a read is 255 whatever follows",
     .hooks.model.response = read_count_255},
    {"reserve-read-first-only", "3.4-read", "a read returns the first address only",
     .hooks.model.response = read_first_only},
    {"reserve-read-by-others-refused", "3.4-read",
     "a read of a host that is not in the list gets error 6",
     .hooks.model.carry_out = read_by_others_refused},
    {"reserve-read-replaces", "3.4-read", "a read stores the addresses that it carries",
     .hooks.model.carry_out = read_replaces},
    {"reserve-read-returns-request", "3.4-read", "a read returns the addresses of the request",
     .hooks.model.response = read_returns_request},
    {"reserve-set-by-others-succeeds", "3.4-set",
     "a set of a host that is not in the list replaces it",
     .hooks.model.carry_out = set_by_others_succeeds},
    {"reserve-set-by-owner-refused", "3.4-set", "a set of a host of the list gets error 6",
     .hooks.model.carry_out = set_by_owner_refused},
    {"reserve-set-by-first-only", "3.4-set", "of the hosts in the list only the first may set",
     .hooks.model.carry_out = set_by_first_only},
    {"reserve-set-refused-yet-stored", "3.4-set", "a set that gets error 6 replaces the list",
     .hooks.model.carry_out = set_refused_yet_stored},
    {"reserve-set-for-others-refused", "3.4-set",
     "a set that does not name its own host gets error 2",
     .hooks.model.carry_out = set_for_others_refused},
    {"reserve-set-adds-source", "3.4-set", "a set also adds the host that sent it",
     .hooks.model.carry_out = set_adds_source},
    {"reserve-set-appends", "3.4-set", "a set appends to the list",
     .hooks.model.carry_out = set_appends},
    {"reserve-set-keeps-tail", "3.4-set", "a shorter list leaves the end of a longer one",
     .hooks.model.carry_out = set_keeps_tail},
    {"reserve-set-first-only", "3.4-set", "of the addresses of a set only the first is stored",
     .hooks.model.carry_out = set_first_only},
    {"reserve-set-acknowledged-only", "3.4-set", "a set is acknowledged and not stored",
     .hooks.model.carry_out = set_acknowledged_only},
    {"reserve-set-last-byte-not-compared", "3.4-set",
     "a host whose address differs from one of the list in the last byte sets",
     .value = BYTES(0, 5), .hooks.model.carry_out = set_by_resembling},
    {"reserve-set-first-byte-not-compared", "3.4-set",
     "a host whose address differs from one of the list in the first byte sets",
     .value = BYTES(1, 5), .hooks.model.carry_out = set_by_resembling},
    {"reserve-set-race-lost", "3.4-set", "of two hosts that set within 3 ms both succeed",
     .value = 3, .hooks.model.carry_out = set_race_lost},
    {"reserve-32-then-dropped", "3.4-set", "addresses beyond 32 are dropped without an error",
     .value = 32, .hooks.model.carry_out = surplus_dropped},
    {"reserve-254-then-dropped", "3.4-set", "the 255th address is dropped without an error",
     "mtu=9000", .value = 254, .hooks.model.carry_out = surplus_dropped},
    {"reserve-force-by-others-refused", "3.4-force",
     "a force of a host that is not in the list gets error 6",
     .hooks.model.carry_out = force_by_others_refused},
    {"reserve-force-appends", "3.4-force", "a force appends to the list",
     .hooks.model.carry_out = force_appends},
    {"reserve-force-acknowledged-only", "3.4-force", "a force is acknowledged and not stored",
     .hooks.model.carry_out = force_acknowledged_only},
    {"reserve-release-ignored", "3.4-release", "a set or force of no addresses changes nothing",
     .hooks.model.carry_out = release_ignored},
    {"reserve-release-refused", "3.4-release", "a set or force of no addresses gets error 2",
     .hooks.model.carry_out = release_refused},
    {"reserve-release-by-force-ignored", "3.4-release", "a force of no addresses changes nothing",
     .hooks.model.carry_out = release_by_force_ignored},
    {"reserve-release-of-sender-only", "3.4-release",
     "a set or force of no addresses takes out the sender only",
     .hooks.model.carry_out = release_of_sender_only},
    {"reserve-release-not-obeyed", "3.4-release",
     "after a release reads and writes of others still get error 6",
     .hooks.model.carry_out = release_not_obeyed},
    {"reserve-beyond-frame-cut", "3.4-bounds",
     "of addresses beyond the frame those that are there are stored",
     .hooks.model.carry_out = beyond_cut},
    {"reserve-beyond-frame-cut-and-refused", "3.4-bounds",
     "addresses beyond the frame get error 2, but what is there is stored",
     .hooks.model.carry_out = beyond_cut_and_refused},
    {"reserve-beyond-frame-from-old-memory", "3.4-bounds",
     "addresses beyond the frame are taken from earlier frames",
     .hooks.model.carry_out = beyond_from_old_memory},
    {"reserve-beyond-frame-acknowledged", "3.4-bounds",
     "addresses beyond the frame are not stored, but acknowledged",
     .hooks.model.carry_out = beyond_acknowledged},
    {"reserve-padding-as-addresses", "3.4-bounds", "padding is stored as addresses",
     .hooks.model.carry_out = padding_as_addresses},
    {"unknown-rcmd-reads", "3.4-unknown", "unknown reserve commands are answered like a read",
     .value = AOE_RESERVE_READ, .hooks.model.carry_out = unknown_rcmd_is},
    {"unknown-rcmd-forces", "3.4-unknown", "unknown reserve commands are carried out as a force",
     .value = AOE_RESERVE_FORCE, .hooks.model.carry_out = unknown_rcmd_is},
    {"unknown-rcmd-ignored", "3.4-unknown", "unknown reserve commands get no response",
     .hooks.model.response = unknown_rcmd_ignored},
    {"unknown-rcmd-as-command", "3.4-unknown", "unknown reserve commands get error 1",
     .hooks.model.response = unknown_rcmd_as_command},
};

const struct family family_reserve = FAMILY(deviations);
