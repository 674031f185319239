/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run_initiator.h"

#include "baseline.h"
#include "guard.h"
#include "initiator.h"
#include "interpret.h"
#include "output.h"
#include "protocol/names.h"
#include "selection.h"

enum { SECOND = 1000000000, TIMEOUT = SECOND / 2 };

struct initiator_run {
    struct arena *arena;
    const struct options *options;
    struct report report;
    struct session session;
    struct session_role role;
    struct initiator initiator;
    struct baseline baseline;
    struct output output;
    struct result background; /* frames between scenarios */
    const char **error;
};

static void set_up(struct initiator_run *run, struct link *link, volatile int *stop)
{
    struct target *target = &run->report.target;
    struct session *session = &run->session;
    target->interface = run->options->interface;
    target->shelf = run->options->shelf;
    target->slot = run->options->slot;
    target->mtu = link_mtu(link);
    memcpy(target->mac, link_mac(link), AOE_MAC_BYTES);
    run->report.timing.timeout = TIMEOUT;
    run->role = initiator_role(&run->initiator);
    *session = (struct session){
        .arena = run->arena,
        .link = link,
        .target = target,
        .timing = &run->report.timing,
        .stop = stop,
        .seed = run->options->seed,
        .role = &run->role,
    };
    session->gate = (struct gate){.initiator = true,

                                  .allowed = run->options->allow & TOUCH_LINK,
                                  .shelf = target->shelf,
                                  .slot = target->slot};
    memcpy(session->gate.own, link_mac(link), AOE_MAC_BYTES);
    memcpy(session->macs[0], link_mac(link), AOE_MAC_BYTES);
    for (unsigned i = 1; i < SCENARIO_HOSTS; i++)
        session_mac(session, i, session->macs[i]);
    session_begin(session, &run->background, NULL);
}

/* Brings the initiator to where every scenario begins. 0, or -1 with run->error set. */
static int meet(struct initiator_run *run)
{
    const struct options *options = run->options;
    struct initiator *initiator = &run->initiator;
    const char *reason = "";
    char address[AOE_ADDRESS_TEXT];
    initiator->command = options->stimulus;
    initiator->verbose = options->verbose;
    initiator->serving.only = options->host;
    initiator->serving.patience = (int64_t)options->patience * SECOND;
    if (serving_open(&initiator->serving, &run->session, &reason)) {
        *run->error = reason;
        return -1;
    }
    if (initiator_reset(initiator, &reason)) {
        *run->error = arena_print(run->arena, "the stimulus 'reset': %s", reason);
        return -1;
    }
    aoe_address_text(address, options->shelf, options->slot);
    if (initiator_meet(initiator, &reason)) {
        *run->error = arena_print(run->arena,
                                  "%s on %s: %s in %u s: is the initiator on this link, is the "
                                  "stimulus right ('%s discover %s')?",
                                  address, options->interface, reason, options->patience,
                                  options->stimulus ? options->stimulus : "none given", address);
        return -1;
    }
    run->report.target_found = true;
    memcpy(run->report.initiator, initiator->serving.initiator, AOE_MAC_BYTES);
    if (!initiator_reset(initiator, &reason))
        return 0;
    *run->error = arena_print(run->arena, "the stimulus 'reset': %s", reason);
    return -1;
}

struct one {
    struct initiator_run *run;
    struct result *result;
};

static void interpret_one(void *user)
{
    struct one *one = user;
    struct initiator *initiator = &one->run->initiator;
    interpret(&one->run->session, initiator, one->result->scenario, initiator->serving.facts,
              one->result);
}

static void not_run(struct result *result, const char *why)
{
    result->verdict = VERDICT_ERROR;
    result->reason = why;
}

static void run_scenario(struct initiator_run *run, struct result *result)
{
    struct one one = {run, result};
    struct session *session = &run->session;
    bool hung = session->silent;
    if (*session->stop)
        not_run(result, "not run: interrupted");
    else if (hung && !result->scenario->runwide)
        not_run(result, "not run: the initiator cannot be reset any more");
    else if (!guard_call(interpret_one, &one))
        not_run(result, "the harness crashed in this scenario: please report it");
    session_begin(session, &run->background, NULL);
    if (session->silent && !hung)
        run->report.error = arena_print(
            run->arena, "the initiator cannot be reset any more after %s", result->scenario->id);
}

static void run_scenarios(struct initiator_run *run)
{
    struct report *report = &run->report;
    struct output *output = &run->output;
    output->style.total = report->count;
    report_text_head(output->people, report, &output->style);
    initiator_watch(&run->initiator);
    for (size_t i = 0; i < report->count; i++) {
        run_scenario(run, &report->results[i]);
        output->style.done = i + 1;
        report_text_result(output->people, &report->results[i], &output->style);
    }
    for (size_t i = 0; i < report->count; i++)
        interpret_conclude(&report->results[i]);
    baseline_apply(&run->baseline, run->arena, report);
}

static int run_on_link(struct initiator_run *run, struct link *link, volatile int *stop)
{
    struct report *report = &run->report;
    set_up(run, link, stop);
    report->started = link_now();
    bool met = !meet(run);
    if (met)
        run_scenarios(run);
    else
        report->error = *run->error;
    for (size_t i = 0; !met && i < report->count; i++)
        not_run(&report->results[i], "not run");
    report->duration = link_now() - report->started;
    report_conclude(report, run->options->strict);
    int written = output_write(&run->output, run->error);
    if (met)
        report_text_end(run->output.people, report, &run->output.style);
    serving_close(&run->initiator.serving);
    return written ? EXIT_NOT_JUDGED : report->exit_status;
}

int run_initiator(struct arena *arena, const struct options *options,
                  const struct catalogue *catalogue, volatile int *stop, const char **error)
{
    char text[256];
    struct initiator_run *run = arena_new(arena, sizeof *run);
    struct report *report = &run->report;
    run->arena = arena;
    run->options = options;
    run->error = error;
    report->version = SUITE_VERSION;
    report->seed = options->seed;
    report->error = "";
    report->command = selection_command(arena, options);
    report->judges_initiator = true;
    report->stimulus = options->stimulus;
    output_open(&run->output, arena, options, report);
    if (selection_check(arena, options, catalogue, error) ||
        (options->baseline && baseline_read(arena, options->baseline, &run->baseline, error)))
        return EXIT_USAGE;
    selection_make(arena, options, catalogue, report);
    struct link *link = link_open(options->interface, text, sizeof text);
    if (!link) {
        *error = arena_text(arena, text);
        return EXIT_USAGE;
    }
    int status = run_on_link(run, link, stop);
    link_close(link);
    return status;
}
