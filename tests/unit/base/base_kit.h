/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base_kit.h: cmocka's prelude, and how a test sees that a programmer error ends the process. */
#ifndef TESTS_UNIT_BASE_KIT_H
#define TESTS_UNIT_BASE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs `act` in a child. True when it aborted and, unless `says` is NULL, said so on stderr. */
static inline bool kit_dies(void (*act)(void *), void *arg, const char *says)
{
    int pipe_fd[2];
    char text[2048];
    assert_int_equal(pipe(pipe_fd), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL); /* not cmocka's */
        dup2(pipe_fd[1], STDERR_FILENO);
        act(arg);
        _exit(0);
    }
    close(pipe_fd[1]);
    ssize_t n, used = 0;
    while ((n = read(pipe_fd[0], text + used, sizeof text - 1 - (size_t)used)) > 0)
        used += n;
    text[used] = 0;
    close(pipe_fd[0]);
    int status;
    waitpid(child, &status, 0);
    bool aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
    return aborted && (!says || strstr(text, says));
}

#endif
