/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tftp_trace.h: the lines of Cisco's TFTP trace (seed 004), one function a step of a request: it is
 * read, its file is looked for, it ends. Each line is a LOG of facility "TFTP"; what stands in
 * front of it comes with the file it goes to.
 *
 * A request is named by its context, "[0x9460200~168~10.10.210.200~3309]": handle, number of the
 * request, client. In seed 004 the handles lie 0x9e0 apart for each number, from 137 to 173: so
 * they are places in one array, and are made from the number here. Threads and the server's own
 * handle are constants of the seed. */
#ifndef MODELS_PROTO_TFTP_TRACE_H
#define MODELS_PROTO_TFTP_TRACE_H

#include "models/net/ip.h"
#include "models/proto/file_store.h"

struct tftp_context {
    struct node *node;
    const char *name; /* of the file, as it was asked for; outlives the context */
    struct ip4 client;
    uint16_t port;
    uint32_t socket;
    uint64_t number; /* of the request, from 1 */
    char handle[12];
};

/* `serving`: other transfers under way. `name` is kept, not copied. */
void tftp_context_init(struct tftp_context *c, struct node *n, uint64_t number, const char *name,
                       uint32_t serving);

void tftp_trace_request(const struct tftp_context *c, size_t request_bytes, uint32_t serving);

/* The request has its turn: what the server looks for before it opens the file. */
void tftp_trace_search(const struct tftp_context *c, const struct file_store *s);

void tftp_trace_nak(const struct tftp_context *c, struct str missing, uint32_t error);
void tftp_trace_transferred(const struct tftp_context *c);
void tftp_trace_no_ack(const struct tftp_context *c, uint64_t block);       /* it gives up */
void tftp_trace_client_error(const struct tftp_context *c, uint32_t error); /* the client does */

#endif
