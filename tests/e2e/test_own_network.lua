-- SPDX-License-Identifier: GPL-3.0-or-later
-- docs/your-own-network.md: every command of the page is run, in its order, in one empty folder, and says
-- what the page prints ("…" stands for any lines); every piece of Lua on it stands in the scenario.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local page = require "page"

local tried, doc = page.try(dt, dt.src .. "/docs/your-own-network.md", {})
dt.ok(tried >= 15, "the page has %d commands", tried)

local scenario = page.text(dt.src .. "/scenarios/examples/branch-office.lua")
for _, piece in ipairs(doc.pieces) do
  dt.ok(scenario:find(piece.text, 1, true), "this does not stand in branch-office.lua:\n%s", piece.text)
end
dt.ok(#doc.pieces >= 4, "the page has %d pieces of Lua", #doc.pieces)

-- The example is one of the scenarios, and what it expects holds.
local _, listed = dt.run { "list" }
dt.ok(listed:find("\n? *branch%-office +A branch office whose WAN link flaps\n"), "list: %s", listed)
dt.equal((dt.run { "run", "branch-office", "-q", "--record", "none" }), 0, "branch-office keeps what it expects")
dt.done()
