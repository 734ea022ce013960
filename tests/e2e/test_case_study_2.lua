-- SPDX-License-Identifier: GPL-3.0-or-later
-- Case study 2 as documented: its times, its losses, its cures, and that it leans on nothing else.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function first_unregister(sets, more)
  return dt.measure(dt.play("case-study-2", sets, more), "first_unregister_s")
end

-- The documented run, recorded: every number of the story is read back from the records.
local folder = dt.tmp() .. "/run"
local status = dt.run { "run", "case-study-2", "-q", "-o", folder }
dt.equal(status, 0, "exit status")
local function column(sql)
  local t = {}
  for i, row in ipairs(dt.query(folder, sql)) do t[i] = tonumber(row[1]) end
  return t
end
local registered = column [[select t_ns/1e9 from record where kind='STATE'
  and fields like '%"machine":"registration"%' and fields like '%registered-at-%']]
local t0 = registered[1]
local alarms = column [[select t_ns/1e9 from record where kind='ALARM' and fields like '%"reason":13%']]
dt.near(alarms[1] - t0, 961.8, 0.5, "first unregister")
dt.near(alarms[2] - t0, 2043.6, 2, "second unregister")
dt.near(registered[3] - registered[2], 120, 5, "time on the secondary")
dt.near(registered[5] - t0, 2163.7, 2, "third registration on the primary")
dt.equal(#alarms, 2, "unregisters in 40 minutes")
local log = dt.query(folder, [[select text from record where kind='LOG' and text like '%EndPointUnregistered%' order by id limit 1]])[1][1]
for _, word in ipairs { "EndPointUnregistered", "[Reason=13]", "[Protocol=SIP]",
                        "[LastSignalReceived=SIPStationDPrimaryLineTimeout]" } do
  dt.ok(log:find(word, 1, true), "EventViewer line lacks %s: %s", word, log)
end

-- Each keepalive of the first cycle: first copy lost at the switch, one retransmission after 0.21 * 2^k.
local first = dt.query(folder, ([[select t_ns/1e9, fields from record where kind='FRAME_TX' and node=
  (select id from node where name='phone') and text like '%%Len=901%%' and flow in
  (select flow from record where kind='NOTE' and text like '%%keepalive REGISTER%%')
  and t_ns/1e9 < %f order by id]]):format(alarms[1]))
local k, sent = 0, nil
for _, row in ipairs(first) do
  local copy = tonumber(row[2]:match('"copy":(%d+)'))
  if copy == 0 then
    sent = tonumber(row[1])
  else
    dt.equal(copy, 1, "copies of keepalive " .. k)
    dt.near(tonumber(row[1]) - sent, 0.21 * 2 ^ k, 0.01, "retransmission of keepalive " .. k)
    k = k + 1
  end
end
dt.equal(k, 7, "retransmissions in the first cycle")
local drops = dt.query(folder, [[select d.t_ns/1e9, d.text, json_extract(d.fields,'$.reason'),
  (select count(*) from record n where n.kind='NOTE' and n.flow=d.flow and n.text like '%keepalive REGISTER%')
  from record d where d.kind='DROP' order by d.id]])
local others, keepalives = {}, 0
for _, d in ipairs(drops) do
  dt.equal(d[3], "port-security-learning", "reason of the drop at " .. d[1])
  if tonumber(d[1]) < alarms[1] and d[4] ~= "0" then keepalives = keepalives + 1 end
  if d[4] == "0" then others[#others + 1] = d end
end
dt.equal(keepalives, 8, "keepalives lost in the first cycle")
dt.equal(#others, 1, "drops that are no keepalive")
dt.ok(others[1] and others[1][2]:find("DHCP DISCOVER", 1, true), "the phone's very first frame is the one")
local at_secondary = dt.query(folder, ([[select t_ns/1e9 from record where kind='DROP' and t_ns/1e9
  between %f and %f]]):format(registered[2], registered[3]))
dt.equal(#at_secondary, 1, "drops while on the secondary")
dt.near(tonumber(at_secondary[1][1]) - t0, 1076.8, 0.5, "the refresh to the secondary")

-- After falling back the phone ends its old binding at once, wherever its standby stream stands.
local offset_folder = dt.tmp() .. "/offset"
dt.run { "run", "case-study-2", "-q", "--record", "facts", "--set", "secondary_keepalive_offset=30s",
         "-o", offset_folder }
local ended = dt.query(offset_folder, [[select t_ns/1e9 from record where kind='ALARM'
  and fields like '%"reason":10%']])
local back = dt.query(offset_folder, [[select t_ns/1e9 from record where kind='STATE'
  and fields like '%"machine":"registration"%' and fields like '%registered-at-0%']])
dt.equal(#ended, 2, "bindings on the secondary that the phone ended")
dt.near(tonumber(ended[1] and ended[1][1]), tonumber(back[2][1]), 0.1, "the end of the first of them")

-- Cured: no unregister in four hours.
for _, cure in ipairs { "tcp_timestamps=on", "port_security_aging_time=2min",
                        "port_security_aging_type=off", "port_security_first_frame=forward" } do
  local doc = dt.play("case-study-2", { cure }, { "--until", "4h" })
  dt.equal(dt.measure(doc, "unregister_count"), 0, cure .. ": unregisters")
  dt.equal(dt.measure(doc, "unregister_alarms"), 0, cure .. ": alarms")
  dt.equal(doc.exit, 0, cure .. ": exit status")
end
dt.equal(dt.measure(dt.play("case-study-2", { "port_security_aging_time=2min" }), "frames_dropped"), 1,
         "ageing 2 min: only the first frame is lost")

dt.near(first_unregister { "tcp_rto_profile=rfc6298" }, 605.1, 0.5, "rfc6298")

-- The phase of the standby keepalive decides.
for _, offset in ipairs { 0, 10, 20, 30, 36, 116 } do
  dt.near(first_unregister({ ("secondary_keepalive_offset=%ds"):format(offset) }, { "--until", "17min" }),
          961.8, 0.5, "offset " .. offset)
end
dt.equal(first_unregister({ "secondary_keepalive_offset=60s" }, { "--until", "30min" }), nil, "offset 60")

-- Not tuned to one point.
for seed = 1, 50 do
  dt.near(first_unregister({}, { "--until", "17min", "--seed", seed }), 961.8, 1, "seed " .. seed)
end
dt.near(first_unregister { "cucm_trying_time=0.75ms", "cucm_answer_time=0.34ms" }, 961.8, 1, "answers halved")
dt.near(first_unregister { "cucm_trying_time=3ms", "cucm_answer_time=1.4ms" }, 961.8, 1, "answers doubled")
dt.near(first_unregister { "link_delay=12.2ms" }, 963.1, 0.5, "an RTT one tick longer: base 0.22 s")
dt.near(first_unregister { "link_delay=24.9ms" }, 835.9, 0.5, "an RTT of 50 ms: base 0.25 s")
dt.near(first_unregister { "cucm_register_grace=15s" }, 966.8, 0.5, "D = 135 s")
dt.near(first_unregister { "tcp_clock_granularity=5ms", "tcp_rto_min=95ms" }, 1076.9, 0.5, "base 0.105 s")
local late = dt.play("case-study-2", { "cucm_close_on_timeout=off" })
dt.near(dt.measure(late, "first_unregister_s"), 961.8, 0.5, "the alarm without CUCM's closing")

-- The same run, whatever is recorded.
local digest = dt.play("case-study-2").digest
dt.equal(dt.play("case-study-2").digest, digest, "digest of a second run")
for _, record in ipairs { "facts", "full" } do
  local _, out = dt.run { "run", "case-study-2", "--json", "--record", record, "-o", dt.tmp() .. "/" .. record }
  dt.equal(out:match('"digest": ?"(%x+)"'), digest, "digest with --record " .. record)
end
dt.ok(dt.play("case-study-2", {}, { "--seed", "2" }).digest ~= digest, "another seed, another digest")
local shaken = dt.play("case-study-2", {}, { "--shake-ties", "5" })
dt.near(dt.measure(shaken, "first_unregister_s"), 961.8, 0.5, "no result leans on an arbitrary tie")
dt.done()
