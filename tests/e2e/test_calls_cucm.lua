-- SPDX-License-Identifier: GPL-3.0-or-later
-- Calls at CUCM as a user meets them: the measures, the CCM trace, the ladder, a phone's and CUCM's tables, and what
-- Wireshark makes of the captures.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"
local scenario = dt.src .. "/tests/e2e/scenarios/calls-cucm.lua"
local CALLS = 3

local folder = dt.tmp() .. "/run"
local status, out, err = dt.run { "run", scenario, "--json", "-o", folder }
dt.equal(status, 0, err)
local doc = json.decode(out)

-- Each call has two legs, and each side of a leg sees it.
dt.equal(dt.measure(doc, "call_count"), 2 * CALLS, "legs of calls")
dt.equal(dt.measure(doc, "bye_count"), 2 * CALLS, "BYEs")
dt.equal(dt.measure(doc, "call_drop_count"), 0, "drops")
dt.equal(dt.measure(doc, "rtp_packets_lost"), 0, "packets of voice that were lost")
dt.ok(dt.measure(doc, "rtp_packets_sent") > 4000, "voice: %d packets", dt.measure(doc, "rtp_packets_sent"))

local function read(name)
  local f = assert(io.open(folder .. "/" .. name))
  local text = f:read("a")
  f:close()
  return text
end
local function times(text, what) return select(2, text:gsub(what, "")) end

-- Whole messages, line by line, as they left.
local trace = read("log/cucm-CCM.log")
dt.equal(times(trace, "\nINVITE sip:"), 2 * CALLS + 2 * 2, "INVITEs in the CCM trace") -- and those of hold and retrieve
dt.equal(times(trace, "\nBYE sip:"), 2 * CALLS, "BYEs in the CCM trace")
dt.equal(times(trace, "Incoming SIP UDP message size %d+ from 10%.1%.0%.5:%[5060%]:\nINVITE sip:1001@10%.1%.0%.2"), 1, "the first INVITE")
dt.ok(trace:find("Outgoing SIP TCP message to 10.1.0.11 on port %d+ index 1 with %d+ bytes:\nINVITE sip:1001@10.1.0.11"), "the second")

-- Wireshark: nothing malformed, and as many requests as there were.
local function tshark(what)
  local _, text = dt.sh(("tshark -n -r '%s/capture/cucm-eth0.pcapng' %s"):format(folder, what))
  return text
end
dt.equal(tshark "-Y '_ws.malformed || _ws.expert.severity == 8388608'", "", "malformed frames")
dt.equal(times(tshark "-Y 'sip.Method == \"BYE\"' -T fields -e sip.Method", "BYE"), 2 * CALLS, "BYEs on CUCM's port")
dt.equal(times(tshark "-Y 'sip.Method == \"INVITE\" && sdp' -T fields -e sdp.media.port", "\n"), 2 * CALLS + 2 * 2, "offers")

-- The tables while a call stands: two legs at CUCM, one at the phone.
local function table_of(node, at)
  local st, text, e = dt.run { "inspect", scenario, node, "--at", at, "--json" }
  dt.equal(st, 0, e)
  for _, t in ipairs(json.decode(text).tables) do
    if t.name == "calls" then return t.rows end
  end
  return {}
end
local legs, mine = table_of("cucm", "15s"), table_of("phone1", "15s")
dt.equal(#legs, 2, "legs at CUCM")
dt.equal(#mine, 1, "calls at the phone")
dt.equal(#table_of("cucm", "38s"), 0, "legs at CUCM after the first call")
dt.equal(#table_of("phone2", "15s"), 0, "calls at a phone that never called")

dt.done()
