/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "baseline.h"
#include "discover.h"
#include "guard.h"
#include "interpret.h"
#include "keeper.h"
#include "output.h"
#include "protocol/names.h"
#include "selection.h"

enum { WINDOW = 256 /* sectors that media scenarios may write, where the user names none */ };

struct whole_run {
    struct arena *arena;
    const struct options *options;
    struct report report;
    struct session session;
    struct keeper keeper;
    struct baseline baseline;
    struct result background; /* frames of discovery, saving and restoring */
    uint64_t facts[FACT_COUNT];
    struct output output;
    const char **error;
};

static void set_up_session(struct whole_run *run, struct link *link, volatile int *stop)
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

/* Where the user names no window: the end of the medium, and where that is beyond the reach of
 * 28 bits, sectors on both sides of that border. */
static int choose_window(struct whole_run *run, const char **error)
{
    struct gate *gate = &run->session.gate;
    const struct options *options = run->options;
    uint64_t capacity = run->report.target.capacity;
    if (!(options->allow & TOUCH_MEDIA) || !capacity)
        return 0;
    if (options->window_given) {
        if (options->window.lba >= capacity ||
            options->window.count > capacity - options->window.lba) {
            *error = arena_print(run->arena, "--allow media=%llu+%llu: the target has %llu sectors",
                                 (unsigned long long)options->window.lba,
                                 (unsigned long long)options->window.count,
                                 (unsigned long long)capacity);
            return -1;
        }
        gate_add_extent(gate, options->window.lba, options->window.count);
        return 0;
    }
    if (capacity > ATA_LBA28_END) {
        gate_add_extent(gate, ATA_LBA28_END - WINDOW, WINDOW);
        gate_add_extent(gate, ATA_LBA28_END, WINDOW);
    }
    /* Writes past the end are tried as well: where truncation would put them is saved too. */
    uint64_t end = capacity > WINDOW ? capacity - WINDOW : 0;
    gate_add_extent(gate, end, capacity - end + WINDOW);
    return 0;
}

static unsigned touched(const struct report *report)
{
    unsigned parts = 0;
    for (size_t i = 0; i < report->count; i++)
        parts |= report->results[i].scenario->touches;
    return parts & TOUCH_TARGET;
}

/* Saves what the scenarios say that they touch; and only what is saved may then be changed,
 * whatever the scenarios send. 0, or the exit status. */
static int save(struct whole_run *run)
{
    struct session *session = &run->session;
    unsigned parts = touched(&run->report) & run->options->allow;
    const char *path = run->options->journal, *reason;
    if (!path)
        path = keeper_default_path(run->arena, &run->report.target);
    session->gate.allowed &= TOUCH_LINK;
    if (!parts)
        return 0;
    if (keeper_exists(path)) {
        *run->error = arena_print(run->arena,
                                  "an interrupted run has left %s: put the target back first with "
                                  "'aoe-conform --recover %s'",
                                  path, path);
        return EXIT_USAGE;
    }
    session->withheld = keeper_take(session, &run->keeper, parts, &session->withheld_reason);
    if (!run->keeper.kept)
        return 0;
    if (!keeper_save(run->arena, &run->keeper, path, &reason)) {
        session->gate.allowed |= run->keeper.kept;
        return 0;
    }
    *run->error = arena_print(run->arena, "cannot save what the run may change: %s", reason);
    run->keeper.kept = 0;
    return EXIT_NOT_JUDGED;
}

static const char *no_answer(struct whole_run *run, const char *reason)
{
    char address[AOE_ADDRESS_TEXT];
    const struct options *options = run->options;
    aoe_address_text(address, options->shelf, options->slot);
    if (!link_is_up(run->session.link))
        return arena_print(run->arena, "%s on %s: %s: the link of %s is down", address,
                           options->interface, reason, options->interface);
    return arena_print(run->arena,
                       "%s on %s: %s: is shelf.slot right, the target on this link, its mask list "
                       "without a line for %s's MAC, its MTU %u?",
                       address, options->interface, reason, options->interface,
                       link_mtu(run->session.link));
}

/* Finds the target and everything that scenarios need to know. 0, or the exit status. */
static int meet(struct whole_run *run)
{
    const char *reason = "";
    if (discover(&run->session, &reason) ||
        discover_timing(&run->session, run->options->timeout_ms, &reason)) {
        *run->error = no_answer(run, reason);
        return EXIT_NOT_JUDGED;
    }
    run->report.target_found = true;
    discover_neighbours(&run->session);
    if (choose_window(run, run->error))
        return EXIT_USAGE;
    int status = save(run);
    if (status)
        return status;
    if (run->keeper.kept & TOUCH_MEDIA)
        discover_read_only(&run->session);
    else
        run->session.gate.extent_count = 0;
    discover_facts(&run->session, run->facts);
    return 0;
}

struct one {
    struct whole_run *run;
    struct result *result;
};

static void interpret_one(void *user)
{
    struct one *one = user;
    interpret(&one->run->session, NULL, one->result->scenario, one->run->facts, one->result);
}

/* The target did not survive having its lists or string put back, and that is a failure of the
 * scenario that made it necessary. */
static void died_of_putting_back(struct whole_run *run, struct result *result,
                                 const struct event *last)
{
    struct failure *failure = session_failure(&run->session, result, NULL, last);
    failure->line = result->scenario->statements->at.line;
    failure->statement = result->scenario->statements->text;
    failure->expected = "the target goes on answering";
    failure->actual = arena_print(run->arena, "it stopped answering at: %s",
                                  last ? last->statement : "the end of the scenario");
    result->verdict = VERDICT_FAIL;
    result->reason = failure->actual;
}

/* Lists and string are put back after each scenario, so that the next finds what it expects. */
static void put_back(struct whole_run *run, struct result *result)
{
    const char *reason;
    struct session *session = &run->session;
    unsigned parts = result->scenario->touches & TOUCH_TARGET & ~(unsigned)TOUCH_MEDIA;
    if (!parts || result->verdict == VERDICT_SKIP || session->silent || *session->stop)
        return;
    session_begin(session, &run->background, NULL);
    if (!keeper_restore(session, &run->keeper, parts, &reason))
        return;
    size_t count = run->background.event_count;
    const struct event *last = count ? run->background.events[count - 1] : NULL;
    if (session_is_back(session))
        run->report.error = arena_print(run->arena, "after %s: %s", result->scenario->id, reason);
    else
        died_of_putting_back(run, result, last);
}

static void not_run(struct result *result, const char *why)
{
    result->verdict = VERDICT_ERROR;
    result->reason = why;
}

/* Told of the scenario after which a target that had answered does not any more. */
static void note_silence(struct whole_run *run, const struct result *result, bool was_silent)
{
    if (run->session.silent && !was_silent && !*run->session.stop)
        run->report.error =
            arena_print(run->arena, "the target stopped answering in %s", result->scenario->id);
}

static void run_scenario(struct whole_run *run, struct result *result)
{
    struct one one = {run, result};
    struct session *session = &run->session;
    bool was_silent = session->silent;
    if (*session->stop)
        not_run(result, "not run: interrupted");
    else if (was_silent && !result->scenario->runwide)
        not_run(result, "not run: the target had stopped answering");
    else if (!guard_call(interpret_one, &one))
        not_run(result, "the harness crashed in this scenario: please report it");
    put_back(run, result);
    note_silence(run, result, was_silent);
}

static void run_scenarios(struct whole_run *run)
{
    struct report *report = &run->report;
    run->output.style.total = report->count;
    for (size_t i = 0; i < report->count; i++) {
        run_scenario(run, &report->results[i]);
        run->output.style.done = i + 1;
        report_text_result(run->output.people, &report->results[i], &run->output.style);
    }
    for (size_t i = 0; i < report->count; i++)
        interpret_conclude(&report->results[i]);
}

/* Puts everything back, whatever has happened. A signal now would only do harm. */
static void restore(struct whole_run *run, volatile int *stop)
{
    const char *reason = "";
    *stop = 0;
    if (!run->keeper.kept)
        return;
    session_begin(&run->session, &run->background, NULL);
    if (run->session.silent && !session_is_back(&run->session))
        reason = "it does not answer";
    else if (!keeper_restore(&run->session, &run->keeper, run->keeper.kept, &reason)) {
        keeper_done(&run->keeper);
        return;
    }
    run->report.error =
        arena_print(run->arena,
                    "%s%sthe target could not be put back: %s: run "
                    "'aoe-conform --recover %s'",
                    run->report.error, *run->report.error ? "; " : "", reason, run->keeper.path);
}

static void judge(struct whole_run *run, volatile int *stop)
{
    report_text_head(run->output.people, &run->report, &run->output.style);
    run_scenarios(run);
    restore(run, stop);
    baseline_apply(&run->baseline, run->arena, &run->report);
}

/* Everything that comes after the link is open. */
static int run_on_link(struct whole_run *run, struct link *link, volatile int *stop)
{
    set_up_session(run, link, stop);
    run->report.started = link_now();
    int status = meet(run);
    if (status == EXIT_USAGE)
        return status;
    if (status)
        run->report.error = *run->error;
    else
        judge(run, stop);
    for (size_t i = 0; status && i < run->report.count; i++)
        not_run(&run->report.results[i], "not run");
    run->report.duration = link_now() - run->report.started;
    report_conclude(&run->report, run->options->strict);
    int written = output_write(&run->output, run->error);
    if (!status)
        report_text_end(run->output.people, &run->report, &run->output.style);
    return written ? EXIT_NOT_JUDGED : run->report.exit_status;
}

int run_target(struct arena *arena, const struct options *options,
               const struct catalogue *catalogue, volatile int *stop, const char **error)
{
    char text[256];
    struct whole_run *run = arena_new(arena, sizeof *run);
    run->arena = arena;
    run->options = options;
    run->error = error;
    run->report.version = SUITE_VERSION;
    run->report.seed = options->seed;
    run->report.error = "";
    run->report.command = selection_command(arena, options);
    output_open(&run->output, arena, options, &run->report);
    if (selection_check(arena, options, catalogue, error) ||
        (options->baseline && baseline_read(arena, options->baseline, &run->baseline, error)))
        return EXIT_USAGE;
    selection_make(arena, options, catalogue, &run->report);
    struct link *link = link_open(options->interface, text, sizeof text);
    if (!link) {
        *error = arena_text(arena, text);
        return EXIT_USAGE;
    }
    int status = run_on_link(run, link, stop);
    link_close(link);
    return status;
}

static int recover_on_link(struct whole_run *run, struct link *link, volatile int *stop)
{
    const char *reason = "";
    set_up_session(run, link, stop);
    struct gate *gate = &run->session.gate;
    gate->allowed = run->keeper.kept;
    if (discover(&run->session, &reason)) {
        *run->error = no_answer(run, reason);
        return EXIT_NOT_JUDGED;
    }
    if (memcmp(run->report.target.mac, run->keeper.mac, AOE_MAC_BYTES) != 0) {
        *run->error = "another target answers at that address than the one that was saved";
        return EXIT_NOT_JUDGED;
    }
    for (size_t i = 0; i < run->keeper.media_count; i++)
        gate_add_extent(gate, run->keeper.media[i].place.lba, run->keeper.media[i].place.count);
    if (keeper_restore(&run->session, &run->keeper, run->keeper.kept, &reason)) {
        *run->error = arena_print(run->arena, "the target could not be put back: %s", reason);
        return EXIT_NOT_JUDGED;
    }
    keeper_done(&run->keeper);
    printf("the target is as it was before the run; %llu sectors were written back\n",
           (unsigned long long)run->keeper.restored_sectors);
    return EXIT_CONFORMANT;
}

int run_recover(struct arena *arena, const char *path, volatile int *stop, const char **error)
{
    char text[256];
    struct whole_run *run = arena_new(arena, sizeof *run);
    struct options *options = arena_new(arena, sizeof *options);
    run->arena = arena;
    run->options = options;
    run->error = error;
    if (keeper_load(arena, &run->keeper, path, error))
        return EXIT_USAGE;
    options->interface = run->keeper.interface;
    options->shelf = run->keeper.shelf;
    options->slot = run->keeper.slot;
    struct link *link = link_open(options->interface, text, sizeof text);
    if (!link) {
        *error = arena_text(arena, text);
        return EXIT_USAGE;
    }
    int status = recover_on_link(run, link, stop);
    link_close(link);
    return status;
}
