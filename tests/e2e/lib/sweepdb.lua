-- SPDX-License-Identifier: GPL-3.0-or-later
-- sweepdb.lua: a sweep.db made by hand, with the sqlite3 program: what the readers of sweeps are tested with.
local sweepdb = {}

local function text(s) return "'" .. tostring(s):gsub("'", "''") .. "'" end
local function value(v) return v == nil and "NULL" or type(v) == "number" and ("%.17g"):format(v) or text(v) end

-- Numbers in 0..1, the same on every machine.
function sweepdb.random(seed)
  local state = seed
  return function()
    state = (state * 1103515245 + 12345) % 2147483648
    return (state + 0.5) / 2147483648
  end
end

-- `what`: folder, keys = {NAME = text}, params = {{name, word = true or nil}...}, points = {{value...}...}, reps, and
-- play(point, rep): {MEASURE = number, or false: did not occur}, or a text: the trial failed.
function sweepdb.make(what)
  local out = { "PRAGMA journal_mode=WAL; PRAGMA application_id=1685353325; PRAGMA user_version=1; BEGIN;",
    "CREATE TABLE sweep(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;",
    "CREATE TABLE trial(point INTEGER, rep INTEGER, seed INTEGER, digest TEXT, status TEXT, message TEXT,",
    " PRIMARY KEY(point, rep)) WITHOUT ROWID;",
    "CREATE TABLE result(point INTEGER, rep INTEGER, measure TEXT, value NUMERIC,",
    " PRIMARY KEY(point, rep, measure)) WITHOUT ROWID;" }
  local function add(fmt, ...) out[#out + 1] = fmt:format(...) end
  local columns = ""
  for _, p in ipairs(what.params) do columns = columns .. (', "%s" %s'):format((p[1]:gsub('"', '""')), p.word and "TEXT" or "NUMERIC") end
  add("CREATE TABLE point(id INTEGER PRIMARY KEY%s);", columns)
  for k, v in pairs(what.keys or {}) do add("INSERT INTO sweep VALUES(%s,%s);", text(k), text(v)) end
  for id, point in ipairs(what.points) do
    local row = ""
    for _, v in ipairs(point) do row = row .. "," .. value(v) end
    add("INSERT INTO point VALUES(%d%s);", id, row)
    for rep = 1, what.reps do
      local got = what.play(point, rep)
      local failed = type(got) == "string"
      if got then
        add("INSERT INTO trial VALUES(%d,%d,%d,%s,%s,%s);", id, rep, rep, failed and "NULL" or "'0123456789abcdef'",
          failed and "'failed'" or "'complete'", text(failed and got or ""))
      end
      for m, v in pairs(failed and {} or got or {}) do
        add("INSERT INTO result VALUES(%d,%d,%s,%s);", id, rep, text(m), value(v or nil))
      end
    end
  end
  add("COMMIT;")
  os.execute("mkdir -p '" .. what.folder .. "'")
  local p = assert(io.popen("sqlite3 '" .. what.folder .. "/sweep.db' >/dev/null", "w"))
  p:write(table.concat(out, "\n"), "\n")
  assert(p:close())
end

return sweepdb
