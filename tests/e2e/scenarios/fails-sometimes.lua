-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: trials that fail on their own, some of them by chance.
return {
  title = "Some trials fail",
  source = "made up for a test",
  story = "One host; at 1 s the script fails when a number is above a limit.",
  duration = "2s",
  parameters = {
    level = { type = "integer", default = 0, min = 0, max = 100, doc = "above 50 it fails" },
  },
  network = function(net, p)
    net:add("cucm", "cucm", { mac = "00:50:56:00:00:02", address = "10.1.1.2" })
    net:add("switch", "access")
    net:link("cucm", "access:1")
  end,
  script = function(sim, p)
    sim:wait("1s")
    if p.level > 50 then error("the level is too high") end
  end,
}
