/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The MAC mask list: how it is read and obeyed. */
#include "family.h"

#define PLAIN model_carry_out(model, request, response, silent)

static uint64_t value_of(const void *user)
{
    return ((const struct deviant *)user)->value;
}

static bool is_listed(const struct aoe_frame *request, const struct aoe_frame *response)
{
    return request->command == AOE_COMMAND_MASK && !response->error && !response->mask.merror &&
           response->payload.length;
}

/* 3.3-read */

ON_RESPONSE(count_zero)
{
    if (is_listed(request, response))
        response->mask.count = 0;
}

ON_RESPONSE(last_not_listed)
{
    if (!is_listed(request, response))
        return;
    response->mask.count--;
    response->payload.length -= AOE_DIRECTIVE_BYTES;
}

ON_RESPONSE(empty_listed_as_zeros)
{
    bool listed = is_mask(request, AOE_MASK_READ) && !response->error;
    if (!listed || response->mask.count)
        return;
    memset(model->payload, 0, AOE_DIRECTIVE_BYTES);
    response->mask.count = 1;
    response->payload = (struct aoe_span){model->payload, AOE_DIRECTIVE_BYTES};
}

ON_RESPONSE(empty_read_fails)
{
    if (is_mask(request, AOE_MASK_READ) && !response->error && !response->mask.count)
        response->mask.merror = AOE_MERROR_UNSPECIFIED;
}

ON_RESPONSE(listed_as_add)
{
    if (is_listed(request, response))
        for (size_t i = 1; i < response->payload.length; i += AOE_DIRECTIVE_BYTES)
            model->payload[i] = AOE_DIRECTIVE_ADD;
}

ON_RESPONSE(listed_without_commands)
{
    if (!is_listed(request, response))
        return;
    response->payload = (struct aoe_span){model->settings.masks.mac[0],
                                          (size_t)response->mask.count * AOE_MAC_BYTES};
}

ON_RESPONSE(merror_of_request)
{
    if (request->command == AOE_COMMAND_MASK && !response->mask.merror)
        response->mask.merror = request->mask.merror;
}

ON_CARRY_OUT(read_edits)
{
    struct aoe_frame other = *request;
    other.mask.mcmd = AOE_MASK_EDIT;
    return is_mask(request, AOE_MASK_READ) && request->mask.count
               ? model_carry_out(model, &other, response, silent)
               : PLAIN;
}

ON_RESPONSE(dir_count_of_request)
{
    if (request->command == AOE_COMMAND_MASK && request->mask.count && !response->mask.merror)
        response->mask.count = request->mask.count;
}

/* 3.3-mask */

static bool is_for_target(const struct model *model, const struct aoe_frame *request)
{
    return request->extent >= AOE_EXTENT_HEADER && !aoe_is_response(request) &&
           (same_address(request->destination, model->mac) ||
            (request->destination[0] & request->destination[5]) == 0xFF) &&
           !aoe_mac_is_group(request->source) &&
           aoe_address_reaches(request->shelf, request->slot, model->shelf, model->slot);
}

static bool is_masked(const struct model *model, const struct aoe_frame *request)
{
    const struct model_list *masks = &model->settings.masks;
    return is_for_target(model, request) && masks->count && !model_list_has(masks, request->source);
}

ON_ACCEPT(not_enforced)
{
    return accepted || is_masked(model, request);
}

ON_ACCEPT(not_enforced_for_command)
{
    return accepted || (is_masked(model, request) && request->command == value_of(user));
}

ON_ACCEPT(not_enforced_for_broadcast)
{
    return accepted || (is_masked(model, request) && aoe_mac_is_group(request->destination));
}

ON_CARRY_OUT(masked_refused)
{
    return is_masked(model, request) ? AOE_ERROR_RESERVED : PLAIN;
}

ON_CARRY_OUT(masked_carried_out)
{
    bool masked = is_masked(model, request);
    enum aoe_error error = PLAIN;
    *silent = *silent || masked;
    return error;
}

/* The bytes that are compared: the first at `value >> 4`, as many as `value & 15`. */
ON_ACCEPT(compared_in_part)
{
    uint64_t value = value_of(user);
    return accepted || (is_masked(model, request) &&
                        family_list_resembles(&model->settings.masks, request->source,
                                              (size_t)(value >> 4), (size_t)(value & 0xF)));
}

ON_ACCEPT(first_admitted_only)
{
    const struct model_list *masks = &model->settings.masks;
    return accepted && (!masks->count || same_address(masks->mac[0], request->source));
}

ON_ACCEPT(last_admitted_only)
{
    const struct model_list *masks = &model->settings.masks;
    return accepted &&
           (!masks->count || same_address(masks->mac[masks->count - 1], request->source));
}

/* 3.3-unknown */

static bool is_unknown(const struct aoe_frame *request)
{
    return request->command == AOE_COMMAND_MASK && request->extent == AOE_EXTENT_ARGUMENT &&
           request->mask.mcmd > AOE_MASK_EDIT;
}

ON_CARRY_OUT(unknown_mcmd_is)
{
    struct aoe_frame other = *request;
    other.mask.mcmd = (uint8_t)value_of(user);
    return is_unknown(request) ? model_carry_out(model, &other, response, silent) : PLAIN;
}

ON_RESPONSE(unknown_mcmd_ignored)
{
    *silent = *silent || is_unknown(request);
}

ON_RESPONSE(unknown_mcmd_as_command)
{
    if (is_unknown(request))
        model_set_error(response, AOE_ERROR_COMMAND);
}

ON_RESPONSE(unknown_mcmd_as_merror)
{
    if (!is_unknown(request))
        return;
    model_set_error(response, AOE_ERROR_NONE);
    response->mask.merror = AOE_MERROR_UNSPECIFIED;
}

#define BYTES(first, count) (first) << 4 | (count)

static const struct deviation deviations[] = {
    {"mask-count-zero", "3.3-read", "Dir Count of a list that is not empty is 0",
     .hooks.model.response = count_zero},
    {"mask-last-not-listed", "3.3-read", "the last address is missing in the list",
     .hooks.model.response = last_not_listed},
    {"mask-empty-listed-as-zeros", "3.3-read", "an empty list is read as one address of zeros",
     .hooks.model.response = empty_listed_as_zeros},
    {"mask-empty-read-fails", "3.3-read", "a read of an empty list gets MError 1",
     .hooks.model.response = empty_read_fails},
    {"mask-listed-as-add", "3.3-read", "the directives of the list have DCmd 1",
     .hooks.model.response = listed_as_add},
    {"mask-listed-without-directives", "3.3-read", "the list holds bare addresses of 6 bytes",
     .hooks.model.response = listed_without_commands},
    {"mask-merror-of-request", "3.3-read", "MError of the request comes back",
     .hooks.model.response = merror_of_request},
    {"mask-dir-count-of-request", "3.3-read", "Dir Count of the request comes back",
     .hooks.model.response = dir_count_of_request},
    {"mask-read-edits", "3.3-read", "a read carries out the directives behind it",
     .hooks.model.carry_out = read_edits},
    {"mask-not-enforced", "3.3-mask", "hosts that are not in the list are served",
     .hooks.model.accept = not_enforced},
    {"mask-not-enforced-for-ata", "3.3-mask",
     "ATA commands of hosts that are not in the list are served", .value = AOE_COMMAND_ATA,
     .hooks.model.accept = not_enforced_for_command},
    {"mask-not-enforced-for-config", "3.3-mask",
     "config commands of hosts that are not in the list are served", .value = AOE_COMMAND_CONFIG,
     .hooks.model.accept = not_enforced_for_command},
    {"mask-not-enforced-for-masks", "3.3-mask",
     "mask commands of hosts that are not in the list are served", .value = AOE_COMMAND_MASK,
     .hooks.model.accept = not_enforced_for_command},
    {"mask-not-enforced-for-broadcast", "3.3-mask",
     "broadcasts of hosts that are not in the list are answered",
     .hooks.model.accept = not_enforced_for_broadcast},
    {"masked-refused", "3.3-mask", "hosts that are not in the list get error 6",
     .hooks.model = {.accept = not_enforced, .carry_out = masked_refused}},
    {"masked-carried-out", "3.3-mask",
     "requests of hosts that are not in the list are carried out without a response",
     .hooks.model = {.accept = not_enforced, .carry_out = masked_carried_out}},
    {"mask-last-byte-not-compared", "3.3-mask",
     "the last byte of an address is not compared with the list", .value = BYTES(0, 5),
     .hooks.model.accept = compared_in_part},
    {"mask-first-byte-not-compared", "3.3-mask",
     "the first byte of an address is not compared with the list", .value = BYTES(1, 5),
     .hooks.model.accept = compared_in_part},
    {"mask-vendor-not-compared", "3.3-mask", "only the last three bytes of an address are compared",
     .value = BYTES(3, 3), .hooks.model.accept = compared_in_part},
    {"mask-first-admitted-only", "3.3-mask", "only the first address of the list is served",
     .hooks.model.accept = first_admitted_only},
    {"mask-last-admitted-only", "3.3-mask", "only the last address of the list is served",
     .hooks.model.accept = last_admitted_only},
    {"unknown-mcmd-reads", "3.3-unknown", "unknown mask commands are answered like a read",
     .value = AOE_MASK_READ, .hooks.model.carry_out = unknown_mcmd_is},
    {"unknown-mcmd-edits", "3.3-unknown", "unknown mask commands are carried out as an edit",
     .value = AOE_MASK_EDIT, .hooks.model.carry_out = unknown_mcmd_is},
    {"unknown-mcmd-ignored", "3.3-unknown", "unknown mask commands get no response",
     .hooks.model.response = unknown_mcmd_ignored},
    {"unknown-mcmd-as-command", "3.3-unknown", "unknown mask commands get error 1",
     .hooks.model.response = unknown_mcmd_as_command},
    {"unknown-mcmd-as-merror", "3.3-unknown",
     "unknown mask commands get MError 1 in place of error 2",
     .hooks.model.response = unknown_mcmd_as_merror},
};

const struct family family_mask = FAMILY(deviations);
