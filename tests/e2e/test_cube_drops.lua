-- SPDX-License-Identifier: GPL-3.0-or-later
-- A CUBE that ignores a refresh (the defect CSCun31375): the call ends 15 minutes and 64 T1 after its answer, on both
-- legs, and why names the refresh that was ignored and the parameter behind it.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local scenario = dt.src .. "/tests/e2e/scenarios/call-through-cube.lua"
local folder = dt.tmp() .. "/run"
local status, _, err = dt.run { "run", scenario, "-q", "-o", folder, "--until", "20min", "-s", "refreshes_ignored=100%" }
dt.equal(status, 0, "exit status: " .. err)

-- Wireshark: the refresh of the provider goes out at 900 s, with 6 copies (RFC 3261 17.1.1.2), and is not answered.
local function at(file, filter)
  local _, rows = dt.sh(("tshark -n -r '%s/capture/%s.pcapng' -Y '%s' -T fields -e frame.time_epoch"):format(folder, file,
    filter))
  local times = {}
  for t in rows:gmatch("[%d.]+") do times[#times + 1] = tonumber(t) end
  return times
end
local answered = at("provider-eth0", "sip.Status-Code == 200 && sip.CSeq.method == INVITE")
local refresh = at("provider-eth0", "sip.Method == INVITE && sip.CSeq.seq == 102")
local bye, other = at("provider-eth0", "sip.Method == BYE"), at("pbx-eth0", "sip.Method == BYE")
dt.equal(#answered, 1, "one 200 to INVITE, the first")
dt.equal(#refresh, 7, "the refresh and its copies")
dt.near(refresh[1] - answered[1], 900, 0.1, "when it is sent")
dt.equal(#bye, 1, "BYEs of the provider")
dt.near(bye[1] - refresh[1], 32, 0.1, "64 T1 later")
dt.equal(#other, 1, "BYEs on the other leg")

local _, text = dt.run { "why", folder, "call_drop_count" }
text = text:gsub("%s+", " ")
for _, words in ipairs { "to ended (refresh-failed)", "had waited in vain for 32s (sip_t1 = 500ms)",
  "what it waited for could not come: cube: sip: refresh CSeq 102 of 10.0.1.2 ignored, as the defect CSCun31375 has it",
  "parameter: refreshes_ignored = 100% (cube)" } do
  dt.ok(text:find(words, 1, true), "why lacks '%s': %s", words, text)
end

-- Without the defect: no drop.
local doc = dt.play(scenario, {}, { "--until", "20min" })
dt.equal(dt.measure(doc, "call_drop_count"), 0, "drops")
dt.equal(dt.measure(doc, "bye_count"), 0, "BYEs")

dt.done()
