/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain_print.c: the rows as two tables, or as JSON. */
#include "lua/cli/chain.h"

#include <math.h>

static const char *p_mark(double p)
{
    return p < 0.01 ? " !" : "";
}

static double wait_s(const struct chain_row *r)
{
    return (double)chain_wait(r).ns / 1e9;
}

/* Ends the line. */
static void print_bursts(FILE *out, const struct chain_row *r)
{
    if (r->good_s)
        fprintf(out, "  bursts of %g s, %lld s apart", (double)r->burst_ms / 1000, (long long)r->good_s);
    fprintf(out, "\n");
}

static void print_shapes(FILE *out, const struct chain_row *r, const struct chain_verdict *v)
{
    fprintf(out, "  %-8s %3u %%   %10.0f %9.2f %3u %6.3f%-2s %10.0f %9.2f %3u %6.3f%s", r->profile, r->loss_percent,
            v->keepalives, v->copies_fit.statistic, v->copies_fit.degrees, v->copies_fit.p, p_mark(v->copies_fit.p),
            v->taken, v->rto_fit.statistic, v->rto_fit.degrees, v->rto_fit.p, p_mark(v->rto_fit.p));
    print_bursts(out, r);
}

static void print_ends(FILE *out, const struct chain_row *r, const struct chain_verdict *v,
                       const struct chain_counts *c)
{
    fprintf(out, "  %-5s %-8s %3u %%  %6.1f s  %7.0f  %6u  %8.2f %%  %8.2f %%  %6u of %-6u %6.3f%s", r->protocol,
            r->profile, r->loss_percent, wait_s(r), v->lasts, chain_horizon(r), 100 * v->ends_expected,
            100 * v->ends_counted, c->ended, c->trials, v->ends_p, p_mark(v->ends_p));
    print_bursts(out, r);
}

void chain_print_row(FILE *out, bool first, const struct chain_row *r, const struct chain_verdict *v,
                     const struct chain_counts *c)
{
    if (first && r->kind == CHAIN_SHAPES)
        fprintf(out,
                "chain and counts, by chi-square tests\n"
                "  %14s   %-31s    %s\n"
                "  %-8s %5s   %10s %9s %3s %6s   %10s %9s %3s %6s\n",
                "", "how often a keepalive is sent", "the RTO that each 8th begins with", "profile", "loss",
                "keepalives", "chi2", "df", "p", "keepalives", "chi2", "df", "p");
    else if (first)
        fprintf(out,
                "\nregistrations that end within so many keepalives, by binomial tests; how many one lasts\n"
                "  %-5s %-8s %5s  %8s  %7s  %6s  %10s  %10s  %16s %6s\n",
                "", "profile", "loss", "wait", "lasts", "within", "chain", "simulation", "trials", "p");
    if (r->kind == CHAIN_SHAPES)
        print_shapes(out, r, v);
    else
        print_ends(out, r, v, c);
}

/* --- JSON ------------------------------------------------------------------------------------------- */

static void json_numbers(FILE *out, const char *name, const double *x, size_t n, double last)
{
    fprintf(out, "\"%s\": [", name);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%.10g, ", x[i]);
    fprintf(out, "%.10g]", last);
}

/* An infinite chi-square is null. */
static void json_fit(FILE *out, const char *name, const struct fit *f)
{
    fprintf(out, "\"%s\": {\"chi_square\": ", name);
    if (f->p > 0)
        fprintf(out, "%.6g", f->statistic);
    else
        fprintf(out, "null");
    fprintf(out, ", \"degrees\": %u, \"p\": %.6g}", f->degrees, f->p);
}

void chain_json_row(FILE *out, bool first, const struct chain_row *r, const struct chain_verdict *v,
                    const struct chain_counts *c)
{
    char lasts[32];
    struct txtbuf t = txtbuf_of(lasts, sizeof lasts);
    if (isfinite(v->lasts))
        txtbuf_add(&t, "%.10g", v->lasts);
    else
        txtbuf_cstr(&t, "null");
    fprintf(out, "%s\n {\"kind\": \"%s\", \"protocol\": \"%s\", \"profile\": \"%s\", \"loss\": %.10g, \"wait_s\": %.10g, "
            "\"good_s\": %lld, \"burst_s\": %.10g,\n  ",
            first ? "" : ",", r->kind == CHAIN_SHAPES ? "shapes" : "ends", r->protocol, r->profile,
            r->loss_percent / 100.0, wait_s(r), (long long)r->good_s, (double)r->burst_ms / 1000);
    json_numbers(out, "copies_chain", v->copies_expected, v->copies, v->copies_expected[CHAIN_COPIES]);
    fprintf(out, ",\n  ");
    json_numbers(out, "copies_counted", v->copies_counted, v->copies, v->copies_counted[CHAIN_COPIES]);
    fprintf(out, ",\n  ");
    json_fit(out, "copies_test", &v->copies_fit);
    fprintf(out, ",\n  ");
    json_numbers(out, "rto_chain", v->rto_expected, v->exponents, v->rto_expected[CHAIN_EXPONENTS]);
    fprintf(out, ",\n  ");
    json_numbers(out, "rto_counted", v->rto_counted, v->exponents, v->rto_counted[CHAIN_EXPONENTS]);
    fprintf(out, ",\n  ");
    json_fit(out, "rto_test", &v->rto_fit);
    fprintf(out,
            ",\n  \"within\": %u, \"lasts_chain\": %s, \"ends_chain\": %.10g, \"ends_counted\": %.10g, \"trials\": %u, \"ended\": %u, "
            "\"ends_p\": %.6g,\n  \"left\": %u, \"unregister_count\": %lld}",
            chain_horizon(r), lasts, v->ends_expected, v->ends_counted, c->trials, c->ended, v->ends_p, c->left,
            (long long)c->unregistered);
}
