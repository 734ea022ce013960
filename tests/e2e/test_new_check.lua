-- SPDX-License-Identifier: GPL-3.0-or-later
-- new: a scenario that runs as it is, or one sentence. check: each mistake its own finding, and no finding
-- where there is no mistake; what it says of timers is what then happens.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local function read(name)
  local f = io.open(dt.tmp() .. "/" .. name, "rb")
  local text = f and f:read("a")
  if f then f:close() end
  return text
end

local function write(name, text)
  local f = assert(io.open(dt.tmp() .. "/" .. name, "wb"))
  f:write(text)
  f:close()
end

local function listing()
  local _, out = dt.sh("ls -A '" .. dt.tmp() .. "' | grep -v '^stderr$'")
  return out
end

-- new ---------------------------------------------------------------------------------------------

local status, out, err = dt.run { "new", "office" }
dt.equal(status, 0, "new: exit status")
dt.equal(err, "", "new: stderr")
dt.equal(listing(), "office.lua\n", "new leaves one file")
dt.ok(out:find("run ./office.lua", 1, true) and out:find("check ./office.lua", 1, true), "new says what next: %s", out)
local text = read "office.lua"
dt.ok(text:find("^%-%- office: ") and not text:find("$", 1, true), "the template is filled in")
status, out, err = dt.run { "run", "./office.lua" }
dt.equal(status, 0, "the new scenario runs: " .. err)
for _, word in ipairs { "fails over: registers again, with cucm-b", "4 match", "0 deviate", "show ./office.lua" } do
  dt.ok(out:find(word, 1, true), "its run lacks '%s':\n%s", word, out)
end
status, out = dt.run { "check", "office.lua" }
dt.equal(status, 0, "the new scenario checks")
dt.ok(out:find("nothing to complain about", 1, true), "check: %s", out)
local slow = dt.play("./office.lua", { "cut_for=2s" })
dt.equal(dt.measure(slow, "failover_count"), 0, "its own parameter reaches its script")

-- It is not overwritten; --force does, and a half-written file never stands there.
write("office.lua", "mine")
status, _, err = dt.run { "new", "office.lua" }
dt.equal(status, 2, "new over a file: exit status")
dt.ok(err:find("'office.lua' is there already; --force replaces it", 1, true), "new over a file: %s", err)
dt.equal(read "office.lua", "mine", "it is left alone")
dt.equal((dt.run { "new", "office", "--force", "-q" }), 0, "new --force")
dt.equal(read "office.lua", text, "--force replaces it")

dt.sh("cd '" .. dt.tmp() .. "' && mkdir folder folder/taken.lua && ln -s nowhere link.lua && rm -r results")
local before = listing()
local bad = {
  { "", "the name is empty" }, { "folder/", "'folder/' is a folder" }, { "none/x", "there is no folder 'none/'" },
  { "x.txt", "does not end in .lua" }, { "x.", "does not end in .lua" }, { "..", "does not end in .lua" },
  { "a b", "is no name for a scenario" }, { "x;y", "is no name for a scenario" }, { "_x", "is no name for a scenario" },
  { ("x"):rep(64), "is no name for a scenario" }, { ("d/"):rep(2100) .. "x", "too long" },
  { "link", "is no plain file" }, { "folder/taken", "is no plain file" },
}
for _, case in ipairs(bad) do
  status, out, err = dt.run { "new", case[1], "--force" }
  local what = ("new '%s'"):format(case[1]:sub(1, 20))
  dt.equal(status, 2, what .. ": exit status")
  dt.equal(out, "", what .. ": stdout")
  dt.ok(err:find("^dialtone: [^\n]*\n$") and err:find(case[2], 1, true), "%s: %s", what, err)
end
dt.equal((dt.run { "new" }), 2, "new without a name")
dt.equal(listing(), before, "a refused name leaves nothing")
dt.equal((dt.run { "new", "folder/deep" }), 0, "new in a folder")
dt.equal(read("folder/deep.lua"), (text:gsub("%./office", "folder/deep"):gsub("office", "deep")), "its own path stands in it")

-- check: the network ------------------------------------------------------------------------------

local good = [[
return { title = "t", duration = "20min",
  network = function(net, p)
    net:add("sip-phone", "phone", { starts = "configured", mac = "00:24:14:00:00:01", dn = "1", address = "10.1.0.10", gateway = "10.1.0.1",
      voice_vlan = 20, cucm_group = "10.2.0.2, b=10.2.0.3" })
    local access = net:add("switch", "access")
    access:port("1", { vlan = 10, voice_vlan = 20 })
    access:port("2", { mode = "trunk" })
    local r = net:add("router", "r", {})
    r:port("in", { address = "10.1.0.1/24", vlan = 20 })
    r:port("out", { address = "10.2.0.1/24" })
    net:add("switch", "core")
    net:add("cucm", "a", { mac = "00:50:56:00:00:02", address = "10.2.0.2", gateway = "10.2.0.1", devices = "" })
    net:add("cucm", "b", { mac = "00:50:56:00:00:03", address = "10.2.0.3", gateway = "10.2.0.1" })
    net:link("phone", "access:1")
    net:link("access:2", "r:in")
    net:link("r:out", "core:1")
    net:link("a", "core:2")
    net:link("b", "core:3")
    -- more
  end }
]]

-- What check says of a text: status, {rule = sentence}, how many, stderr.
local function findings(name, words)
  local command = { "check", name, "--json" }
  for _, w in ipairs(words or {}) do command[#command + 1] = w end
  local st, o, e = dt.run(command)
  local doc = json.decode(o) or {}
  local rules, n = {}, 0
  for _, kind in ipairs { "errors", "warnings" } do
    for _, f in ipairs(doc[kind] or {}) do
      rules[f.name], n = (rules[f.name] or "") .. f.text .. "\n", n + 1
      dt.ok(not f.text:find("[$%c]") and not f.text:find("  ", 1, true), "%s is no plain sentence: %s", f.name, f.text)
    end
  end
  return st, rules, n, e, doc
end

local function edited(from, to)
  local at, till = good:find(from, 1, true)
  assert(at, from)
  write("edited.lua", good:sub(1, at - 1) .. to .. good:sub(till + 1))
end

write("edited.lua", good)
local st, found, n, e, doc = findings "edited.lua"
dt.equal(st, 0, "a good network: " .. e)
dt.equal(n, 0, "findings in a good network")
dt.equal(doc.scenario, "edited", "its name")
for _, key in ipairs { "errors", "warnings" } do dt.equal(type(doc[key]), "table", key) end

-- {the edit, exit status, rule, words of its sentence}; each edit gives exactly one finding.
local cases = {
  { [[address = "10.2.0.3"]], [[address = "10.2.0.2"]], 2, "refused", "b: address 10.2.0.2 is that of 'a' already" },
  { "-- more", [[net:add("cucm", "c", { mac = "00:50:56:00:00:04", address = "10.2.0.1" })
    net:link("c", "core:9")]], 2, "address-twice", "r:out and c:eth0 have", also = "unwanted-cucm" },
  { "00:00:03", "00:00:02", 2, "refused", "b: MAC address 00:50:56:00:00:02 is that of 'a' already" },
  { "-- more", [[core = net:node("core"):port("7")]], 2, "refused", "undeclared" },
  { "-- more", [[net:node("core"):port("7")]], 0, "unconnected-port", "no cable is plugged into core:7" },
  { [[net:link("b", "core:3")]], "", 0, "unconnected-port", "no cable is plugged into b:eth0", also = "unreachable" },
  { "-- more", [[net:add("switch", "two") net:link("core:8", "two:1") net:link("core:9", "two:2")]], 0, "switch-ring",
    "the switches form a ring in VLAN 1" },
  { "10.2.0.3\" })", "10.2.0.4\" })", 0, "no-such-cucm", "10.2.0.4 in the cucm_group of phone is the address of no node",
    also = "unwanted-cucm" },
  { "b=10.2.0.3", "10.2.0.1", 0, "no-such-cucm", "is the address of r, a router", also = "unwanted-cucm" },
  { ", b=10.2.0.3", "", 0, "unwanted-cucm", "has the address of b: nobody registers" },
  { [[, gateway = "10.1.0.1",]], ",", 0, "unreachable", "phone cannot reach a (10.2.0.2): it lies outside 10.1.0.0/24", 2 },
  { [[gateway = "10.1.0.1"]], [[gateway = "10.1.0.9"]], 0, "unreachable",
    "its gateway 10.1.0.9 is not in VLAN 20 of access, where phone:net sends", 2 },
  { [[gateway = "10.1.0.1"]], [[gateway = "10.9.0.1"]], 0, "unreachable",
    "phone's gateway 10.9.0.1 lies outside its own subnet", 2 },
  { "voice_vlan = 20 })", "voice_vlan = 30 })", 0, "unreachable",
    "access:1 discards frames tagged with VLAN 20 (its voice_vlan is 30", 2, also = "vlan-without-port" },
  { "vlan = 20 })\n    r", "vlan = 21 })\n    r", 0, "unreachable", "10.1.0.1 is not in VLAN 20 of access", 2,
    also = "vlan-without-port" },
  { [["2", { mode = "trunk" }]], [["2", { vlan = 10 }]], 0, "unreachable", "is not in VLAN 20 of access", 2 },
  { [[gateway = "10.2.0.1", devices]], "devices", 0, "unreachable",
    "a cannot answer phone (10.1.0.10): it lies outside 10.2.0.0/24, the subnet of a, which has no gateway" },
  { [[devices = ""]], [[devices = "SEP1, SEP2"]], 0, "not-in-database", "the list 'devices' of a lacks SEP002414000001" },
  { [[voice_vlan = 20, cucm]], [[voice_vlan = 20, power_on_at = "20min", cucm]], 0, "never-powered",
    "power_on_at 1200 s of phone" },
  -- what run refuses, too
  { "net:link(\"b\"", "net:lnk(\"b\"", 2, "refused", "edited.lua:18" },
  { "return {", "return { titel = 1,", 2, "refused", "did you mean 'title'" },
  { "function(net, p)", "function(net, p", 2, "refused", "edited.lua:3" },
  { "\"b\", \"core:3\"", "\"b\", \"core:2\"", 2, "refused", "core:2" },
  { "\"b\", \"core:3\"", "\"b\", \"cor:3\"", 2, "refused", "did you mean 'core'" },
  { "10.1.0.1/24\", vlan", "10.1.0.1/33\", vlan", 2, "refused", "10.1.0.1/33" },
  { "{})", "{ routes = \"10.7.0.0/16 via 10.8.0.1\" })", 2, "refused", "the next hop is on no connected net" },
}
for i, case in ipairs(cases) do
  edited(case[1], case[2])
  st, found, n, e = findings "edited.lua"
  local what = ("case %d, %s"):format(i, case[4])
  dt.equal(st, case[3], what .. ": exit status")
  dt.ok(found[case[4]] and found[case[4]]:find(case[5], 1, true), "%s: %s", what, tostring(found[case[4]]))
  local want = (case[6] or 1) + (case.also and 1 or 0)
  dt.ok(n == want and (not case.also or found[case.also]), "%s: %d findings instead of %d", what, n, want)
  if case[3] == 2 then dt.ok(e:find("^dialtone: [^\n]+\n$"), "%s: stderr: %s", what, e) else dt.equal(e, "", what) end
end

-- A firewall in the router's place: it lets phones begin towards what is less secure only, and it must not answer
-- for a CUCM beside them.
local function firewalled(inside, nat, more)
  edited([[net:add("router", "r", {})]], ("net:add(\"asa\", \"r\", { nat = %q })"):format(nat))
  local text = read("edited.lua"):gsub([["10.1.0.1/24", vlan = 20]], "%0, security_level = " .. inside)
    :gsub([["10.2.0.1/24"]], "%0, security_level = 50"):gsub("%-%- more", more or "")
  write("edited.lua", text)
  local code, rules, count, err = findings "edited.lua"
  dt.equal(code, 0, "exit status with a firewall: " .. err)
  return rules, count
end
local beside = [[net:add("cucm", "c", { mac = "00:50:56:00:00:09", address = "10.1.0.9", gateway = "10.1.0.1" })
  access:port("3", { vlan = 20 })
  net:link("c", "access:3")]]
dt.equal(select(2, firewalled(100, "")), 0, "findings: a firewall between inside and a less secure net")
dt.ok((firewalled(50, "").unreachable or ""):find("r lets no connection begin from in (security level 50) to out (50)", 1, true),
  "levels")
dt.equal(select(2, firewalled(100, "(out,any) source static any any")), 0, "no CUCM beside the phone")
good = good:gsub("10.2.0.2, b", "10.1.0.9, 10.2.0.2, b")
local raced = firewalled(100, "(out,any) source static any any", beside)["proxy-arp-race"] or ""
dt.ok(raced:find("r:in answers ARP requests for every address of its subnet (nat (out,any) source static any any)", 1, true)
  and raced:find("that of c, too", 1, true), "the race: %s", raced)
for _, nat in ipairs { "", "(out,any) source static any any no-proxy-arp", "(in,out) source static any any",
                       "(out,any) source static 10.1.0.7 10.1.0.7" } do
  dt.equal(select(2, firewalled(100, nat, beside)), 0, "findings with nat " .. nat)
end
good = good:gsub("10.1.0.9, ", "")

-- Of two static routes the longer one counts; the shorter one would end at a node that forwards nothing.
local function routed(routes)
  edited("{})", ("{ routes = %q })"):format(routes))
  local text = read("edited.lua"):gsub("b=10.2.0.3", "%0, 10.3.0.2"):gsub("%-%- more", [[
    local far = net:add("router", "far", { routes = "10.1.0.0/24 via 10.2.0.1" })
    far:port("in", { address = "10.2.0.9/24" })
    far:port("out", { address = "10.3.0.1/24" })
    net:add("cucm", "c", { mac = "00:50:56:00:00:09", address = "10.3.0.2", gateway = "10.3.0.1" })
    net:link("far:in", "core:4")
    net:link("far:out", "c")]])
  write("edited.lua", text)
  local _, rules, count = findings "edited.lua"
  return rules.unreachable, count
end
dt.equal(select(2, routed "10.3.0.0/24 via 10.2.0.9, 10.0.0.0/8 via 10.2.0.3"), 0, "two routers")
dt.ok((routed "10.3.0.0/24 via 10.2.0.3, 10.0.0.0/8 via 10.2.0.9" or ""):find("phone cannot reach c (10.3.0.2): b is no router", 1, true),
  "a route to a node that is no router")
dt.ok((routed "10.4.0.0/16 via 10.2.0.9" or ""):find("r has no route to it", 1, true), "no route")

-- A hundred phones with the same mistake are one sentence.
edited("-- more", [[for i = 1, 100 do
  net:add("sip-phone", "p" .. i, { starts = "configured", mac = ("00:24:14:00:01:%02x"):format(i), dn = "2", address = "10.2.0." .. 100 + i,
    cucm_group = "10.2.0.7" })
  net:link("p" .. i, "core:p" .. i)
end]])
_, found, n = findings "edited.lua"
dt.equal(n, 1, "a hundred phones, one sentence")
dt.ok((found["no-such-cucm"] or ""):find("p1, p2, p3 and 97 others", 1, true), "they are counted: %s", found["no-such-cucm"])

-- check: timers -----------------------------------------------------------------------------------

local function check2(sets)
  local words = {}
  for _, s in ipairs(sets) do words[#words + 1] = "--set" words[#words + 1] = s end
  return findings("case-study-2", words)
end

-- {sets, rule, words of its sentence, ...}: exactly these.
local timers = {
  { {}, "ageing-before-keepalive", "port_security_aging_time 60 s (inactivity) is shorter than the keepalive interval " ..
    "115 s of phone (sip_station_keepalive_interval 120 s - timer_register_delta 5 s): access will have forgotten the " ..
    "phone before each keepalive", "rto-outgrows-patience", "the 8th would be repeated after 26.88 s, but cucm-pub " ..
    "waits only 15 s (timer_register_delta 5 s + cucm_register_grace 10 s) and unregisters the phone, about 16 min" },
  { { "port_security_aging_time=2min" } },
  { { "port_security_aging_type=off" } },
  { { "port_security_first_frame=forward" } },
  { { "timer_register_delta=61s" } }, -- interval 59 s
  { { "timer_keepalive_expires=50s", "secondary_keepalive_offset=40s" } }, -- the standby stream keeps the address alive
  { { "tcp_timestamps=on" }, "ageing-before-keepalive", "keepalives" },
  { { "port_security_aging_type=absolute" }, "ageing-absolute", "(absolute) is counted from learning",
    "rto-outgrows-patience", "26.88 s" },
  { { "tcp_rto_profile=rfc6298" }, "ageing-before-keepalive", "each", "rto-outgrows-patience",
    "from 1 s or more (tcp_rto_min), since tcp_timestamps is off and no repeated segment gives an RTT sample: the 5th" },
  { { "cucm_register_grace=60s" }, "ageing-before-keepalive", "each", "rto-outgrows-patience",
    "the 8th would be repeated after 26.88 s, but the phone gives up after 22 s (tcp_giveup)" },
  { { "port_security_aging_time=2min", "timer_register_delta=2min" }, "delta-eats-interval", "120 s is not shorter" },
  { { "port_security_aging_time=2min", "timer_register_delta=0s", "cucm_register_grace=0s" },
    "keepalive-after-deadline", "above 0s" },
  { { "port_security_aging_time=2min", "timer_register_delta=0s", "cucm_register_grace=100ms" },
    "retransmission-after-deadline", "cucm-pub waits 0.1 s (timer_register_delta 0 s + cucm_register_grace 0.1 s), " ..
    "and the RTO is 0.21 s or more" },
  { { "port_security_aging_time=2min", "tcp_giveup=200ms" }, "giveup-before-retransmission",
    "tcp_giveup 0.2 s ends before the first retransmission of phone after 0.21 s" },
  { { "port_security_aging_time=2min", "cucm_close_on_timeout=off" }, "silent-timeout", "22 s after a keepalive " ..
    "(tcp_giveup of phone), but cucm-pub unregisters the phone after 15 s" },
  { { "port_security_aging_time=2min", "cucm_close_on_timeout=off", "tcp_giveup=0s" }, "silent-timeout",
    "32 s after a keepalive (sip_timer_f of phone)" },
  { { "port_security_aging_time=2min", "connection_monitor_duration=119s" }, "monitor-before-probe",
    "connection_monitor_duration 119 s is shorter than timer_keepalive_expires 120 s" },
}
for _, case in ipairs(timers) do
  local what = "check " .. table.concat(case[1], " ")
  st, found, n, e = check2(case[1])
  dt.equal(st, 0, what .. ": exit status")
  dt.equal(e, "", what)
  dt.equal(n, (#case - 1) // 2, what .. ": findings")
  for i = 2, #case, 2 do
    dt.ok(found[case[i]] and found[case[i]]:find(case[i + 1], 1, true), "%s: %s: %s", what, case[i],
      tostring(found[case[i]]))
  end
end

-- Each of those sentences, played: what is said happens.
local function played(sets, more) return dt.play("case-study-2", sets, more) end
dt.near(dt.measure(played {}, "first_unregister_s"), 16 * 60, 30, "about 16 min")
local late = played { "port_security_aging_time=2min", "timer_register_delta=0s", "cucm_register_grace=0s" }
dt.ok(dt.measure(late, "unregister_alarms") > 15, "each keepalive comes too late")
local short = { "port_security_aging_time=2min", "tcp_giveup=200ms", "link_loss=3%" }
local long = { "port_security_aging_time=2min", "tcp_giveup=22s", "link_loss=3%" }
dt.ok(dt.measure(played(short), "failover_count") > dt.measure(played(long), "failover_count"), "giving up early")

-- Over a grid of parameters: keepalives are lost exactly when check says so, and registrations end
-- exactly when it says so.
local grid = {
  port_security_aging_time = { "60s", "90s", "117s", "30s" }, port_security_aging_type = { "inactivity", "inactivity", "absolute" },
  secondary_keepalive_offset = { "0s", "20s", "37s", "50s", "80s", "110s" }, timer_register_delta = { "5s", "10s", "30s" },
  cucm_register_grace = { "10s", "5s", "30s" }, tcp_timestamps = { "off", "off", "on" }, tcp_giveup = { "22s", "8s", "0s" },
  timer_keepalive_expires = { "120s", "50s", "95s" },
  port_security_aging_tick = { "0s", "0s" }, -- a sweep's phase against the phone depends on how long the phone boots
}
local state, losing, ending = 1, 0, 0
local function pick(list) -- a fixed sequence, the same everywhere
  state = state * 16807 % 2147483647
  return list[state % #list + 1]
end
for _ = 1, 60 do
  local names, sets = {}, {}
  for name in pairs(grid) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do sets[i] = name .. "=" .. pick(grid[name]) end
  local what = table.concat(sets, " ")
  st, found = check2(sets)
  local run = played(sets, { "--until", "6h" })
  local said = (found["ageing-before-keepalive"] or found["ageing-absolute"]) ~= nil
  local lost = dt.measure(run, "keepalives_retransmitted") > 0 or dt.measure(run, "failover_count") > 0
  local ended = dt.measure(run, "failover_count") > 0
  dt.equal(said, lost, "keepalives are lost with " .. what)
  dt.equal(found["rto-outgrows-patience"] ~= nil, ended, "registrations end with " .. what)
  losing, ending = losing + (lost and 1 or 0), ending + (ended and 1 or 0)
end
dt.ok(losing > 10 and losing < 55 and ending > 5 and ending < losing, "the grid has all kinds: %d, %d", losing, ending)

-- The library's part in it: script(sim, p), and bounds ---------------------------------------------

write("laws.lua", [[
local seen
return { title = "t", duration = "1min",
  parameters = { wait = { type = "duration", default = "uniform(1s,50s)", doc = "drawn once" } },
  network = function(net, p) net:add("switch", "s") seen = p.wait end,
  script = function(sim, p)
    sim:note(p.wait == seen and "the same draw" or "another draw")
    sim:wait(p.wait)
    sim:note("waited")
  end,
  documented = {
    { name = "a", measure = "frames_sent", at_most = 0 }, { name = "b", measure = "frames_sent", at_least = 0 },
    { name = "c", measure = "frames_sent", at_least = 1 }, { name = "e", value = function() return 5 end, at_most = 4.5 }, { name = "d", measure = "unregistered_time_s", at_most = "3s" },
  } }
]])
status, out = dt.run { "run", "laws.lua", "-o", "laws" }
dt.equal(status, 1, "a bound that is not kept")
dt.ok(out:find("e  +<= 4.5 +5 +deviates") and out:find("c  +>= 1 +0 +deviates") and out:find("d  +<= 3 s +0 s +match"), "bounds: %s", out)
dt.equal(#dt.query(dt.tmp() .. "/laws", "select id from record where text like '%the same draw%'"), 1, "p of the script")
dt.equal(#dt.query(dt.tmp() .. "/laws", "select id from record where text like '%waited%'"), 1, "the script waits")
local bounds = dt.play("laws.lua").observables
dt.equal(bounds[1].documented, 0, "documented is the bound")
dt.equal(bounds[1].tolerance, "at_most", "and says which")
for _, case in ipairs {
  { "at_most = \"x\"", "at_most 'x' is no value with a unit" }, { "at_most = 1, documented = 1", "needs one of" },
  { "tolerance = 1", "needs one of" }, { "at_most = 1, tolerance = 1", "a bound has no tolerance" },
  { "at_most = \"3s\"", "not of the same kind as the measure" },
} do
  write("bound.lua", [[return { title = "t", duration = "1s", network = function(net, p) net:add("switch", "s") end,
    documented = { { name = "a", measure = "frames_sent", ]] .. case[1] .. " } } }")
  status, _, err = dt.run { "run", "bound.lua" }
  dt.ok(status == 2 and err:find(case[2], 1, true), "%s: %s", case[1], err)
end

-- SCCP phones: the same network with one of them, and what is wrong with its timers.
local skinny = good:gsub('"sip%-phone", "phone", { starts = "configured", mac = "00:24:14:00:00:01", dn = "1",',
  '"sccp-phone", "phone", { starts = "configured", mac = "00:24:14:00:00:01",')
for _, case in ipairs {
  { {}, nil }, { { "failover_wait_floor=100ms" }, "giveup-before-retransmission", "failover_wait_floor 0.1 s" },
  { { "failover_wait_floor=100ms", "failover_detection=delayed" }, nil },
  { { "sccp_keepalives_missed=1" }, "keepalive-after-deadline", "silent for one interval" },
  { { "port_security_aging_time=30s" }, "ageing-before-keepalive", "not longer than the interval", secure = true },
  { { "port_security_aging_time=31s" }, nil, secure = true },
  { {}, "not-in-database", "RegisterReject", devices = "SEP000000000001" },
} do
  local text_now = skinny:gsub('port%("1", {', case.secure and '%0 port_security = "on",' or "%0")
  write("skinny.lua", (text_now:gsub('devices = ""', 'devices = "' .. (case.devices or "") .. '"')))
  local words = {}
  for _, v in ipairs(case[1]) do
    words[#words + 1] = "--set"
    words[#words + 1] = v
  end
  st, found, n, e = findings("skinny.lua", words)
  local what = table.concat(case[1], " ") .. " " .. (case[2] or "nothing")
  dt.equal(st, 0, what .. ": " .. e)
  dt.equal(n, case[2] and 1 or 0, what .. ": findings")
  if case[2] then dt.ok((found[case[2]] or ""):find(case[3], 1, true), "%s: %s", what, found[case[2]]) end
end

-- Usage ---------------------------------------------------------------------------------------------

for _, case in ipairs {
  { { "check" }, "SCENARIO is missing" }, { { "check", "none.lua" }, "cannot be read" }, { { "check", "case-study-3" }, "did you mean" },
  { { "check", "case-study-2", "-s", "tcp_mss=1" }, "--set tcp_mss=1: " }, { { "check", "case-study-2", "-s", "tcp_ms=1" }, "did you mean" },
  { { "check", "case-study-2", "--seed", "2" }, "unknown option" }, { { "new", "a", "b" }, "one word too many" },
} do
  status, out, err = dt.run(case[1])
  dt.ok(status == 2 and err:find("^dialtone: [^\n]*\n$") and err:find(case[2], 1, true), "%s: %s", table.concat(case[1], " "), err)
  dt.equal(out, "", "stdout of a usage error")
end
dt.done()
