-- SPDX-License-Identifier: GPL-3.0-or-later
-- A stateful proxy between two user agents: a call whose BYE is lost hangs in it for ever without session timers, and is
-- gone with them (RFC 4028 1, 8.3). Wireshark reads what it wrote.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local scenario = dt.src .. "/tests/e2e/scenarios/call-through-proxy.lua"
local runs = 0

local function play(...)
  runs = runs + 1
  local folder = dt.tmp() .. "/run" .. runs
  local words = { "run", scenario, "--json", "-o", folder }
  for _, set in ipairs { ... } do
    words[#words + 1] = "-s"
    words[#words + 1] = set
  end
  local status, _, err = dt.run(words)
  dt.equal(status, 0, "exit status: " .. err)
  return folder
end

-- The proxy's calls: each move as "event at s".
local function moves(folder)
  local t = {}
  for _, row in ipairs(dt.query(folder, [[select json_extract(fields,'$.event'), t_ns from record
      where kind='STATE' and json_extract(fields,'$.machine')='proxy-call' order by id]])) do
    t[#t + 1] = { event = row[1], at = tonumber(row[2]) / 1e9 }
  end
  return t
end

local function calls(at, ...)
  local words = { "inspect", scenario, "proxy", "--at", at, "--json" }
  for _, set in ipairs { ... } do
    words[#words + 1] = "-s"
    words[#words + 1] = set
  end
  local _, out, err = dt.run(words)
  local doc = json.decode(out)
  if not doc then error(err) end
  for _, t in ipairs(doc.tables) do
    if t.name == "calls" then return t.rows end
  end
end

-- Only the caller knows of timers: the proxy speaks up for the called side, the caller refreshes at 42 s + 900 n s; the
-- last time before its cable is cut at 7200 s is 6342 s, and 1800 s later the proxy forgets the call without a word.
local folder = play()
local m = moves(folder)
dt.equal(#m, 3, "moves")
dt.equal(m[2].event, "answered", "the second move")
dt.equal(m[3].event, "expired", "the last move")
dt.near(m[3].at - m[2].at, 7 * 900 + 1800, 1, "expired after the 200")
local expired = dt.query(folder, [[select id from record where kind='STATE'
  and json_extract(fields,'$.machine')='proxy-call' and json_extract(fields,'$.event')='expired']])[1][1]
local _, told = dt.run { "why", folder, "#" .. expired }
local said = told:gsub("%s+", " ")
dt.ok(said:find("session_expires = 1800s", 1, true), "why it expired: %s", told)
dt.ok(said:find("link-cut", 1, true), "why it expired: %s", told)
local rows = calls("2h")
dt.equal(#rows, 1, "calls after 2 h")
dt.equal(rows[1][2], "confirmed", "its state")
dt.near(rows[1][4], 6342 + 1800 - 7200, 1, "expires in")
dt.equal(#calls("2.5h"), 0, "calls after 2.5 h")
dt.equal(dt.query(folder, "select count(*) from record where kind='NOTE' and text like '%BYE forwarded%'")[1][1], "0",
         "a proxy MUST NOT send BYE")

-- Without timers at the proxy, or at both sides, nobody ever tells it.
for _, sets in ipairs { { "proxy_session_timers=off", "session_timers=off" }, { "session_timers=off" } } do
  m = moves(play(table.unpack(sets)))
  dt.equal(m[#m].event, "answered", table.concat(sets, " "))
  rows = calls("6h", table.unpack(sets))
  dt.equal(#rows, 1, "calls after 6 h, " .. table.concat(sets, " "))
  dt.equal(rows[1][4], nil, "expires in")
end

-- Both sides know of them: the called side gives up 32 s before the end, and its BYE looks for the caller just as long.
local both = play("called_supports=on")
m = moves(both)
dt.near(m[#m].at - m[2].at, 7 * 900 + 1800, 1, "both sides support timers: over so long after the 200")
dt.equal(dt.query(both, "select count(*) from record where kind='NOTE' and text like '%BYE forwarded%'")[1][1], "1",
         "the called side's BYE")

local file = folder .. "/capture/proxy-eth0.pcapng"
local _, bad = dt.sh(("tshark -n -r '%s' -Y '_ws.malformed or (sip and _ws.expert.severity >= 0x600000)' | wc -l"):format(file))
dt.equal(tonumber(bad), 0, "malformed messages")
local _, first = dt.sh(("tshark -n -r '%s' -Y 'sip.Method == INVITE and tcp' -T fields -e sip.Via -e sip.Session-Expires -e sip.Record-Route"):format(file))
dt.ok(first:find("SIP/2.0/TCP 10.0.1.1:5060", 1, true) and first:find("SIP/2.0/UDP 10.0.1.2:5060", 1, true), "Vias: %s",
      first:match("[^\n]*"))
dt.done()
