#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Which keepalive interval, delta and ageing time take a phone out of service, and how fast?
# Case study 2 with its standby stream and the other two ways to give up out of the way, so that one mechanism acts alone:
# an address that ages between two keepalives. The line is interval - delta = ageing time.
set -eu
out=${1:?usage: where-case-2-lives.sh FOLDER}
dialtone=${DIALTONE:-dialtone}
$dialtone sweep case-study-2 --set timer_keepalive_expires=3600s --set tcp_giveup=0s --set sip_timer_f=1h \
    --vary sip_station_keepalive_interval=60s..210s:10s --vary timer_register_delta=5s..55s:10s \
    --vary port_security_aging_time=1min,2min,3min -o "$out" --force
$dialtone plot "$out" --measure first_unregister_s --x sip_station_keepalive_interval --y timer_register_delta \
    --by port_security_aging_time \
    --over 'sip_station_keepalive_interval - timer_register_delta = port_security_aging_time' \
    -o "$out/where-case-2-lives.svg"
