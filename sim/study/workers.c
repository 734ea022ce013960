/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workers.c: see workers.h. Parent and worker talk over a socket pair that keeps message boundaries: a
 * struct trial one way, a struct trial_result back. Either end learns of the other's death by its end. */
#include "sim/study/workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 250

struct worker {
    pid_t pid; /* 0: none */
    int fd;
    bool busy;
    struct trial trial;
};

struct crew {
    const struct workers_job *job;
    struct worker worker[WORKERS_MAX];
    uint32_t busy;
    bool no_more; /* trials to hand out */
};

/* --- in the worker ---------------------------------------------------------------------------- */

static _Noreturn void work(const struct workers_job *job, int fd)
{
    struct trial t;
    static struct trial_result r; /* large */
    signal(SIGINT, SIG_IGN);      /* the parent decides */
    signal(SIGTERM, SIG_DFL);
    while (recv(fd, &t, sizeof t, 0) == (ssize_t)sizeof t) {
        memset(&r, 0, sizeof r);
        r.trial = t;
        job->play(job->play_arg, &t, &r);
        if (send(fd, &r, sizeof r, MSG_NOSIGNAL) != (ssize_t)sizeof r)
            break;
    }
    _exit(0); /* nothing of the parent's is to be flushed or closed twice */
}

/* --- in the parent ---------------------------------------------------------------------------- */

static bool start(struct crew *c, struct worker *w, struct err *e)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
        return err_machine(e, "no socket for a worker: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0) {
        close(pair[0]);
        close(pair[1]);
        return err_machine(e, "no process for a worker: %s", strerror(errno));
    }
    if (pid == 0) {
        for (uint32_t i = 0; i < c->job->count; i++) {
            if (c->worker[i].pid)
                close(c->worker[i].fd); /* else a sibling's end would never be seen */
        }
        close(pair[0]);
        work(c->job, pair[1]);
    }
    close(pair[1]);
    *w = (struct worker){.pid = pid, .fd = pair[0]};
    return true;
}

static void hand_out(struct crew *c, struct worker *w)
{
    if (c->no_more || w->busy)
        return;
    if (!c->job->next(c->job->arg, &w->trial)) {
        c->no_more = true;
        return;
    }
    w->busy = true;
    c->busy++;
    ssize_t sent = send(w->fd, &w->trial, sizeof w->trial, MSG_NOSIGNAL);
    (void)sent; /* a worker that is gone shows by the end of its socket */
}

static int bury(struct worker *w)
{
    int status = 0;
    close(w->fd);
    waitpid(w->pid, &status, 0);
    w->pid = 0;
    return status;
}

static bool on_death(struct crew *c, struct worker *w, struct err *e)
{
    struct trial_result r = {.trial = w->trial};
    bool was_busy = w->busy;
    int status = bury(w);
    if (WIFSIGNALED(status))
        (void)snprintf(r.message, sizeof r.message, "the trial died of signal %d (%s)", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
    else
        (void)snprintf(r.message, sizeof r.message, "the trial ended its process with status %d",
                       WEXITSTATUS(status));
    c->busy -= was_busy;
    if (was_busy && !c->job->done(c->job->arg, &r, e))
        return false;
    return start(c, w, e);
}

static bool on_input(struct crew *c, struct worker *w, struct err *e)
{
    static struct trial_result r;
    ssize_t n = recv(w->fd, &r, sizeof r, 0);
    if (n < 0 && errno == EINTR)
        return true;
    if (n != (ssize_t)sizeof r)
        return on_death(c, w, e);
    w->busy = false;
    c->busy--;
    hand_out(c, w); /* before the books are kept, so that nobody waits */
    return c->job->done(c->job->arg, &r, e);
}

static bool step(struct crew *c, struct err *e)
{
    struct pollfd fds[WORKERS_MAX];
    for (uint32_t i = 0; i < c->job->count; i++)
        fds[i] = (struct pollfd){.fd = c->worker[i].fd, .events = POLLIN};
    int n = poll(fds, c->job->count, TICK_MS);
    if (n < 0 && errno != EINTR)
        return err_machine(e, "workers cannot be waited for: %s", strerror(errno));
    for (uint32_t i = 0; n > 0 && i < c->job->count; i++) {
        if (fds[i].revents && !on_input(c, &c->worker[i], e))
            return false;
    }
    for (uint32_t i = 0; i < c->job->count; i++)
        hand_out(c, &c->worker[i]);
    c->job->tick(c->job->arg);
    return true;
}

static void dismiss(struct crew *c)
{
    for (uint32_t i = 0; i < c->job->count; i++) {
        if (!c->worker[i].pid)
            continue;
        if (c->worker[i].busy)
            kill(c->worker[i].pid, SIGKILL);
        bury(&c->worker[i]);
    }
}

enum workers_end workers_run(const struct workers_job *job, struct err *e)
{
    struct crew c = {.job = job};
    bool ok = true;
    ASSERT(job->count >= 1 && job->count <= WORKERS_MAX);
    for (uint32_t i = 0; i < job->count && ok; i++)
        ok = start(&c, &c.worker[i], e);
    for (uint32_t i = 0; i < job->count && ok; i++)
        hand_out(&c, &c.worker[i]);
    while (ok && c.busy && !*job->interrupted)
        ok = step(&c, e);
    dismiss(&c);
    if (!ok)
        return WORKERS_FAILED;
    return *job->interrupted ? WORKERS_INTERRUPTED : WORKERS_DONE;
}
