#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What does a shorter keepalive interval cost a cluster of 10,000 phones, in messages an hour?
# An hour is counted after all have registered; a keepalive is three messages: REGISTER, 100 Trying, 200 OK.
set -eu
out=${1:?usage: cost-of-a-shorter-interval.sh FOLDER}
dialtone=${DIALTONE:-dialtone}
$dialtone sweep many-phones --set phones=10000 --vary sip_station_keepalive_interval=60s,90s,120s,180s,240s,300s,600s \
    --measure keepalives_sent --measure frames_sent -o "$out" --force
$dialtone plot "$out" --measure keepalives_sent \
    --over 'keepalives_sent = 10000 * 3600s / (sip_station_keepalive_interval - 5s)' \
    -o "$out/cost-of-a-shorter-interval.svg"
