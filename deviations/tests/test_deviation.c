/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of deviations: each is named, belongs to a clause, says what is wrong, and does it. */
#include "deviations/deviation.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/tests/entries.h"
#include "target-ref/tests/traffic.h"

enum { DEVIATIONS_LEAST = 400, FRAMES = 200 };

static bool has_hook(const struct target_hooks *hooks)
{
    static const struct target_hooks none;
    return memcmp(hooks, &none, sizeof none) != 0;
}

static void test_table(void **state)
{
    static const char *const needs[] = {"disk=", "mtu=", "address=", "option=", NULL};
    (void)state;
    assert_true(assert_entries(deviation_entry, true, needs) >= DEVIATIONS_LEAST);
}

static void test_each_has_a_hook(void **state)
{
    const struct deviation *deviation;
    (void)state;
    for (size_t i = 0; (deviation = deviation_at(i)); i++) {
        print_message("%s\n", deviation->name);
        assert_true(has_hook(&deviation->hooks));
    }
}

/* A fixture with a deviation, as the program has it. */
struct deviating {
    struct fixture plain;
    struct deviant deviant;
    struct target_hooks hooks;
    struct hooked_disk disk;
    unsigned sent;
};

static void start_deviating(struct deviating *d, const struct deviation *deviation)
{
    start_large(&d->plain, SECTORS);
    deviation_start(deviation, &d->deviant, &d->hooks);
    struct model_disk media = d->plain.model.disk;
    struct model_disk disk = hooks_disk(&d->disk, &d->hooks, &media);
    model_set_disk(&d->plain.model, &disk);
    hooks_open(&d->hooks, &d->plain.model);
}

static void count_sent(void *user, const uint8_t *frame, size_t length)
{
    struct deviating *d = user;
    assert_non_null(frame);
    assert_in_range(length, 1, AOE_FRAME_MAX);
    d->sent++;
}

/* Gives the model a frame in a block of its own size, so that a read past it is seen. */
static size_t answer(struct deviating *d, const uint8_t *frame, size_t length, uint8_t *response)
{
    uint8_t *exact = malloc(length);
    assert_non_null(exact);
    memcpy(exact, frame, length);
    size_t answered = model_answer(&d->plain.model, (struct aoe_span){exact, length}, response);
    free(exact);
    return answered;
}

/* Nobody is kept out for long. */
static void open_up(struct model *model)
{
    if (rand() % 16 == 0)
        model->settings.masks.count = model->settings.reserves.count = 0;
}

/* Random frames through all hooks of a deviation. */
static void feed(const struct deviation *deviation)
{
    static struct deviating d;
    static uint8_t frame[AOE_FRAME_MAX], response[AOE_FRAME_MAX];
    const struct target_sender sender = {&d, count_sent};
    start_deviating(&d, deviation);
    srand(1);
    for (int i = 0; i < FRAMES; i++) {
        size_t length = traffic_frame(frame);
        length = hooks_receive(&d.hooks, &d.plain.model, frame, length);
        if (length)
            length = answer(&d, frame, length, response);
        if (length)
            hooks_send(&d.hooks, &sender, response, length);
        hooks_idle(&d.hooks, &sender);
        open_up(&d.plain.model);
        length = model_advert(&d.plain.model, response);
        if (i % 50 == 0 && length)
            hooks_advert(&d.hooks, &d.plain.model, response, length);
        if (i % 100 == 0)
            hooks_link(&d.hooks, &d.plain.model, false);
    }
    assert_true(d.sent > 0);
}

/* Each in a process of its own: what is wrong with some is that they end. */
static void test_is_sound(void **state)
{
    const struct deviation *deviation;
    (void)state;
    for (size_t i = 0; (deviation = deviation_at(i)); i++) {
        int status;
        pid_t child = fork();
        assert_int_not_equal(child, -1);
        if (child == 0) {
            feed(deviation);
            _exit(EXIT_SUCCESS);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        bool meant = strncmp(deviation->name, "dies-of-", 8) == 0 && WIFSIGNALED(status) &&
                     WTERMSIG(status) == SIGABRT;
        if (status && !meant)
            fail_msg("%s: status 0x%x", deviation->name, (unsigned)status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_each_has_a_hook),
        cmocka_unit_test(test_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
