-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every scenario still gives what results/reference holds, to the byte. A change that is meant is made with
-- `./bootstrap reference`, and told in CHANGELOG.md under "Changes results".
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function read(path)
  local f = io.open(path, "rb")
  local text = f and f:read("a")
  if f then f:close() end
  return text
end

-- The first line in which two texts differ, to be read as prose.
local function first_difference(a, b)
  local lines = {}
  for line in (b .. "\n"):gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  local n = 0
  for line in (a .. "\n"):gmatch("([^\n]*)\n") do
    n = n + 1
    if line ~= lines[n] then return ("line %d\n  reference: %s\n  now:       %s"):format(n, line, lines[n] or "(ends)") end
  end
  return "the reference ends early"
end

local _, listing = dt.sh("ls '" .. dt.src .. "/scenarios' | grep '[.]lua$'")
local count = 0
for file in listing:gmatch("[^\n]+") do
  local name = file:gsub("%.lua$", "")
  count = count + 1
  dt.equal(dt.run { "run", name, "-q", "-o", name }, 0, name .. ": exit status")
  for _, what in ipairs { "summary.json", "ladder.txt" } do
    local want = read(("%s/results/reference/%s/%s"):format(dt.src, name, what))
    local got = read(("%s/%s/%s"):format(dt.tmp(), name, what))
    if dt.ok(want, "%s: no reference of %s", name, what) then
      dt.ok(want == got, "%s: %s has changed at %s", name, what, want ~= got and first_difference(want, got or "") or "")
    end
  end
end
dt.ok(count > 0, "there are scenarios")
dt.done()
