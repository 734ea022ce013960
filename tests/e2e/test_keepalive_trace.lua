-- SPDX-License-Identifier: GPL-3.0-or-later
-- The two captures of the 7975, read by tshark and set beside the numbers printed in the document; the first
-- exchange beside its printed messages, byte for byte; and the three clocks, each turned.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local folder = dt.tmp() .. "/run"
dt.equal(dt.run { "run", "keepalive-trace", "-q", "-o", folder }, 0, "exit status")

local function tshark(name, filter, fields)
  local e = ""
  for _, f in ipairs(fields) do e = e .. " -e " .. f end
  local _, out = dt.sh(("tshark -n -o tcp.relative_sequence_numbers:FALSE -o tcp.check_checksum:TRUE " ..
    "-r '%s/capture/%s.pcapng' -Y '%s' -T fields -E separator=,%s"):format(folder, name, filter, e))
  local rows = {}
  for line in out:gmatch("[^\n]+") do rows[#rows + 1] = line end
  return rows
end

-- seq, ack, len of rows 1 to 12 at CUCM and 200 to 203, 484 to 487 at the phone, as printed.
local at_cucm = {
  "2991995217,1953872619,890", "1953872619,2991996107,325", "1953872944,2991996107,637", "2991996107,1953873581,0",
  "2991996107,1953873581,890", "1953873581,2991996997,325", "1953873906,2991996997,637", "2991996997,1953874543,0",
  "2991996997,1953874543,890", "1953874543,2991997887,325", "1953874868,2991997887,637", "2991997887,1953875505,0",
}
local numbers = { "tcp.seq_raw", "tcp.ack_raw", "tcp.len" }
local cucm = tshark("cucm-eth0", "tcp", numbers)
local phone = tshark("phone-net", "tcp", numbers)
dt.equal(#cucm, 12, "segments at CUCM")
for i, want in ipairs(at_cucm) do
  dt.equal(cucm[i], want, "row " .. i .. " at CUCM")
  dt.equal(phone[i], want, "the same row at the phone")
end
for _, name in ipairs { "cucm-eth0", "phone-net" } do
  dt.equal(#tshark(name, "_ws.malformed or tcp.checksum.status==0 or _ws.expert.severity==error",
    { "frame.number" }), 0, name .. ": malformed frames")
  dt.equal(#tshark(name, "tcp.srcport==53006 and tcp.window_size_value==8192", { "frame.number" }), 6,
    name .. ": the phone's window")
end

-- The first exchange is the printed one.
local function payload(row)
  local hex = tshark("cucm-eth0", "tcp", { "tcp.payload" })[row]
  return (hex:gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end))
end
for row, name in ipairs { "register", "trying", "ok" } do
  local f = assert(io.open(dt.src .. "/tests/seed/002-7975-" .. name .. ".sip", "rb"))
  dt.equal(payload(row), f:read("a"), "bytes of the printed " .. name)
  f:close()
end

-- Printed at UTC+5:30: 18:12:59 is 12:42:59 GMT; the phone's own clock is 2 to 3 s behind CUCM's.
local function seconds(text)
  local h, m, s = text:match("(%d%d):(%d%d):(%d%d)")
  return (h * 60 + m) * 60 + s
end
local utc = tshark("cucm-eth0", "sip", { "frame.time_epoch" })
dt.equal(os.date("!%Y-%m-%d %H:%M:%S", math.floor(tonumber(utc[1]))), "2015-07-15 12:42:59", "time base in UTC")
local here = tshark("phone-net", "sip.Method", { "frame.time_epoch" })
local there = tshark("cucm-eth0", "sip.Method", { "frame.time_epoch" })
local function differ(i) return tonumber(here[i]:sub(6)) - tonumber(there[i]:sub(6)) end
dt.near(differ(2), -5.317302, 0.001, "capture clocks at seq 2991996107")
dt.near(differ(3), -5.322809, 0.001, "capture clocks one exchange later")
local dates = tshark("cucm-eth0", "sip.Date", { "sip.Date" })
for i = 1, #dates, 3 do
  local behind = seconds(dates[i + 1]) - seconds(dates[i])
  dt.ok(behind >= 2 and behind <= 3, "Date headers: %s of the REGISTER, %s of the 100", dates[i], dates[i + 1])
end

-- Verdicts: only exchange 3's answer times are slips; turning a clock or the acknowledgement shows.
local function verdicts(sets)
  local doc, count = dt.play("keepalive-trace", sets), {}
  for _, o in ipairs(doc.observables) do
    count[o.verdict] = (count[o.verdict] or 0) + 1
    if o.verdict == "documented-slip" then
      dt.ok(o.name == "row 485 100" or o.name == "row 486 200" or o.name == "row 10 100" or o.name == "row 11 200",
        "a slip: %s", o.name)
    end
    count[o.name] = o.verdict
  end
  return count
end
local v = verdicts {}
dt.equal(v["documented-slip"], 4, "slips")
dt.equal(v.deviates, nil, "deviations")
dt.equal(verdicts { "phone_capture_drift_ppm=0" }["capture clocks one exchange later"], "deviates", "no drift")
dt.equal(verdicts { "phone_capture_offset=-5.4s" }["capture clocks at seq 2991996107"], "deviates", "another offset")
dt.equal(verdicts { "tcp_ack_delay=30ms" }["row 203 ack"], "deviates", "a later ACK")
dt.equal(verdicts { "timer_register_delta=6s" }["row 5 send"], "deviates", "another delta")
dt.equal(verdicts { "cucm_trying_time=20ms" }["row 2 100"], "deviates", "a later 100")
dt.done()
