-- SPDX-License-Identifier: GPL-3.0-or-later
-- Failover, beside arithmetic: how long a phone needs to leave a primary that fails in one way or another, who unregisters
-- it when, and that nothing happens when nothing fails.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function recorded(name, sets)
  local folder = dt.tmp() .. "/run"
  local words = { "run", name, "-q", "--force", "--record", "facts", "-o", folder }
  for _, s in ipairs(sets) do
    words[#words + 1] = "--set"
    words[#words + 1] = s
  end
  dt.equal((dt.run(words)), 0, name .. " " .. table.concat(sets, " "))
  return folder
end

-- When the phone was registered at a place, in s of the run.
local function moves(folder, place)
  local out = {}
  for i, row in ipairs(dt.query(folder, ([[select t_ns from record where kind = 'STATE' and text like
    'registration %%registered-at-%d)' and text like '%%-> registered %%' order by id]]):format(place))) do
    out[i] = tonumber(row[1]) / 1e9
  end
  return out
end

local function alarms(folder)
  local out = {}
  for i, row in ipairs(dt.query(folder, [[select t_ns, json_extract(fields, '$.reason') from record
    where kind = 'ALARM' and text like '%EndPointUnregistered%' order by id]])) do
    out[i] = ("%.0f:%s"):format(tonumber(row[1]) / 1e9, row[2])
  end
  return table.concat(out, " ")
end

-- SIP: registered at 0.003 s, refreshed each 115 s; the primary fails at 300 s, the next refresh is at 345 s. A closed
-- connection is noticed at once; silence of the host ends TCP's patience 22 s later (tcp_giveup), that of the service
-- timer F 32 s later; a host that is cut off unregisters the phone 130 s after its last REGISTER, at 230 s. The primary
-- is back at 900 s: 120 s after its first answer to a probe the phone is, too.
for _, case in ipairs {
  { "stop", 300, "300:6 1020:10" }, { "crash", 345 + 22, "1022:10" }, { "hang", 345 + 32, nil },
  { "cut", 345 + 22, "360:13 1022:10" },
} do
  local how, over, raised = table.unpack(case)
  local folder = recorded("sip-failover", { "how=" .. how })
  dt.near(moves(folder, 1)[1], over, 0.1, how .. ": at the secondary")
  dt.ok(#moves(folder, 1) == 1 and #moves(folder, 2) == 0, "%s: once, and not at the router", how)
  dt.ok((moves(folder, 0)[2] or 0) > 1019, "%s: back at %s", how, tostring(moves(folder, 0)[2]))
  if raised then dt.equal(alarms(folder), raised, how .. ": alarms") end
end

-- A process that hangs raises no alarm: what it missed it tells when it goes on.
local folder = recorded("sip-failover", { "how=hang" })
dt.ok(alarms(folder):find("^900:6 "), "hang: alarms %s", alarms(folder))

-- Both nodes fail: the router is the last resort. Back by the secondary or at once, it ends at the primary.
folder = recorded("sip-failover", { "how=crash", "both=on" })
local srst = moves(folder, 2)
dt.ok(#srst == 1 and srst[1] > 367 and srst[1] < 400, "at the router at %s", tostring(srst[1]))
dt.ok(moves(folder, 0)[2] and moves(folder, 0)[2] < 1200, "back at the primary at %s", tostring(moves(folder, 0)[2]))

-- Three nodes and the router, both kinds of phone: all nodes die at 5 min, come back from the last to the first.
local four = dt.tmp() .. "/four.lua"
local g = assert(io.open(four, "w"))
g:write([[return { title = "t", duration = "40min",
  network = function(net, p)
    net:add("switch", "access")
    local group = "10.1.1.2, 10.1.1.3, 10.1.1.4, srst=10.1.1.1"
    net:add("sip-phone", "sip", { starts = "configured", mac = "00:24:14:2d:df:01", dn = "1", address = "10.1.1.11", cucm_group = group })
    net:add("sccp-phone", "sccp", { starts = "configured", mac = "00:24:14:2d:df:02", address = "10.1.1.12", cucm_group = group })
    for i = 1, 4 do
      net:add("cucm", "c" .. i, { mac = "00:50:56:00:00:0" .. i, address = "10.1.1." .. i })
      net:link("c" .. i, "access:c" .. i)
    end
    net:link("sip", "access:sip")
    net:link("sccp", "access:sccp")
  end,
  script = function(sim)
    sim:wait_until("5min")
    for i = 2, 4 do sim.net:node("c" .. i):op("crash") end
    for i = 4, 2, -1 do
      sim:wait("6min")
      sim.net:node("c" .. i):op("start")
    end
  end }]])
g:close()
local chain = dt.tmp() .. "/chain"
dt.equal((dt.run { "run", four, "-q", "-o", chain }), 0, "three nodes and a router")
for _, device in ipairs { "SEP0024142DDF01", "SEP0024142DDF02" } do
  local places = {}
  for _, row in ipairs(dt.query(chain, ([[select text from record where kind = 'STATE' and
      text like 'registration %s: %%-> registered (registered-at-%%' order by id]]):format(device))) do
    local place = row[1]:match("registered%-at%-(%d)")
    if places[#places] ~= place then places[#places + 1] = place end
  end
  dt.equal(table.concat(places, " "), "0 3 2 1 0", device .. ": where it was registered")
end

-- Nothing fails, nothing happens.
for name, sets in pairs { ["sip-failover"] = { "how=none" }, ["sccp-failover"] = { "primary_dies=off", "path_delay=0s" } } do
  local doc = dt.play(name, sets)
  dt.equal(dt.measure(doc, "unregister_alarms"), 0, name .. ": alarms")
  dt.equal(dt.measure(doc, "failover_count"), 0, name .. ": failovers")
end

-- SCCP over jumping delays: the standard detection of one phone is worse than none; delayed for both is quiet.
local jumping = dt.play("sccp-failover", { "primary_dies=off", "duration=3h" })
dt.ok(dt.measure(jumping, "failover_count") > 10, "%s failovers", tostring(dt.measure(jumping, "failover_count")))
local quiet = dt.play("sccp-failover", { "primary_dies=off", "failover_detection=delayed", "duration=3h" })
dt.equal(dt.measure(quiet, "failover_count"), 0, "delayed: failovers")
dt.equal(dt.measure(quiet, "unregister_alarms"), 0, "delayed: alarms")
local usual = dt.play("sccp-failover", { "primary_dies=off", "failover_wait_floor=4s", "failover_wait_factor=8", "duration=3h" })
dt.equal(dt.measure(usual, "failover_count"), 0, "with the usual floor and factor: failovers")

-- Slow answers: those of a service that takes a thousand times as long are answers all the same.
local slow = dt.tmp() .. "/slow.lua"
local f = assert(io.open(dt.src .. "/scenarios/sip-failover.lua"))
local text = f:read("a"):gsub('"stop|crash|hang|cut|none"', '"stop|crash|hang|cut|slow|none"')
  :gsub('hang = "resume"', 'hang = "resume", slow = "fast"')
f:close()
f = assert(io.open(slow, "w"))
f:write(text)
f:close()
dt.equal(dt.measure(dt.play(slow, { "how=slow" }), "failover_count"), 0, "slow: 2 s for an answer")
dt.ok(dt.measure(dt.play(slow, { "how=slow", "cucm_slow_factor=100000" }), "failover_count") > 0, "slow: 200 s for an answer")
dt.done()
