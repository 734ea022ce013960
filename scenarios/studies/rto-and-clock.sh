#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What do the phone's RTO formula and its clock do to the time of the unregister?
# The base RTO is what the doubling starts from; every doubling more or less is one keepalive more or less.
set -eu
out=${1:?usage: rto-and-clock.sh FOLDER}
dialtone=${DIALTONE:-dialtone}
$dialtone sweep case-study-2 --vary tcp_rto_profile=linux,rfc6298 \
    --vary tcp_clock_granularity=1ms,10ms,20ms,50ms,100ms,200ms,500ms -o "$out" --force
$dialtone plot "$out" --measure first_unregister_s --kind line --x tcp_clock_granularity --by tcp_rto_profile --log x \
    -o "$out/rto-and-clock.svg"
