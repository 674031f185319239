/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/reader.h"

#include "made_capture.h"

enum { LENGTH = 60, MANY = 200000 };

static const uint32_t nanoseconds = 0xA1B23C4D, ethernet = 1;

struct files {
    int file[4];
    char text[4][32];
    const char *paths[4];
    size_t lengths[4];
    size_t count;
};

/* Adds a capture as one more file. */
static void add(struct files *files, struct made *made)
{
    size_t i = files->count++;
    files->file[i] = made_file(made->bytes, made->length, files->text[i], sizeof files->text[i]);
    files->paths[i] = files->text[i];
    files->lengths[i] = made->length;
    made_free(made);
}

static void close_files(struct files *files)
{
    for (size_t i = 0; i < files->count; i++)
        close(files->file[i]);
}

/* A capture of frames a second apart. Their seeds are their times. */
static struct made capture_of(uint32_t second, uint32_t frames)
{
    struct made made = {0};
    made_pcap(&made, nanoseconds, ethernet);
    for (uint32_t i = 0; i < frames; i++)
        made_record(&made, second + i, 0, second + i, LENGTH, LENGTH);
    return made;
}

static struct reader *opened(const struct files *files)
{
    char error[256] = "";
    struct reader *reader = reader_open(files->paths, files->count, error, sizeof error);
    if (!reader)
        fail_msg("%s", error);
    return reader;
}

/* What reading to the end has shown. */
struct read {
    uint64_t frames, notices, damages;
    uint64_t sum; /* of all times, in seconds, by the number of the frame */
    bool in_order;
    int64_t latest;
    char message[512];
};

static void look_at_frames(struct read *read, const struct capture_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct capture_frame *frame = &batch->frames[i];
        int64_t second = frame->time / 1000000000;
        assert_int_equal(frame->length, LENGTH);
        assert_int_equal(frame->bytes[5], made_byte((uint32_t)second, 5));
        read->in_order &= second >= read->latest;
        read->latest = second;
        read->frames++;
        read->sum += read->frames * (uint64_t)second;
    }
}

static struct read read_all(struct reader *reader)
{
    struct read read = {.in_order = true};
    for (;;) {
        struct reader_step step = reader_next(reader);
        if (step.status == READER_END)
            break;
        read.notices += step.status == READER_NOTICE;
        read.damages += step.status == READER_DAMAGED;
        if (step.message)
            snprintf(read.message, sizeof read.message, "%s", step.message);
        assert_true(!step.batch == (step.status != READER_FRAMES));
        if (!step.batch)
            continue;
        look_at_frames(&read, &step.batch->capture);
        reader_return(reader, step.batch);
    }
    assert_int_equal(reader_next(reader).status, READER_END);
    return read;
}

static void assert_file(const struct reader *reader, size_t index, const char *path,
                        uint64_t first_frame, uint64_t frames)
{
    size_t count;
    const struct reader_file *files = reader_files(reader, &count);
    assert_true(index < count);
    assert_string_equal(files[index].path, path);
    assert_int_equal(files[index].first_frame, first_frame);
    assert_int_equal(files[index].frames, frames);
}

static void test_files_in_the_order_of_their_time(void **state)
{
    (void)state;
    struct files files = {.count = 0};
    struct made later = capture_of(200, 3), none = capture_of(0, 0), first = capture_of(100, 2),
                last = capture_of(300, 4);
    add(&files, &later);
    add(&files, &none);
    add(&files, &first);
    add(&files, &last);
    struct reader *reader = opened(&files);
    struct read read = read_all(reader);
    assert_int_equal(read.frames, 9);
    assert_true(read.in_order);
    assert_file(reader, 0, files.paths[2], 1, 2);
    assert_file(reader, 1, files.paths[0], 3, 3);
    assert_file(reader, 2, files.paths[3], 6, 4);
    assert_file(reader, 3, files.paths[1], 10, 0);
    size_t count;
    assert_int_equal(reader_files(reader, &count)[0].first_time, INT64_C(100000000000));
    assert_true(reader_files(reader, &count)[3].empty);
    assert_int_equal(count, 4);
    assert_int_equal(reader_facts(reader).frames, 9);
    assert_int_equal(reader_size(reader), 4 * 24 + 9 * (16 + LENGTH));
    assert_int_equal(reader_position(reader), reader_size(reader));
    reader_close(reader);
    close_files(&files);
}

static void test_files_of_one_time_stay_as_they_were_given(void **state)
{
    (void)state;
    struct files files = {.count = 0};
    for (uint32_t i = 0; i < 4; i++) {
        struct made made = capture_of(100, i + 1);
        add(&files, &made);
    }
    struct reader *reader = opened(&files);
    assert_int_equal(read_all(reader).frames, 10);
    for (size_t i = 0; i < 4; i++)
        assert_file(reader, i, files.paths[i], 1 + i * (i + 1) / 2, i + 1);
    reader_close(reader);
    close_files(&files);
}

/* Frames that come after a block that fills batches of its own. */
static void test_a_long_block_before_the_first_frame(void **state)
{
    (void)state;
    enum { SKIPPED = 3 * CAPTURE_BATCH_BYTES };
    struct files files = {.count = 0};
    struct made made = {0}, later = capture_of(200, 1);
    made_section(&made);
    size_t block = made_block(&made, 0x0BAD);
    memset(made_space(&made, SKIPPED), 0, SKIPPED);
    made_block_end(&made, block);
    made_interface(&made, (uint16_t)ethernet);
    made_packet(&made, 0, UINT64_C(100000000), 100, LENGTH, LENGTH); /* microseconds */
    add(&files, &later);
    add(&files, &made);
    struct reader *reader = opened(&files);
    struct read read = read_all(reader);
    assert_int_equal(read.frames, 2);
    assert_true(read.in_order);
    assert_file(reader, 0, files.paths[1], 1, 1);
    reader_close(reader);
    close_files(&files);
}

static void test_a_cut_file_in_the_middle_goes_on(void **state)
{
    (void)state;
    struct files files = {.count = 0};
    struct made first = capture_of(100, 2), cut = capture_of(200, 3), last = capture_of(300, 4);
    cut.length -= 10;
    add(&files, &first);
    add(&files, &cut);
    add(&files, &last);
    struct reader *reader = opened(&files);
    struct read read = read_all(reader);
    assert_int_equal(read.frames, 8);
    assert_int_equal(read.notices, 1);
    assert_int_equal(read.damages, 0);
    assert_file(reader, 1, files.paths[1], 3, 2);
    assert_file(reader, 2, files.paths[2], 5, 4);
    size_t count;
    assert_string_equal(reader_files(reader, &count)[1].message, read.message);
    assert_null(reader_files(reader, &count)[0].message);
    reader_close(reader);
    close_files(&files);
}

static void test_a_damaged_file_ends_it(void **state)
{
    (void)state;
    struct files files = {.count = 0};
    struct made first = capture_of(100, 2), damaged = capture_of(200, 3), last = capture_of(300, 4);
    memset(damaged.bytes + 24 + 16 + LENGTH, 0xFF, 16); /* the header of the second record */
    add(&files, &first);
    add(&files, &damaged);
    add(&files, &last);
    struct reader *reader = opened(&files);
    struct read read = read_all(reader);
    assert_int_equal(read.frames, 3);
    assert_int_equal(read.damages, 1);
    assert_true(*read.message);
    assert_file(reader, 1, files.paths[1], 3, 1);
    reader_close(reader);
    close_files(&files);
}

static void test_many_frames_of_several_files(void **state)
{
    (void)state;
    struct files files = {.count = 0};
    struct made first = capture_of(1, MANY), second = capture_of(MANY + 1, MANY);
    uint64_t sum = 0;
    add(&files, &second);
    add(&files, &first);
    for (uint64_t i = 1; i <= 2 * MANY; i++)
        sum += i * i;
    struct reader *reader = opened(&files);
    struct read read = read_all(reader);
    assert_int_equal(read.frames, 2 * MANY);
    assert_true(read.sum == sum);
    assert_file(reader, 1, files.paths[0], MANY + 1, MANY);
    reader_close(reader);
    close_files(&files);
}

/* However many batches were taken, and whether they were given back: nothing hangs. */
static void test_closed_at_any_moment(void **state)
{
    (void)state;
    struct files files = {.count = 0};
    struct made made = capture_of(1, MANY);
    add(&files, &made);
    for (unsigned steps = 0; steps < 16; steps++) {
        struct reader *reader = opened(&files);
        for (unsigned i = 0; i < steps / 2; i++) {
            struct reader_step step = reader_next(reader);
            assert_int_equal(step.status, READER_FRAMES);
            if (steps % 2 || i >= 2)
                reader_return(reader, step.batch);
        }
        reader_close(reader);
    }
    close_files(&files);
    reader_close(NULL);
}

static void test_batches_may_come_back_late(void **state)
{
    (void)state;
    struct files files = {.count = 0};
    struct made made = capture_of(1, MANY);
    add(&files, &made);
    struct reader *reader = opened(&files);
    struct reader_step first = reader_next(reader), second = reader_next(reader);
    struct read read = {.in_order = true};
    look_at_frames(&read, &first.batch->capture);
    look_at_frames(&read, &second.batch->capture);
    reader_return(reader, second.batch);
    reader_return(reader, first.batch);
    uint64_t before = read.frames;
    assert_int_equal(read_all(reader).frames, MANY - before);
    assert_true(read.in_order);
    reader_close(reader);
    close_files(&files);
}

/* As many as may be, to the end. */
static void test_batches_may_be_held_back(void **state)
{
    (void)state;
    struct files files = {.count = 0};
    struct made made = capture_of(1, MANY);
    add(&files, &made);
    struct reader *reader = opened(&files);
    struct reader_step held[READER_HELD];
    uint64_t frames = 0;
    for (size_t i = 0; i < READER_HELD; i++) {
        held[i] = reader_next(reader);
        assert_int_equal(held[i].status, READER_FRAMES);
        frames += held[i].batch->capture.count;
    }
    assert_true(frames < MANY);
    usleep(50000); /* by then the reader waits, nearly always */
    assert_int_equal(read_all(reader).frames, MANY - frames);
    for (size_t i = 0; i < READER_HELD; i++)
        reader_return(reader, held[i].batch);
    reader_close(reader);
    close_files(&files);
}

static void test_standard_input(void **state)
{
    (void)state;
    static const char *const paths[] = {"-"};
    char error[256];
    int old = dup(STDIN_FILENO), status;
    struct made made = capture_of(100, 500);
    pid_t writer = made_feed(&made, 1000);
    struct reader *reader = reader_open(paths, 1, error, sizeof error);
    assert_non_null(reader);
    assert_int_equal(read_all(reader).frames, 500);
    assert_int_equal(reader_size(reader), 0);
    assert_int_equal(reader_position(reader), made.length);
    reader_close(reader);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    made_free(&made);
    dup2(old, STDIN_FILENO);
    close(old);
}

static void test_what_cannot_be_opened(void **state)
{
    (void)state;
    struct files files = {.count = 0};
    struct made good = capture_of(100, 1), bad = {0};
    char error[256] = "";
    made_u64(&bad, 0);
    made_u64(&bad, 0);
    made_u64(&bad, 0);
    add(&files, &good);
    add(&files, &bad);
    assert_null(reader_open(files.paths, 2, error, sizeof error));
    assert_true(!strncmp(error, files.paths[1], strlen(files.paths[1])));
    const char *const missing[] = {files.paths[0], "/nowhere"}, *const stream[] = {files.paths[0],
                                                                                   "-"};
    assert_null(reader_open(missing, 2, error, sizeof error));
    assert_true(!strncmp(error, "/nowhere: ", 10));
    assert_null(reader_open(stream, 2, error, sizeof error));
    assert_string_equal(error, "-: standard input is read alone, without other files");
    close_files(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_in_the_order_of_their_time),
        cmocka_unit_test(test_files_of_one_time_stay_as_they_were_given),
        cmocka_unit_test(test_a_long_block_before_the_first_frame),
        cmocka_unit_test(test_a_cut_file_in_the_middle_goes_on),
        cmocka_unit_test(test_a_damaged_file_ends_it),
        cmocka_unit_test(test_many_frames_of_several_files),
        cmocka_unit_test(test_closed_at_any_moment),
        cmocka_unit_test(test_batches_may_come_back_late),
        cmocka_unit_test(test_batches_may_be_held_back),
        cmocka_unit_test(test_standard_input),
        cmocka_unit_test(test_what_cannot_be_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
