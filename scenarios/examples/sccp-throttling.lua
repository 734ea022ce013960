-- SPDX-License-Identifier: GPL-3.0-or-later
-- Cisco document 108548 (error code 12 of CUCM's unregister alarm): an SCCP phone that sends more than 2000 messages within
-- five seconds is put out; CUCM closes its connection, and it registers again.

local S = 1000000000

return {
  title = "An SCCP phone floods its CUCM node and is put out",
  source = "Cisco document 108548: error code 12, SCCPDeviceThrottling",
  story = [[
At five minutes the firmware of one phone runs wild: a KeepAlive every 2 ms, 2500 in five seconds where 2000 are borne. CUCM
ends the registration (reason 12) and resets the connection; the phone goes to the secondary, does the same there, and so on,
until it is itself again at six minutes. Its neighbour notices nothing.]],
  duration = "15min",
  wall_clock = "2011-09-14 09:00:00",

  parameters = {
    wild_at = { type = "duration", default = "5min", min = "1min", max = "1d", doc = "when it runs wild" },
    wild_for = { type = "duration", default = "1min", min = "1ms", max = "1h", doc = "for how long" },
  },

  network = function(net, p)
    net:add("switch", "access")
    for i, name in ipairs { "wild", "neighbour" } do
      net:add("sccp-phone", name, { mac = "00:1e:be:91:2a:0" .. i, sccp_phone_model = "7965", starts = "configured",
                                    address = "10.1.1.1" .. i, cucm_group = "10.1.1.2, 10.1.1.3" })
      net:link(name, "access:" .. name)
    end
    for i, name in ipairs { "cucm-pub", "cucm-sub" } do
      net:add("cucm", name, { mac = "00:50:56:00:00:0" .. i, address = "10.1.1." .. i + 1 })
      net:link(name, "access:" .. name)
    end
    net:capture("wild", "the phone that runs wild")
  end,

  script = function(sim, p)
    sim:wait_until(p.wild_at)
    sim.net:node("wild"):op("babble")
    sim:wait(p.wild_for)
    sim.net:node("wild"):op("hush")
  end,

  documented = {
    { name = "reason of the unregister", documented = 12, tolerance = 0, by = "6min", source = "document: SCCPDeviceThrottling",
      value = function(run)
        local a = run:first { kind = "ALARM", device = "SEP001EBE912A01" }
        return a and a.reason
      end },
    { name = "put out after", documented = "4s", tolerance = "0.1s", by = "6min", source = "document: 2000 events; 2 ms apart",
      value = function(run)
        local f, a = run:first { kind = "FAULT" }, run:first { kind = "ALARM" }
        return f and a and (a.t_ns - f.t_ns) / S
      end },
    { name = "it registers again", documented = "at the secondary, within a second", by = "6min",
      source = "document: re-registration generally follows",
      value = function(run)
        local a = run:first { kind = "ALARM" }
        local r = run:first { kind = "STATE", machine = "registration", event = "registered-at-1" }
        if not a or not r then return nil end
        return r.t_ns - a.t_ns < S and "at the secondary, within a second" or ("%g s later"):format((r.t_ns - a.t_ns) / S)
      end },
    { name = "its neighbour", documented = 0, tolerance = 0, source = "document: the device alone",
      value = function(run) return run:count { kind = "ALARM", device = "SEP001EBE912A02" } end },
  },
}
