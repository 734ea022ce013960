-- SPDX-License-Identifier: GPL-3.0-or-later
-- dialtone sweep: the formula at every point, the same bytes whatever the number of workers or the
-- interruptions, failures kept and told, mistakes refused before anything is made.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local formula = require "formula"
local json = require "dkjson"

local function sweep(words)
  table.insert(words, 1, "sweep")
  return dt.run(words)
end

local function sweep_json(words)
  words[#words + 1] = "--json"
  local status, out, err = sweep(words)
  local doc = json.decode(out)
  if not doc then error(("no JSON (status %s): %s"):format(status, err)) end
  return doc, status
end

local function read(name)
  local f = io.open(dt.tmp() .. "/" .. name, "rb")
  local text = f and f:read("a")
  if f then f:close() end
  return text
end

-- The boundary of case study 2: it lives where the interval is longer than the ageing time.
local function with(more)
  local words = { "case-study-2" }
  for _, s in ipairs(formula.sets) do words[#words + 1] = "--set"; words[#words + 1] = s end
  for _, w in ipairs(more) do words[#words + 1] = w end
  return words
end

local doc = sweep_json(with { "--vary", "timer_register_delta=3s..63s:5s", "--vary",
                              "port_security_aging_time=1min,2min" })
dt.equal(#doc.points, 26, "points of the acceptance grid")
local held = 0
for _, point in ipairs(doc.points) do
  local delta, aging = point.params.timer_register_delta, point.params.port_security_aging_time
  local want = formula.unregister { base = 0.21, expires = 120, delta = delta, grace = 10, aging = aging,
                                    horizon = doc.until_s }
  local got = point.measures.first_unregister_s
  local what = ("delta %g s, ageing %g s"):format(delta, aging)
  if type(want) == "number" then
    dt.near(got.mean or -1, want, 0.5, what)
    dt.equal(point.unregistered.n, 1, what .. ": unregistered")
  elseif want == nil then
    dt.equal(got.n, 0, what .. ": it occurred")
    dt.equal(got.censored, 1, what .. ": censored")
  end
  held = held + (want ~= "skip" and want ~= "tie" and 1 or 0)
end
dt.ok(held >= 20, "only %d points were held to the formula", held)

-- With the standby stream as it is, it shelters every interval from delta 15 s on.
doc = sweep_json { "case-study-2", "--vary", "timer_register_delta=15s..63s:6s", "--vary",
                   "port_security_aging_time=1min,2min" }
for _, point in ipairs(doc.points) do
  dt.equal(point.unregistered.n, 0, ("sheltered at delta %g s"):format(point.params.timer_register_delta))
end

-- Drawn anew in each replication, by the same seeds at every point; the share is that of an enumeration:
-- the standby keepalive must leave within 36.6 s of the registration, or 115 s after it.
local function drawn(out, more)
  local words = { "case-study-2", "--until", "17min", "--set", "secondary_keepalive_offset=uniform(0s,120s)",
                  "--vary", "port_security_aging_time=1min,2min", "--reps", "300", "--export", "csv", "-o", out }
  for _, w in ipairs(more or {}) do words[#words + 1] = w end
  return words
end
doc = sweep_json(drawn("one", { "-j", "1" }))
local hit = doc.points[1].unregistered
dt.ok(hit.low < 0.347 and 0.347 < hit.high, "a share of %d of 300 is not 34.7 %%", hit.n)
dt.equal(doc.points[2].unregistered.n, 0, "nobody leaves at an ageing time of 2 min")
sweep(drawn("two", { "-j2", "-q" }))
local whole = read("one/sweep.csv")
dt.ok(whole and #whole > 100000, "the export holds everything")
dt.ok(whole == read("two/sweep.csv"), "one worker and two export the same bytes")
dt.ok(whole:find("\n1,60,7,7,first_unregister_s,"), "a row in long form")
local status, digest = dt.sh(("sqlite3 %s/one/sweep.db 'select digest from trial where point=1 and rep=7'"):format(dt.tmp()))
dt.equal(status, 0, "sqlite3 reads sweep.db")
local alone = dt.play("case-study-2", { "secondary_keepalive_offset=uniform(0s,120s)" },
                      { "--until", "17min", "--seed", "7" })
dt.equal(alone.digest, digest:gsub("\n", ""), "any trial can be played alone")

-- Killed at any moment, and resumed.
for i = 1, 10 do
  local words = drawn("killed", i > 1 and { "--resume", "-q" } or { "-q" })
  local line = { "cd", dt.tmp(), "&&", "timeout", "-s", "KILL", ("0.%02d"):format(7 * i), dt.bin, "sweep" }
  for _, w in ipairs(words) do line[#line + 1] = "'" .. w .. "'" end
  dt.sh(table.concat(line, " "))
end
doc = sweep_json(drawn("killed", { "--resume" }))
dt.equal(doc.status, "complete", "the resumed sweep")
dt.ok(read("killed/sweep.csv") == whole, "ten kills and a resumption export the same bytes")

-- Stopped in good order.
local words = { "{ cd", dt.tmp(), "&&", "timeout", "-s", "INT", "1", dt.bin, "sweep" }
for _, w in ipairs(drawn("stopped", { "-q" })) do words[#words + 1] = "'" .. w .. "'" end
words[#words + 1] = "--reps 100000; echo $?; }"
local _, said, err = dt.sh(table.concat(words, " "))
dt.ok(said:find("^124") or said:find("^130"), "the status after Ctrl-C is %s", said) -- timeout says 124
dt.ok(err:find("--resume", 1, true), "it says how to go on:\n%s", err)

-- A disk that is full: the machine's fault, and what was played is kept.
status = dt.sh(("mkdir -p %s/small && mount -t tmpfs -o size=200k none %s/small 2>/dev/null"):format(dt.tmp(), dt.tmp()))
if status == 0 then
  status, _, err = sweep(drawn("small/s", { "-q" }))
  dt.equal(status, 3, "a full disk")
  dt.ok(err:find("disk is full"), "a full disk:\n%s", err)
  dt.sh(("mount -o remount,size=50m %s/small"):format(dt.tmp()))
  dt.equal(sweep(drawn("small/s", { "-q", "--resume" })), 0, "resumed with room")
  dt.ok(read("small/s/sweep.csv") == whole, "the same bytes after a full disk")
  dt.sh(("umount %s/small"):format(dt.tmp()))
end

-- A point that fails is kept with its message and ends nothing.
local out
status, out = sweep { dt.src .. "/tests/e2e/scenarios/fails-sometimes.lua", "--vary", "level=10..90:20", "-o", "bad" }
dt.equal(status, 1, "a sweep with a failed trial")
dt.ok(out:find("2 trials failed; the first at point 4, seed 1", 1, true), "the failures:\n%s", out)
dt.ok(out:find("fails-sometimes.lua:18: the level is too high", 1, true), "the message:\n%s", out)
_, out = dt.sh(("sqlite3 %s/bad/sweep.db \"select group_concat(status) from trial\""):format(dt.tmp()))
dt.equal(out, "complete,complete,complete,failed,failed\n", "statuses")

-- JSON lines hold what the CSV holds.
sweep { "case-study-2", "--vary", "timer_register_delta=3s,5s", "-o", "lines", "--export", "jsonl", "-q" }
local first = json.decode((read("lines/sweep.jsonl"):match("^[^\n]+")))
dt.equal(first.timer_register_delta, 3, "the first line's parameter")
dt.equal(first.unit, "1", "the first line's unit")

-- Constraints.
doc = sweep_json { "case-study-2", "--until", "1min", "--vary", "timer_register_delta=5s..60s:5s", "--vary",
                   "port_security_aging_time=1min,90s", "--where",
                   "sip_station_keepalive_interval - timer_register_delta >= port_security_aging_time" }
dt.equal(#doc.points, 12 + 6, "points that satisfy the constraint")

-- Replications until the interval is narrow, whatever the number of workers, and after a kill.
local function narrow(out, more)
  local words = { "case-study-2", "--set", "port_security_aging_type=off", "--until", "1h", "--vary", "link_loss=0%,35%",
                  "--stop", "unregister_count=0.8", "--export", "csv", "-o", out }
  for _, w in ipairs(more or {}) do words[#words + 1] = w end
  return words
end
doc = sweep_json(narrow("narrow", { "-j1" }))
local calm, wild = doc.points[1].measures.unregister_count, doc.points[2].measures.unregister_count
dt.equal(calm.n, 30, "no spread: the first look is enough")
dt.ok(wild.n > 30 and wild.n % 10 == 0 and wild.n < 1000, "%d replications with spread", wild.n)
dt.ok(wild.high - wild.low <= 0.8, "a width of %g", wild.high - wild.low)
dt.ok(sweep_json(narrow("wider", { "--reps", tostring(wild.n - 10) })).points[2].measures.unregister_count.high -
      wild.low > 0.4, "the round before")
sweep(narrow("narrow2", { "-j2", "-q" }))
dt.ok(read("narrow/sweep.csv") == read("narrow2/sweep.csv"), "--stop with one worker and two")
local line = { "cd", dt.tmp(), "&&", "timeout -s KILL 0.3", dt.bin, "sweep" }
for _, w in ipairs(narrow("narrow3", { "-q" })) do line[#line + 1] = "'" .. w .. "'" end
dt.sh(table.concat(line, " "))
sweep(narrow("narrow3", { "-q", "--resume" }))
dt.ok(read("narrow/sweep.csv") == read("narrow3/sweep.csv"), "--stop after a kill")

-- Points of a Sobol sequence.
doc = sweep_json { "case-study-2", "--until", "1min", "--sobol", "16", "--vary", "timer_register_delta=0s..32s", "--vary",
                   "link_loss=0%..16%" }
dt.equal(#doc.points, 16, "points of a Sobol sequence")
local rows, columns = {}, {}
for _, p in ipairs(doc.points) do
  columns[p.params.timer_register_delta // 4] = true
  rows[p.params.link_loss * 100 // 2] = true
end
for i = 0, 7 do dt.ok(rows[i] and columns[i], "the eighth %d of a range has no point", i) end

-- Mistakes: one sentence, status 2, nothing made, what is there untouched.
local mistakes = {
  { { "case-study-2", "--vary", "timer_register_delta=63s..3s:5s" }, "low end above its high end" },
  { { "case-study-2", "--vary", "timer_register_delta=3s..63s" }, "lacks its step" },
  { { "case-study-2", "--vary", "timer_register_delta=3s..63s:0s" }, "is not above zero" },
  { { "case-study-2", "--vary", "timer_register_dleta=3s,5s" }, "did you mean 'timer_register_delta'?" },
  { { "case-study-2", "--vary", "timer_register_delta=3,5" }, "lacks its unit" },
  { { "case-study-2", "--vary", "timer_register_delta=3s,5000s" }, "above its greatest value 1h" },
  { { "case-study-2", "--vary", "timer_register_delta=3s,,5s" }, "an empty value" },
  { { "case-study-2", "--vary", "timer_register_delta=3s,3s" }, "'3s' twice" },
  { { "case-study-2", "--vary", "timer_register_delta" }, "is not NAME=A..B:STEP or NAME=a,b,c" },
  { { "case-study-2", "--vary", "duration=1min,2min" }, "cannot be varied" },
  { { "case-study-2", "--vary", "timer_register_delta=3s", "--set", "timer_register_delta=5s" }, "by --set, too" },
  { { "case-study-2", "--reps", "0" }, "played 1 to" },
  { { "case-study-2", "--reps", "few" }, "not a whole number" },
  { { "case-study-2", "--measure", "first_unregistr_s" }, "did you mean 'first_unregister_s'?" },
  { { "case-study-2", "--vary", "timer_register_delta=3s,5s", "--where", "timer_register_delta>10s" }, "no point is left" },
  { { "case-study-2", "--vary", "timer_register_delta=3s,5s", "--where", "timer_register_delta>timer_kepalive_expires" },
    "did you mean 'timer_keepalive_expires'?" },
  { { "case-study-2", "--vary", "timer_register_delta=3s,5s", "--where", "timer_register_delta=5s" }, "not of the form" },
  { { "case-study-2", "--stop", "unregister_cont=1" }, "did you mean 'unregister_count'?" },
  { { "case-study-2", "--stop", "unregister_count=1s" }, "not a number above zero" },
  { { "case-study-2", "--stop", "max_rto_s=0s" }, "not a duration above zero" },
  { { "case-study-2", "--sobol", "0" }, "has 1 to 1000000 points" },
  { { "case-study-2", "--sobol", "4" }, "nothing to vary" },
  { { "case-study-2", "--sobol", "4", "--vary", "timer_register_delta=3s,4s" }, "takes ranges" },
  { { "case-study-2", "--sobol", "4", "--vary", "timer_register_delta=3s..4s:1s" }, "has a step" },
  { { "case-study-2", "--export", "cvs" }, "did you mean 'csv'?" },
  { { "case-study-2", "-j", "0" }, "would do nothing" },
  { { "case-study-2", "--resume" }, "needs --out" },
  { { "case-study-2", "--resume", "-o", "nowhere" }, "no folder 'nowhere'" },
  { { "case-study-2", "--resume", "-o", "one" }, "is of another sweep: its set is" },
  { { "keepalive-trace", "--resume", "-o", "one" }, "is of another sweep: its scenario is 'case-study-2'" },
  { { "case-study-2", "-o", "one" }, "is not empty" },
}
local _, sum = dt.sh(("cd %s && md5sum one/sweep.db"):format(dt.tmp()))
for _, m in ipairs(mistakes) do
  local rc, _, text = sweep(m[1])
  local what = table.concat(m[1], " ")
  dt.equal(rc, 2, what)
  dt.ok(text:find(m[2], 1, true) and not text:find("\n."), "%s: %s", what, text)
end
local _, after = dt.sh(("cd %s && md5sum one/sweep.db"):format(dt.tmp()))
dt.equal(after, sum, "a refused sweep.db")
dt.sh(("sqlite3 %s/one/sweep.db \"update sweep set value='0.0' where key='version'\""):format(dt.tmp()))
status, _, err = sweep(drawn("one", { "--resume" }))
dt.equal(status, 2, "a sweep.db of another version")
dt.ok(err:find("its version is '0.0'", 1, true), "another version: %s", err)
dt.done()
