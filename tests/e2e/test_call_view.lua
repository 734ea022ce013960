-- SPDX-License-Identifier: GPL-3.0-or-later
-- A recorded call, read in four ways: the ladder, why, the measures, and what a check sees of its messages; Wireshark
-- counts beside them.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local folder = dt.tmp() .. "/run"
local status, out, err = dt.run { "run", dt.src .. "/tests/e2e/scenarios/call-through-cube.lua", "--json", "-o", folder }
dt.equal(status, 0, "exit status: " .. err)
local doc, seen = json.decode(out), {}
for _, o in ipairs(doc.observables) do seen[o.name] = o.simulated end

-- All messages that Wireshark finds; copies of a datagram differ from it in nothing.
local function frames(file, filter)
  local _, rows = dt.sh(("tshark -n -r '%s/capture/%s.pcapng' -Y '%s' -T fields -e sip.Call-ID -e sip.CSeq"):format(
    folder, file, filter))
  local all, first, known = 0, 0, {}
  for line in rows:gmatch("[^\n]+") do
    all = all + 1
    if not known[line] then first = first + 1 end
    known[line] = true
  end
  return all, first
end

local _, invites = frames("provider-eth0", 'sip.Method == "INVITE"')
local _, other = frames("pbx-eth0", 'sip.Method == "INVITE"')
local byes, bye = frames("cube-Gi0_0", 'sip.Method == "BYE"')
local _, bye_b = frames("pbx-eth0", 'sip.Method == "BYE"')
dt.equal(seen["INVITEs of the provider"], invites, "INVITEs of the provider")
dt.equal(seen["INVITEs at the PBX"], other, "INVITEs at the PBX")
dt.equal(seen["BYEs of the CUBE"], bye, "BYEs of the CUBE to the provider")
dt.equal(seen["copies of them"], byes - bye, "copies of them")
dt.equal(byes - bye, 10, "RFC 3261 17.1.2.2: at 0.5, 1.5, 3.5, 7.5, 11.5 … 31.5 s")

-- Two calls; each leg is refreshed each 900 s, leg a until the crash at 24.2 h: at 3 s + 900 n s. The CUBE drops leg a
-- and hangs leg b up; those are the BYEs.
dt.equal(invites, 1 + 96, "a day of refreshes")
dt.equal(dt.measure(doc, "refresh_count"), invites - 1 + other - 1, "refreshes")
dt.equal(dt.measure(doc, "bye_count"), bye + bye_b, "BYEs")
dt.equal(dt.measure(doc, "call_count"), 2, "calls")
dt.equal(dt.measure(doc, "call_drop_count"), 1, "dropped calls")
dt.near(dt.measure(doc, "call_time_s"), 96 * 900 + 1768, 4, "1768 s after the last refresh (RFC 4028 10)")

-- The ladder: lifelines in the order of the call, both legs, two refreshes of each and how many more.
local function ladder(words)
  local _, text, wrong = dt.run { "ladder", folder, "--ascii", table.unpack(words) }
  dt.equal(wrong, "", "errors")
  return text
end
local function times(text, pattern)
  local n = 0
  for _ in text:gmatch(pattern) do n = n + 1 end
  return n
end
local text = ladder {}
dt.ok(text:find("^ +provider +cube +pbx\n"), "lifelines: %s", text:match("[^\n]*"))
dt.equal(times(text, "%-INVITE CSeq"), 2 + 2 * 2, "INVITEs drawn")
dt.ok(text:find("... 94 more, each 900s, like that of provider: INVITE CSeq 103", 1, true), "refreshes of leg a")
dt.ok(text:find("... 94 more, each 900s, like that of cube: INVITE CSeq 103", 1, true), "refreshes of leg b")
dt.ok(text:find("** cube: call dropped, session-expired: ", 1, true), "the end of leg a")
dt.equal(times(text, "again: BYE"), 10, "copies drawn")
dt.equal(times(text, "lost at provider eth0: node%-down"), 11, "losses drawn")
dt.equal(times(ladder { "--fold", "off" }, "%-INVITE CSeq"), invites + other, "all of them, when asked")
local status_of_maybe, _, sentence = dt.run { "ladder", folder, "--fold", "maybe" }
dt.ok(status_of_maybe == 2 and sentence:find("neither on nor off", 1, true), "--fold maybe: %s", sentence)

-- Why: without a subject, by the measures, by the node and by the Call-ID it begins where the call was given up, and
-- comes to what the script did.
local id = dt.query(folder, [[select json_extract(fields,'$.key') from record where kind='STATE'
  and json_extract(fields,'$.event')='session-expired']])[1][1]
for _, subject in ipairs { {}, { "call_drop_count" }, { "bye_count" }, { "cube" }, { id } } do
  local _, told = dt.run { "why", folder, table.unpack(subject) }
  local said = told:gsub("%s+", " ")
  dt.ok(said:find("went from confirmed to ended (session-expired)", 1, true), "why %s: %s", subject[1] or "", told)
  dt.ok(said:find("the script did it: crash provider", 1, true), "why %s: %s", subject[1] or "", told)
  dt.ok(said:find("had waited in vain for 1768s", 1, true), "why %s: %s", subject[1] or "", told)
end
dt.done()
