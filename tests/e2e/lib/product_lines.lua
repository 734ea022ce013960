-- SPDX-License-Identifier: GPL-3.0-or-later
-- product_lines.lua: holds a log of the simulator to lines that a document prints (tests/seed/*.log). What
-- another run of the real thing would print differently is blanked on both sides, and nothing else: time, port,
-- handle and pointer, context numbers, and the running numbers of syslog.
local lines = {}

local blanks = {
  { "^%d%d/%d%d/%d%d%d%d %d%d:%d%d:%d%d%.%d%d%d ", "TIME " },
  { "^%d+ (%S+ local7 %d) : %d+: (%S+) %u%l%l %d%d %d%d%d%d %d%d:%d%d:%d%d UTC : ", "N %1 : N: %2 TIME : " },
  { "~%d+~(%d+%.%d+%.%d+%.%d+)~%d+", "~N~%1~PORT" },
  { "(%d+%.%d+%.%d+%.%d+):%d+", "%1:PORT" },
  { " on port %d+ index %d+ ", " on port PORT index N " },
  { "LineControl%(%d+%)", "LineControl(N)" },
  { "([%[%(])0x%x+", "%1HANDLE" }, -- protocolVer=0x8570000F and MessageID: 0x2 are no handles
  { "TID%[%x+%]", "TID[T]" },
  { "<CT::[%d,%.]+>", "<CT::N>" },
}

function lines.normal(line)
  for _, b in ipairs(blanks) do line = line:gsub(b[1], b[2]) end
  -- before registration a station has no number yet: that stays as it is
  return (line:gsub("%((%d%d%d%d%d%d%d)%)", function(n) return n ~= "0000000" and "(STATION)" or nil end))
end

-- The lines of a file, normal; `swaps` are {from, to} of plain text, for a fixture of another phone.
function lines.read(path, swaps)
  local out = {}
  for line in assert(io.lines(path)) do
    for _, s in ipairs(swaps or {}) do line = line:gsub(s[1]:gsub("%p", "%%%0"), (s[2]:gsub("%%", "%%%%"))) end
    out[#out + 1] = lines.normal(line)
  end
  return out
end

-- Blocks of lines, parted by empty ones; only the first `count` of them, when given.
local function blocks_of(wanted, count)
  local blocks, now = {}, nil
  for _, line in ipairs(wanted) do
    if line == "" then
      now = nil
    else
      if not now then
        now = {}
        blocks[#blocks + 1] = now
      end
      now[#now + 1] = line
    end
  end
  return { table.unpack(blocks, 1, count or #blocks) }
end

local function stands_at(got, at, block)
  for i, line in ipairs(block) do
    if got[at + i - 1] ~= line then return false, i end
  end
  return true
end

-- nil when every block stands in `got`, in order, each without a line in between; else what is missing.
function lines.missing(got, wanted, count)
  local at = 1
  for _, block in ipairs(blocks_of(wanted, count)) do
    local best = 0
    while true do
      if at > #got then return block[math.max(best, 1)] end
      local found, broken = stands_at(got, at, block)
      if found then break end
      best = math.max(best, broken)
      at = at + 1
    end
    at = at + #block
  end
end

return lines
