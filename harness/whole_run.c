/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "whole_run.h"

#include <sys/utsname.h>

#include "baseline.h"
#include "guard.h"
#include "interpret.h"
#include "selection.h"

void whole_run_session(struct whole_run *run, struct link *link, volatile int *stop)
{
    struct session *session = &run->session;
    struct target *target = &run->report.target;
    *session = (struct session){
        .arena = run->arena,
        .link = link,
        .target = target,
        .timing = &run->report.timing,
        .stop = stop,
        .seed = run->options->seed,
    };
    enum { FIRST_TIMEOUT = 500000000 };
    run->report.timing.timeout = FIRST_TIMEOUT;
    target->interface = run->options->interface;
    target->shelf = run->options->shelf;
    target->slot = run->options->slot;
    target->mtu = link_mtu(link);
    session->gate =
        (struct gate){.allowed = run->options->allow, .shelf = target->shelf, .slot = target->slot};
    memcpy(session->gate.own, link_mac(link), AOE_MAC_BYTES);
    memcpy(session->macs[0], link_mac(link), AOE_MAC_BYTES);
    for (unsigned i = 1; i < SCENARIO_HOSTS; i++)
        session_mac(session, i, session->macs[i]);
    session_begin(session, &run->background, NULL);
}

struct one {
    struct whole_run *run;
    struct result *result;
};

static void interpret_one(void *user)
{
    struct one *one = user;
    one->run->side->interpret(one->run->user, one->result);
}

static void not_run(struct result *result, const char *why)
{
    result->verdict = VERDICT_ERROR;
    result->reason = why;
}

static void run_scenario(struct whole_run *run, struct result *result)
{
    struct one one = {run, result};
    struct session *session = &run->session;
    bool was_silent = session->silent;
    if (*session->stop)
        not_run(result, "not run: interrupted");
    else if (was_silent && !result->scenario->runwide)
        not_run(result, arena_print(run->arena, "not run: %s", run->side->silent));
    else if (!guard_call(interpret_one, &one))
        not_run(result, "the harness crashed in this scenario: please report it");
    run->side->after(run->user, result, was_silent);
}

static void run_scenarios(struct whole_run *run)
{
    struct report *report = &run->report;
    struct output *output = &run->output;
    output->style.total = report->count;
    report_text_head(output->people, report, &output->style);
    if (run->side->begin)
        run->side->begin(run->user);
    for (size_t i = 0; i < report->count; i++) {
        run_scenario(run, &report->results[i]);
        output->style.done = i + 1;
        report_text_result(output->people, &report->results[i], &output->style);
    }
    for (size_t i = 0; i < report->count; i++)
        interpret_conclude(&report->results[i]);
    if (run->side->finish)
        run->side->finish(run->user);
    baseline_apply(&run->baseline, run->arena, report);
}

/* Everything that comes after the link is open. */
static int run_on_link(struct whole_run *run, struct link *link, volatile int *stop)
{
    struct report *report = &run->report;
    whole_run_session(run, link, stop);
    report->started = link_now();
    int status = run->side->meet(run->user);
    if (status == EXIT_USAGE)
        return status;
    if (status)
        report->error = *run->error;
    else
        run_scenarios(run);
    for (size_t i = 0; status && i < report->count; i++)
        not_run(&report->results[i], "not run");
    report->duration = link_now() - report->started;
    report_conclude(report, run->options->strict);
    int written = output_write(&run->output, run->error);
    if (!status)
        report_text_end(run->output.people, report, &run->output.style);
    return written ? EXIT_NOT_JUDGED : report->exit_status;
}

static const char *kernel_text(struct arena *arena)
{
    struct utsname name;
    if (uname(&name))
        return NULL;
    return arena_print(arena, "%s %s %s", name.sysname, name.release, name.machine);
}

int whole_run(struct whole_run *run, const struct catalogue *catalogue, volatile int *stop)
{
    char text[256];
    struct arena *arena = run->arena;
    const struct options *options = run->options;
    run->report.version = SUITE_VERSION;
    run->report.seed = options->seed;
    run->report.error = "";
    run->report.command = selection_command(arena, options);
    run->report.command_whole = selection_command_whole(arena, options);
    run->report.kernel = kernel_text(arena);
    output_open(&run->output, arena, options, &run->report);
    if (selection_check(arena, options, catalogue, run->error) ||
        (options->baseline && baseline_read(arena, options->baseline, &run->baseline, run->error)))
        return EXIT_USAGE;
    if (run->side->select)
        run->side->select(run->user, catalogue);
    else
        selection_make(arena, options, catalogue, &run->report);
    struct link *link = link_open(options->interface, text, sizeof text);
    if (!link) {
        *run->error = arena_text(arena, text);
        return EXIT_USAGE;
    }
    int status = run_on_link(run, link, stop);
    link_close(link);
    return status;
}
