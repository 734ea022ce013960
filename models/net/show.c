/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show.c: what several looks share, and the plainest one: a page of items and values. */
#include "models/net/show.h"

void show_mac_dotted(struct txtbuf *out, const struct cell *mac)
{
    ASSERT(mac->kind == CELL_MAC);
    unsigned long long m = (unsigned long long)mac->i;
    txtbuf_add(out, "%04llx.%04llx.%04llx", m >> 32, m >> 16 & 0xffff, m & 0xffff);
}

enum { PAGE_ITEM, PAGE_VALUE };
static const char *const page_columns[] = {"item", "value", NULL};

static void page_line(const struct table *t, size_t row, struct txtbuf *out)
{
    const char *value = table_plain(t, row, PAGE_VALUE, "");
    txtbuf_add(out, value[0] ? "%-24s %s\n" : "%s%s\n", table_plain(t, row, PAGE_ITEM, ""), value);
}

const struct table_look show_page = {.columns = page_columns, .line = page_line};
