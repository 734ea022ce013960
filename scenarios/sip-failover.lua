-- SPDX-License-Identifier: GPL-3.0-or-later
-- "SIP Phone - Registration" (Cisco support community) and Cisco document 200410, failover of SIP phones: the primary
-- fails, one way or another; the phone registers with the secondary over the connection that stands, watches the primary,
-- and is back two minutes after it answers again.

local primary, secondary, srst = "192.168.1.11", "192.168.1.12", "192.168.1.1"
local S = 1000000000

local function header(text, name) return text:match("\r\n" .. name .. ": ([^\r]*)") end

local function registered_at(run, place, after_ns)
  for _, r in ipairs(run:records { kind = "STATE", machine = "registration", to = "registered",
                                   event = "registered-at-" .. place }) do
    if r.t_ns > after_ns then return r.t_ns end
  end
end

-- What the script did to the primary: when it failed, and when it was whole again.
local function faults(run)
  local all = run:records { kind = "FAULT" }
  return all[1] and all[1].t_ns, all[2] and all[2].t_ns
end

-- The first REGISTER to a node after a time, and whether it binds.
local function register(run, peer, after_ns, binds)
  for _, s in ipairs(run:segments { port = "phone", sent = true }) do
    local is = s.peer == peer and s.t_ns > after_ns and s.copy == 0 and s.text:find("^REGISTER ")
    if is and (header(s.text, "Expires") ~= "0") == binds then return s end
  end
end

-- The node where the phone was last registered stands in the group; what it said first to the next one.
local function over(run)
  local failed = faults(run)
  return failed and register(run, secondary, failed, true)
end

return {
  title = "A SIP phone's primary fails: to the secondary, and back",
  source = "Cisco support community: SIP Phone - Registration; Cisco document 200410",
  story = [[
The phone is registered with the primary and keeps the secondary warm. At five minutes the primary fails, in the way that
`how` says; the phone notices by its connection (stop, crash, cut) or by timer F (hang) and registers with the secondary,
asking for 3600 s on the connection that stands. It probes the primary every 120 s; once that has answered for two minutes, it
goes back and ends the binding below. `both=on` fails the secondary, too: the last resort is the SRST router.]],
  duration = "30min",
  wall_clock = "2016-04-20 06:50:23",

  parameters = {
    how = { type = "enum", choices = "stop|crash|hang|cut|none", default = "stop",
            doc = "how the primary fails: its service is stopped, its host dies, its service hangs, its cable is cut, or not at all" },
    both = { type = "switch", default = "off", doc = "the secondary fails in the same way at the same time" },
    fails_at = { type = "duration", default = "5min", min = "1min", max = "1d", doc = "when the primary fails" },
    back_at = { type = "duration", default = "15min", min = "2min", max = "1d", doc = "when it is whole again" },
  },

  network = function(net, p)
    local group = "cucm105p=" .. primary .. ", cucm105s=" .. secondary .. ", srst=" .. srst
    net:add("switch", "access")
    net:add("sip-phone", "phone", {
      mac = "28:34:a2:82:65:6d", phone_model = "8861", load = "10.3.1", starts = "configured", address = "192.168.1.35",
      gateway = srst, dn = "2018", cucm_group = group, contact_uuid = "81ffc505-8e18-46a6-a556-9ba34fa1b7d6",
    })
    net:add("cucm", "cucm105p", { mac = "00:50:56:01:00:11", address = primary })
    net:add("cucm", "cucm105s", { mac = "00:50:56:01:00:12", address = secondary })
    net:add("cucm", "srst", { mac = "00:50:56:01:00:01", address = srst, tftp = "off" }) -- the router's registrar
    for _, name in ipairs { "phone", "cucm105p", "cucm105s", "srst" } do net:link(name, "access:" .. name) end
    net:capture("phone", "the phone's own port")
  end,

  script = function(sim, p)
    local names = p.both == "on" and { "cucm105p", "cucm105s" } or { "cucm105p" }
    local heal = { stop = "start", crash = "start", hang = "resume" }
    if p.how == "none" then return end
    local function each(op, verb)
      for _, name in ipairs(names) do
        if op then sim.net:node(name):op(op) else
          local cable = sim.net:link_at(name)
          cable[verb](cable)
        end
      end
    end
    sim:wait_until(p.fails_at)
    each(heal[p.how] and p.how, "cut")
    sim:wait_until(p.back_at)
    each(heal[p.how], "heal")
  end,

  documented = {
    { name = "when the primary fails", documented = "REGISTER with Expires 3600, over the connection that stands",
      by = "6min", source = "document: failover",
      value = function(run)
        local m, failed = over(run), faults(run)
        if not m then return nil end
        for _, s in ipairs(run:segments { port = "phone", sent = true }) do
          if s.peer == secondary and s.flags:find("SYN") and s.t_ns > failed and s.t_ns < m.t_ns then
            return "REGISTER over a new connection"
          end
        end
        return ("REGISTER with Expires %s, over the connection that stands"):format(header(m.text, "Expires"))
      end },
    { name = "to the secondary after", at_most = "1s", by = "6min", source = "document: the connection is closed",
      value = function(run)
        local failed = faults(run)
        local at = failed and registered_at(run, 1, failed)
        return at and (at - failed) / S
      end },
    { name = "probes of the primary", documented = "Expires: 0, every 120 s", by = "20min",
      source = "document: keepalive timer of the profile",
      value = function(run)
        local failed, back = faults(run)
        local probe = back and register(run, primary, back, false)
        return probe and ("Expires: %s, every %d s"):format(header(probe.text, "Expires"), 120)
      end },
    { name = "back at the primary after", documented = "120s", tolerance = "5s", by = "20min", source = "document: 2 minutes",
      value = function(run)
        local _, back = faults(run)
        local probe = back and register(run, primary, back, false)
        local at = probe and registered_at(run, 0, probe.t_ns)
        return at and (at - probe.t_ns) / S
      end },
    { name = "then the binding below ends", documented = "REGISTER with Expires 0 to the secondary", by = "20min",
      source = "document: unregister from the secondary",
      value = function(run)
        local _, back = faults(run)
        local at = back and registered_at(run, 0, back)
        local m = at and register(run, secondary, at - 1, false)
        return m and m.t_ns < at + S and ("REGISTER with Expires %s to the secondary"):format(header(m.text, "Expires")) or nil
      end },
    { name = "unregistered meanwhile", at_most = "1s", by = "20min", source = "document: the phone is in service all the time",
      measure = "unregistered_time_s" },
  },
}
