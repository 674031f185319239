/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits of the MAC mask list. */
#include "family.h"

#include <stdlib.h>

#define PLAIN model_carry_out(model, request, response, silent)

static uint64_t value_of(const void *user)
{
    return ((const struct deviant *)user)->value;
}

/* An edit that is all in its frame. */
static bool is_edit(const struct aoe_frame *request)
{
    return is_mask(request, AOE_MASK_EDIT) &&
           request->payload.length >= (size_t)request->mask.count * AOE_DIRECTIVE_BYTES;
}

/* Answers with the list as it is now. */
static enum aoe_error list(struct model *model, const struct aoe_frame *request,
                           struct aoe_frame *response, bool *silent)
{
    struct aoe_frame read = *request;
    read.mask = (struct aoe_mask){.mcmd = AOE_MASK_READ};
    return model_carry_out(model, &read, response, silent);
}

/* Carries out the edit with other directives in place of its own. */
static enum aoe_error edit(struct model *model, const struct aoe_frame *request,
                           struct aoe_frame *response, bool *silent, const uint8_t *directives,
                           size_t count)
{
    struct aoe_frame other = *request;
    other.mask.count = (uint8_t)count;
    other.payload = (struct aoe_span){directives, count * AOE_DIRECTIVE_BYTES};
    other.raw.length = AOE_MASK_BYTES + other.payload.length;
    return model_carry_out(model, &other, response, silent);
}

#define EDIT(directives, count) edit(model, request, response, silent, directives, count)

/* Copies those directives of an edit that `keeps` says; returns how many. */
static size_t pick(const struct aoe_frame *request, const struct model *model, uint8_t *to,
                   bool (*keeps)(const struct model *, const struct aoe_directive *, size_t))
{
    size_t count = 0;
    struct aoe_directive directive;
    for (size_t i = 0; aoe_directive_at(&request->payload, i, &directive); i++)
        if (i < request->mask.count && keeps(model, &directive, i))
            memcpy(to + count++ * AOE_DIRECTIVE_BYTES,
                   request->payload.bytes + i * AOE_DIRECTIVE_BYTES, AOE_DIRECTIVE_BYTES);
    return count;
}

static void fail_at(struct aoe_frame *response, enum aoe_merror merror, uint8_t index)
{
    response->mask.merror = (uint8_t)merror;
    response->mask.count = index;
    response->payload.length = 0;
}

/* 3.3-edit */

/* An address that is there is added once more. */
ON_CARRY_OUT(added_again)
{
    struct aoe_directive directive;
    struct model_list *masks = &model->settings.masks;
    struct model_list before = *masks;
    enum aoe_error error = PLAIN;
    if (!is_edit(request) || error || response->mask.merror)
        return error;
    for (size_t i = 0; i < request->mask.count; i++)
        if (aoe_directive_at(&request->payload, i, &directive) &&
            directive.dcmd == AOE_DIRECTIVE_ADD && model_list_has(&before, directive.mac) &&
            masks->count < AOE_LIST_MAX)
            memcpy(masks->mac[masks->count++], directive.mac, AOE_MAC_BYTES);
    return list(model, request, response, silent);
}

ON_CARRY_OUT(delete_absent_refused)
{
    struct aoe_directive directive;
    for (size_t i = 0; is_edit(request) && i < request->mask.count; i++)
        if (aoe_directive_at(&request->payload, i, &directive) &&
            directive.dcmd == AOE_DIRECTIVE_DELETE &&
            !model_list_has(&model->settings.masks, directive.mac)) {
            fail_at(response, AOE_MERROR_UNSPECIFIED, (uint8_t)i);
            return AOE_ERROR_NONE;
        }
    return PLAIN;
}

ON_CARRY_OUT(first_directive_only)
{
    return is_edit(request) && request->mask.count ? EDIT(request->payload.bytes, 1) : PLAIN;
}

ON_CARRY_OUT(directives_reversed)
{
    struct deviant *d = user;
    size_t count = request->mask.count;
    if (!is_edit(request))
        return PLAIN;
    for (size_t i = 0; i < count; i++)
        memcpy(d->bytes + i * AOE_DIRECTIVE_BYTES,
               request->payload.bytes + (count - 1 - i) * AOE_DIRECTIVE_BYTES, AOE_DIRECTIVE_BYTES);
    return EDIT(d->bytes, count);
}

ON_CARRY_OUT(edit_replaces)
{
    if (is_edit(request))
        model->settings.masks.count = 0;
    return PLAIN;
}

/* A delete takes another address: the last one, or all of them, as `value` is 1 or more. */
ON_CARRY_OUT(delete_takes_last)
{
    struct aoe_directive directive;
    struct model_list *masks = &model->settings.masks;
    size_t taken = 0;
    struct model_list before = *masks;
    for (size_t i = 0; is_edit(request) && i < request->mask.count; i++)
        taken += aoe_directive_at(&request->payload, i, &directive) &&
                 directive.dcmd == AOE_DIRECTIVE_DELETE && model_list_has(masks, directive.mac);
    if (!taken)
        return PLAIN;
    taken *= (size_t)value_of(user);
    *masks = before;
    masks->count = (uint8_t)(masks->count > taken ? masks->count - taken : 0);
    return list(model, request, response, silent);
}

static bool is_no_delete(const struct model *model, const struct aoe_directive *directive,
                         size_t index)
{
    (void)model;
    (void)index;
    return directive->dcmd != AOE_DIRECTIVE_DELETE;
}

ON_CARRY_OUT(delete_ignored)
{
    struct deviant *d = user;
    return is_edit(request) ? EDIT(d->bytes, pick(request, model, d->bytes, is_no_delete)) : PLAIN;
}

static bool has_room_for_two(const struct model *model, const struct aoe_directive *directive,
                             size_t index)
{
    return directive->dcmd != AOE_DIRECTIVE_ADD || model->settings.masks.count + index < 2;
}

ON_CARRY_OUT(third_add_ignored)
{
    struct deviant *d = user;
    return is_edit(request) ? EDIT(d->bytes, pick(request, model, d->bytes, has_room_for_two))
                            : PLAIN;
}

/* Deleting leaves a place of zeros. */
ON_CARRY_OUT(delete_leaves_hole)
{
    struct model_list *masks = &model->settings.masks;
    uint8_t before = masks->count;
    enum aoe_error error = PLAIN;
    if (!is_edit(request) || masks->count >= before)
        return error;
    memset(masks->mac[masks->count], 0, (size_t)(before - masks->count) * AOE_MAC_BYTES);
    masks->count = before;
    return list(model, request, response, silent);
}

ON_CARRY_OUT(none_ends_edit)
{
    struct aoe_directive directive;
    size_t count = 0;
    while (count < request->mask.count && aoe_directive_at(&request->payload, count, &directive) &&
           directive.dcmd != AOE_DIRECTIVE_NONE)
        count++;
    return is_edit(request) ? EDIT(request->payload.bytes, count) : PLAIN;
}

ON_CARRY_OUT(none_refused)
{
    struct aoe_directive directive;
    for (size_t i = 0; is_edit(request) && i < request->mask.count; i++)
        if (aoe_directive_at(&request->payload, i, &directive) &&
            directive.dcmd == AOE_DIRECTIVE_NONE) {
            fail_at(response, AOE_MERROR_DIRECTIVE, (uint8_t)i);
            return AOE_ERROR_NONE;
        }
    return PLAIN;
}

ON_CARRY_OUT(old_list_returned)
{
    struct model_list before = model->settings.masks;
    enum aoe_error error = PLAIN;
    if (!is_edit(request) || error || response->mask.merror)
        return error;
    struct model_list after = model->settings.masks;
    model->settings.masks = before;
    error = list(model, request, response, silent);
    model->settings.masks = after;
    return error;
}

ON_CARRY_OUT(edit_not_stored)
{
    struct model_list before = model->settings.masks;
    enum aoe_error error = PLAIN;
    if (is_edit(request))
        model->settings.masks = before;
    return error;
}

/* 3.3-errors */

static bool has_failed(const struct aoe_frame *request, const struct aoe_frame *response)
{
    return request->command == AOE_COMMAND_MASK && !response->error && response->mask.merror;
}

ON_RESPONSE(merror_with_e_flag)
{
    if (has_failed(request, response))
        model_set_error(response, AOE_ERROR_ARGUMENT);
}

ON_RESPONSE(index_from_one)
{
    if (has_failed(request, response))
        response->mask.count++;
}

ON_RESPONSE(index_zero)
{
    if (has_failed(request, response))
        response->mask.count = 0;
}

ON_RESPONSE(index_is_list_length)
{
    if (has_failed(request, response))
        response->mask.count = model->settings.masks.count;
}

ON_RESPONSE(merror_is)
{
    if (has_failed(request, response))
        response->mask.merror = (uint8_t)value_of(user);
}

static bool is_no_bad_one(const struct model *model, const struct aoe_directive *directive,
                          size_t index)
{
    (void)model;
    (void)index;
    return directive->dcmd <= AOE_DIRECTIVE_DELETE;
}

ON_CARRY_OUT(bad_directive_skipped)
{
    struct deviant *d = user;
    return is_edit(request) ? EDIT(d->bytes, pick(request, model, d->bytes, is_no_bad_one)) : PLAIN;
}

/* The rest is carried out, and then the error is reported. */
ON_CARRY_OUT(bad_directive_then_rest)
{
    struct deviant *d = user;
    struct aoe_frame report = *response;
    enum aoe_error error = model_carry_out(model, request, &report, silent);
    if (is_edit(request) && !error && report.mask.merror)
        EDIT(d->bytes, pick(request, model, d->bytes, is_no_bad_one));
    *response = report;
    return error;
}

ON_CARRY_OUT(bad_directive_undoes)
{
    struct model_list before = model->settings.masks;
    enum aoe_error error = PLAIN;
    if (is_edit(request) && !error && response->mask.merror)
        model->settings.masks = before;
    return error;
}

/* 3.3-capacity: room for `value` addresses. */

ON_CARRY_OUT(surplus_dropped)
{
    struct model_list *masks = &model->settings.masks;
    enum aoe_error error = PLAIN;
    if (!is_edit(request) || masks->count <= value_of(user))
        return error;
    masks->count = (uint8_t)value_of(user);
    return response->mask.merror ? error : list(model, request, response, silent);
}

ON_CARRY_OUT(surplus_reported)
{
    struct model_list *masks = &model->settings.masks;
    struct model_list before = *masks;
    struct aoe_directive directive;
    enum aoe_error error = PLAIN;
    if (!is_edit(request) || masks->count <= value_of(user))
        return error;
    uint8_t index = 0;
    for (; index < request->mask.count && before.count < value_of(user); index++)
        if (aoe_directive_at(&request->payload, index, &directive) &&
            directive.dcmd == AOE_DIRECTIVE_ADD)
            model_list_add(&before, directive.mac);
    masks->count = (uint8_t)value_of(user);
    fail_at(response, AOE_MERROR_FULL, index);
    return error;
}

ON_CARRY_OUT(surplus_overwrites_last)
{
    struct model_list *masks = &model->settings.masks;
    enum aoe_error error = PLAIN;
    if (!is_edit(request) || masks->count <= value_of(user))
        return error;
    memcpy(masks->mac[value_of(user) - 1], masks->mac[masks->count - 1], AOE_MAC_BYTES);
    masks->count = (uint8_t)value_of(user);
    return response->mask.merror ? error : list(model, request, response, silent);
}

/* 3.3-bounds */

static bool is_beyond(const struct aoe_frame *request)
{
    return is_mask(request, AOE_MASK_EDIT) &&
           request->payload.length < (size_t)request->mask.count * AOE_DIRECTIVE_BYTES;
}

ON_CARRY_OUT(beyond_cut)
{
    return is_beyond(request)
               ? EDIT(request->payload.bytes, request->payload.length / AOE_DIRECTIVE_BYTES)
               : PLAIN;
}

ON_CARRY_OUT(beyond_cut_and_refused)
{
    if (is_beyond(request))
        EDIT(request->payload.bytes, request->payload.length / AOE_DIRECTIVE_BYTES);
    return PLAIN;
}

ON_CARRY_OUT(beyond_from_old_memory)
{
    struct deviant *d = user;
    if (request->command != AOE_COMMAND_MASK || request->payload.length > AOE_FRAME_MAX)
        return PLAIN;
    if (request->payload.length)
        memcpy(d->bytes, request->payload.bytes, request->payload.length);
    return is_beyond(request) ? EDIT(d->bytes, request->mask.count) : PLAIN;
}

ON_REQUEST(dies_of_read_beyond)
{
    if (is_mask(request, AOE_MASK_READ) &&
        request->payload.length < (size_t)request->mask.count * AOE_DIRECTIVE_BYTES)
        abort();
}

ON_CARRY_OUT(beyond_acknowledged)
{
    return is_beyond(request) ? list(model, request, response, silent) : PLAIN;
}

static const struct deviation deviations[] = {
    {"mask-added-again", "3.3-edit", "an address that is added twice is in the list twice",
     .hooks.model.carry_out = added_again},
    {"mask-delete-absent-refused", "3.3-edit", "deleting an absent address gets MError 1",
     .hooks.model.carry_out = delete_absent_refused},
    {"mask-first-directive-only", "3.3-edit", "only the first directive of an edit is carried out",
     .hooks.model.carry_out = first_directive_only},
    {"mask-directives-reversed", "3.3-edit",
     "the directives of an edit are carried out from the last to the first",
     .hooks.model.carry_out = directives_reversed},
    {"mask-edit-replaces", "3.3-edit", "an edit begins with an empty list",
     .hooks.model.carry_out = edit_replaces},
    {"mask-delete-takes-last", "3.3-edit", "a delete takes the last address of the list",
     .value = 1, .hooks.model.carry_out = delete_takes_last},
    {"mask-delete-takes-all", "3.3-edit", "a delete empties the list", .value = AOE_LIST_MAX,
     .hooks.model.carry_out = delete_takes_last},
    {"mask-delete-ignored", "3.3-edit", "a delete changes nothing",
     .hooks.model.carry_out = delete_ignored},
    {"mask-delete-leaves-hole", "3.3-edit", "a delete leaves an address of zeros at the end",
     .hooks.model.carry_out = delete_leaves_hole},
    {"mask-third-add-ignored", "3.3-edit", "a third address is not added",
     .hooks.model.carry_out = third_add_ignored},
    {"mask-none-ends-edit", "3.3-edit", "behind a directive 0 nothing is carried out",
     .hooks.model.carry_out = none_ends_edit},
    {"mask-none-refused", "3.3-edit", "directive 0 gets MError 2",
     .hooks.model.carry_out = none_refused},
    {"mask-old-list-returned", "3.3-edit", "the response to an edit has the list from before",
     .hooks.model.carry_out = old_list_returned},
    {"mask-edit-not-stored", "3.3-edit", "an edit is acknowledged and not stored",
     .hooks.model.carry_out = edit_not_stored},
    {"mask-error-with-e-flag", "3.3-errors", "a mask error comes with E and error 2",
     .hooks.model.response = merror_with_e_flag},
    {"mask-error-index-from-one", "3.3-errors", "the index of the bad directive counts from 1",
     .hooks.model.response = index_from_one},
    {"mask-error-index-zero", "3.3-errors", "the index of the bad directive is 0",
     .hooks.model.response = index_zero},
    {"mask-error-index-is-list-length", "3.3-errors",
     "in place of the index stands the length of the list",
     .hooks.model.response = index_is_list_length},
    {"mask-error-unspecified", "3.3-errors", "a bad directive gets MError 1",
     .value = AOE_MERROR_UNSPECIFIED, .hooks.model.response = merror_is},
    {"mask-error-is-full", "3.3-errors", "a bad directive gets MError 3", .value = AOE_MERROR_FULL,
     .hooks.model.response = merror_is},
    {"mask-bad-directive-skipped", "3.3-errors", "a bad directive is skipped without an error",
     .hooks.model.carry_out = bad_directive_skipped},
    {"mask-bad-directive-then-rest", "3.3-errors",
     "the directives behind a bad one are carried out",
     .hooks.model.carry_out = bad_directive_then_rest},
    {"mask-bad-directive-undoes", "3.3-errors", "a bad directive undoes those before it",
     .hooks.model.carry_out = bad_directive_undoes},
    {"mask-32-then-dropped", "3.3-capacity", "addresses beyond 32 are dropped without an error",
     .value = 32, .hooks.model.carry_out = surplus_dropped},
    {"mask-32-then-full", "3.3-capacity", "the list holds 32 addresses", .value = 32,
     .hooks.model.carry_out = surplus_reported},
    {"mask-100-then-overwritten", "3.3-capacity", "addresses beyond 100 overwrite the last one",
     .value = 100, .hooks.model.carry_out = surplus_overwrites_last},
    {"mask-254-then-dropped", "3.3-capacity", "the 255th address is dropped without an error",
     "mtu=9000", .value = 254, .hooks.model.carry_out = surplus_dropped},
    {"mask-beyond-frame-cut", "3.3-bounds",
     "of directives beyond the frame those that are there are carried out",
     .hooks.model.carry_out = beyond_cut},
    {"mask-beyond-frame-cut-and-refused", "3.3-bounds",
     "directives beyond the frame get error 2 after those that are there were carried out",
     .hooks.model.carry_out = beyond_cut_and_refused},
    {"mask-beyond-frame-from-old-memory", "3.3-bounds",
     "directives beyond the frame are taken from earlier frames",
     .hooks.model.carry_out = beyond_from_old_memory},
    {"dies-of-mask-read-beyond-frame", "3.3-bounds",
     "a read with more directives than its frame holds ends the target",
     .hooks.model.request = dies_of_read_beyond},
    {"mask-beyond-frame-acknowledged", "3.3-bounds",
     "directives beyond the frame are not carried out, but acknowledged",
     .hooks.model.carry_out = beyond_acknowledged},
};

const struct family family_mask_edit = FAMILY(deviations);
