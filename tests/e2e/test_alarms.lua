-- SPDX-License-Identifier: GPL-3.0-or-later
-- The reason of each unregister, by its cause, and what the phone says of it when it comes back: the reason codes of
-- CUCM's alarm, and the phones' own "last out of service".
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local network = [[
  network = function(net, p)
    local access = net:add("switch", "access")
    for i = 1, 2 do access:port("p" .. i, { vlan = 1, voice_vlan = 20 }) end
    for i = 1, 3 do access:port("s" .. i, { vlan = 20 }) end
    net:add("sip-phone", "sip", { mac = "00:24:14:2d:df:01", phone_model = "8961" })
    net:add("sccp-phone", "sccp", { mac = "00:24:14:2d:df:02", sccp_phone_model = "7975" })
    net:add("dhcp-server", "dhcp", { mac = "00:50:56:00:00:05", address = "10.1.1.5", dhcp_lease_time = p.lease,
      dhcp_pools = "v 10.1.1.0/24 exclude=10.1.1.1-10.1.1.9 router=10.1.1.1 option150=10.1.1.2" })
    for i, name in ipairs { "a", "b" } do
      net:add("cucm", name, { mac = "00:50:56:00:00:0" .. i, address = "10.1.1." .. i + 1, cucm_group = "10.1.1.2, 10.1.1.3",
        devices = "SEP0024142DDF01 dn=1, SEP0024142DDF02 dn=2 protocol=SCCP" })
      net:link(name, "access:s" .. i)
    end
    net:link("sip", "access:p1")
    net:link("sccp", "access:p2")
    net:link("dhcp", "access:s3")
  end,
]]

-- Plays what `script` does at 3 minutes; returns the alarms as "device:reason", and all that phones said of it.
local function play(name, script, lease)
  local path, folder = dt.tmp() .. "/alarms.lua", dt.tmp() .. "/alarms"
  local f = assert(io.open(path, "w"))
  f:write(([[return { title = "t", duration = "9min", wall_clock = "2015-07-15 08:00:00",
    parameters = { lease = { type = "duration", default = "%s", min = "10s", max = "30d", doc = "of an address" } },
    %s script = function(sim) sim:wait("3min") %s end }]]):format(lease or "8d", network, script))
  f:close()
  local status, _, err = dt.run { "run", path, "-q", "--force", "-o", folder }
  dt.equal(status, 0, name .. ": " .. err)
  local alarms, said = {}, {}
  for i, row in ipairs(dt.query(folder, [[select json_extract(fields, '$.device'), json_extract(fields, '$.reason')
    from record where kind = 'ALARM' order by id]])) do
    alarms[i] = (row[1] == "SEP0024142DDF01" and "sip:" or "sccp:") .. row[2]
  end
  table.sort(alarms)
  for _, node in ipairs { "a", "b" } do
    local log = io.open(folder .. "/log/" .. node .. "-CCM.log")
    for line in log and log:lines() or function() end do
      local code, kind = line:match("alarm:(%d+) Name"), "sip "
      if not code then code, kind = line:match('text="(%d+): Name'), "sccp " end
      if code and code ~= "25" then said[#said + 1] = kind .. code end
    end
  end
  table.sort(said)
  return table.concat(alarms, " "), table.concat(said, ", ")
end

for _, case in ipairs {
  { "reset by their users", 'sim.net:node("sip"):op("reset") sim.net:node("sccp"):op("reset")', "sccp:8 sip:10", "sccp 20, sip 20" },
  { "reset by CUCM", 'sim.net:node("a"):op("reset-sccp-phones")', "sccp:9", "sccp 22" },
  { "restarted by CUCM", 'sim.net:node("a"):op("restart-sccp-phones")', "sccp:9", "sccp 23" },
  { "unplugged", 'sim.net:node("sip"):op("unplug") sim.net:node("sccp"):op("unplug")', "sccp:13 sip:13", "" },
  { "the service stops", 'sim.net:node("a"):op("stop")', "sccp:6 sip:6", "sccp 14, sip 14" },
  { "the host dies", 'sim.net:node("a"):op("crash")', "", "sccp 15, sip 10" },
} do
  local alarms, said = play(case[1], case[2])
  dt.equal(alarms, case[3], case[1] .. ": alarms")
  dt.equal(said, case[4], case[1] .. ": last out of service")
end

-- The lease ends and nobody renews it: the phones lose their address, and say so when they have one again.
local alarms, said = play("no DHCP", 'sim.net:link_at("dhcp"):cut() sim:wait("3min") sim.net:link_at("dhcp"):heal()', "2min")
dt.equal(alarms, "sccp:13 sip:13", "no DHCP: alarms")
dt.equal(said, "sccp 16, sip 16", "no DHCP: last out of service")

-- Each registration stands in the event viewer, each unregister, too.
local events = {}
for line in io.lines(dt.tmp() .. "/alarms/log/a-EventViewer.log") do events[#events + 1] = line:match("%-(%u%l%l%u%w+):") end
dt.equal(table.concat(events, " "), "EndPointRegistered EndPointRegistered EndPointUnregistered EndPointUnregistered " ..
  "EndPointRegistered EndPointRegistered", "event viewer")
dt.done()
