-- SPDX-License-Identifier: GPL-3.0-or-later
-- The documentation holds: every command on a page runs and prints what the page shows, the reference is what the
-- program prints, the page on models shows the file that is tested, names are names that there are. Exempt are
-- commands that build, and docs/your-own-network.md, which has a test of its own.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local page = require "page"

local function read(path) return page.text(dt.src .. "/" .. path) end

local status, now = dt.run { "help", "--reference" }
local reference = read("docs/reference.md")
dt.equal(status, 0, "help --reference")
dt.ok(now == reference, "docs/reference.md is stale: ./bootstrap reference renews it")
dt.ok(now:find("| `FRAME_TX` | yes | `frame` number", 1, true), "records with their fields")
dt.ok(now:find("`port_security_aging_time`", 1, true) and now:find("`first_unregister_s`", 1, true), "parameters and measures")

-- Commands and what they print.
local builds = { test = true, install = true, build = true, reference = true }
local _, usage = dt.sh(("sh '%s/bootstrap' help"):format(dt.src))
for verb in pairs(builds) do dt.ok(usage:find("./bootstrap " .. verb, 1, true), "bootstrap knows %s", verb) end
local tried = {}
for file in select(2, dt.sh(("cd '%s' && find README.md docs -name '*.md'"):format(dt.src))):gmatch("[^\n]+") do
  if not file:find("your%-own%-network") then tried[file] = page.try(dt, dt.src .. "/" .. file, builds) end
end
dt.ok(tried["README.md"] >= 10, "README.md has %d commands", tried["README.md"])
dt.ok(tried["docs/inspect.md"] >= 4, "docs/inspect.md has %d commands", tried["docs/inspect.md"])

-- README's picture is the ladder that its command draws.
local readme = read("README.md")
local options = readme:match("%./bootstrap ladder case%-study%-2 (%-%-nodes [^\n]*)")
local drawn
status, drawn = dt.sh(("cd '%s' && '%s' run case-study-2 -q -o drawn && '%s' ladder drawn %s | lua5.4 '%s/docs/pictures/ladder.lua'")
  :format(dt.tmp(), dt.bin, dt.bin, options, dt.src))
dt.equal(status, 0, "the picture is drawn")
dt.ok(drawn == read("docs/pictures/ladder.svg"), "docs/pictures/ladder.svg is stale: ./bootstrap reference renews it")
dt.ok(read("bootstrap"):gsub("\\\n *", ""):find(options, 1, true), "bootstrap draws what README shows")
dt.ok(readme:find("(docs/pictures/ladder.svg)", 1, true), "README shows it")
for file in pairs(tried) do
  local name = file:match("^docs/([^/]*)$")
  if name then dt.ok(readme:find("(docs/" .. name .. ")", 1, true), "README's table has %s", name) end
end

-- A new model.
local model = page.read(dt.src .. "/docs/add-a-model.md").pieces[1]
dt.ok(model.text == read("tests/unit/device/echo_server.c"), "docs/add-a-model.md shows another echo server than is tested")
dt.ok(#model <= 100, "a small model: %d lines", #model)

-- Names that look like parameters are some.
local known = reference .. read("docs/man/dialtone-scenario.5")
for _, scenario in ipairs { "case-study-2", "keepalive-trace", "branch-office" } do
  known = known .. select(2, dt.run { "show", scenario, "--json" })
end
local names = 0
for _, file in ipairs { "glossary", "case-study-2", "keepalive-trace", "scenarios", "your-own-network", "determinism" } do
  for name in read("docs/" .. file .. ".md"):gmatch("`([%l%d]+_[%l%d_]+)`") do
    names = names + 1
    dt.ok(known:find("[`\"%s]" .. name .. "[`\"%s]"), "docs/%s.md: there is no '%s'", file, name)
  end
end
dt.ok(names > 40, "%d names", names)
dt.done()
