-- SPDX-License-Identifier: GPL-3.0-or-later
-- `diff` beside sqlite3, which finds the first difference of two run.db files in its own way; then what it says in
-- words, and what it refuses.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local function run(out, scenario, ...)
  local status, _, err = dt.run { "run", scenario, "-q", "-o", out, ... }
  dt.ok(status <= 1, "run %s: %s", out, err)
end

local function diff(a, b, ...)
  local status, out, err = dt.run { "diff", a, b, ... }
  return status, out, err
end

local function squeeze(text) return (text:gsub("%s+", " ")) end

-- SQL over both files: a row stands beside the row of the same rank; `b` is the second run.
local function ask(a, b, sql)
  return dt.query(dt.tmp() .. "/" .. a, ("ATTACH '%s/%s/run.db' AS b; %s"):format(dt.tmp(), b, sql))
end

local ranked = [[SELECT row_number() OVER (ORDER BY r.id) AS n, r.id AS id, r.t_ns AS t_ns, r.kind AS kind, n.name AS node,
  r.text AS text, json_remove(r.fields, '$.frame') AS fields, r.cause AS cause
  FROM %s.record r JOIN %s.node n ON n.id = r.node WHERE r.id > 0 %s]]

-- Rank, id and time of the first that differ; nothing: they are the same.
local function first_difference(a, b, filter)
  local rows = ask(a, b, ([[WITH x AS (%s), y AS (%s)
    SELECT coalesce(x.n, y.n), x.id, y.id, x.t_ns, y.t_ns, x.kind, y.kind, x.text, y.text, x.cause, y.cause
    FROM x FULL JOIN y ON x.n = y.n WHERE x.t_ns IS NOT y.t_ns OR x.kind IS NOT y.kind OR x.node IS NOT y.node
      OR x.text IS NOT y.text OR x.fields IS NOT y.fields ORDER BY 1 LIMIT 1]]):format(
    ranked:format("main", "main", filter), ranked:format("b", "b", filter)))
  return rows[1]
end

local function same_end(got, row, i, what)
  if row[i + 1] == "" then return dt.ok(got == json.null, "%s has ended", what) end
  dt.equal(tostring(got.record), row[i + 1], what .. ": record")
  dt.near(got.t_s, tonumber(row[i + 3]) / 1e9, 1e-9, what .. ": time")
  dt.equal(got.kind, row[i + 5], what .. ": kind")
  dt.equal(got.text, row[i + 7], what .. ": text")
  dt.equal(tostring(got.cause), row[i + 9], what .. ": cause")
end

local function same_parting(got, row, what)
  if not row then return dt.ok(got == json.null, "%s: sqlite3 finds none", what) end
  if not dt.ok(got ~= json.null, "%s: sqlite3 finds record %s", what, row[2]) then return end
  dt.equal(got.common, tonumber(row[1]) - 1, what .. ": common facts")
  same_end(got.a, row, 1, what .. " in A")
  same_end(got.b, row, 2, what .. " in B")
end

local function same_measures(doc, a, b, what)
  local rows = ask(a, b, [[SELECT x.name, x.value, y.value, y.value - x.value FROM main.measure x JOIN b.measure y
    ON x.name = y.name WHERE x.value IS NOT y.value ORDER BY x.rowid]])
  dt.equal(#doc.measures, #rows, what .. ": measures that differ")
  for i, row in ipairs(rows) do
    local m = doc.measures[i] or {}
    dt.equal(m.name, row[1], what .. ": measure")
    for side, value in pairs { a = row[2], b = row[3], difference = row[4] } do
      local got = m[side] ~= json.null and m[side] or nil
      dt.ok(got == nil and value == "" or got and math.abs(got - tonumber(value)) < 1e-8, "%s: %s of %s is %s, want %s", what,
            side, row[1], tostring(got), value)
    end
  end
  local verdicts = ask(a, b, [[SELECT count(*) FROM main.observable x JOIN b.observable y ON x.name = y.name
    WHERE x.verdict <> y.verdict]])
  dt.equal(#doc.observables, tonumber(verdicts[1][1]), what .. ": verdicts that differ")
end

-- Everything that the document holds, against sqlite3. Returns the document.
local function judge(a, b)
  local what = a .. " and " .. b
  local status, out, err = diff(a, b, "--json")
  local doc, _, bad = json.decode(out, 1, json.null)
  if not dt.ok(doc, "%s: no JSON: %s %s", what, tostring(bad), err) then return {} end
  local all, events = first_difference(a, b, ""), first_difference(a, b, "AND kind <> 'NOTE'")
  dt.equal(status, all and 1 or 0, what .. ": exit status")
  dt.equal(doc.same, not all, what .. ": same")
  same_parting(doc.parting, all, what)
  same_parting(doc.event, events, what .. ", remarks aside")
  same_measures(doc, a, b, what)
  local params = ask(a, b, "SELECT x.name FROM main.param x JOIN b.param y USING(name) WHERE x.value IS NOT y.value")
  dt.equal(#doc.params, #params, what .. ": parameters that differ")
  return doc
end

run("a1", "case-study-2", "--set", "port_security_aging_time=1min")
run("a2", "case-study-2", "--set", "port_security_aging_time=2min")
run("a100", "case-study-2", "--set", "port_security_aging_time=100s")
run("facts", "case-study-2", "--record", "facts")
run("seed2", "case-study-2", "--seed", "2", "--record", "facts")
run("rfc", "case-study-2", "--set", "tcp_rto_profile=rfc6298")
run("late", "case-study-2", "--set", "connection_monitor_duration=60s")
run("short", "case-study-2", "--until", "5min")
run("unused", "case-study-2", "--set", "sip_timer_f=33s")
run("timers", "case-study-2", "--set", "port_security_aging_time=2min", "--record", "full", "--seed", "7")
run("facts7", "case-study-2", "--set", "port_security_aging_time=2min", "--record", "facts", "--seed", "7")

-- Ageing: one secure address is forgotten, the other frame goes on; both causes in words.
local doc = judge("a1", "a2")
dt.equal(doc.parting.a.steps[1].text:match("longer than ([^;]*)"), "port_security_aging_time = 60s", "why A parts")
dt.equal(doc.parting.a.because[2].role, "limit", "the limit beside the state")
dt.equal(doc.parting.b.cause, doc.parting.a.cause, "both follow from one frame")
dt.equal(doc.parting.a.like, json.null, "B forgets nothing")
dt.near(doc.parting.b.like.t_s - doc.parting.b.t_s, 0.21, 0.001, "A has the like after its RTO")
local _, text = diff("a1", "a2")
text = squeeze(text)
for _, words in ipairs {
  "port_security_aging_time 60 s %(command%) 120 s %(command%) %d+ more are the same",
  "first_unregister_s 961%.78%d* s did not occur", "max_rto_s 26%.88 s 1 s %-25%.88 s", "%d+ more are the same",
  "first unregister: documented 961%.8 s; A 961%.78%d* s %(match%); B did not occur %(deviates%)",
  "document: packet table, 6 rows: 4: A match, B deviates", "32 more are the same",
  "the first %d+ facts are the same, up to 15%d%.%d+ s %(1:55%.0 from the first registration%)",
  "both follow from #%d+, access, FRAME_RX: .- REGISTER CSeq 11001",
  "A #%d+ at 15%d%.%d+ s, access, STATE: secure%-address .- secured %-> forgotten %(aged%)",
  "last confirmed 115s before, longer than port_security_aging_time = 60s", "B never has the like",
  "B #%d+ at 15%d%.%d+ s, access, FRAME_TX: .- A has the like 210ms later", "why a2 '#%d+'" } do
  dt.ok(text:find(words), "diff lacks '%s':\n%s", words, text)
end

-- Remarks part first, what happens later: the ageing time as a limit is said at once, and acts at the fifth keepalive.
doc = judge("a1", "a100")
dt.equal(doc.parting.a.kind, "NOTE", "a limit is a remark")
dt.ok(doc.event.a.t_s > doc.parting.a.t_s + 400, "and acts later")
judge("a1", "rfc")

-- Two seeds; late; the beginning of the other; the other way round; other modes of recording.
doc = judge("a1", "seed2")
dt.ok(squeeze(select(2, diff("a1", "seed2"))):find("The seeds differ, so whatever is drawn may", 1, true), "seeds")
doc = judge("a1", "late")
dt.ok(doc.parting.a.text:find("SEPF029290A3C71.cnf.xml", 1, true), "the monitor stands in the phone's file: %s", doc.parting.a.text)
doc = judge("a1", "short")
dt.equal(doc.parting.b, json.null, "the short one has ended")
dt.ok(squeeze(select(2, diff("short", "a1"))):find("A has no further fact: it ended at 300 s (complete)", 1, true), "ended")
judge("short", "a1")
judge("a2", "a1")
doc = judge("a1", "facts")
dt.equal(doc.a.digest, doc.b.digest, "the digests")
judge("timers", "facts7")
judge("timers", "seed2")

-- The same: one line. A parameter that nothing met is shown, and is no difference.
local status, out = diff("a1", "facts")
dt.equal(status, 0, "facts beside full")
dt.ok(out:find("^the same: %d+ facts, digest %x+\n$"), "one line: %s", out)
status, out = diff("a1", "./a1")
dt.equal(out, "the same: both are the run in a1\n", "one run twice")
status, out = diff("a1", "unused")
dt.equal(status, 0, "an unused parameter")
dt.ok(out:find("sip_timer_f +32 s %(default%) +33 s %(command%)") and out:find("^the same"), "is shown: %s", out)
status, out = diff("a1", "a2", "-q")
dt.ok(status == 1 and out == "", "-q says nothing")

-- By the scenario's name; another scenario; the width of a terminal.
dt.run { "run", "case-study-2", "-q" }
dt.equal(diff("case-study-2", "a1"), 0, "the newest run of a scenario")
run("trace", "keepalive-trace")
status, out = diff("a1", "trace")
dt.equal(status, 1, "two scenarios")
dt.ok(out:find("These are two scenarios", 1, true) and out:find("A alone: .-router_arp_timeout"), "said: %s", out)
for _, pair in ipairs { { "a1", "a2" }, { "a1", "trace" }, { "a1", "rfc" } } do
  for line in select(2, diff(pair[1], pair[2])):gmatch("[^\n]+") do
    dt.ok(utf8.len(line) <= 79, "%d columns: %s", #line, line)
  end
end

-- Long runs are not kept: what two of them have in common costs no memory, wherever they part.
for out, at in pairs { early = "46h", later = "47h" } do
  run(out, "case-study-2", "--until", "48h", "--record", "facts", "--set", "router_arp_timeout=" .. at)
end
local asan = dt.sh(("grep -q __asan_init '%s'"):format(dt.bin)) == 0
if not asan then
  local said
  status, said = dt.sh(("cd '%s' && ulimit -v 90000 && '%s' diff early later"):format(dt.tmp(), dt.bin))
  dt.equal(status, 1, "two days in 90 MB")
  local first = tonumber(ask("early", "later", [[SELECT min(x.id) FROM main.record x JOIN b.record y ON y.id = x.id
    WHERE x.id > 0 AND (x.t_ns <> y.t_ns OR x.kind <> y.kind OR x.node <> y.node OR x.text <> y.text)]])[1][1])
  dt.ok(first > 150000 and said:find("the first " .. first - 1 .. " facts are the same", 1, true), "they part late: %s", first)
end

-- What cannot be compared: one sentence.
dt.sh(("cd '%s' && mkdir bad cut empty && echo no database >bad/run.db && head -c 300000 a1/run.db >cut/run.db && : >empty/run.db")
  :format(dt.tmp()))
dt.run { "run", "case-study-2", "-q", "--record", "none", "-o", "none" }
for _, case in ipairs { { "bad", "is not a database" }, { "cut", "malformed" }, { "empty", "no such table" },
                        { "none", "played with --record none" }, { "nosuch", "is no run folder" } } do
  for turn = 1, 2 do
    local status2, out2, err = diff(turn == 1 and case[1] or "a1", turn == 1 and "a1" or case[1])
    dt.equal(status2, 2, case[1] .. ": exit status")
    dt.ok(err:find(case[2], 1, true) and err:find(case[1], 1, true) and select(2, err:gsub("\n", "")) == 1,
          "%s: one sentence: %s", case[1], err)
    dt.equal(out2, "", case[1] .. ": stdout")
  end
end
status, _, out = dt.run { "diff", "a1" }
dt.ok(status == 2 and out:find("second RUN is missing", 1, true), "one run alone: %s", out)
dt.done()
