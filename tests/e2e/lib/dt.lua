-- SPDX-License-Identifier: GPL-3.0-or-later
-- dt.lua: runs the built command and reads what it says. A script is called as
--   lua5.4 tests/e2e/test_x.lua DIALTONE SOURCE_DIR
local json = require "dkjson"

local dt = { bin = arg[1], src = arg[2], failures = 0, checks = 0 }

local function quote(s) return "'" .. tostring(s):gsub("'", "'\\''") .. "'" end

-- A fresh folder of our own, removed by dt.done().
function dt.tmp()
  if not dt.dir then
    local p = assert(io.popen("mktemp -d"))
    dt.dir = p:read("l")
    p:close()
  end
  return dt.dir
end

-- Runs a shell command; returns status, stdout, stderr.
function dt.sh(command)
  local err = dt.tmp() .. "/stderr"
  local p = assert(io.popen(command .. " 2>" .. quote(err)))
  local out = p:read("a")
  local _, _, status = p:close()
  local f = assert(io.open(err))
  local e = f:read("a")
  f:close()
  return status, out, e
end

-- Runs dialtone with a list of words, in the scratch folder.
function dt.run(words)
  local t = { "cd", quote(dt.tmp()), "&&", quote(dt.bin) }
  for _, w in ipairs(words) do t[#t + 1] = quote(w) end
  return dt.sh(table.concat(t, " "))
end

-- Plays a scenario unrecorded; `sets` are NAME=VALUE words, `more` further options.
function dt.play(scenario, sets, more)
  local words = { "run", scenario, "--json", "--record", "none" }
  for _, s in ipairs(sets or {}) do
    words[#words + 1] = "--set"
    words[#words + 1] = s
  end
  for _, m in ipairs(more or {}) do words[#words + 1] = m end
  local status, out, err = dt.run(words)
  local doc = json.decode(out)
  if not doc then error(("no JSON (status %s): %s"):format(status, err)) end
  doc.exit = status
  return doc
end

function dt.measure(doc, name)
  local m = assert(doc.measures[name], "no measure " .. name)
  return m.value ~= json.null and m.value or nil
end

function dt.ok(condition, fmt, ...)
  dt.checks = dt.checks + 1
  if condition then return true end
  dt.failures = dt.failures + 1
  print("not ok: " .. fmt:format(...))
  return false
end

function dt.near(got, want, tolerance, what)
  return dt.ok(got ~= nil and math.abs(got - want) <= tolerance, "%s: got %s, want %s +- %s", what,
               tostring(got), tostring(want), tostring(tolerance))
end

function dt.equal(got, want, what)
  return dt.ok(got == want, "%s: got %s, want %s", what, tostring(got), tostring(want))
end

-- All rows of a query over a run folder's database, as lists of strings.
function dt.query(folder, sql)
  local _, out, err = dt.sh(("sqlite3 -separator '\t' %s %s"):format(quote(folder .. "/run.db"), quote(sql)))
  assert(err == "", err)
  local rows = {}
  for line in out:gmatch("[^\n]+") do
    local row = {}
    for cell in (line .. "\t"):gmatch("(.-)\t") do row[#row + 1] = cell end
    rows[#rows + 1] = row
  end
  return rows
end

function dt.done()
  if dt.dir then os.execute("rm -rf " .. quote(dt.dir)) end
  print(("%d checks, %d failed"):format(dt.checks, dt.failures))
  os.exit(dt.failures == 0 and 0 or 1)
end

return dt
