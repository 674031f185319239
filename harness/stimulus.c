/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stimulus.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct stimulus {
    pid_t pid; /* 0 once it has ended */
    int in, out;
    uint8_t *input;
    size_t input_length, written;
    uint8_t *output;
    size_t most, length;
    bool more;
    int status;
};

enum { READ_END, WRITE_END };

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* In the child. Handlers and ignored signals are not the command's to inherit. */
static void become(const char *command, int in, int out, bool verbose)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], SIG_DFL);
    int err = verbose ? STDERR_FILENO : open("/dev/null", O_WRONLY);
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
        _exit(126);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static bool make_pipes(int in[2], int out[2])
{
    if (pipe2(in, O_CLOEXEC))
        return false;
    if (!pipe2(out, O_CLOEXEC))
        return true;
    close(in[READ_END]);
    close(in[WRITE_END]);
    return false;
}

static bool start(struct stimulus *stimulus, const char *command, bool verbose)
{
    int in[2], out[2];
    if (!make_pipes(in, out))
        return false;
    pid_t pid = fork();
    if (!pid)
        become(command, in[READ_END], out[WRITE_END], verbose);
    int error = errno;
    close(in[READ_END]);
    close(out[WRITE_END]);
    stimulus->in = in[WRITE_END];
    stimulus->out = out[READ_END];
    fcntl(stimulus->in, F_SETFL, O_NONBLOCK);
    fcntl(stimulus->out, F_SETFL, O_NONBLOCK);
    errno = error;
    if (pid < 0)
        return false;
    stimulus->pid = pid;
    setpgid(pid, pid);
    return true;
}

struct stimulus *stimulus_start(const char *command, struct aoe_span input, size_t most,
                                bool verbose, char *error, size_t size)
{
    struct stimulus *made = calloc(1, sizeof *made);
    if (made) {
        made->in = made->out = -1;
        made->most = most;
        made->input_length = input.length;
        made->input = malloc(input.length + 1);
        made->output = malloc(most + 1);
    }
    if (made && made->input && made->output) {
        if (input.length)
            memcpy(made->input, input.bytes, input.length);
        if (start(made, command, verbose))
            return made;
    }
    snprintf(error, size, "cannot start the stimulus: %s", strerror(errno));
    stimulus_close(made);
    return NULL;
}

static void feed(struct stimulus *stimulus)
{
    while (stimulus->in >= 0 && stimulus->written < stimulus->input_length) {
        ssize_t count = write(stimulus->in, stimulus->input + stimulus->written,
                              stimulus->input_length - stimulus->written);
        if (count < 0 && errno == EAGAIN)
            return;
        if (count < 0)
            break;
        stimulus->written += (size_t)count;
    }
    close_end(&stimulus->in);
}

static void collect(struct stimulus *stimulus)
{
    uint8_t surplus[4096];
    while (stimulus->out >= 0) {
        size_t room = stimulus->most - stimulus->length;
        ssize_t count = room ? read(stimulus->out, stimulus->output + stimulus->length, room)
                             : read(stimulus->out, surplus, sizeof surplus);
        if (count < 0 && errno == EAGAIN)
            return;
        if (count <= 0) {
            close_end(&stimulus->out);
            return;
        }
        if (room)
            stimulus->length += (size_t)count;
        else
            stimulus->more = true;
    }
}

static void reap(struct stimulus *stimulus, int options)
{
    int status;
    if (!stimulus->pid || waitpid(stimulus->pid, &status, options) != stimulus->pid)
        return;
    stimulus->pid = 0;
    stimulus->status = WIFEXITED(status) ? WEXITSTATUS(status) : STIMULUS_SIGNAL + WTERMSIG(status);
}

/* Output may be held open by something that the command has left in the background: what has been
 * written by its end counts. */
bool stimulus_turn(struct stimulus *stimulus)
{
    feed(stimulus);
    bool ended = !stimulus->pid;
    collect(stimulus);
    reap(stimulus, WNOHANG);
    return ended;
}

int stimulus_status(const struct stimulus *stimulus)
{
    return stimulus->status;
}

struct aoe_span stimulus_output(const struct stimulus *stimulus, bool *more)
{
    *more = stimulus->more;
    return (struct aoe_span){stimulus->output, stimulus->length};
}

static void end_group(struct stimulus *stimulus)
{
    enum { STEPS = 100 };
    const struct timespec step = {0, 10000000};
    if (!stimulus->pid)
        return;
    kill(-stimulus->pid, SIGTERM);
    for (int i = 0; i < STEPS && stimulus->pid; i++) {
        nanosleep(&step, NULL);
        reap(stimulus, WNOHANG);
    }
    if (!stimulus->pid)
        return;
    kill(-stimulus->pid, SIGKILL);
    reap(stimulus, 0);
}

void stimulus_close(struct stimulus *stimulus)
{
    if (!stimulus)
        return;
    close_end(&stimulus->in);
    close_end(&stimulus->out);
    end_group(stimulus);
    free(stimulus->input);
    free(stimulus->output);
    free(stimulus);
}
