-- SPDX-License-Identifier: GPL-3.0-or-later
-- What Wireshark makes of the captures: nothing malformed, every checksum good, the protocols by name, and
-- in the phone's capture the same retransmissions that the simulator knows of.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local folder = dt.tmp() .. "/run"
dt.equal(dt.run { "run", "case-study-2", "-q", "-o", folder }, 0, "exit status")

local checks = "-o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE "
local function tshark(file, filter, field)
  local _, out, err = dt.sh(("tshark -n %s -r '%s/capture/%s' -Y '%s' -T fields -e %s"):format(
    checks, folder, file, filter, field))
  local rows = {}
  for line in out:gmatch("[^\n]+") do rows[#rows + 1] = line end
  return rows, err
end

local files = { "phone-net", "access-Fa0_7", "cucm-pub-eth0", "cucm-sub-eth0" }
for _, name in ipairs(files) do
  local file = name .. ".pcapng"
  local all = tshark(file, "frame", "frame.number")
  dt.ok(#all > 50, "%s holds %d frames", file, #all)
  local bad = tshark(file, "_ws.malformed or tcp.checksum.status==0 or ip.checksum.status==0 or " ..
    "_ws.expert.severity==error", "frame.number")
  dt.equal(#bad, 0, file .. ": malformed frames, bad checksums and errors")
  local unnamed = tshark(file, "tcp.len > 0 and not sip and not tcp.port==6970 and not tcp.analysis.retransmission", "frame.number")
  dt.equal(#unnamed, 0, file .. ": data that is neither SIP nor a file")
  dt.ok(#tshark(file, "sip.Method == REGISTER", "frame.number") > 5, "%s: REGISTERs by name", file)
end

-- Wireshark's own analysis against ours, frame by frame.
local theirs = tshark("phone-net.pcapng", "tcp.analysis.retransmission", "frame.time_epoch")
local ours = dt.query(folder, [[select r.t_ns from record r join node n on n.id=r.node where n.name='phone'
  and r.kind='FRAME_TX' and json_extract(r.fields,'$.copy') > 0 order by r.id]])
dt.equal(#theirs, #ours, "retransmissions")
dt.ok(#ours >= 16, "there are %d retransmissions", #ours)
local base
for i, row in ipairs(ours) do
  local at = tonumber((theirs[i] or ""):match("%d%d%d%d%d%.%d+$")) -- fewer digits than a double holds
  if not at then break end
  base = base or at - tonumber(row[1]) / 1e9
  dt.near(at - tonumber(row[1]) / 1e9, base, 0.001, "time of retransmission " .. i)
end

-- Each discarded frame carries its reason, at the port where it was discarded.
local comments = tshark("access-Fa0_7.pcapng", "frame.comment contains \"dropped: port-security-learning\"",
                        "frame.number")
local drops = dt.query(folder, "select count(*) from record where kind='DROP'")
dt.equal(#comments, tonumber(drops[1][1]), "comments on discarded frames")
dt.equal(#tshark("cucm-pub-eth0.pcapng", "frame.comment contains \"dropped\"", "frame.number"), 0,
         "discards at the primary")
dt.done()
