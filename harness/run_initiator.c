/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run_initiator.h"

#include "initiator.h"
#include "interpret.h"
#include "protocol/names.h"
#include "whole_run.h"

struct initiator_run {
    struct whole_run whole;
    struct session_role role;
    struct initiator initiator;
};

static const char *reset_text(const struct initiator_run *run, const char *reason)
{
    return arena_print(run->whole.arena, "the stimulus 'reset': %s", reason);
}

static const char *nobody_text(const struct initiator_run *run, const char *reason)
{
    const struct options *options = run->whole.options;
    char address[AOE_ADDRESS_TEXT];
    aoe_address_text(address, options->shelf, options->slot);
    return arena_print(run->whole.arena,
                       "%s on %s: %s in %u s: is the initiator on this link, is the stimulus right "
                       "('%s discover %s')?",
                       address, options->interface, reason, options->patience,
                       options->stimulus ? options->stimulus : "none given", address);
}

/* What the initiator finds on its link. */
static void set_up(struct initiator_run *run)
{
    const struct options *options = run->whole.options;
    struct session *session = &run->whole.session;
    run->role = initiator_role(&run->initiator);
    session->role = &run->role;
    session->gate.initiator = true;
    memcpy(run->whole.report.target.mac, link_mac(session->link), AOE_MAC_BYTES);
    run->initiator.command = options->stimulus;
    run->initiator.verbose = options->verbose;
    run->initiator.serving.only = options->host;
    run->initiator.serving.patience = (int64_t)options->patience * 1000000000;
}

/* Brings the initiator to where every scenario begins. */
static int meet(void *user)
{
    struct initiator_run *run = user;
    struct initiator *initiator = &run->initiator;
    const char *reason = "";
    set_up(run);
    if (serving_open(&initiator->serving, &run->whole.session, &reason))
        *run->whole.error = reason;
    else if (initiator_reset(initiator, &reason))
        *run->whole.error = reset_text(run, reason);
    else if (initiator_meet(initiator, &reason))
        *run->whole.error = nobody_text(run, reason);
    else if (initiator_reset(initiator, &reason))
        *run->whole.error = reset_text(run, reason);
    else {
        run->whole.report.target_found = true;
        memcpy(run->whole.report.initiator, initiator->serving.initiator, AOE_MAC_BYTES);
        return 0;
    }
    return EXIT_NOT_JUDGED;
}

static void begin(void *user)
{
    struct initiator_run *run = user;
    initiator_watch(&run->initiator);
}

static void interpret_result(void *user, struct result *result)
{
    struct initiator_run *run = user;
    struct initiator *initiator = &run->initiator;
    interpret(&run->whole.session, initiator, result->scenario, initiator->serving.facts, result);
}

static void after_scenario(void *user, struct result *result, bool was_silent)
{
    struct initiator_run *run = user;
    struct session *session = &run->whole.session;
    session_begin(session, &run->whole.background, NULL);
    if (session->silent && !was_silent)
        run->whole.report.error =
            arena_print(run->whole.arena, "the initiator cannot be reset any more after %s",
                        result->scenario->id);
}

int run_initiator(struct arena *arena, const struct options *options,
                  const struct catalogue *catalogue, volatile int *stop, const char **error)
{
    static const struct whole_run_side side = {
        .meet = meet,
        .begin = begin,
        .interpret = interpret_result,
        .after = after_scenario,
        .silent = "the initiator cannot be reset any more",
    };
    struct initiator_run *run = arena_new(arena, sizeof *run);
    run->initiator.serving.disk.fd = -1;
    run->whole.arena = arena;
    run->whole.options = options;
    run->whole.side = &side;
    run->whole.user = run;
    run->whole.error = error;
    run->whole.report.judges_initiator = true;
    run->whole.report.stimulus = options->stimulus;
    int status = whole_run(&run->whole, catalogue, stop);
    serving_close(&run->initiator.serving);
    return status;
}
