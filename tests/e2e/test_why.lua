-- SPDX-License-Identifier: GPL-3.0-or-later
-- `why` from records alone: case study 2 down to its parameter, a plain cut down to the script's line, and
-- a cured run that has nothing to explain but its first frame.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local function why(words)
  local status, out, err = dt.run(words)
  dt.equal(status, 0, table.concat(words, " ") .. ": " .. err)
  return (out:gsub("%s+", " "))
end

dt.run { "run", "case-study-2", "-q" }
local text = why { "why", "case-study-2" }
for _, word in ipairs {
  "1%. 16:01%.8 #%d+ cucm%-pub raised EndPointUnregistered for SEPF029290A3C71, reason 13",
  "waited in vain for 130s %(sip_station_keepalive_interval = 120s, cucm_register_grace = 10s%)",
  "access dropped at Fa0/7 the first copy of the awaited keepalive REGISTER CSeq 11008 to 178%.215%.139%.22",
  "%(port%-security%-learning%); it was the 8th such message in a row to lose a copy there, since 1:55%.0",
  "secured to forgotten %(aged%): last confirmed 106%.8s before, longer than port_security_aging_time = 60s",
  "the same 8 times since 1:55%.0, after 96%.6s to 115s",
  "phone had waited 115s before this, longer than that; since .* received 200 OK CSeq 11007",
  "doubled 7 times since 1:55%.2, from 210ms to 26%.88s, and stayed: no ACK gave a valid RTT sample %(Karn%)",
  "repeated after 26%.88s, but cucm%-pub waited only 15s more", "the 7 ACKs in between were of retransmitted data",
  "6%.72s, 13%.44s, 26%.88s", "so SEPF029290A3C71 failed over: it registered with cucm%-sub 24%.4ms later" } do
  dt.ok(text:find(word), "why lacks '%s':\n%s", word, text)
end
local _, out = dt.run { "why", "case-study-2", "--json" }
local doc = json.decode(out)
dt.ok(doc and #doc.steps <= 12 and #doc.steps >= 6, "steps in JSON")
local roots = dt.query(dt.tmp() .. "/results/runs/case-study-2/001", ("select group_concat(text) from record where id in (%s)"):format(
  table.concat(doc.roots, ",")))
dt.ok(roots[1][1]:find("port_security_aging_time", 1, true), "the ageing time is a root: %s", roots[1][1])

-- Another subject: a record of one's choice.
local drop = dt.query(dt.tmp() .. "/results/runs/case-study-2/001",
                      "select id from record where kind='DROP' order by id limit 1 offset 1")[1][1]
dt.ok(why({ "why", "case-study-2", "#" .. drop }):find("port_security_aging_time = 60s", 1, true), "why of a drop")

-- Cut, and never healed: the root is the line of the script.
dt.run { "run", dt.src .. "/tests/e2e/scenarios/link-cut.lua", "-q" }
local cut = why { "why", "link-cut" }
for _, word in ipairs { "EndPointUnregistered", "%(link%-cut%)", "the script did it: link%-cut access:2 %- cucm%-a:eth0 %(link%-cut%.lua:20%)",
  "7 copies of it were lost there since 3:50%.0", "RTO of phone had doubled 6 times" } do
  dt.ok(cut:find(word), "why of the cut lacks '%s':\n%s", word, cut)
end
dt.ok(not cut:find("port_security", 1, true), "the cut has nothing to do with port security:\n%s", cut)

-- Cured: what was changed is named, and that only the phone's very first frame was lost.
dt.run { "run", "case-study-2", "-q", "--set", "port_security_aging_time=2min", "-o", "cured" }
local cured = why { "why", "cured" }
dt.ok(cured:find("the run was played with port_security_aging_time = 120 s", 1, true), "what cured it: %s", cured)
dt.ok(cured:find("DHCP DISCOVER", 1, true) and not cured:find("EndPointUnregistered", 1, true),
      "why of the cured run:\n%s", cured)

-- Stopped: the root is the line of the script; not stopped, or asked of a measure that stayed zero: a sentence.
local stopped_file = dt.src .. "/tests/e2e/scenarios/cucm-stopped.lua"
dt.run { "run", stopped_file, "-q" }
local stopped = why { "why", "cucm-stopped" }
local line = 0
for text_line in io.lines(stopped_file) do
  line = line + 1
  if text_line:find("op(p.how)", 1, true) then break end
end
local where = ("cucm%%-a %%(cucm%%-stopped%%.lua:%d%%)"):format(line)
for _, word in ipairs { "EndPointUnregistered", "the script did it: stop " .. where,
                        "failed over: it registered with cucm%-b" } do
  dt.ok(stopped:find(word), "why of the stop lacks '%s':\n%s", word, stopped)
end
dt.ok(not stopped:find("frames were lost", 1, true), "a service that stops says so, nothing is lost: %s", stopped)
local cause = tonumber(stopped:match("roots: #(%d+)"))
dt.equal(dt.query(dt.tmp() .. "/results/runs/cucm-stopped/001", "select kind from record where id=" .. (cause or 0))[1][1],
  "FAULT", "the root's kind")
dt.run { "run", stopped_file, "-q", "--set", "stop=off", "-o", "running" }
local function squeeze(text) return (text:gsub("%s+", " ")) end
dt.ok(squeeze(why { "why", "running" }):find("nothing went wrong: no phone was unregistered", 1, true), "why of no stop")
dt.ok(squeeze(why { "why", "running", "unregister_count" }):find("unregister_count is 0: nothing of the kind happened", 1, true),
  "why of a zero")
dt.ok(squeeze(why { "why", "running", "first_unregister_s" }):find("first_unregister_s did not occur", 1, true),
  "why of what did not occur")

-- Crashed: nobody is left to raise an alarm; the failover has the same root, by way of what was lost, and the
-- phone comes back when the host does.
dt.run { "run", stopped_file, "-q", "--set", "how=crash", "--set", "start_at=400s", "--until", "20min", "-o", "crashed" }
dt.equal(dt.query(dt.tmp() .. "/crashed", "select count(*) from record where kind='ALARM' and node=(select id from node where name='cucm-a')")[1][1],
  "0", "alarms of a dead host")
local frames = dt.query(dt.tmp() .. "/crashed", [[select count(*) from record where kind='FRAME_TX' and t_ns > 200e9 and t_ns < 400e9
  and node=(select id from node where name='cucm-a')]])
dt.equal(frames[1][1], "0", "frames of a dead host")
local crashed = why { "why", "crashed" }
for _, word in ipairs { "no phone was unregistered by an alarm, but one failed over",
                        "phone had waited in vain for 22s %(tcp_giveup = 22s%)", "%(node%-down%)", "went from up to down %(crash%)",
                        "the script did it: crash " .. where } do
  dt.ok(crashed:find(word), "why of the crash lacks '%s':\n%s", word, crashed)
end
dt.equal(dt.query(dt.tmp() .. "/crashed", "select value from measure where name='fallback_count'")[1][1], "1", "fallbacks after the start")
dt.ok(why({ "why", "running", "late" }):find("no message came too late", 1, true), "nothing was late")

-- A message that came after all, to a CUCM that keeps the connection: 26.88 s after the loss, 11.9 s too late.
dt.run { "run", "case-study-2", "-q", "--set", "cucm_close_on_timeout=off", "--set", "tcp_giveup=1min", "-o", "late-message" }
local late = why { "why", "late-message", "late" }
for _, word in ipairs { "a message reached cucm%-pub 11%.9s after it had given up", "received keepalive REGISTER CSeq 11008",
                        "port_security_aging_time = 60s" } do
  dt.ok(late:find(word), "why of the late message lacks '%s':\n%s", word, late)
end
dt.ok(why({ "why", "case-study-2", "late" }):find("no message came too late", 1, true), "an ACK is no late message")

-- An ARP entry that timed out says when it was confirmed last, and what the limit was.
dt.run { "run", "case-study-2", "-q", "--set", "port_security_aging_type=off", "--set", "router_arp_timeout=1min",
         "--until", "3min", "-o", "arp" }
local aged = dt.query(dt.tmp() .. "/arp", "select min(id) from record where text like 'arp 178%(timeout)'")[1][1]
local arp = why { "why", "arp", "#" .. aged }
dt.ok(arp:find("at branch, arp 178.215.139.22 went from resolved to unknown %(timeout%): last confirmed 151.4s before, " ..
               "longer than router_arp_timeout = 60s"), "why of an ARP timeout:\n%s", arp)

-- Measures, observables, alarms and reasons lead to the record that made them; here against run.db itself.
local folder = dt.tmp() .. "/results/runs/case-study-2/001"
local function subject_of(name)
  return json.decode(why({ "why", "case-study-2", name, "--json" })).subject
end
local function record(sql) return tonumber(dt.query(folder, sql)[1][1]) end
local alarm = record "select min(id) from record where kind='ALARM'"
local drop1 = record "select min(id) from record where kind='DROP'"
for name, id in pairs {
  first_unregister_s = alarm, unregister_count = alarm, EndPointUnregistered = alarm, phone = alarm, SEPF029290A3C71 = alarm,
  ["time on the secondary"] = alarm,
  frames_dropped = drop1, ["port-security-learning"] = drop1,
  failover_count = record [[select min(id) from record where kind='STATE' and json_extract(fields,'$.machine')='registration'
    and json_extract(fields,'$.event')='registered-at-1']],
  max_rto_s = record "select min(id) from record where kind='NOTE' and text like '%RTO%is now 26.88s%'",
} do
  dt.equal(subject_of(name), id, "subject of " .. name)
end
local rto = squeeze(why { "why", "case-study-2", "max_rto_s" })
dt.ok(rto:find("max_rto_s is 26.88 s", 1, true) and rto:find("port_security_aging_time = 60s", 1, true),
  "why of the largest RTO goes on to the ageing: %s", rto)

-- The default subject of a run whose only fault is an observable: that one.
dt.run { "run", "keepalive-trace", "-q", "--check", "--set", "cucm_trying_time=20ms", "-o", "late" }
dt.ok(squeeze(why { "why", "late" }):find("' is documented as", 1, true), "why of an observable that deviates")

-- What cannot be explained is said in one sentence.
for _, case in ipairs { { "nosuch", "is no run folder" }, { "case-study-2", "cucm-pubs", "did you mean 'cucm-pub'" },
                        { "case-study-2", "max_rto", "did you mean 'max_rto_s'" },
                        { "case-study-2", "EndPointUnregisterd", "did you mean 'EndPointUnregistered'" },
                        { "case-study-2", "#999999", "there is no record" } } do
  local status, _, err = dt.run { "why", table.unpack(case, 1, #case - 1) }
  dt.equal(status, 2, "exit status of why " .. table.concat(case, " "))
  dt.ok(err:find(case[#case], 1, true), "the sentence: %s", err)
end
dt.done()
