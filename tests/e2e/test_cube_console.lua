-- SPDX-License-Identifier: GPL-3.0-or-later
-- `debug ccsip messages` at a CUBE: every SIP message of both legs, word by word as Wireshark has it, and nothing of it
-- when nobody asked.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function played(name, debug)
  local folder = dt.tmp() .. "/" .. name
  local status, _, err = dt.run { "run", dt.src .. "/tests/e2e/scenarios/call-through-cube.lua", "-q", "-o", folder,
                                  "--until", "80min", "-s", "debug_ccsip=" .. debug, "-s", "crash_at=70min" }
  dt.equal(status, 0, "exit status: " .. err)
  return folder
end

local folder = played("on", "on")
local f <close> = assert(io.open(folder .. "/log/cube-console.log"))
local log = f:read("a")
local HEAD = "(%*Jan +%d+ %d%d:%d%d:%d%d%.%d%d%d): //%-1/xxxxxxxxxxxx/SIP/Msg/ccsipDisplayMsg:\n(%a+): \n(.-\n\n)"

local said, texts = { Sent = 0, Received = 0 }, {}
for _, way, text in log:gmatch(HEAD) do
  said[way] = said[way] + 1
  texts[#texts + 1] = { way = way, text = text }
end
dt.equal(select(2, log:gsub("ccsipDisplayMsg", "")), said.Sent + said.Received, "no other form of it")

-- Both legs as the cables have them; the CUBE's own address tells who sent.
local function frames(file, filter)
  local _, rows = dt.sh(("tshark -n -r '%s/capture/%s.pcapng' -Y '%s' -T fields -e sip.CSeq"):format(folder, file, filter))
  return select(2, rows:gsub("\n", ""))
end
dt.equal(said.Sent, frames("cube-Gi0_0", "sip && ip.src==10.0.1.1") + frames("pbx-eth0", "sip && ip.src==10.0.2.1"), "sent")
dt.equal(said.Received, frames("cube-Gi0_0", "sip && ip.dst==10.0.1.1") + frames("pbx-eth0", "sip && ip.dst==10.0.2.1"),
  "received")
dt.ok(said.Sent > 10 and said.Received > 10, "there are some")

-- Word by word: the datagrams of leg a, in order.
local function payloads(filter)
  local _, rows = dt.sh(("tshark -n -r '%s/capture/cube-Gi0_0.pcapng' -Y 'sip && %s' -T fields -e udp.payload"):format(folder, filter))
  local list = {}
  for hex in rows:gmatch("[^\n]+") do
    list[#list + 1] = hex:gsub(":", ""):gsub("%x%x", function(x) return string.char(tonumber(x, 16)) end):gsub("\r\n", "\n")
  end
  return list
end
for way, filter in pairs { Received = "ip.dst==10.0.1.1", Sent = "ip.src==10.0.1.1" } do
  local want, k = payloads(filter), 1
  for at in log:gmatch("()%*Jan [^\n]*ccsipDisplayMsg:\n" .. way .. ": \n") do
    local from = select(2, log:find(way .. ": \n", at, true)) + 1
    if want[k] and log:sub(from, from + #want[k] - 1) == want[k] then k = k + 1 end
  end
  dt.equal(k - 1, #want, way .. ": datagrams that stand there as they were, in order")
  dt.ok(#want > 5, "%s: only %d datagrams", way, #want)
end

local quiet = io.open(played("off", "off") .. "/log/cube-console.log")
dt.ok(not quiet, "a console that says something though nobody asked")
dt.done()
