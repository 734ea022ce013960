-- SPDX-License-Identifier: GPL-3.0-or-later
-- Pages that repeat what stands elsewhere repeat it exactly: the reference what the program prints, the page on
-- models the file that is compiled and tested.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function read(path)
  local f = assert(io.open(dt.src .. "/" .. path, "rb"))
  local text = f:read("a")
  f:close()
  return text
end

local status, now = dt.run { "help", "--reference" }
dt.equal(status, 0, "help --reference")
dt.ok(now == read("docs/reference.md"), "docs/reference.md is stale: ./bootstrap reference renews it")
dt.ok(now:find("| `FRAME_TX` | yes | `frame` number", 1, true), "records with their fields")
dt.ok(now:find("`port_security_aging_time`", 1, true) and now:find("`first_unregister_s`", 1, true), "parameters and measures")

local code = read("docs/add-a-model.md"):match("```c\n(.-)```")
dt.ok(code == read("tests/unit/device/echo_server.c"), "docs/add-a-model.md shows another echo server than is tested")
local lines = select(2, code:gsub("\n", ""))
dt.ok(lines <= 100, "a small model: %d lines", lines)
dt.done()
