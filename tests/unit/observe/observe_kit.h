/* SPDX-License-Identifier: GPL-3.0-or-later */
/* observe_kit.h: what the tests of the sinks share: a run of bare facts on a moving clock, and a
 * scratch folder below the working directory. */
#ifndef TESTS_UNIT_OBSERVE_KIT_H
#define TESTS_UNIT_OBSERVE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/observe/sink.h"

#define MS INT64_C(1000000)
#define S INT64_C(1000000000)

static inline struct sim *kit_sim(int64_t epoch_ns)
{
    struct sim_config c = {.seed = 1, .epoch_ns = epoch_ns, .record_timers = true};
    return sim_new(&c);
}

/* Moves the clock; facts published next happen then. */
static inline void kit_at(struct sim *s, int64_t ns)
{
    struct err e = {0};
    assert_int_equal(sim_run_until(s, (struct sim_time){ns}, &e), SIM_COMPLETE);
}

static inline uint64_t kit_state(struct sim *s, uint16_t node, const char *machine, const char *key,
                                 const char *event, const char *to)
{
    struct rec r = {.kind = REC_STATE, .node = node};
    r.state = (struct rec_state){machine, key, "before", event, to};
    return bus_publish(s, &r);
}

static inline uint64_t kit_alarm(struct sim *s, uint16_t node, uint64_t reason, const char *device)
{
    struct rec r = {.kind = REC_ALARM, .node = node};
    r.alarm = (struct rec_alarm){"EndPointUnregistered", reason, device, "TheLastSignal"};
    return bus_publish(s, &r);
}

static inline uint64_t kit_log(struct sim *s, uint16_t node, const char *facility, const char *line)
{
    struct rec r = {.kind = REC_LOG, .node = node};
    r.log = (struct rec_log){facility, 3, {line, NULL, 0}};
    return bus_publish(s, &r);
}

struct kit_frame {
    uint64_t id;
    const void *bytes;
    size_t n;
};

static inline uint64_t kit_tx(struct sim *s, uint16_t node, uint16_t port,
                              const struct kit_frame *f, uint64_t copy)
{
    struct rec r = {.kind = REC_FRAME_TX, .node = node, .port = port};
    r.bytes = str_of_bytes(f->bytes, f->n);
    r.frame_tx = (struct rec_frame_tx){f->id, "net", f->n, copy};
    return bus_publish(s, &r);
}

static inline uint64_t kit_rx(struct sim *s, uint16_t node, uint16_t port,
                              const struct kit_frame *f)
{
    struct rec r = {.kind = REC_FRAME_RX, .node = node, .port = port};
    r.bytes = str_of_bytes(f->bytes, f->n);
    r.frame_rx = (struct rec_frame_rx){f->id, "net", f->n};
    return bus_publish(s, &r);
}

static inline uint64_t kit_drop(struct sim *s, uint16_t node, uint16_t port,
                                const struct kit_frame *f, const char *reason)
{
    struct rec r = {.kind = REC_DROP, .node = node, .port = port};
    r.bytes = str_of_bytes(f->bytes, f->n);
    r.drop = (struct rec_drop){f->id, "net", reason, f->n};
    return bus_publish(s, &r);
}

static inline void kit_close(struct sim *s)
{
    struct err e = {0};
    assert_true(bus_close(s, &e));
}

/* --- files
 * ---------------------------------------------------------------------------------------- */

static inline void kit_folder(char *path, size_t cap)
{
    snprintf(path, cap, "observe-XXXXXX");
    assert_non_null(mkdtemp(path));
}

/* Removes a folder and what is in it; folders inside must be empty or gone. */
static inline void kit_remove(const char *path)
{
    DIR *d = opendir(path);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char file[600];
        snprintf(file, sizeof file, "%s/%s", path, e->d_name);
        if (e->d_name[0] != '.' && unlink(file) != 0)
            rmdir(file);
    }
    closedir(d);
    assert_int_equal(rmdir(path), 0);
}

/* The whole file as terminated text; at most `cap` - 1 bytes. Its size is returned. */
static inline size_t kit_read(const char *path, char *text, size_t cap)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, cap - 1, f);
    text[n] = 0;
    fclose(f);
    return n;
}

/* What a command prints, as terminated text. */
static inline void kit_output(const char *command, char *text, size_t cap)
{
    FILE *p = popen(command, "r");
    assert_non_null(p);
    size_t n = fread(text, 1, cap - 1, p);
    text[n] = 0;
    pclose(p);
}

#endif
