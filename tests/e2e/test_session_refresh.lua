-- SPDX-License-Identifier: GPL-3.0-or-later
-- Seed 003 as documented, and without what makes it: every case of session-refresh beside the document; its captures as
-- Wireshark reads them; and the same calls with one mechanism or setting changed, by the arithmetic of RFC 4028.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

-- --- the documented run -----------------------------------------------------------------------------------------

local folder = dt.tmp() .. "/run"
local status = dt.run { "run", "session-refresh", "-q", "-o", folder }
dt.equal(status, 0, "exit status")

local slips = {}
for _, row in ipairs(dt.query(folder, "select name, verdict, simulated from observable")) do
  if row[2] == "documented-slip" then
    slips[#slips + 1] = row[1]
  else
    dt.ok(row[2] == "match", "%s: %s (%s)", row[1], row[2], row[3])
  end
end
dt.equal(table.concat(slips, ", "), "CUCM refreshes (the sentence)", "slips of the document")
dt.equal(dt.query(folder, "select count(*) from observable")[1][1], "36", "observables")

-- --- Wireshark -----------------------------------------------------------------------------------------------------

local function tshark(port, filter, fields)
  local _, out = dt.sh(("tshark -r %s/capture/%s.pcapng -Y '%s' -T fields -E separator='|' -e %s 2>/dev/null")
                       :format(folder, port, filter, table.concat(fields, " -e ")))
  local lines = {}
  for line in out:gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  return lines
end

-- No message that it would complain of: neither malformed nor against the rules. Copies sent to the dead are no error.
local _, list = dt.sh(("ls %s/capture"):format(folder))
local captured = 0
for name in list:gmatch("(%S+)%.pcapng") do
  captured = captured + 1
  local bad = tshark(name, "_ws.malformed or ((sip or sdp) and _ws.expert.severity >= 6291456)", { "frame.number", "_ws.expert.message" })
  dt.equal(#bad, 0, "complaints about " .. name .. " (" .. (bad[1] or "") .. ")")
end
dt.ok(captured >= 45, "%d captures", captured)

-- The same calls, refreshes and BYEs as the run tells of. A node that only talks over UDP has one message a frame.
local function counted(node, method)
  local at = ([[from record r join node n on n.id = r.node where n.name = '%s' and r.kind in ('FRAME_TX','FRAME_RX')
                and r.text like '%% %s CSeq %%']]):format(node, method)
  return tonumber(dt.query(folder, "select count(*) " .. at)[1][1])
end
for _, node in ipairs { "provider", "toosmall-caller", "consumed-called", "update-caller", "silent-called", "unheard-caller", "ignored-caller" } do
  local _, stat = dt.sh(("tshark -r %s/capture/%s-eth0.pcapng -q -z sip,stat 2>/dev/null"):format(folder, node))
  for _, method in ipairs { "INVITE", "ACK", "BYE", "UPDATE" } do
    local theirs = tonumber(stat:match("\n *" .. method .. " *: *(%d+) Packets")) or 0
    dt.equal(theirs, counted(node, method), method .. " of " .. node)
  end
end
local calls = tshark("provider-eth0", "sip.Method == INVITE and !sip.to.tag and ip.src == 10.1.0.11", { "sip.Call-ID" })
local refreshes = tshark("provider-eth0", "sip.Method == INVITE and sip.to.tag and ip.src == 10.1.0.11", { "frame.time_relative" })
local byes = tshark("provider-eth0", "sip.Method == BYE and ip.src == 10.1.0.11", { "frame.time_relative" })
dt.equal(#calls, 1, "calls of the provider")
dt.equal(#refreshes, 2, "its refreshes")
dt.equal(#byes, 1, "BYEs")
dt.near(tonumber(refreshes[2]) - tonumber(refreshes[1]), 900, 0.1, "time between refreshes")

-- --- one thing changed ------------------------------------------------------------------------------------------

local function play(sets, until_)
  local doc = dt.play("session-refresh", sets, { "--until", until_ or "1h" })
  doc.by_name = {}
  for _, o in ipairs(doc.observables) do doc.by_name[o.name] = o end
  return doc
end
local function simulated(doc, name)
  local o = doc.by_name[name]
  dt.ok(o, "observable %s is gone", name)
  return o and o.simulated
end

-- The interval: a call of ten minutes' sessions is refreshed each five.
local short = play { "case=main", "session_expires=600s", "min_se=90s" }
dt.near(simulated(short, "the provider refreshes"), 300, 0.1, "refresh of 600 s")
dt.equal(dt.measure(short, "call_drop_count"), 0, "drops")

-- Nobody refreshes: every leg is given up 32 s before its end, and nobody hung up by then.
local forgetful = play { "case=main", "session_refreshes=off" }
dt.ok(dt.measure(forgetful, "call_drop_count") > 0, "calls that nobody refreshes are dropped")
dt.equal(dt.measure(forgetful, "refresh_count"), 0, "refreshes that nobody sends")
local kept = play { "case=main" }
dt.equal(dt.measure(kept, "call_drop_count"), 0, "drops of a call that is refreshed")

-- Nobody ends a call whose session expired: the dead provider's call goes on.
dt.ok(dt.measure(play { "case=silent" }, "call_drop_count") > 0, "the dead provider's call is dropped")
dt.equal(dt.measure(play { "case=silent", "session_enforced=off" }, "call_drop_count"), 0, "drops when nobody enforces the session")

-- Who refreshes, and how.
dt.ok(type(simulated(play { "case=main", "session_refresher=uas" }, "the provider refreshes")) ~= "number", "the called side refreshes")
local by_update = dt.tmp() .. "/update"
dt.run { "run", "session-refresh", "-q", "-o", by_update, "-s", "case=main", "-s", "session_refresh_method=update", "--until", "20min" }
local sent = "select count(*) from record r join node n on n.id = r.node where n.name = 'provider' and r.kind = 'FRAME_TX' and r.text like '%% %s CSeq %%'"
dt.equal(dt.query(by_update, sent:format("UPDATE"))[1][1], "1", "UPDATE of the provider")
dt.equal(dt.query(by_update, sent:format("INVITE"))[1][1], "1", "INVITE of the provider")

-- CUCM at the word of the document's sentence: nothing happens in half a day, and then the other side's patience ends first.
local literal = play({ "case=long", "cucm_refresh_at=full" }, "13h")
dt.ok(type(simulated(literal, "CUCM refreshes (RFC)")) ~= "number", "no refresh at the half")

-- The defect: without it no call is lost, with every refresh ignored each is.
dt.equal(dt.measure(play { "case=ignored", "ignored=0%" }, "call_drop_count"), 0, "drops of a CUBE that answers")
dt.ok(dt.measure(play { "case=ignored", "ignored=100%" }, "call_drop_count") >= 100, "drops of a CUBE that ignores all")
dt.done()
