-- SPDX-License-Identifier: GPL-3.0-or-later
-- docs/your-own-network.md: every command of the page is run, in its order, in one empty folder, and says
-- what the page prints ("…" stands for any lines); every piece of Lua on it stands in the scenario.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function lines(text)
  local out = {}
  for line in (text:gsub("\n$", "") .. "\n"):gmatch("([^\n]*)\n") do out[#out + 1] = line end
  return out
end

local function read(path)
  local f = assert(io.open(path))
  local text = f:read("a")
  f:close()
  return text
end

-- The page: {command, {lines that it prints}}, and its Lua.
local commands, pieces, inside = {}, {}, nil
for _, line in ipairs(lines(read(dt.src .. "/docs/your-own-network.md"))) do
  local text = line:match("^    (.*)$")
  local command = text and text:match("^%$ (.*)$")
  if line:find("^```") then
    inside = not inside and {} or nil
    pieces[#pieces + 1] = inside
  elseif inside then
    inside[#inside + 1] = line
  elseif command then
    commands[#commands + 1] = { command = command, want = {} }
  elseif text and #commands > 0 and not commands[#commands].over then
    table.insert(commands[#commands].want, text)
  elseif line ~= "" and #commands > 0 then
    commands[#commands].over = true
  elseif line == "" and #commands > 0 and not commands[#commands].over then
    table.insert(commands[#commands].want, "")
  end
end

-- Does `got` from line g on fit `want` from line w on?
local function fits(want, got, w, g)
  while w <= #want do
    if want[w] == "…" then
      for at = g, #got + 1 do
        if fits(want, got, w + 1, at) then return true end
      end
      return false
    end
    if want[w] ~= got[g] then return false end
    w, g = w + 1, g + 1
  end
  return g > #got
end

dt.sh(("mkdir '%s/bin' '%s/here' && ln -s '%s' '%s/bin/dialtone'"):format(dt.tmp(), dt.tmp(), dt.bin, dt.tmp()))
for _, c in ipairs(commands) do
  local want = c.want
  while want[#want] == "" do want[#want] = nil end
  local _, out = dt.sh(("( cd '%s/here' && PATH='%s/bin':$PATH; ( %s ) 2>&1 )"):format(dt.tmp(), dt.tmp(), c.command))
  local got = out == "" and {} or lines(out)
  dt.ok(fits(want, got, 1, 1), "$ %s\n--- the page\n%s\n--- now\n%s", c.command, table.concat(want, "\n"), out)
end
dt.ok(#commands >= 15, "the page has %d commands", #commands)

local scenario = read(dt.src .. "/scenarios/examples/branch-office.lua")
for _, piece in ipairs(pieces) do
  local text = table.concat(piece, "\n")
  dt.ok(scenario:find(text, 1, true), "this does not stand in branch-office.lua:\n%s", text)
end
dt.ok(#pieces >= 4, "the page has %d pieces of Lua", #pieces)

-- The example is one of the scenarios, and what it expects holds.
local _, listed = dt.run { "list" }
dt.ok(listed:find("\n? *branch%-office +A branch office whose WAN link flaps\n"), "list: %s", listed)
dt.equal((dt.run { "run", "branch-office", "-q", "--record", "none" }), 0, "branch-office keeps what it expects")
dt.done()
