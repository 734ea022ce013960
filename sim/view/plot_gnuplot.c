/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_gnuplot.c: see plot_gnuplot.h. A pipe that closes at exec tells a gnuplot that could not be started
 * from one that failed. */
#include "sim/view/plot_gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/str.h"

struct fds {
    int script, picture, said, started[2];
};

static void child(const struct fds *f)
{
    char *const argv[] = {(char[]){"gnuplot"}, (char[]){"-d"}, (char[]){"-"}, NULL};
    /* Numbers and letters as the script has them, whatever the user's language is. */
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("GNUPLOT_LIB");
    unsetenv("GNUTERM");
    if (dup2(f->script, 0) == 0 && dup2(f->picture, 1) == 1 && dup2(f->said, 2) == 2)
        execvp(argv[0], argv);
    int why = errno;
    ssize_t done = write(f->started[1], &why, sizeof why);
    _exit(done == (ssize_t)sizeof why ? 127 : 126);
}

/* errno of a start that failed; 0: it runs. */
static int start_failure(const struct fds *f)
{
    int why = 0;
    ssize_t n;
    do
        n = read(f->started[0], &why, sizeof why);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof why ? why : 0;
}

static bool not_started(int why, struct err *e)
{
    if (why == ENOENT)
        return err_machine(e, "gnuplot draws the pictures and is not installed; on Debian the package is"
                              " gnuplot-nox ('apt-get install gnuplot-nox')");
    return err_machine(e, "gnuplot cannot be started: %s", strerror(why));
}

/* What gnuplot said, in one line: the last line of its message says what was wrong. */
static bool complain(const struct fds *f, int status, struct err *e)
{
    char said[512];
    ssize_t n = pread(f->said, said, sizeof said - 1, 0);
    struct str last = {said, n > 0 ? (size_t)n : 0};
    for (struct str rest = last; rest.n;) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        last = line.n ? line : last;
    }
    if (WIFSIGNALED(status))
        return err_machine(e, "gnuplot was ended by signal %d", WTERMSIG(status));
    return err_machine(e, "gnuplot failed: %.*s", STR_ARG(last));
}

static bool run(struct fds *f, struct err *e)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        child(f);
    close(f->started[1]);
    f->started[1] = -1;
    if (pid < 0)
        return err_machine(e, "gnuplot cannot be started: %s", strerror(errno));
    int why = start_failure(f);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (why)
        return not_started(why, e);
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) || complain(f, status, e);
}

bool plot_gnuplot(FILE *script, FILE *picture, struct err *e)
{
    struct fds f = {.script = fileno(script), .picture = fileno(picture), .started = {-1, -1}};
    if (fflush(script) != 0 || lseek(f.script, 0, SEEK_SET) != 0 || fflush(picture) != 0)
        return err_machine(e, "the picture cannot be written: %s", strerror(errno));
    f.said = memfd_create("gnuplot", MFD_CLOEXEC);
    bool ok = f.said >= 0 && pipe2(f.started, O_CLOEXEC) == 0;
    ok = ok ? run(&f, e) : err_machine(e, "gnuplot cannot be started: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        if (f.started[i] >= 0)
            close(f.started[i]);
    }
    if (f.said >= 0)
        close(f.said);
    return ok;
}
