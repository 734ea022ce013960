-- $NAME: a scenario to start from. Change a line, then:
--   $COMMAND check $PATH              does it hold together?
--   $COMMAND run $PATH                play it
--   $COMMAND show $PATH               every parameter, with unit and range
--   $COMMAND models sip-phone   what a device can be told

return {
  title = "A phone loses its primary CUCM for five minutes",
  source = "made up",
  story = [[
A phone and two CUCM nodes on one switch. The cable of the first node is pulled and plugged in again:
the phone fails over to the second one, and comes back.]],
  duration = "20min",

  -- Parameters. The first two are this scenario's own; they are used below as p.cut_at and p.cut_for.
  -- The third is one that CUCM has: what stands here is the value for this scenario. All of them can be
  -- changed from outside: $COMMAND run $PATH -s cut_for=2min
  parameters = {
    cut_at = { type = "duration", default = "5min", min = "0s", max = "1h",
               doc = "when the cable of cucm-a is pulled" },
    cut_for = { type = "duration", default = "5min", min = "1s", max = "1h",
                doc = "how long it stays out" },
    sip_station_keepalive_interval = "120s",
  },

  -- The network: nodes, then the cables between their ports ("node:port", or just the node when it has
  -- one port). What is not said has a default.
  network = function(net, p)
    net:add("sip-phone", "phone", {
      starts = "configured", mac = "00:24:14:2d:df:24", dn = "5678", address = "10.1.1.10",
      cucm_group = "10.1.1.2, 10.1.1.3", -- in order of priority
    })
    net:add("switch", "access")
    net:add("cucm", "cucm-a", { mac = "00:50:56:00:00:02", address = "10.1.1.2" })
    net:add("cucm", "cucm-b", { mac = "00:50:56:00:00:03", address = "10.1.1.3" })

    net:link("phone", "access:1", { link_rate = "100Mbps" })
    net:link("access:2", "cucm-a")
    net:link("access:3", "cucm-b")

    net:capture("phone", "what the phone sends and hears") -- a file for Wireshark
  end,

  -- What happens when: runs beside the simulation and waits in simulated time.
  script = function(sim, p)
    local cable = sim.net:link_at("access:2")
    sim:wait(p.cut_at)
    cable:cut()
    sim:wait(p.cut_for)
    cable:heal()
  end,

  -- What you expect. A run that does not meet it ends with status 1 (when no parameter was changed).
  documented = {
    { name = "fails over, once", measure = "failover_count", documented = 1 },
    { name = "comes back, once", measure = "fallback_count", documented = 1 },
    { name = "without any CUCM", measure = "unregistered_time_s", at_most = "30s" },
    { name = "last state of the phone", documented = "registered",
      value = function(run) return run:last({ kind = "STATE", machine = "registration" }).to end },
  },
}
