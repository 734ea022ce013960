-- SPDX-License-Identifier: GPL-3.0-or-later
-- Cisco document 200410, failover of SCCP phones: with standard ("normal") detection a phone takes its primary for dead
-- when the answer to a keepalive comes later than usual; over a path whose delay jumps it fails over with nothing broken.
-- With delayed detection it waits for three keepalives. The delays are halves of the document's pings.

local S = 1000000000

-- Registrations of a device at a place of its group, as {t_ns}, until a time.
local function registrations(run, device, place, until_ns)
  local out = {}
  for _, r in ipairs(run:records { kind = "STATE", machine = "registration", key = device, to = "registered",
                                   event = "registered-at-" .. place }) do
    if r.t_ns < until_ns then out[#out + 1] = r.t_ns end
  end
  return out
end

local function death(run)
  local r = run:first { kind = "STATE", machine = "host", event = "crash" }
  return r and r.t_ns or math.maxinteger
end

-- Of a device: the first keepalive that the dead primary left unanswered, and when the phone gave it up.
local function leaving(run, device, node)
  local dead = death(run)
  local asked, gave_up
  for _, r in ipairs(run:records { kind = "NOTE", node = node, topic = "sccp" }) do
    if r.t_ns > dead then
      asked = asked or r.line:find("^KeepAlive %d+ to 10%.106%.97%.150$") and r.t_ns
      gave_up = gave_up or r.line:find("has not answered a keepalive") and r.t_ns
    end
  end
  return asked, gave_up
end

local usual, patient = "SEP001EBE912A07", "SEP001EBE912A08"

return {
  title = "SCCP phones fail over, needlessly or not: standard and delayed detection",
  source = "Cisco document 200410 (IP phone unregistration): keepalives and failover of SCCP phones",
  story = [[
The path to the primary has the delays of the document's pings, 0.1 to 590 ms. The phone with standard detection waits
for twice the mean of the answers that it has had, but at least 0.2 s: sooner or later an answer comes later, and it fails
over although the primary lives; two minutes later it is back. The other phone has delayed detection and stays. At twenty minutes
the primary dies, and both leave it: the one after its wait, the other after three keepalive intervals.]],
  duration = "25min",
  wall_clock = "2015-07-15 08:00:00",

  parameters = {
    failover_wait_floor = "200ms",
    failover_wait_factor = 2,
    tcp_giveup = "120s", -- longer than three keepalive intervals: so the detection decides, not TCP
    path_delay = { type = "law", min = "0s", max = "1h",
                   default = "choice(0.05ms,100ms,0.09ms,0.339ms,295ms,0.05ms,172.5ms,228ms,0.1725ms)",
                   doc = "what a frame waits on the path to the primary, one way: half a ping of the document" },
    primary_dies = { type = "switch", default = "on", doc = "the primary dies at 20 min, without a word" },
  },

  network = function(net, p)
    net:add("switch", "access")
    net:add("switch", "core")
    local group = "10.106.97.150, 10.106.97.151"
    net:add("sccp-phone", "phone", { mac = "00:1e:be:91:2a:07", sccp_phone_model = "7945", starts = "configured",
                                     address = "10.106.97.10", cucm_group = group })
    net:add("sccp-phone", "patient", { mac = "00:1e:be:91:2a:08", sccp_phone_model = "7945", starts = "configured",
                                       address = "10.106.97.11", cucm_group = group, failover_detection = "delayed" })
    for i, name in ipairs { "cucm-pub", "cucm-sub" } do
      net:add("cucm", name, { mac = "00:50:56:00:00:0" .. i, address = "10.106.97.15" .. i - 1 })
      net:link(name, "core:" .. name, { link_jitter = i == 1 and p.path_delay or "0s" })
    end
    net:link("phone", "access:phone")
    net:link("patient", "access:patient")
    net:link("access:up", "core:down")
    net:capture("phone", "the phone's own port")
  end,

  script = function(sim, p)
    if p.primary_dies == "off" then return end
    sim:wait_until("20min")
    sim.net:node("cucm-pub"):op("crash")
  end,

  documented = {
    { name = "standard: failovers with nothing broken", at_least = 1, source = "document: drawback of the standard method",
      value = function(run) return #registrations(run, usual, 1, death(run)) end },
    { name = "delayed: failovers with nothing broken", documented = 0, tolerance = 0,
      source = "document: the delayed method, for networks with jitter",
      value = function(run) return #registrations(run, patient, 1, death(run)) end },
    { name = "standard: back at the primary after", documented = "120s", tolerance = "5s", by = "20min",
      source = "document: connection monitor duration, and then the token",
      value = function(run)
        local over, back = registrations(run, usual, 1, death(run)), registrations(run, usual, 0, death(run))
        for _, t in ipairs(back) do
          if over[1] and t > over[1] then return (t - over[1]) / S end
        end
      end },
    { name = "standard: the dead primary is given up", at_most = "1.2s", by = "21min",
      source = "document: waits for the mean of the answers; here twice that, at most twice 590 ms",
      value = function(run)
        local asked, gave_up = leaving(run, usual, "phone")
        return asked and gave_up and (gave_up - asked) / S
      end },
    { name = "delayed: the dead primary is given up", documented = "90s", tolerance = "50ms", by = "23min",
      source = "document: three keepalive intervals",
      value = function(run)
        local asked, gave_up = leaving(run, patient, "patient")
        return asked and gave_up and (gave_up - asked) / S
      end },
    { name = "both end at the secondary", documented = "secondary, secondary", by = "24min", source = "document: the backup",
      value = function(run)
        local words = {}
        for i, device in ipairs { usual, patient } do
          local over, back = registrations(run, device, 1, math.maxinteger), registrations(run, device, 0, math.maxinteger)
          words[i] = (over[#over] or 0) > (back[#back] or 0) and "secondary" or "primary"
        end
        return table.concat(words, ", ")
      end },
  },
}
