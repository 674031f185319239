/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hooks: without callbacks, and with ones that only pass on, the target is the plain one. */
#include "target-ref/hooks.h"
#include "traffic.h"

enum { FRAMES = 20000 };

/* Counts its calls, and does what would be done without it. */
struct calls {
    unsigned request, accept, carry_out, response, bytes, read, write, flush, others;
};

static void pass_open(void *user, struct model *model)
{
    struct calls *calls = user;
    assert_int_equal(model->shelf, SHELF);
    calls->others++;
}

static size_t pass_receive(void *user, struct model *model, uint8_t *frame, size_t length)
{
    (void)model;
    (void)frame;
    ((struct calls *)user)->others++;
    return length;
}

static void pass_request(void *user, struct model *model, struct aoe_frame *request)
{
    (void)model;
    (void)request;
    ((struct calls *)user)->request++;
}

static bool pass_accept(void *user, struct model *model, const struct aoe_frame *request,
                        bool accepted)
{
    (void)model;
    (void)request;
    ((struct calls *)user)->accept++;
    return accepted;
}

static enum aoe_error pass_carry_out(void *user, struct model *model,
                                     const struct aoe_frame *request, struct aoe_frame *response,
                                     bool *silent)
{
    ((struct calls *)user)->carry_out++;
    return model_carry_out(model, request, response, silent);
}

static void pass_response(void *user, struct model *model, const struct aoe_frame *request,
                          struct aoe_frame *response, bool *silent)
{
    (void)model;
    (void)silent;
    assert_int_equal(response->tag, request->tag);
    ((struct calls *)user)->response++;
}

static size_t pass_bytes(void *user, struct model *model, const struct aoe_frame *request,
                         uint8_t *response, size_t length)
{
    (void)model;
    (void)request;
    (void)response;
    ((struct calls *)user)->bytes++;
    return length;
}

static int pass_read(void *user, const struct model_disk *next, uint64_t lba, size_t count,
                     void *to)
{
    ((struct calls *)user)->read++;
    return next->read(next->user, lba, count, to);
}

static int pass_write(void *user, const struct model_disk *next, uint64_t lba, size_t count,
                      const void *from)
{
    ((struct calls *)user)->write++;
    return next->write(next->user, lba, count, from);
}

static int pass_flush(void *user, const struct model_disk *next)
{
    ((struct calls *)user)->flush++;
    return next->flush(next->user);
}

static void pass_send(void *user, const struct target_sender *next, const uint8_t *frame,
                      size_t length)
{
    ((struct calls *)user)->others++;
    next->send(next->user, frame, length);
}

static int pass_idle(void *user, const struct target_sender *next)
{
    (void)next;
    ((struct calls *)user)->others++;
    return -1;
}

static void pass_link(void *user, struct model *model, bool was_down)
{
    (void)model;
    assert_true(was_down);
    ((struct calls *)user)->others++;
}

static size_t pass_advert(void *user, struct model *model, uint8_t *advert, size_t length)
{
    (void)model;
    (void)advert;
    ((struct calls *)user)->others++;
    return length;
}

static const struct target_hooks passing = {
    .open = pass_open,
    .receive = pass_receive,
    .model = {.request = pass_request,
              .accept = pass_accept,
              .carry_out = pass_carry_out,
              .response = pass_response,
              .bytes = pass_bytes},
    .read = pass_read,
    .write = pass_write,
    .flush = pass_flush,
    .send = pass_send,
    .idle = pass_idle,
    .link = pass_link,
    .advert = pass_advert,
};

/* A fixture behind hooks. */
struct hooked {
    struct fixture plain;
    struct target_hooks hooks;
    struct hooked_disk disk;
};

static void start_hooked(struct hooked *h, const struct target_hooks *hooks, void *user)
{
    start_large(&h->plain, SECTORS);
    h->hooks = *hooks;
    h->hooks.user = user;
    struct model_disk media = h->plain.model.disk;
    struct model_disk disk = hooks_disk(&h->disk, &h->hooks, &media);
    model_set_disk(&h->plain.model, &disk);
    hooks_open(&h->hooks, &h->plain.model);
}

/* Gives the same frames to a plain target and to one with these hooks. */
static void assert_same(const struct target_hooks *hooks, void *user)
{
    static struct fixture plain;
    static struct hooked hooked;
    uint8_t frame[TRAFFIC_BYTES];
    unsigned answered = 0;
    srand(1);
    start_large(&plain, SECTORS);
    start_hooked(&hooked, hooks, user);
    for (int i = 0; i < FRAMES; i++) {
        size_t length = traffic_frame(frame);
        plain.broken = hooked.plain.broken = rand() % 20 == 0;
        assert_int_equal(ask_bytes(&plain, frame, length), ask_bytes(&hooked.plain, frame, length));
        assert_int_equal(plain.length, hooked.plain.length);
        assert_memory_equal(plain.bytes, hooked.plain.bytes, plain.length);
        answered += plain.length > 0;
    }
    assert_memory_equal(plain.media, hooked.plain.media, sizeof plain.media);
    assert_memory_equal(&plain.model.settings, &hooked.plain.model.settings,
                        sizeof plain.model.settings);
    assert_int_equal(plain.flushes, hooked.plain.flushes);
    assert_in_range(answered, FRAMES / 10, FRAMES - 1);
}

static void test_without_callbacks(void **state)
{
    static const struct target_hooks none;
    (void)state;
    assert_same(&none, NULL);
}

static void test_passing_on(void **state)
{
    struct calls calls = {0};
    (void)state;
    assert_same(&passing, &calls);
    assert_int_equal(calls.request, FRAMES);
    assert_int_equal(calls.accept, FRAMES);
    assert_int_equal(calls.carry_out, calls.response);
    assert_in_range(calls.bytes, FRAMES / 10, calls.response);
    assert_true(calls.read && calls.write && calls.flush);
    assert_int_equal(calls.others, 1);
}

/* What is sent, and how often. */
struct sent {
    unsigned frames;
    size_t length;
};

static void note(void *user, const uint8_t *frame, size_t length)
{
    struct sent *sent = user;
    assert_int_equal(frame[0], 0xAB);
    sent->frames++;
    sent->length = length;
}

static void test_port(void **state)
{
    struct fixture *f = *state;
    struct calls calls = {0};
    struct sent sent = {0};
    uint8_t frame[100] = {0xAB};
    const struct target_hooks none = {0};
    struct target_hooks hooks = passing;
    const struct target_sender sender = {&sent, note};
    hooks.user = &calls;
    const struct target_hooks *both[] = {&none, &hooks};
    for (size_t i = 0; i < COUNT(both); i++) {
        assert_int_equal(hooks_receive(both[i], &f->model, frame, 77), 77);
        hooks_send(both[i], &sender, frame, 66 + i);
        assert_int_equal(sent.frames, i + 1);
        assert_int_equal(sent.length, 66 + i);
        assert_int_equal(hooks_idle(both[i], &sender), -1);
        hooks_link(both[i], &f->model, true);
        assert_int_equal(hooks_advert(both[i], &f->model, frame, 60), 60);
        assert_int_equal(calls.others, i * 5);
    }
}

/* What the callbacks say counts. */
static enum aoe_error refuse(void *user, struct model *model, const struct aoe_frame *request,
                             struct aoe_frame *response, bool *silent)
{
    (void)user;
    (void)model;
    (void)request;
    (void)response;
    (void)silent;
    return AOE_ERROR_DEVICE;
}

static bool accept_all(void *user, struct model *model, const struct aoe_frame *request,
                       bool accepted)
{
    (void)user;
    (void)model;
    (void)request;
    (void)accepted;
    return true;
}

static void take_for_ata(void *user, struct model *model, struct aoe_frame *request)
{
    (void)user;
    (void)model;
    request->command = AOE_COMMAND_ATA;
}

static void swallow(void *user, struct model *model, const struct aoe_frame *request,
                    struct aoe_frame *response, bool *silent)
{
    (void)user;
    (void)model;
    (void)request;
    *silent = response->error == AOE_ERROR_DEVICE;
}

static size_t halve(void *user, struct model *model, const struct aoe_frame *request,
                    uint8_t *response, size_t length)
{
    (void)user;
    (void)model;
    (void)request;
    (void)response;
    return length / 2;
}

static size_t answer_with(struct fixture *f, const struct model_hooks *hooks, uint8_t *response)
{
    uint8_t bytes[AOE_FRAME_MIN] = {0};
    struct aoe_frame request = config(AOE_CONFIG_READ, "");
    request.shelf++; /* not for this target */
    aoe_frame_build(&request, bytes, sizeof bytes);
    f->model.hooks = *hooks;
    return model_answer(&f->model, (struct aoe_span){bytes, sizeof bytes}, response);
}

static void test_callbacks_decide(void **state)
{
    static uint8_t response[AOE_FRAME_MAX];
    struct fixture *f = *state;
    struct model_hooks hooks = {0};
    assert_int_equal(answer_with(f, &hooks, response), 0);
    hooks.accept = accept_all;
    assert_int_equal(answer_with(f, &hooks, response), AOE_FRAME_MIN);
    assert_int_equal(response[15], AOE_ERROR_NONE);
    hooks.carry_out = refuse;
    assert_int_equal(answer_with(f, &hooks, response), AOE_FRAME_MIN);
    assert_int_equal(response[15], AOE_ERROR_DEVICE);
    hooks.request = take_for_ata;
    hooks.bytes = halve;
    assert_int_equal(answer_with(f, &hooks, response), AOE_FRAME_MIN / 2);
    assert_int_equal(response[19], AOE_COMMAND_ATA);
    hooks.response = swallow;
    assert_int_equal(answer_with(f, &hooks, response), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_callbacks),
        cmocka_unit_test(test_passing_on),
        FIXTURE_TEST(test_port),
        FIXTURE_TEST(test_callbacks_decide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
