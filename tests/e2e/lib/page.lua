-- SPDX-License-Identifier: GPL-3.0-or-later
-- page.lua: what a page of the documentation promises, so that it can be tried.
--   A line "$ COMMAND" in an indented block, or in a fenced one without a language, is followed by what it
--   prints; "…" stands for any lines. Such a line without "$" that begins with dialtone, ./bootstrap or
--   build/release/dialtone is only run. What follows " # " or two spaces is a remark.
--   Fenced blocks with a language are pieces of code.
local page = {}

local function lines(text)
  local out = {}
  if text == "" then return out end
  for line in (text:gsub("\n$", "") .. "\n"):gmatch("([^\n]*)\n") do out[#out + 1] = line end
  return out
end

function page.text(path)
  local f = assert(io.open(path, "rb"))
  local text = f:read("a")
  f:close()
  return text
end

local function is_command(text)
  for _, start in ipairs { "dialtone ", "./bootstrap ", "build/release/dialtone " } do
    if text:sub(1, #start) == start then return true end
  end
end

-- A line of a block of commands; `open` is the command whose output goes on here.
local function take(commands, open, text, n)
  local typed = text:match("^%$ (.*)$")
  if typed then
    open = { command = typed, want = {}, line = n }
    commands[#commands + 1] = open
  elseif open then
    table.insert(open.want, text)
  elseif is_command(text) then
    commands[#commands + 1] = { command = (text:gsub("%s+# .*$", ""):gsub("  .*$", "")), line = n }
  end
  return open
end

-- {commands = {{command, want or nil, line}}, pieces = {{lang, text, line}}}
function page.read(path)
  local commands, pieces, fence, open = {}, {}, nil, nil
  for n, line in ipairs(lines(page.text(path))) do
    local lang = line:match("^```(.*)$")
    local text = fence and line or line:match("^    (.*)$") or line:match("^$")
    if lang then
      if fence and fence.lang ~= "" then
        fence.text = table.concat(fence, "\n") .. "\n"
        pieces[#pieces + 1] = fence
      end
      fence, open = not fence and { lang = lang, line = n } or nil, nil
    elseif fence and fence.lang ~= "" then
      fence[#fence + 1] = line
    elseif text then
      open = take(commands, open, text, n)
    else
      open = nil
    end
  end
  for _, c in ipairs(commands) do
    while c.want and c.want[#c.want] == "" do c.want[#c.want] = nil end
  end
  return { commands = commands, pieces = pieces }
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

-- An empty folder in which a reader would stand: dialtone is on the path, ./bootstrap passes commands on.
local function folder(dt)
  page.count = (page.count or 0) + 1
  local here = ("%s/page%d"):format(dt.tmp(), page.count)
  dt.sh(([[mkdir -p '%s/build/release' '%s/bin'
    ln -sf '%s' '%s/bin/dialtone'
    ln -s '%s' '%s/build/release/dialtone'
    printf '#!/bin/sh\nDIALTONE_COMMAND=./bootstrap exec dialtone "$@"\n' >'%s/bootstrap'
    chmod +x '%s/bootstrap']]):format(here, dt.tmp(), dt.bin, dt.tmp(), dt.bin, here, here, here))
  return here
end

-- What is typed, whichever way the program is called.
local function words_of(command) return (command:gsub("^%S+ ", "")) end

-- Tries every command of a page, in its order, in one folder; `skip` has the verbs that are left out. What is
-- only run is left out where the page shows its output elsewhere.
function page.try(dt, path, skip)
  local doc, here, tried, shown = page.read(path), folder(dt), 0, {}
  local name = path:match("[^/]*$")
  for _, c in ipairs(doc.commands) do
    if c.want then shown[words_of(c.command)] = true end
  end
  for _, c in ipairs(doc.commands) do
    local left_out = skip[c.command:match("^%./bootstrap ([%l-]+)") or ""] or (not c.want and shown[words_of(c.command)])
    if not left_out then
      tried = tried + 1
      local status, out = dt.sh(("( cd '%s' && PATH='%s/bin':$PATH; ( %s ) 2>&1 )"):format(here, dt.tmp(), c.command))
      local ok = c.want and fits(c.want, lines(out), 1, 1) or not c.want and status == 0
      dt.ok(ok, "%s:%d: $ %s\n--- the page\n%s\n--- now (status %d)\n%s", name, c.line, c.command,
            table.concat(c.want or {}, "\n"), status, out)
    end
  end
  return tried, doc
end

return page
