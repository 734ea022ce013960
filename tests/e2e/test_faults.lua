-- SPDX-License-Identifier: GPL-3.0-or-later
-- Each kind of fault, as a user meets it: in the books, in the captures that Wireshark reads, as the root that `why`
-- names; and what was recorded changes nothing. A phone's drifting clock shows in its Date headers alone.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"
local scenario = dt.src .. "/tests/e2e/scenarios/link-fault.lua"

local function tshark(folder, port, filter, fields)
  local _, out = dt.sh(("tshark -r '%s/%s/capture/%s.pcapng' -Y '%s' -T fields %s 2>/dev/null")
    :format(dt.tmp(), folder, port, filter, fields))
  local lines = {}
  for line in out:gmatch("[^\n]+") do lines[#lines + 1] = line end
  return lines
end

-- The comments of a capture: how many tell of a discard, and how many of a fault of that kind.
local function comments(folder, port, kind)
  local dropped, faults, reason = 0, 0, nil
  for _, line in ipairs(tshark(folder, port, "frame.comment", "-e frame.comment")) do
    local why = line:match("dropped: ([%w-]+)")
    dropped, reason = dropped + (why and 1 or 0), why or reason
    if line:find("fault: link-" .. kind .. " link-fault.lua:", 1, true) then faults = faults + 1 end
  end
  return dropped, faults, reason
end

local function play(folder, sets)
  local words = { "run", scenario, "--json", "-o", folder }
  for _, s in ipairs(sets) do
    words[#words + 1] = "--set"
    words[#words + 1] = s
  end
  local _, out = dt.run(words)
  return assert(json.decode(out))
end

local reasons = { cut = "link-cut", ["cut-one-way"] = "link-cut", flap = "link-cut", loss = "link-loss",
                  gilbert = "link-loss", mask = "link-mask", corrupt = "fcs-error" }
for _, name in ipairs { "cut", "cut-one-way", "flap", "loss", "gilbert", "mask", "delay", "jitter", "reorder", "duplicate",
                        "corrupt" } do
  local doc, kind = play(name, { "fault=" .. name }), name == "cut-one-way" and "cut" or name
  local function m(measure) return dt.measure(doc, measure) end
  dt.equal(m "frames_sent", m "frames_delivered" + m "frames_dropped" + m "frames_in_flight", name .. ": the books")
  local phone_dropped, phone_faults, phone_reason = comments(name, "phone-net", kind)
  local switch_dropped, switch_faults, switch_reason = comments(name, "access-1", kind)
  local other = comments(name, "access-2", kind)
  dt.equal(phone_dropped + switch_dropped, m "frames_dropped", name .. ": every loss is in a capture")
  dt.equal(other, 0, name .. ": nothing is lost elsewhere")
  dt.equal(phone_reason or switch_reason, reasons[name], name .. ": the reason")
  -- a bit error is a fault of the sending and a discard at the other end: two comments
  local lost = name == "corrupt" and 2 * m "frames_dropped" or m "frames_dropped"
  if reasons[name] then
    dt.ok(m "frames_dropped" > 0, "%s: something was lost", name)
    dt.equal(phone_faults + switch_faults, lost, name .. ": every loss names its fault")
    local _, out = dt.run { "why", name, "--json" }
    local why = assert(json.decode(out))
    local root = dt.query(dt.tmp() .. "/" .. name, "select kind, text from record where id = " .. why.roots[1])[1]
    dt.ok(root[1] == "FAULT" and root[2]:find("link-" .. kind .. " phone:net", 1, true), "%s: its root is %s", name, root[2])
  else
    dt.equal(m "frames_dropped", 0, name .. ": nothing is lost")
    dt.ok(phone_faults > 5 and switch_faults > 5, "%s: %d and %d comments", name, phone_faults, switch_faults)
  end
  dt.equal(#tshark(name, "phone-net", "_ws.malformed", "-e frame.number"), 0, name .. ": malformed packets")
  dt.equal(dt.play(scenario, { "fault=" .. name }).digest, doc.digest, name .. ": digest without records")
end

-- What comes too late is no loss; it names its fault all the same.
play("late", { "fault=late" })
local _, text = dt.run { "why", "late" }
text = text:gsub("%s+", " ")
dt.ok(text:find("was sent and did not help: phone sent keepalive REGISTER", 1, true) and
      text:find("roots: #%d+ link%-delay phone:net %- access:1: link%-fault%.lua:%d+: by=25s"), "why of what is late: %s", text)

-- One way: the switch's frames arrive all the while, the phone's do not.
dt.equal(select(1, comments("cut-one-way", "access-1", "cut")), 0, "cut one way: the other way is whole")

-- Every sending is there twice, and the copy says so.
local rows = dt.query(dt.tmp() .. "/duplicate", [[select count(*) from record where kind = 'FRAME_TX' and node =
  (select id from node where name = 'phone') and t_ns > 200000000000 and t_ns < 600000000000]])
local copies = select(2, comments("duplicate", "phone-net", "duplicate"))
dt.equal(tonumber(rows[1][1]), 2 * copies, "duplicate: the phone's sendings")

-- Ordered by its verb when it is due: the same happens (the record's text is another one).
local by_verb, ahead = dt.play(scenario, { "fault=gilbert", "verb=on" }), dt.play(scenario, { "fault=gilbert" })
for _, name in ipairs { "frames_sent", "frames_dropped", "unregister_alarms", "max_rto_s" } do
  dt.equal(dt.measure(by_verb, name), dt.measure(ahead, name), "verb and kind: " .. name)
end

-- A clock that is 1000 ppm fast: the phone keeps its 115 s and 120 s by it, as its Date headers say.
play("drift", { "fault=none", "clock_drift_ppm=1000" })
local at = {}
for _, line in ipairs(tshark("drift", "phone-net", "sip.Method==REGISTER && sip.Expires==0",
                             "-e frame.time_relative -e sip.Date")) do
  local seconds, minute, second = line:match("^([%d.]+)\t.* 00:(%d+):(%d+) GMT$")
  at[#at + 1] = tonumber(seconds)
  dt.equal(tonumber(minute) * 60 + tonumber(second), (#at - 1) * 120, "drift: Date of the standby keepalive " .. #at)
  if #at > 1 then dt.near(at[#at] - at[#at - 1], 120 / 1.001, 0.001, "drift: standby keepalives") end
end
dt.equal(#at, 16, "drift: standby keepalives in half an hour")
dt.done()
