#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# How much loss on the WAN link does a keepalive survive, and does a shorter interval help?
# Port security is off here: only the link loses frames. TCP has what is left of the interval, and its own patience of
# 22 s, to bring a keepalive through.
set -eu
out=${1:?usage: loss-and-interval.sh FOLDER}
dialtone=${DIALTONE:-dialtone}
$dialtone sweep case-study-2 --set port_security_aging_type=off --until 4h --reps 60 \
    --vary link_loss=0%..40%:5% --vary sip_station_keepalive_interval=60s,120s,300s \
    --measure unregister_count -o "$out" --force
$dialtone plot "$out" --measure unregister_count --kind line --x link_loss --by sip_station_keepalive_interval \
    -o "$out/loss-and-interval.svg"
