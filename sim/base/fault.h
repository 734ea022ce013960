/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fault.h: programmer errors. ASSERT is compiled into every build; it never reports what a user or a
 * network did wrong (err.h and DROP records do that). */
#ifndef SIM_BASE_FAULT_H
#define SIM_BASE_FAULT_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#define ASSERT(cond) ((cond) ? (void)0 : fault_raise(#cond, __FILE__, __LINE__))
#define UNREACHABLE() fault_raise("unreachable", __FILE__, __LINE__)

/* Prints what broke and where, asks the context hook for the state of the run, and aborts. */
_Noreturn void fault_raise(const char *what, const char *file, int line);

/* Installs this thread's hook that adds time, cause and seed to a fault; NULL removes it. The hook may
 * only write to stderr. */
void fault_set_context(void (*describe)(void *arg), void *arg);

#endif
