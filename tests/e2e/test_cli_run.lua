-- SPDX-License-Identifier: GPL-3.0-or-later
-- `run`: its JSON document, what each --record leaves on disk, -o and --force, exit statuses, interruption.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local function read(name)
  local f = io.open(dt.tmp() .. "/" .. name)
  if not f then return nil end
  local text = f:read("a")
  f:close()
  return text
end

local function write(name, text)
  local f = assert(io.open(dt.tmp() .. "/" .. name, "w"))
  f:write(text)
  f:close()
end

-- Files below a folder, sorted, in one line.
local function files(folder)
  local _, out = dt.sh(("cd '%s/%s' && find . -type f | sort"):format(dt.tmp(), folder))
  return (out:gsub("%./", ""):gsub("\n", " "))
end

local function keys(t)
  local list = {}
  for k in pairs(t) do list[#list + 1] = k end
  table.sort(list)
  return table.concat(list, " ")
end

local short = { "run", "case-study-2", "--until", "3min" }
local function run(more)
  local words = { table.unpack(short) }
  for _, w in ipairs(more or {}) do words[#words + 1] = w end
  return dt.run(words)
end

-- One document, nothing else, of the fixed shape.
local status, out, err = run { "--json", "--seed", "7", "--set", "tcp_timestamps=on" }
local doc, after = json.decode(out)
dt.equal(status, 0, "exit status")
dt.equal(err, "", "stderr")
dt.equal(out:sub(after):match("^%s*$"), out:sub(after), "text after the document")
dt.equal(keys(doc), "digest events measures observables out params scenario seed status title until_s version",
         "keys")
dt.equal(doc.scenario, "case-study-2", "scenario")
dt.equal(doc.seed, 7, "seed")
dt.equal(doc.status, "complete", "status")
dt.equal(doc.until_s, 180, "until_s")
dt.ok(doc.digest:match("^%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x$"), "digest %s", doc.digest)
dt.ok(math.type(doc.events) == "integer" and doc.events > 100, "events %s", doc.events)
for name, want in pairs {
  tcp_timestamps = { "on", "", "command" }, duration = { 180, "s", "command" },
  cseq_first = { 11000, "1", "scenario" }, tcp_mss = { 1380, "B", "scenario" },
  port_security_aging_time = { 60, "s", "default" }, tcp_rto_profile = { "linux", "", "default" },
  link_loss = { 0, "1", "default" } } do
  local p = doc.params[name] or {}
  dt.equal(keys(p), "set_by unit value", name .. ": keys")
  for i, key in ipairs { "value", "unit", "set_by" } do dt.equal(p[key], want[i], name .. "." .. key) end
end
dt.equal(doc.measures.keepalives_sent.value, 1, "keepalives_sent")
dt.equal(doc.measures.first_unregister_s.value, nil, "what did not occur")
dt.ok(out:find('"first_unregister_s": {"value": null, "unit": "s"}', 1, true), "a missing measure is null")
local m = doc.measures
dt.equal(m.frames_sent.value, m.frames_delivered.value + m.frames_dropped.value + m.frames_in_flight.value,
         "books of frames")
local verdicts = {}
for _, o in ipairs(doc.observables) do
  verdicts[o.verdict] = (verdicts[o.verdict] or 0) + 1
  dt.ok(o.simulated == nil or type(o.documented) == type(o.simulated), "%s: two types", o.name)
  for _, key in ipairs { "name", "documented", "unit", "source", "verdict", "note" } do
    dt.ok(o[key] ~= nil, "%s lacks %s", o.name, key)
  end
end
dt.ok((verdicts["not-reached"] or 0) > 5, "most is not reached after 3 minutes")
dt.equal(verdicts.deviates, nil, "so early nothing deviates")

-- -q says nothing; with --json it still gives the document.
status, out, err = run { "-q", "--record", "none" }
dt.equal(out .. err, "", "-q")
status, out = run { "-q", "--json", "--record", "none" }
dt.ok(json.decode(out), "-q --json")

-- What is recorded.
dt.equal(files "results/runs/case-study-2/001", "capture/access-Fa0_7.pcapng capture/cucm-pub-eth0.pcapng " ..
         "capture/cucm-sub-eth0.pcapng capture/phone-net.pcapng ladder.txt log/access-console.log log/cucm-pub-CCM.log log/cucm-pub-EventViewer.log log/cucm-pub-TFTP.log log/dhcp-console.log log/phone-phone.log meta.json run.db summary.json ", "full, by default")
dt.equal(doc.out, "results/runs/case-study-2/001", "out")
local summary = json.decode(read "results/runs/case-study-2/001/summary.json")
dt.equal(summary.out, nil, "summary.json has no out")
doc.out = nil
dt.equal(json.encode(summary, { keyorder = {} }) ~= nil and keys(summary), keys(doc), "summary.json: keys")
dt.equal(summary.digest, doc.digest, "summary.json: digest")
local here = dt.tmp()
for _, name in ipairs { "summary.json", "run.db" } do
  dt.ok(not read("results/runs/case-study-2/001/" .. name):find(here, 1, true), "%s has an absolute path", name)
end
dt.ok(read("results/runs/case-study-2/001/meta.json"):find(here, 1, true), "meta.json says where")
dt.equal(run { "--record", "facts", "--json" }, 0, "facts")
dt.equal(files "results/runs/case-study-2/002", "ladder.txt log/access-console.log log/cucm-pub-CCM.log log/cucm-pub-EventViewer.log log/cucm-pub-TFTP.log log/dhcp-console.log log/phone-phone.log meta.json run.db summary.json ", "facts")
dt.equal(run { "--record", "none", "--json" }, 0, "none")
dt.equal(files "results/runs/case-study-2", files("results/runs/case-study-2"), "none")
dt.equal(select(2, dt.sh("ls '" .. here .. "/results/runs/case-study-2'")), "001\n002\n", "none leaves no folder")
run { "--record", "none", "--json", "-o", "only" }
dt.equal(files "only", "summary.json ", "none with -o")

-- Facts are the same under full and facts; timers are rows with negative numbers under full alone.
run { "-o", "full", "-q" }
run { "-o", "facts", "-q", "--record", "facts" }
local facts = [[select id, t_ns, cause, flow, kind, node, text, fields from record where id > 0 order by id]]
local full_rows, facts_rows = dt.query(here .. "/full", facts), dt.query(here .. "/facts", facts)
dt.equal(json.encode(full_rows), json.encode(facts_rows), "facts under full and under facts")
local count = "select count(*) from record where id < 0"
dt.ok(tonumber(dt.query(here .. "/full", count)[1][1]) > 10, "timers under full")
dt.equal(dt.query(here .. "/facts", count)[1][1], "0", "timers under facts")
dt.equal(dt.query(here .. "/full", "select value from run where key='status'")[1][1], "complete", "status in run.db")

-- -o: made when missing, filled when empty, kept when not empty; --force replaces a run, and only a run.
dt.equal(run { "-q", "-o", "a/b/c/" }, 0, "folders on the way")
dt.ok(read "a/b/c/run.db", "a/b/c/run.db")
dt.sh("mkdir '" .. here .. "/empty'")
dt.equal(run { "-q", "-o", "empty" }, 0, "an empty folder")
dt.ok(read "empty/run.db" and not read "empty/.dialtone.part/run.db", "empty/run.db")
write("a/b/c/mine.txt", "keep me")
local before = read "a/b/c/run.db"
dt.equal(run { "-q", "-o", "a/b/c", "--seed", "2" }, 2, "not empty")
dt.equal(read "a/b/c/run.db", before, "not empty: untouched")
dt.equal(run { "-q", "-o", "a/b/c", "--seed", "2", "--record", "facts", "--force" }, 0, "--force")
dt.ok(read "a/b/c/run.db" ~= before, "--force replaces run.db")
dt.equal(read "a/b/c/mine.txt", "keep me", "--force leaves what is not its own")
dt.equal(files "a/b/c", "ladder.txt log/access-console.log log/cucm-pub-CCM.log log/cucm-pub-EventViewer.log log/cucm-pub-TFTP.log log/dhcp-console.log log/phone-phone.log meta.json mine.txt run.db summary.json ", "--force leaves no half of the old run")

-- Who decides the exit status.
local wrong = [[return { title = "t", source = "s", story = "x", duration = "1min",
  parameters = { n = { type = "integer", default = "1", min = "0", max = "9", doc = "a number" } },
  network = function(net, p) net:add("switch", "sw") end,
  documented = { { name = "frames", measure = "frames_sent", documented = 5, source = "made up" } } }]]
write("wrong.lua", wrong)
local function judged(more)
  local words = { "run", "wrong.lua", "--record", "none", "--json" }
  for _, w in ipairs(more) do words[#words + 1] = w end
  return (dt.run(words))
end
dt.equal(judged {}, 1, "an observable deviates")
dt.equal(judged { "--seed", "5" }, 1, "the seed is no parameter")
dt.equal(judged { "--set", "n=2" }, 0, "another parameter: shown only")
dt.equal(judged { "--set", "n=1" }, 1, "the documented value, said again")
dt.equal(judged { "--until", "30s" }, 0, "a shorter run: shown only")
dt.equal(judged { "--set", "n=2", "--check" }, 1, "--check judges")

-- Interrupted: what there is is kept, and marked.
status = dt.sh(("cd '%s' && timeout --preserve-status -s INT 0.3 '%s' run case-study-2 --until 3000d --record none -o int --json >int.json")
  :format(here, dt.bin))
dt.equal(status, 130, "interrupted: exit status")
doc = json.decode(read "int.json" or "")
dt.equal(doc and doc.status, "interrupted", "interrupted: status")
dt.ok(doc and doc.until_s > 60 and doc.until_s < 3000 * 86400, "interrupted: reached %s s", doc and doc.until_s)
dt.equal(json.decode(read "int/summary.json").status, "interrupted", "interrupted: summary.json")

-- Words that nobody can read; least of all may they land in a file of the run.
for name, to in pairs { full = ">/dev/full", closed = ">&-", none = ">&- 2>&- <&-" } do
  status = dt.sh(("cd '%s' && '%s' run case-study-2 --until 3min -o to-%s %s"):format(here, dt.bin, name, to))
  dt.equal(status, 3, "stdout " .. to)
  dt.ok(json.decode(read("to-" .. name .. "/summary.json") or ""), "stdout %s: summary.json", to)
  dt.equal(dt.query(here .. "/to-" .. name, "pragma integrity_check")[1][1], "ok", "stdout " .. to .. ": run.db")
end
dt.sh(("cd '%s' && (sleep 0.2; '%s' list; echo $? >piped) | true"):format(here, dt.bin))
dt.equal(read "piped", "3\n", "a pipe whose reader has gone")
dt.done()
