#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Why do only some phones leave?
# Each replication draws when the standby keepalive starts after the registration, and when the phone is powered: the
# phase of the switch's ageing sweep. A tick of 0 s ages each address exactly.
set -eu
out=${1:?usage: only-some-phones.sh FOLDER}
dialtone=${DIALTONE:-dialtone}
$dialtone sweep case-study-2 --until 18min --reps 1000 --set 'secondary_keepalive_offset=uniform(0s,120s)' \
    --set 'power_on_at=uniform(1s,61s)' --vary port_security_aging_tick=0s,5s,10s,20s,30s,45s,60s \
    --measure first_unregister_s -o "$out" --force
$dialtone plot "$out" --measure unregister_count -o "$out/only-some-phones.svg"
# And given an hour: the two streams drift by delta in each cycle, so every phone has its turn.
$dialtone sweep case-study-2 --until 70min --reps 400 --set 'secondary_keepalive_offset=uniform(0s,120s)' \
    --vary timer_register_delta=5s,11s,13s -o "$out/hour" --force
$dialtone plot "$out/hour" --measure first_unregister_s --kind ecdf -o "$out/only-some-phones-in-an-hour.svg"
