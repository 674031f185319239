/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "call.h"
#include "resident.h"

struct complaint {
    const char *path;
    char *message;
    size_t size;
};

static enum outcome complain(const struct complaint *complaint, enum outcome outcome,
                             const char *what)
{
    snprintf(complaint->message, complaint->size, "%s: %s", complaint->path, what);
    return outcome;
}

pid_t stay_peer(int connection)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return 0;
    return peer.uid == geteuid() && peer.pid > 1 ? peer.pid : 0;
}

/* A socket and its address; -1 with errno. */
static int make_socket(const char *path, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (!*path || strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address->sun_path, path, strlen(path));
    return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
}

int stay_listen(const char *path, char *message, size_t size)
{
    const struct complaint complaint = {path, message, size};
    struct sockaddr_un address;
    int listener = make_socket(path, &address);
    mode_t before = umask(S_IRWXG | S_IRWXO);
    bool bound = listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof address) == 0;
    int error = errno;
    umask(before);
    if (bound && listen(listener, SOMAXCONN) == 0 && fcntl(listener, F_SETFL, O_NONBLOCK) == 0)
        return listener;
    complain(&complaint, OUTCOME_BROKEN, strerror(bound ? errno : error));
    if (listener >= 0)
        close(listener);
    return -1;
}

/* A connection to the process that stays, or -1 with errno: ENOENT where there is none,
 * ECONNREFUSED where it has ended without removing its socket. */
static int reach(const char *path)
{
    struct sockaddr_un address;
    int connection = make_socket(path, &address);
    if (connection < 0)
        return -1;
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == 0)
        return connection;
    int error = errno;
    close(connection);
    errno = error;
    return -1;
}

/* ---- acting ---- */

static enum outcome ask(const struct complaint *complaint, int connection, int argc, char **argv)
{
    char line[CALL_TEXT];
    if (call_send(connection, argv, argc, STDIN_FILENO, STDOUT_FILENO) != 0)
        return errno == EPIPE || errno == ECONNRESET
                   ? complain(complaint, OUTCOME_CRASHED, "the process that stays has crashed")
                   : complain(complaint, OUTCOME_BROKEN, strerror(errno));
    int status = call_wait(connection, line);
    if (status < 0)
        return complain(complaint, OUTCOME_CRASHED, "the process that stays has crashed");
    snprintf(complaint->message, complaint->size, "%s", line);
    return (enum outcome)status;
}

/* Makes the process and asks it over a connection that is there from the start. */
static enum outcome make(const struct complaint *complaint, const struct options *options, int argc,
                         char **argv, bool *child)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return complain(complaint, OUTCOME_BROKEN, strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        *child = true;
        return (enum outcome)resident_run(options, ends[1]);
    }
    int error = errno;
    close(ends[1]);
    enum outcome outcome = pid < 0 ? complain(complaint, OUTCOME_BROKEN, strerror(error))
                                   : ask(complaint, ends[0], argc, argv);
    close(ends[0]);
    return outcome;
}

static bool is_socket(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISSOCK(status.st_mode);
}

static enum outcome complain_unreached(const struct complaint *complaint)
{
    if (errno != ECONNREFUSED)
        return complain(complaint, OUTCOME_BROKEN, strerror(errno));
    return is_socket(complaint->path)
               ? complain(complaint, OUTCOME_CRASHED,
                          "the process that stayed has crashed: 'reset' begins anew")
               : complain(complaint, OUTCOME_BROKEN, "is no socket");
}

enum outcome stay_act(const struct options *options, int argc, char **argv, bool *child,
                      char *message, size_t size)
{
    const struct complaint complaint = {options->stay, message, size};
    int connection = reach(options->stay);
    *child = false;
    if (connection < 0 && errno == ENOENT)
        return make(&complaint, options, argc, argv, child);
    if (connection < 0)
        return complain_unreached(&complaint);
    enum outcome outcome = ask(&complaint, connection, argc, argv);
    close(connection);
    return outcome;
}

/* ---- ending ---- */

/* Its end of the connection is closed when it is no more. */
static bool end_process(int connection)
{
    enum { PATIENCE_MS = 5000 };
    struct pollfd gone = {.fd = connection, .events = POLLRDHUP};
    pid_t pid = stay_peer(connection);
    if (!pid || kill(pid, SIGKILL) != 0)
        return false;
    return poll(&gone, 1, PATIENCE_MS) == 1;
}

enum outcome stay_end(const char *path, char *message, size_t size)
{
    const struct complaint complaint = {path, message, size};
    int connection = reach(path);
    if (connection < 0 && errno == ENOENT)
        return OUTCOME_DONE;
    if (connection < 0 && (errno != ECONNREFUSED || !is_socket(path)))
        return complain_unreached(&complaint);
    bool ended = connection < 0 || end_process(connection);
    if (connection >= 0)
        close(connection);
    if (!ended)
        return complain(&complaint, OUTCOME_BROKEN, "the process that stays does not end");
    if (unlink(path) != 0 && errno != ENOENT)
        return complain(&complaint, OUTCOME_BROKEN, strerror(errno));
    return OUTCOME_DONE;
}
