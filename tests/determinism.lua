-- SPDX-License-Identifier: GPL-3.0-or-later
-- determinism.lua PROGRAM...: every scenario gives the same digest, measures and observables on every one of
-- these builds (compilers, optimization), recorded or not, again and again, at random and at fixed addresses,
-- and in whatever language the machine speaks.
local json = require "dkjson"

local programs, failures, runs = arg, 0, 0

local function output(command)
  local p = assert(io.popen(command))
  local text = p:read("a")
  p:close()
  return text
end

-- A value as one text; keys in order, for pairs() goes by hashes that differ from one process to the next.
local function text_of(v)
  if type(v) ~= "table" then return tostring(v) end
  local keys, parts = {}, {}
  for k in pairs(v) do keys[#keys + 1] = k end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for i, k in ipairs(keys) do parts[i] = tostring(k) .. "=" .. text_of(v[k]) end
  return "{" .. table.concat(parts, ";") .. "}"
end

-- What must be the same.
local function essence(doc)
  doc.out, doc.version = nil, nil
  return text_of(doc)
end

local scratch = output("mktemp -d"):gsub("\n", "")

-- What is large in itself, as small as shows it.
local smaller = {
  ["arp-table-full"] = "--set phones=50 --set arp_table_size=40", ["restart-storm"] = "--set phones=30",
  ["sccp-throttling"] = "--set wild_for=6s", ["case-study-1"] = "--until 2h", ["session-refresh"] = "--until 2h",
  ["many-phones"] = "--until 10min", ["one-way-loss"] = "--until 10min",
}

local function play(program, scenario, record, before)
  local folder = record == "none" and "" or ("-o '%s/%d'"):format(scratch, runs)
  runs = runs + 1
  local text = output(("%s '%s' run '%s' --json --record %s %s %s"):format(before, program, scenario, record, folder,
    smaller[scenario] or ""))
  local doc = json.decode(text)
  if not doc then error(("%s run %s --record %s gave no JSON"):format(program, scenario, record)) end
  return doc.digest, essence(doc)
end

local ways = {
  { "none", "" }, { "facts", "" }, { "full", "" }, { "none", "" },
  { "none", "setarch -R" }, { "none", "env LC_ALL=de_DE.UTF-8 TZ=Asia/Kolkata" },
}

local scenarios = json.decode(output(("'%s' list --json"):format(programs[1]))).scenarios
assert(#scenarios > 0, "there are no scenarios")
for _, s in ipairs(scenarios) do
  local digest, want
  for _, program in ipairs(programs) do
    for _, way in ipairs(ways) do
      local d, e = play(program, s.name, way[1], way[2])
      digest, want = digest or d, want or e
      if d ~= digest or e ~= want then
        failures = failures + 1
        print(("not ok: %s on %s, --record %s %s: digest %s, not %s%s"):format(s.name, program, way[1], way[2], d,
          digest, d == digest and " (another result)" or ""))
      end
    end
  end
  print(("%s %s"):format(digest, s.name))
end
os.execute("rm -rf '" .. scratch .. "'")
print(("%d runs on %d programs, %d differ"):format(runs, #programs, failures))
os.exit(failures == 0 and 0 or 1)
