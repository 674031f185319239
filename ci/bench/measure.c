/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a command and writes how long it took, in ns, and its greatest resident memory, in bytes, to
 * a file. Small itself, since what a parent holds when it starts a child counts as the child's. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int report(const char *path, int64_t time, const struct rusage *usage)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return -1;
    fprintf(file, "%" PRId64 " %ld\n", time, usage->ru_maxrss * 1024);
    return fclose(file);
}

int main(int count, char **arguments)
{
    struct rusage usage;
    int status;
    if (count < 3) {
        fprintf(stderr, "measure REPORT COMMAND...\n");
        return 126;
    }
    int64_t started = now();
    pid_t child = fork();
    if (!child) {
        execvp(arguments[2], arguments + 2);
        fprintf(stderr, "measure: %s: %s\n", arguments[2], strerror(errno));
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0 ||
        report(arguments[1], now() - started, &usage)) {
        fprintf(stderr, "measure: %s\n", strerror(errno));
        return 126;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
