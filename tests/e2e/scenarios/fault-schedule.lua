-- SPDX-License-Identifier: GPL-3.0-or-later
-- Only for tests: a small mixed network under a random schedule of faults, the number of which is a parameter. Ten
-- minutes after the last one was healed every phone is to be registered, and to the end.
local RELOAD_S, PATIENCE_S, PHONES = 90, 600, 3

-- A generator of the schedule's own: the same faults whatever the run's seed is. Knuth's MMIX constants.
local function generator(n)
  local x = n * 2654435769 + 12345
  return function(below)
    x = x * 6364136223846793005 + 1442695040888963407
    return (x >> 33) % below
  end
end

-- The phones that by then have no binding at any node or do not think that they are registered.
local function without_service(run, by_s)
  local bound, thinks, without = {}, {}, {}
  for _, row in ipairs(run:records { kind = "STATE", machine = "registrar" }) do
    bound[row.key] = bound[row.key] or {}
    if row.t <= by_s then bound[row.key][row.node] = row.to end
  end
  for _, row in ipairs(run:records { kind = "STATE", machine = "registration" }) do
    if row.t <= by_s then thinks[row.key] = row.to end
  end
  for i = 1, PHONES do
    for place = 1, 2 do
      local device, there = ("SEP0200000000%02X"):format(place * 16 + i), false
      for _, to in pairs(bound[device] or {}) do there = there or to == "registered" end
      if not there then without[#without + 1] = device .. " at no node" end
      if thinks[device] ~= "registered" then without[#without + 1] = device .. " is " .. tostring(thinks[device]) end
    end
  end
  return #without == 0 and "none" or table.concat(without, ", ")
end

local function patient(run)
  return without_service(run, run:last { kind = "NOTE", topic = "script", line = "all is healed" }.t + PATIENCE_S)
end

local SCHEDULE_DOC = "which of the random schedules of faults is played"

return {
  title = "Six phones under a random schedule of faults",
  source = "made up for a test",
  story = "Up to eight faults on links and nodes; all are over within 20 minutes; at 30 minutes everybody is back.",
  duration = "30min",
  parameters = {
    schedule = { type = "integer", default = 1, min = 1, max = 1000000, doc = SCHEDULE_DOC },
  },

  network = function(net, p)
    local group = { "10.1.0.2,10.1.0.3", "10.1.0.3,10.1.0.2" }
    for _, name in ipairs { "core", "access1", "access2" } do net:add("switch", name, { reload_time = RELOAD_S .. "s" }) end
    for i = 1, 2 do net:link("access" .. i .. ":up", "core:down" .. i, { link_rate = "100Mbps" }) end
    for i = 2, 3 do
      net:add("cucm", "cucm" .. i, { mac = "02:00:00:00:00:0" .. i, address = "10.1.0." .. i, prefix_len = 16 })
      net:link("cucm" .. i, "core:cucm" .. i, { link_delay = "2ms" })
    end
    for i = 1, PHONES do
      for place, model in ipairs { "sip-phone", "sccp-phone" } do
        local settings = { starts = "configured", prefix_len = 16, cucm_group = group[i % 2 + 1],
                           mac = ("02:00:00:00:00:%02x"):format(place * 16 + i),
                           address = ("10.1.%d.%d"):format(place, i), power_on_at = ("%dms"):format(i * 577) }
        if model == "sip-phone" then settings.dn = tostring(2000 + i) end
        net:add(model, model .. i, settings)
        net:link(model .. i, ("access%d:%d"):format((i + place) % 2 + 1, place * 16 + i))
      end
    end
    net:capture("core:down1", "the core's end of an uplink")
  end,

  script = function(sim, p)
    local pick = generator(p.schedule)
    local ports = { "access1:up", "access2:up", "cucm2", "cucm3" }
    for i = 1, PHONES do
      ports[#ports + 1] = "sip-phone" .. i
      ports[#ports + 1] = "sccp-phone" .. i
    end
    local function percent(least, most) return (least + pick(most - least + 1)) .. "%" end
    local function ms(least, most) return (least + pick(most - least + 1)) .. "ms" end
    local protocols = { "any", "any", "any", "tcp", "sip", "sccp", "arp" }
    local kinds = {
      function() return { kind = "cut" } end,
      function() return { kind = "flap", period = (2 + pick(60)) .. "s", duty = percent(10, 90) } end,
      function() return { kind = "loss", rate = percent(1, 100) } end,
      function() return { kind = "gilbert", p = percent(1, 20), r = percent(5, 60), loss_good = percent(0, 5) } end,
      function() return { kind = "mask", frames = ("%d,%d-%d"):format(1 + pick(9), 10 + pick(9), 20 + pick(90)) } end,
      function() return { kind = "delay", by = ms(1, 3000) } end,
      function() return { kind = "jitter", by = ("exp(%s)"):format(ms(1, 400)) } end,
      function() return { kind = "reorder", rate = percent(1, 60), by = ms(1, 400) } end,
      function() return { kind = "duplicate", rate = percent(1, 100) } end,
      function() return { kind = "corrupt", rate = percent(1, 60) } end,
    }
    local healed_s = 0
    local free = { cucm2 = 0, cucm3 = 0, core = 0, access1 = 0, access2 = 0 } -- until when nothing else may befall it
    local function act(at_s, node, op) sim.net:node(node):op(op, { at = at_s .. "s" }) end
    for _ = 1, 2 + pick(7) do
      local at_s, lasts_s, what = 30 + pick(900), 1 + pick(240), pick(14)
      if what >= 12 then lasts_s = RELOAD_S end
      healed_s = math.max(healed_s, at_s + lasts_s)
      if what < 10 then
        local fault, port = kinds[what + 1](), ports[1 + pick(#ports)]
        fault.at, fault.lasts = at_s .. "s", lasts_s .. "s"
        if pick(3) == 0 then fault.from = port:match("^[^:]+") end
        if what >= 2 then fault.protocol = protocols[1 + pick(#protocols)] end
        if what >= 2 and pick(4) == 0 then fault.payload = true end
        sim.net:link_at(port):fault(fault)
      else
        local switches = { "core", "access1", "access2" }
        local node = what < 12 and "cucm" .. 2 + pick(2) or switches[1 + pick(3)]
        if at_s > free[node] then
          free[node] = at_s + lasts_s
          if what < 12 then
            act(at_s, node, what == 10 and "stop" or "crash")
            act(at_s + lasts_s, node, "start")
          elseif what == 12 then
            act(at_s, node, "clear-mac-table")
            act(at_s, node, "fill-mac-table")
          else
            act(at_s, node, "reload")
          end
        end
      end
    end
    sim:wait_until(healed_s .. "s")
    sim:note("all is healed")
  end,

  documented = {
    { name = "phones without service 10 min after the last heal", documented = "none", source = "liveness",
      value = patient },
    { name = "phones without service at the end", documented = "none", source = "liveness",
      value = function(run) return without_service(run, run.reached) end },
  },
}
