-- SPDX-License-Identifier: GPL-3.0-or-later
-- The voice of a call as a user sees it: counted and packet by packet, what each stream says of itself, and why some
-- of it was lost. Expected numbers: 50 packets a second, from the scenario's times.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local function play(rtp)
  local folder = dt.tmp() .. "/" .. rtp
  local status, out, err = dt.run { "run", dt.src .. "/tests/e2e/scenarios/voice.lua", "--set", "rtp=" .. rtp, "--json", "-o", folder }
  dt.equal(status, 0, rtp .. ": exit status: " .. err)
  return json.decode(out), folder
end

local flow, folder = play "flow"
local packets, other = play "packets"

-- From 3 s to 9 min: 26,850 packets a stream. The called side's are not sent for the minute of the hold, and the CUBE
-- does not send on what its inner cable took: 500 by the cut, 75 of 1,500 by 5 %, with a standard deviation of 8.4.
for name, doc in pairs { flow = flow, packets = packets } do
  dt.near(dt.measure(doc, "rtp_packets_sent"), 4 * 26850 - 2 * 3000 - 500 - 75, 4 * 8.4 + 4, "packets sent, " .. name)
  dt.near(dt.measure(doc, "rtp_silence_s"), 2 * 10, 0.05, "silence, " .. name)
end

-- The cut takes 500 of two streams each; 5 % of 1,500 of each is 150, with a standard deviation of 11.9.
for name, doc in pairs { flow = flow, packets = packets } do
  dt.near(dt.measure(doc, "rtp_packets_lost"), 2 * 500 + 150, 4 * 11.9 + 4, "packets lost, " .. name)
end
dt.ok(packets.events > 50 * flow.events, "%d events as packets, %d as flow", packets.events, flow.events)

local function says(where, subject, text, name)
  local _, out = dt.run { "why", where, subject }
  out = out:gsub("%s+", " ")
  dt.ok(out:find(text, 1, true), "%s: why lacks '%s':\n%s", name, text, out)
end
says(folder, "rtp_packets_lost", "lost 500", "flow")
says(folder, "rtp_packets_lost", "link-cut pbx:eth0 - cube:in (voice.lua:25)", "flow")
says(other, "rtp_packets_lost", "missing", "packets")
says(other, "rtp_packets_lost", "link-cut pbx:eth0 - cube:in (voice.lua:25)", "packets")
says(other, "rtp_packets_lost", "500 packets of its stream were lost there since", "packets")
dt.done()
