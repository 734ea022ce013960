#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# From which delta on does the keepalive to the standby node keep the phone registered?
# The same port carries a second stream, every 120 s: whatever it teaches the switch, the primary's keepalive finds.
set -eu
out=${1:?usage: the-standby-shelters.sh FOLDER}
dialtone=${DIALTONE:-dialtone}
$dialtone sweep case-study-2 --vary timer_register_delta=3s..63s:5s --vary port_security_aging_time=1min,2min \
    -o "$out" --force
$dialtone plot "$out" --measure first_unregister_s --over '120s - timer_register_delta = port_security_aging_time' \
    -o "$out/the-standby-shelters.svg"
