/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a config string is stored, and by whom. */
#include "family.h"

#define PLAIN model_carry_out(model, request, response, silent)

static bool stores(const struct aoe_frame *request)
{
    return is_config(request, AOE_CONFIG_SET) || is_config(request, AOE_CONFIG_FORCE);
}

static bool is_refused_set(const struct aoe_frame *request, const struct aoe_frame *response)
{
    return is_config(request, AOE_CONFIG_SET) && response->error == AOE_ERROR_CONFIG;
}

/* Carries it out as another config command. */
static enum aoe_error carry_out_as(struct model *model, const struct aoe_frame *request,
                                   struct aoe_frame *response, bool *silent, uint8_t ccmd)
{
    struct aoe_frame other = *request;
    other.config.ccmd = ccmd;
    return model_carry_out(model, &other, response, silent);
}

#define AS(ccmd) carry_out_as(model, request, response, silent, ccmd)

static uint64_t value_of(const void *user)
{
    return ((const struct deviant *)user)->value;
}

static void set_string(struct aoe_frame *response, const uint8_t *bytes, uint16_t length)
{
    response->config.length = length;
    response->payload = (struct aoe_span){bytes, length};
}

/* 3.2-set */

ON_CARRY_OUT(set_replaces)
{
    return is_config(request, AOE_CONFIG_SET) ? AS(AOE_CONFIG_FORCE) : PLAIN;
}

ON_CARRY_OUT(set_refused_yet_stored)
{
    enum aoe_error error = PLAIN;
    if (is_config(request, AOE_CONFIG_SET) && error == AOE_ERROR_CONFIG)
        AS(AOE_CONFIG_FORCE);
    return error;
}

ON_CARRY_OUT(set_over_nul)
{
    return is_config(request, AOE_CONFIG_SET) && !model->settings.string[0] ? AS(AOE_CONFIG_FORCE)
                                                                            : PLAIN;
}

ON_RESPONSE(set_refused_in_silence)
{
    *silent = *silent || is_refused_set(request, response);
}

ON_RESPONSE(set_refused_as_success)
{
    if (is_refused_set(request, response))
        model_set_error(response, AOE_ERROR_NONE);
}

ON_CARRY_OUT(set_refused_where_empty)
{
    return is_config(request, AOE_CONFIG_SET) && request->config.length ? AOE_ERROR_CONFIG : PLAIN;
}

ON_CARRY_OUT(set_acknowledged_only)
{
    return is_config(request, AOE_CONFIG_SET) && !model->settings.length ? AS(AOE_CONFIG_READ)
                                                                         : PLAIN;
}

/* The host that stored a string may replace it. */
ON_CARRY_OUT(set_replaces_own)
{
    struct deviant *d = user;
    bool own = same_address(d->host, request->source);
    enum aoe_error error = is_config(request, AOE_CONFIG_SET) && own ? AS(AOE_CONFIG_FORCE) : PLAIN;
    if (stores(request) && !error)
        memcpy(d->host, request->source, AOE_MAC_BYTES);
    return error;
}

/* For a moment after a set another host still finds the string empty. */
ON_CARRY_OUT(set_race_lost)
{
    struct deviant *d = user;
    bool soon = family_now() - d->since < value_of(user);
    if (!is_config(request, AOE_CONFIG_SET) || !request->config.length)
        return PLAIN;
    enum aoe_error error =
        soon && !same_address(d->host, request->source) ? AS(AOE_CONFIG_FORCE) : PLAIN;
    if (!error && !soon) {
        d->since = family_now();
        memcpy(d->host, request->source, AOE_MAC_BYTES);
    }
    return error;
}

/* A set whose string begins like the present one is taken for a repeat. */
ON_RESPONSE(set_similar_succeeds)
{
    size_t length = request->config.length < model->settings.length ? request->config.length
                                                                    : model->settings.length;
    if (is_refused_set(request, response) && length &&
        memcmp(request->payload.bytes, model->settings.string, length) == 0)
        model_set_error(response, AOE_ERROR_NONE);
}

/* Makes the string the present one with the new one behind it. */
static enum aoe_error append(struct model *model, const struct aoe_frame *request,
                             struct aoe_frame *response, bool *silent, struct deviant *d)
{
    struct aoe_frame both = *request;
    size_t present = model->settings.length, length = request->config.length;
    if (request->payload.length < length || present + length > AOE_STRING_MAX || !length)
        return PLAIN;
    memcpy(d->bytes, model->settings.string, present);
    memcpy(d->bytes + present, request->payload.bytes, length);
    both.config.ccmd = AOE_CONFIG_FORCE;
    both.config.length = (uint16_t)(present + length);
    both.payload = (struct aoe_span){d->bytes, present + length};
    both.raw.length = AOE_CONFIG_BYTES + both.payload.length;
    return model_carry_out(model, &both, response, silent);
}

ON_CARRY_OUT(set_appends)
{
    return is_config(request, AOE_CONFIG_SET) && model->settings.length
               ? append(model, request, response, silent, user)
               : PLAIN;
}

/* 3.2-set-same */

ON_CARRY_OUT(set_same_refused)
{
    bool present = model->settings.length;
    return is_config(request, AOE_CONFIG_SET) && present ? AOE_ERROR_CONFIG : PLAIN;
}

/* 3.2-force */

ON_CARRY_OUT(force_refused)
{
    return is_config(request, AOE_CONFIG_FORCE) ? AS(AOE_CONFIG_SET) : PLAIN;
}

ON_CARRY_OUT(force_appends)
{
    return is_config(request, AOE_CONFIG_FORCE) && model->settings.length
               ? append(model, request, response, silent, user)
               : PLAIN;
}

ON_CARRY_OUT(force_acknowledged_only)
{
    return is_config(request, AOE_CONFIG_FORCE) ? AS(AOE_CONFIG_READ) : PLAIN;
}

/* A shorter string leaves the end of a longer one. */
ON_CARRY_OUT(force_keeps_tail)
{
    uint16_t before = model->settings.length;
    enum aoe_error error = PLAIN;
    if (is_config(request, AOE_CONFIG_FORCE) && !error && request->config.length &&
        model->settings.length < before) {
        model->settings.length = before;
        set_string(response, model->settings.string, before);
    }
    return error;
}

/* Only the host that stored a string may force another. */
ON_CARRY_OUT(force_by_others_refused)
{
    struct deviant *d = user;
    bool own = !model->settings.length || same_address(d->host, request->source);
    if (is_config(request, AOE_CONFIG_FORCE) && !own)
        return AOE_ERROR_CONFIG;
    if (stores(request))
        memcpy(d->host, request->source, AOE_MAC_BYTES);
    return PLAIN;
}

/* 3.2-returned */

ON_CARRY_OUT(returns_old_string)
{
    struct deviant *d = user;
    d->settings = model->settings;
    enum aoe_error error = PLAIN;
    if (stores(request) && !error)
        set_string(response, d->settings.string, d->settings.length);
    return error;
}

ON_RESPONSE(returns_no_string)
{
    if (stores(request))
        set_string(response, NULL, 0);
}

ON_RESPONSE(refused_set_returns_request)
{
    if (is_refused_set(request, response))
        set_string(response, request->payload.bytes, request->config.length);
}

ON_RESPONSE(refused_set_returns_no_string)
{
    if (is_refused_set(request, response))
        set_string(response, NULL, 0);
}

/* 3.2-length */

/* The length is taken as `value` bits of it. */
ON_CARRY_OUT(length_bits)
{
    struct aoe_frame cut = *request;
    if (stores(request))
        cut.config.length &= (uint16_t)value_of(user);
    return model_carry_out(model, &cut, response, silent);
}

ON_CARRY_OUT(length_limit)
{
    return stores(request) && request->config.length > value_of(user) ? AOE_ERROR_ARGUMENT : PLAIN;
}

/* Stores as much as there may be of a string that is too long, or as much as the frame has. */
ON_CARRY_OUT(length_over_cut)
{
    struct aoe_frame cut = *request;
    if (stores(request) && request->config.length > AOE_STRING_MAX &&
        request->payload.length >= AOE_STRING_MAX)
        cut.config.length = AOE_STRING_MAX;
    return model_carry_out(model, &cut, response, silent);
}

ON_CARRY_OUT(length_beyond_cut)
{
    struct aoe_frame cut = *request;
    if (stores(request) && request->config.length > request->payload.length)
        cut.config.length = (uint16_t)request->payload.length;
    return model_carry_out(model, &cut, response, silent);
}

/* The end of a string that is not all in the frame comes from an earlier one. */
ON_CARRY_OUT(length_beyond_from_old_memory)
{
    struct deviant *d = user;
    struct aoe_frame whole = *request;
    if (request->command != AOE_COMMAND_CONFIG || request->payload.length > AOE_FRAME_MAX)
        return PLAIN;
    if (request->payload.length)
        memcpy(d->bytes, request->payload.bytes, request->payload.length);
    if (stores(request) && request->config.length > request->payload.length &&
        request->config.length <= AOE_STRING_MAX) {
        whole.payload = (struct aoe_span){d->bytes, request->config.length};
        whole.raw.length = AOE_CONFIG_BYTES + whole.payload.length;
    }
    return model_carry_out(model, &whole, response, silent);
}

/* A read answers with as many bytes as it says it has, whatever there are. */
ON_RESPONSE(length_beyond_returned)
{
    if (!is_config(request, AOE_CONFIG_READ) || request->config.length > AOE_STRING_MAX ||
        request->config.length <= request->payload.length)
        return;
    model_set_error(response, AOE_ERROR_NONE);
    set_string(response, model->settings.string, request->config.length);
}

ON_CARRY_OUT(stored_up_to_nul)
{
    struct aoe_frame cut = *request;
    if (stores(request) && request->config.length <= request->payload.length &&
        request->config.length)
        cut.config.length =
            (uint16_t)strnlen((const char *)request->payload.bytes, request->config.length);
    return model_carry_out(model, &cut, response, silent);
}

/* Changes the bytes of a string on their way in. */
static enum aoe_error carry_out_changed(struct deviant *d, const struct aoe_frame *request,
                                        struct aoe_frame *response, bool *silent)
{
    struct aoe_frame changed = *request;
    if (stores(request) && request->config.length <= request->payload.length) {
        for (size_t i = 0; i < request->config.length; i++)
            d->bytes[i] = request->payload.bytes[i] & 0x7F;
        changed.payload.bytes = d->bytes;
    }
    return model_carry_out(d->model, &changed, response, silent);
}

ON_CARRY_OUT(stored_in_seven_bits)
{
    return carry_out_changed(user, request, response, silent);
}

ON_CARRY_OUT(trailing_spaces_trimmed)
{
    struct aoe_frame cut = *request;
    if (stores(request) && request->config.length <= request->payload.length)
        while (cut.config.length && request->payload.bytes[cut.config.length - 1] <= ' ')
            cut.config.length--;
    return model_carry_out(model, &cut, response, silent);
}

/* 3.2-unknown */

static bool is_unknown(const struct aoe_frame *request)
{
    return request->command == AOE_COMMAND_CONFIG && request->extent == AOE_EXTENT_ARGUMENT &&
           request->config.ccmd > AOE_CONFIG_LAST;
}

ON_RESPONSE(unknown_ccmd_ignored)
{
    *silent = *silent || is_unknown(request);
}

/* Taken for command `value`. */
ON_CARRY_OUT(unknown_ccmd_is)
{
    return is_unknown(request) ? AS((uint8_t)value_of(user)) : PLAIN;
}

ON_CARRY_OUT(ccmd_two_bits)
{
    return is_unknown(request) ? AS(request->config.ccmd & 3) : PLAIN;
}

ON_RESPONSE(unknown_ccmd_as_command)
{
    if (is_unknown(request))
        model_set_error(response, AOE_ERROR_COMMAND);
}

ON_CARRY_OUT(unknown_ccmd_forces_and_refuses)
{
    if (is_unknown(request))
        AS(AOE_CONFIG_FORCE);
    return PLAIN;
}

/* 3.2-claim */

ON_CARRY_OUT(empty_refused)
{
    return is_config(request, AOE_CONFIG_FORCE) && !request->config.length ? AOE_ERROR_ARGUMENT
                                                                           : PLAIN;
}

ON_CARRY_OUT(empty_ignored)
{
    return is_config(request, AOE_CONFIG_FORCE) && !request->config.length ? AS(AOE_CONFIG_READ)
                                                                           : PLAIN;
}

/* The string is gone, but the claim stays. */
ON_CARRY_OUT(claim_stays)
{
    struct deviant *d = user;
    if (is_config(request, AOE_CONFIG_SET) && request->config.length && d->armed &&
        !model->settings.length)
        return AOE_ERROR_CONFIG;
    enum aoe_error error = PLAIN;
    d->armed = d->armed || model->settings.length;
    if (is_config(request, AOE_CONFIG_FORCE) && request->config.length)
        d->armed = true;
    return error;
}

static const struct deviation deviations[] = {
    {"config-set-replaces", "3.2-set", "a set replaces a string that is present",
     .hooks.model.carry_out = set_replaces},
    {"config-set-refused-yet-stored", "3.2-set", "a set over a string gets error 4 and is stored",
     .hooks.model.carry_out = set_refused_yet_stored},
    {"config-set-over-nul", "3.2-set",
     "a string that begins with a zero byte counts as empty for a set",
     .hooks.model.carry_out = set_over_nul},
    {"config-set-refused-in-silence", "3.2-set", "a set over a string gets no response",
     .hooks.model.response = set_refused_in_silence},
    {"config-set-refused-as-success", "3.2-set",
     "a set over a string gets no error, and nothing changes",
     .hooks.model.response = set_refused_as_success},
    {"config-set-refused-where-empty", "3.2-set", "a set gets error 4 though there is no string",
     .hooks.model.carry_out = set_refused_where_empty},
    {"config-set-acknowledged-only", "3.2-set",
     "a set where there is no string is acknowledged, not stored",
     .hooks.model.carry_out = set_acknowledged_only},
    {"config-set-replaces-own", "3.2-set", "a set replaces the string that the same host stored",
     .hooks.model.carry_out = set_replaces_own},
    {"config-set-race-lost", "3.2-set", "of two hosts that set within 3 ms both succeed",
     .value = 3, .hooks.model.carry_out = set_race_lost},
    {"config-set-similar-succeeds", "3.2-set",
     "a set gets no error where it begins like the present string",
     .hooks.model.response = set_similar_succeeds},
    {"config-set-appends", "3.2-set", "a set over a string appends its own",
     .hooks.model.carry_out = set_appends},
    {"config-set-same-refused", "3.2-set-same",
     "a set of the very string that is present gets error 4",
     .hooks.model.carry_out = set_same_refused},
    {"config-force-refused", "3.2-force", "a force over a string gets error 4",
     .hooks.model.carry_out = force_refused},
    {"config-force-appends", "3.2-force", "a force appends to the string that is present",
     .hooks.model.carry_out = force_appends},
    {"config-force-acknowledged-only", "3.2-force", "a force is acknowledged and not stored",
     .hooks.model.carry_out = force_acknowledged_only},
    {"config-force-keeps-tail", "3.2-force",
     "a force of a shorter string leaves the end of the longer one",
     .hooks.model.carry_out = force_keeps_tail},
    {"config-force-by-others-refused", "3.2-force",
     "a force over another host's string gets error 4",
     .hooks.model.carry_out = force_by_others_refused},
    {"config-returns-old-string", "3.2-returned", "a set or force returns the string from before",
     .hooks.model.carry_out = returns_old_string},
    {"config-returns-no-string", "3.2-returned", "a set or force returns no string",
     .hooks.model.response = returns_no_string},
    {"config-refused-set-returns-request", "3.2-returned",
     "a refused set returns the string of the request",
     .hooks.model.response = refused_set_returns_request},
    {"config-refused-set-returns-no-string", "3.2-returned", "a refused set returns no string",
     .hooks.model.response = refused_set_returns_no_string},
    {"string-length-8-bits", "3.2-length", "of the length of a string only the low byte counts",
     .value = 0xFF, .hooks.model.carry_out = length_bits},
    {"string-1024-refused", "3.2-length", "a string of 1024 bytes gets error 2", .value = 1023,
     .hooks.model.carry_out = length_limit},
    {"string-over-255-refused", "3.2-length", "a string of more than 255 bytes gets error 2",
     .value = 255, .hooks.model.carry_out = length_limit},
    {"string-over-1024-cut", "3.2-length",
     "of a string of more than 1024 bytes the first 1024 are stored",
     .hooks.model.carry_out = length_over_cut},
    {"string-beyond-frame-cut", "3.2-length",
     "of a string longer than its frame what is there is stored",
     .hooks.model.carry_out = length_beyond_cut},
    {"string-beyond-frame-from-old-memory", "3.2-length",
     "the end of a string longer than its frame is from earlier frames",
     .hooks.model.carry_out = length_beyond_from_old_memory},
    {"string-beyond-frame-returned", "3.2-length",
     "a read with a length beyond its frame returns that many bytes",
     .hooks.model.response = length_beyond_returned},
    {"string-stored-up-to-nul", "3.2-length", "a string is stored up to its first zero byte",
     .hooks.model.carry_out = stored_up_to_nul},
    {"string-seven-bits", "3.2-length", "the highest bit of each byte of a string is lost",
     .hooks.model.carry_out = stored_in_seven_bits},
    {"string-trimmed", "3.2-length",
     "spaces and control characters at the end of a string are not stored",
     .hooks.model.carry_out = trailing_spaces_trimmed},
    {"unknown-ccmd-ignored", "3.2-unknown", "config commands 5 to 15 get no response",
     .hooks.model.response = unknown_ccmd_ignored},
    {"unknown-ccmd-reads", "3.2-unknown", "config commands 5 to 15 are answered like a read",
     .value = AOE_CONFIG_READ, .hooks.model.carry_out = unknown_ccmd_is},
    {"unknown-ccmd-forces", "3.2-unknown", "config commands 5 to 15 are carried out as a force",
     .value = AOE_CONFIG_FORCE, .hooks.model.carry_out = unknown_ccmd_is},
    {"unknown-ccmd-forces-and-refuses", "3.2-unknown",
     "config commands 5 to 15 get error 2 and store their string",
     .hooks.model.carry_out = unknown_ccmd_forces_and_refuses},
    {"ccmd-two-bits", "3.2-unknown", "of config commands over 4 only the two lowest bits count",
     .hooks.model.carry_out = ccmd_two_bits},
    {"unknown-ccmd-as-command", "3.2-unknown", "config commands 5 to 15 get error 1",
     .hooks.model.response = unknown_ccmd_as_command},
    {"claim-empty-refused", "3.2-claim", "a force of the empty string gets error 2",
     .hooks.model.carry_out = empty_refused},
    {"claim-empty-ignored", "3.2-claim", "a force of the empty string changes nothing",
     .hooks.model.carry_out = empty_ignored},
    {"claim-stays", "3.2-claim", "after a force of the empty string a set still gets error 4",
     .hooks.model.carry_out = claim_stays},
};

const struct family family_string = FAMILY(deviations);
