-- SPDX-License-Identifier: GPL-3.0-or-later
-- What `check` says of calls: peers that are not there, and session timers that do not go together; and that what it
-- says happens when the scenario is played.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local SCENARIO = [[
local function refreshes(node)
  return function(run) return #run:records { kind = "STATE", machine = "session", event = "refreshed", from = "refresher", node = node } end
end
return {
  title = "A provider, a CUBE and a PBX", source = "made up", duration = "1h",
  parameters = {
    peer = { type = "text", default = "10.0.1.1", doc = "where the provider's calls go" },
    target = { type = "text", default = "10.0.2.2", doc = "where the CUBE's go" },
    pbx_address = { type = "text", default = "10.0.2.2", doc = "of the PBX" },
    caller_expires = { type = "duration", default = "1800s", min = "90s", max = "1d", doc = "what the provider asks for" },
    caller_least = { type = "duration", default = "90s", min = "90s", max = "1d", doc = "and accepts" },
    box_least = { type = "duration", default = "90s", min = "90s", max = "1d", doc = "what the CUBE accepts" },
    caller_at = { type = "enum", choices = "half|full", default = "half", doc = "when the provider refreshes" },
    caller_t1 = { type = "duration", default = "500ms", min = "1ms", max = "1min", doc = "of its transactions" },
    caller_timers = { type = "switch", default = "on", doc = "it has session timers" },
    own = { type = "switch", default = "off", doc = "the CUBE's session refresh" },
    midcall = { type = "text", default = "media-change", doc = "its midcall-signaling" },
    tail = { type = "text", default = "", doc = "further words of its dial-peers" },
  },
  network = function(net, p)
    net:add("sip-provider", "provider", { mac = "00:50:56:00:00:01", address = "10.0.1.2", gateway = "10.0.1.1", number = "2001",
      sip_peer = p.peer, calls_to = "5001", session_expires = p.caller_expires, min_se = p.caller_least,
      session_refresh_at = p.caller_at, session_timers = p.caller_timers, sip_t1 = p.caller_t1 })
    local cube = net:add("cube", "cube", { midcall_signaling = p.midcall, session_refresh = p.own, min_se = p.box_least,
      dial_peers = "1 destination-pattern 5... session-target " .. p.target ..
                   "; 2 destination-pattern 2... session-target 10.0.1.2 " .. p.tail })
    cube:port("Gi0/0", { address = "10.0.1.1/24" })
    cube:port("Gi0/1", { address = "10.0.2.1/24" })
    net:add("sip-provider", "pbx", { mac = "00:50:56:00:00:02", address = p.pbx_address, gateway = "10.0.2.1", number = "5001",
      min_se = "90s", session_refreshes = "off" })
    net:link("provider", "cube:Gi0/0")
    net:link("cube:Gi0/1", "pbx")
  end,
  script = function(sim)
    sim:wait("1s")
    sim.net:node("provider"):op("call")
  end,
  documented = {
    { name = "refreshes of leg b", at_least = 0, value = refreshes("cube") },
    { name = "tried again", at_least = 0, value = function(run)
        return #run:records { kind = "NOTE", topic = "sip" } > 0 and
               (function() local n = 0 for _, r in ipairs(run:records { kind = "NOTE" }) do
                 if r.line:find("^422,") then n = n + 1 end end return n end)() end },
    { name = "answered", at_least = 0, value = function(run)
        return #run:records { kind = "STATE", machine = "call", node = "provider", to = "confirmed" } end },
  },
}
]]
local path = dt.tmp() .. "/calls.lua"
do
  local f <close> = assert(io.open(path, "w"))
  f:write(SCENARIO)
end

local function words(command, sets, ...)
  local list = { command, path, ... }
  for _, s in ipairs(sets) do list[#list + 1] = "--set" list[#list + 1] = s end
  return list
end

local function check(sets)
  local status, out, err = dt.run(words("check", sets))
  dt.equal(status, 0, "exit status: " .. err)
  return (out:gsub("%s+", " "))
end

-- {sets, words of its only sentence}; without: nothing is said.
local cases = {
  { {} },
  { { "peer=10.0.1.9" }, "10.0.1.9 in sip_peer of provider is the address of no node: no call gets anywhere by it" },
  { { "target=10.0.2.3" }, "10.0.2.3 in dial_peers of cube is the address of no node" },
  { { "target=10.0.2.2:5070 transport tcp" } },
  { { "target=10.0.3.2", "pbx_address=10.0.3.2" }, "cube cannot reach pbx (10.0.3.2)" },
  { { "caller_expires=900s", "box_least=1800s" }, "provider asks for a session interval of 900 s (session_expires), and cube " ..
    "takes none below 1800 s (min_se): each INVITE is refused with 422" },
  { { "caller_expires=900s", "box_least=900s" } },
  { { "caller_expires=900s", "caller_least=1800s", "box_least=1800s" } }, -- it asks for what it takes itself
  { { "caller_expires=900s", "box_least=1800s", "caller_timers=off" } },
  { { "caller_expires=900s", "box_least=1800s", "tail=min-se 900" } },
  { { "caller_expires=1800s", "box_least=90s", "tail=min-se 3600" }, "cube takes none below 3600 s (min_se)" },
  { { "caller_at=full" }, "provider refreshes a session when all of it is over (session_refresh_at=full, after 1800 s), but cube " ..
    "ends the call 32 s before that" },
  { { "caller_at=full", "caller_timers=off" } },
  { { "caller_expires=127s" }, "of a session of 127 s (session_expires) only 31.5 s are left for the refresh of provider" },
  { { "caller_expires=128s" } },
  { { "caller_t1=20s" }, "is repeated for 1280 s (64 * sip_t1)" },
  { { "own=on" } },
  { { "own=on", "midcall=passthru" }, "cube refreshes a leg by its own timer (session_refresh=on) and passes on the refreshes of " ..
    "provider to it, too" },
  { { "own=on", "midcall=passthru", "caller_timers=off" } },
}
for _, case in ipairs(cases) do
  local what, said = "check " .. table.concat(case[1], " "), check(case[1])
  if case[2] then
    dt.ok(said:find(case[2], 1, true) and said:find("1 warning ", 1, true), "%s says: %s", what, said)
  else
    dt.ok(said:find("nothing to complain about", 1, true), "%s says: %s", what, said)
  end
end

-- What is said happens.
local function played(sets)
  local status, out, err = dt.run(words("run", sets, "--json", "--record", "none"))
  dt.ok(status == 0 or status == 1, "run %s: %s", table.concat(sets, " "), err)
  local doc, seen = json.decode(out), {}
  for _, o in ipairs(doc.observables) do seen[o.name] = tonumber(o.simulated) end
  return seen, doc
end
local seen, doc = played {}
dt.equal(seen.answered, 1, "a call that is well")
dt.equal(seen["tried again"], 0, "no 422")
dt.equal(dt.measure(doc, "call_drop_count"), 0, "it stands")
local once = seen["refreshes of leg b"]
dt.equal(played { "peer=10.0.1.9" }.answered, 0, "nobody is there")
dt.equal(played { "target=10.0.3.2", "pbx_address=10.0.3.2" }.answered, 0, "nobody is reached")
dt.equal(played { "caller_expires=900s", "box_least=1800s" }["tried again"], 1, "422")
dt.equal(played { "caller_expires=900s", "box_least=1800s", "tail=min-se 900" }["tried again"], 0, "no 422")
_, doc = played { "caller_at=full" }
dt.ok(dt.measure(doc, "call_drop_count") > 0, "refreshed too late")
dt.ok(played { "own=on", "midcall=passthru" }["refreshes of leg b"] > 1.5 * once, "refreshed twice")
dt.done()
