/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asa_log.h: the syslog messages of an ASA, from "%ASA-" on; its log file puts the time in front. */
#ifndef MODELS_PROTO_ASA_LOG_H
#define MODELS_PROTO_ASA_LOG_H

#include "models/proto/asa_conns.h"

void asa_log_built(struct node *n, const struct asa_conn *k);                     /* 302013, 302015 */
void asa_log_teardown(struct node *n, const struct asa_conn *k, const char *why); /* 302014, 302016 */
void asa_log_no_connection(struct node *n, const struct asa_packet *p);           /* 106015 */
void asa_log_denied(struct node *n, const struct asa_packet *p);                  /* 106001, 106006, 106010 */

#endif
