/* SPDX-License-Identifier: GPL-3.0-or-later */
/* out_file.c: a buffer in front of open, append, close. */
#include "sim/observe/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct out_file {
    /* identity */
    const char *path, *part;
    /* state */
    char *buffer;
    size_t used, size;
    int failure; /* errno of the first failure */
};

struct out_file *out_file_open(struct arena *a, const char *path, size_t buffer_bytes,
                               struct err *e)
{
    ASSERT(buffer_bytes > 0);
    struct out_file *f = ARENA_NEW(a, struct out_file);
    *f = (struct out_file){.path = arena_strdup(a, str_of(path)),
                           .part = arena_printf(a, "%s.part", path),
                           .buffer = arena_alloc(a, buffer_bytes),
                           .size = buffer_bytes};
    int fd = open(f->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || close(fd) != 0) {
        err_machine(e, "cannot write '%s': %s", f->part, strerror(errno));
        return NULL;
    }
    return f;
}

static void write_all(struct out_file *f, int fd, const char *p, size_t n)
{
    while (n && !f->failure) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            f->failure = done < 0 ? errno : ENOSPC;
            return;
        }
        p += done;
        n -= (size_t)done;
    }
}

static void append(struct out_file *f, const char *p, size_t n)
{
    if (n == 0 || f->failure)
        return;
    int fd = open(f->part, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0) {
        f->failure = errno;
        return;
    }
    write_all(f, fd, p, n);
    if (close(fd) != 0 && !f->failure)
        f->failure = errno;
}

void out_file_write(struct out_file *f, const void *p, size_t n)
{
    if (n > f->size - f->used) {
        append(f, f->buffer, f->used);
        f->used = 0;
    }
    if (n > f->size) {
        append(f, p, n);
        return;
    }
    if (n)
        memcpy(f->buffer + f->used, p, n);
    f->used += n;
}

bool out_file_close(struct out_file *f, struct err *e)
{
    append(f, f->buffer, f->used);
    f->used = 0;
    if (!f->failure && rename(f->part, f->path) != 0)
        f->failure = errno;
    if (!f->failure)
        return true;
    unlink(f->part);
    return err_machine(e, "cannot write '%s': %s", f->path, strerror(f->failure));
}
