/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "discover.h"
#include "fuzzing.h"
#include "interpret.h"
#include "keeper.h"
#include "protocol/names.h"
#include "selection.h"
#include "whole_run.h"

enum { WINDOW = 256 /* sectors that media scenarios may write, where the user names none */ };

struct target_run {
    struct whole_run whole;
    struct keeper keeper;
    volatile int *stop;
    uint64_t facts[FACT_COUNT];
};

/* Where the user names no window: the end of the medium, and where that is beyond the reach of
 * 28 bits, sectors on both sides of that border. */
static int choose_window(struct target_run *run, const char **error)
{
    struct gate *gate = &run->whole.session.gate;
    const struct options *options = run->whole.options;
    uint64_t capacity = run->whole.report.target.capacity;
    if (!(options->allow & TOUCH_MEDIA) || !capacity)
        return 0;
    if (options->window_given) {
        if (options->window.lba >= capacity ||
            options->window.count > capacity - options->window.lba) {
            *error = arena_print(
                run->whole.arena, "--allow media=%llu+%llu: the target has %llu sectors",
                (unsigned long long)options->window.lba, (unsigned long long)options->window.count,
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
static int save(struct target_run *run)
{
    struct session *session = &run->whole.session;
    unsigned parts = touched(&run->whole.report) & run->whole.options->allow;
    const char *path = run->whole.options->journal, *reason;
    if (!path)
        path = keeper_default_path(run->whole.arena, &run->whole.report.target);
    session->gate.allowed &= TOUCH_LINK;
    if (!parts)
        return 0;
    if (keeper_exists(path)) {
        *run->whole.error =
            arena_print(run->whole.arena,
                        "an interrupted run has left %s: put the target back first with "
                        "'aoe-conform --recover %s'",
                        path, path);
        return EXIT_USAGE;
    }
    session->withheld = keeper_take(session, &run->keeper, parts, &session->withheld_reason);
    if (!run->keeper.kept)
        return 0;
    if (!keeper_save(run->whole.arena, &run->keeper, path, &reason)) {
        session->gate.allowed |= run->keeper.kept;
        return 0;
    }
    *run->whole.error =
        arena_print(run->whole.arena, "cannot save what the run may change: %s", reason);
    run->keeper.kept = 0;
    return EXIT_NOT_JUDGED;
}

static const char *no_answer(struct target_run *run, const char *reason)
{
    char address[AOE_ADDRESS_TEXT];
    const struct options *options = run->whole.options;
    aoe_address_text(address, options->shelf, options->slot);
    if (!link_is_up(run->whole.session.link))
        return arena_print(run->whole.arena, "%s on %s: %s: the link of %s is down", address,
                           options->interface, reason, options->interface);
    return arena_print(run->whole.arena,
                       "%s on %s: %s: is shelf.slot right, the target on this link, its mask list "
                       "without a line for %s's MAC, its MTU %u?",
                       address, options->interface, reason, options->interface,
                       link_mtu(run->whole.session.link));
}

/* Finds the target and everything that scenarios need to know. 0, or the exit status. */
static int meet(void *user)
{
    struct target_run *run = user;
    const char *reason = "";
    if (discover(&run->whole.session, &reason) ||
        discover_timing(&run->whole.session, run->whole.options->timeout_ms, &reason)) {
        *run->whole.error = no_answer(run, reason);
        return EXIT_NOT_JUDGED;
    }
    run->whole.report.target_found = true;
    discover_neighbours(&run->whole.session);
    if (choose_window(run, run->whole.error))
        return EXIT_USAGE;
    int status = save(run);
    if (status)
        return status;
    if (run->keeper.kept & TOUCH_MEDIA)
        discover_read_only(&run->whole.session);
    else
        run->whole.session.gate.extent_count = 0;
    discover_facts(&run->whole.session, run->facts);
    unsigned rounds = run->whole.options->rounds;
    run->facts[FACT_ROUNDS] = rounds ? rounds : OPTIONS_ROUNDS;
    return 0;
}

static void select_results(void *user, const struct catalogue *catalogue)
{
    struct target_run *run = user;
    struct report *report = &run->whole.report;
    if (!run->whole.options->fuzz) {
        selection_make(run->whole.arena, run->whole.options, catalogue, report);
        return;
    }
    report->results = arena_new(run->whole.arena, sizeof *report->results);
    report->results->scenario = fuzzing_scenario(run->whole.arena, run->whole.options);
    report->count = 1;
}

static void interpret_result(void *user, struct result *result)
{
    struct target_run *run = user;
    if (run->whole.options->fuzz) {
        fuzzing(&run->whole.session, run->facts, run->whole.options, &run->whole.baseline, result);
        return;
    }
    interpret(&run->whole.session, NULL, result->scenario, run->facts, result);
}

/* The target did not survive having its lists or string put back, and that is a failure of the
 * scenario that made it necessary. */
static void died_of_putting_back(struct target_run *run, struct result *result,
                                 const struct event *last)
{
    struct failure *failure = session_failure(&run->whole.session, result, NULL, last);
    const struct statement *first = result->scenario->statements;
    failure->line = first ? first->at.line : 0;
    failure->statement = first ? first->text : "";
    failure->expected = "the target goes on answering";
    failure->actual = arena_print(run->whole.arena, "it stopped answering at: %s",
                                  last ? last->statement : "the end of the scenario");
    result->verdict = VERDICT_FAIL;
    result->reason = failure->actual;
}

/* Lists and string are put back after each scenario, so that the next finds what it expects. */
static void put_back(struct target_run *run, struct result *result)
{
    const char *reason;
    struct session *session = &run->whole.session;
    unsigned parts = result->scenario->touches & TOUCH_TARGET & ~(unsigned)TOUCH_MEDIA;
    if (!parts || result->verdict == VERDICT_SKIP || session->silent || *session->stop)
        return;
    session_begin(session, &run->whole.background, NULL);
    if (!keeper_restore(session, &run->keeper, parts, &reason))
        return;
    size_t count = run->whole.background.event_count;
    const struct event *last = count ? run->whole.background.events[count - 1] : NULL;
    if (session_is_back(session))
        run->whole.report.error =
            arena_print(run->whole.arena, "after %s: %s", result->scenario->id, reason);
    else
        died_of_putting_back(run, result, last);
}

/* Told of the scenario after which a target that had answered does not any more. */
static void note_silence(struct target_run *run, const struct result *result, bool was_silent)
{
    if (run->whole.session.silent && !was_silent && !*run->whole.session.stop)
        run->whole.report.error = arena_print(
            run->whole.arena, "the target stopped answering in %s", result->scenario->id);
}

static void after_scenario(void *user, struct result *result, bool was_silent)
{
    struct target_run *run = user;
    put_back(run, result);
    note_silence(run, result, was_silent);
}

/* Puts everything back, whatever has happened. A signal now would only do harm. */
static void restore(void *user)
{
    struct target_run *run = user;
    const char *reason = "";
    *run->stop = 0;
    if (!run->keeper.kept)
        return;
    session_begin(&run->whole.session, &run->whole.background, NULL);
    if (run->whole.session.silent && !session_is_back(&run->whole.session))
        reason = "it does not answer";
    else if (!keeper_restore(&run->whole.session, &run->keeper, run->keeper.kept, &reason)) {
        keeper_done(&run->keeper);
        return;
    }
    run->whole.report.error = arena_print(
        run->whole.arena,
        "%s%sthe target could not be put back: %s: run "
        "'aoe-conform --recover %s'",
        run->whole.report.error, *run->whole.report.error ? "; " : "", reason, run->keeper.path);
}

static struct target_run *new_run(struct arena *arena, const struct options *options,
                                  volatile int *stop, const char **error)
{
    static const struct whole_run_side side = {
        .select = select_results,
        .meet = meet,
        .interpret = interpret_result,
        .after = after_scenario,
        .finish = restore,
        .silent = "the target had stopped answering",
    };
    struct target_run *run = arena_new(arena, sizeof *run);
    run->stop = stop;
    run->whole.arena = arena;
    run->whole.options = options;
    run->whole.side = &side;
    run->whole.user = run;
    run->whole.error = error;
    return run;
}

int run_target(struct arena *arena, const struct options *options,
               const struct catalogue *catalogue, volatile int *stop, const char **error)
{
    struct target_run *run = new_run(arena, options, stop, error);
    return whole_run(&run->whole, catalogue, stop);
}

static int recover_on_link(struct target_run *run, struct link *link, volatile int *stop)
{
    const char *reason = "";
    whole_run_session(&run->whole, link, stop);
    struct gate *gate = &run->whole.session.gate;
    gate->allowed = run->keeper.kept;
    if (discover(&run->whole.session, &reason)) {
        *run->whole.error = no_answer(run, reason);
        return EXIT_NOT_JUDGED;
    }
    if (memcmp(run->whole.report.target.mac, run->keeper.mac, AOE_MAC_BYTES) != 0) {
        *run->whole.error = "another target answers at that address than the one that was saved";
        return EXIT_NOT_JUDGED;
    }
    for (size_t i = 0; i < run->keeper.media_count; i++)
        gate_add_extent(gate, run->keeper.media[i].place.lba, run->keeper.media[i].place.count);
    if (keeper_restore(&run->whole.session, &run->keeper, run->keeper.kept, &reason)) {
        *run->whole.error =
            arena_print(run->whole.arena, "the target could not be put back: %s", reason);
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
    struct target_run *run = arena_new(arena, sizeof *run);
    struct options *options = arena_new(arena, sizeof *options);
    run->whole.arena = arena;
    run->whole.options = options;
    run->whole.error = error;
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
