-- SPDX-License-Identifier: GPL-3.0-or-later
-- "SIP IP phone registration process with CUCM" (Cisco, Unified Communications Manager documentation): fourteen steps
-- from power to the custom rings. Three phones in three VLANs: one that is provisioned, one that is not, and one whose
-- DHCP pool names no TFTP server.

local phone_load, old_load = "sip78xx.12-8-1-0001-455", "sip78xx.12-5-1SR1-4"

local function first(run, filter)
  local r = run:records(filter)[1]
  return r and r.t_ns
end

-- When a phone turned to each of these files or states of its provisioning, the last time before it registered.
local function last_move(run, node, to)
  local t
  for _, r in ipairs(run:records { kind = "STATE", node = node, machine = "provisioning", to = to }) do t = r.t_ns end
  return t
end

-- The names of `steps`, ordered by their times; nil while one is missing.
local function in_order(steps)
  local order, words = {}, {}
  for i, s in ipairs(steps) do
    if not s[2] then return nil end
    order[i] = s
    s[3] = i
  end
  table.sort(order, function(a, b)
    if a[2] ~= b[2] then return a[2] < b[2] end
    return a[3] < b[3]
  end)
  for _, s in ipairs(order) do words[#words + 1] = s[1] end
  return table.concat(words, ", ")
end

local function registered(run) return first(run, { kind = "STATE", node = "phone", machine = "registration", to = "registered" }) end
local function connecting(run) return first(run, { kind = "STATE", node = "phone", machine = "registration", to = "connecting" }) end

-- The TFTP servers that a phone's lease named.
local function tftp_servers(run, node)
  for _, r in ipairs(run:records { kind = "NOTE", node = node }) do
    local text = r.topic == "dhcp" and r.line:match("TFTP servers: (.*)$")
    if text then return text end
  end
end

local function count(run, filter) return #run:records(filter) end

return {
  title = "Fourteen steps from power to the rings, and three ways to miss one",
  source = "Cisco document: SIP IP phone registration process with CUCM",
  story = [[
A 7841 is powered by its cable, learns voice VLAN 20 by CDP and its address by DHCP through the router, fetches its
files from CUCM's TFTP service, finds that another firmware is wanted, loads it, starts anew and registers; locale,
softkeys and rings come after that. A second phone was never added to CUCM: it gets the default file and is rejected.
A third one is told no TFTP server at all: it never sends a REGISTER.]],
  duration = "10min",
  wall_clock = "2020-03-02 09:00:00.000",

  parameters = {
    power_on_at = "1s",
    provisioning = "late", -- the document lists locale, softkeys and rings after the registration
    upgrade = { type = "switch", default = "on", doc = "the phone comes with the firmware before the one that CUCM names" },
    provisioned = { type = "switch", default = "on", doc = "the phone was added to CUCM" },
  },

  network = function(net, p)
    local model = { phone_model = "7841", poe_class = 1, power_mw = 3800 }
    local function phone(name, mac, load)
      net:add("sip-phone", name, { mac = mac, load = load, phone_model = model.phone_model, poe_class = model.poe_class,
                                   power_mw = model.power_mw })
    end
    phone("phone", "00:a6:ca:11:22:01", p.upgrade == "on" and old_load or phone_load)
    phone("stranger", "00:a6:ca:11:22:02", phone_load)
    phone("orphan", "00:a6:ca:11:22:03", phone_load)

    local access = net:add("switch", "access")
    access:port("Gi1/0/1", { vlan = 10, voice_vlan = 20 })
    access:port("Gi1/0/2", { vlan = 10, voice_vlan = 30 })
    access:port("Gi1/0/3", { vlan = 10, voice_vlan = 40 })
    for i, vlan in ipairs { 20, 30, 40 } do access:port("Gi1/0/2" .. i, { vlan = vlan }) end
    local router = net:add("router", "router")
    for i, vlan in ipairs { 20, 30, 40 } do
      router:port("Gi0/" .. i, { address = ("10.%d.0.1/24"):format(vlan), helper_address = "10.1.0.5" })
      net:link("access:Gi1/0/2" .. i, "router:Gi0/" .. i)
    end
    router:port("Gi0/0", { address = "10.1.0.1/24" })
    local core = net:add("switch", "core")

    net:add("dhcp-server", "dhcp", { mac = "00:50:56:20:00:05", address = "10.1.0.5", gateway = "10.1.0.1",
      dhcp_pools = "voice20 10.20.0.0/24 router=10.20.0.1 exclude=10.20.0.1-10.20.0.9 option150=10.1.0.11,10.1.0.12; " ..
        "voice30 10.30.0.0/24 router=10.30.0.1 exclude=10.30.0.1-10.30.0.9 option66=10.1.0.11; " ..
        "voice40 10.40.0.0/24 router=10.40.0.1 exclude=10.40.0.1-10.40.0.9" })
    local group = "10.1.0.11,10.1.0.12"
    local devices = p.provisioned == "on" and "SEP00A6CA112201 dn=1001 load=" .. phone_load or "SEP00A6CA1122FF dn=1001"
    for i, name in ipairs { "cucm-pub", "cucm-sub" } do
      net:add("cucm", name, { mac = ("00:50:56:20:00:1%d"):format(i), address = "10.1.0.1" .. i, gateway = "10.1.0.1",
        cucm_group = group, devices = devices, devices_later = "SEP00A6CA112202 dn=1002",
        phone_loads = "7841=" .. phone_load })
    end

    net:link("phone", "access:Gi1/0/1")
    net:link("stranger", "access:Gi1/0/2")
    net:link("orphan", "access:Gi1/0/3")
    net:link("router:Gi0/0", "core:Gi1/0/1")
    net:link("dhcp", "core:Gi1/0/2")
    net:link("cucm-pub", "core:Gi1/0/3")
    net:link("cucm-sub", "core:Gi1/0/4")
    net:capture("phone", "the provisioned phone")
    net:capture("stranger", "the phone that CUCM does not know")
    net:capture("orphan", "the phone without a TFTP server")
    net:capture("cucm-pub", "CUCM publisher, with the TFTP service")
  end,

  documented = {
    { name = "CTL file in a non-secure cluster", documented = "HTTP/1.1 404 Not Found, and on to the ITL file",
      by = "2min", source = "document: step 5, GHTTP-http get",
      value = function(run)
        local itl = first(run, { kind = "STATE", node = "phone", machine = "provisioning", event = "no-file", to = "itl" })
        for _, s in ipairs(run:segments { port = "phone", sent = false }) do
          if itl and s.text:find("^HTTP/1.1 404 Not Found") then return "HTTP/1.1 404 Not Found, and on to the ITL file" end
        end
      end },
    { name = "firmware, dial rules, connection to CUCM", by = "3min", source = "document: steps 8, 9 and 10",
      documented = "firmware check, dial rules, connection",
      value = function(run)
        return in_order { { "firmware check", last_move(run, "phone", "configuration") },
                          { "dial rules", last_move(run, "phone", "dial-rules") }, { "connection", connecting(run) } }
      end },
    { name = "firmware upgrade", documented = "loaded, started anew, " .. phone_load, by = "3min",
      source = "document: step 8, Active and Inactive Load ID",
      value = function(run)
        local loaded = first(run, { kind = "NOTE", node = "phone", topic = "firmware" })
        local anew = first(run, { kind = "STATE", node = "phone", machine = "boot", event = "restart" })
        local load
        for _, r in ipairs(run:records { kind = "NOTE", node = "phone" }) do
          if r.topic == "firmware" then load = r.line:match("^(%S+) is in flash") end
        end
        return loaded and anew and "loaded, started anew, " .. load
      end },
    { name = "which CUCM", documented = "10.1.0.11", by = "3min", source = "document: step 10, highest priority",
      value = function(run)
        for _, s in ipairs(run:segments { port = "phone", sent = true }) do
          if s.peer_port == 5060 and s.flags == "SYN" then return s.peer end
        end
      end },
    { name = "after the 200 OK", documented = "200 OK, locale, softkeys, rings", by = "3min",
      source = "document: steps 11 to 14",
      value = function(run)
        return in_order { { "200 OK", registered(run) }, { "locale", last_move(run, "phone", "locale") },
                          { "softkeys", last_move(run, "phone", "softkeys") }, { "rings", last_move(run, "phone", "ring-list") } }
      end },
    { name = "voice VLAN", documented = "20 by CDP, tagged from then on", by = "1min", source = "document: step 3",
      value = function(run)
        for _, r in ipairs(run:records { kind = "NOTE", node = "phone" }) do
          local vlan = r.topic == "vlan" and r.line:match("^voice VLAN (%d+): its frames are tagged")
          if vlan then return vlan .. " by CDP, tagged from then on" end
        end
      end },
    { name = "option 150", documented = "10.1.0.11, 10.1.0.12", by = "1min", source = "document: note, a list",
      value = function(run) return tftp_servers(run, "phone") end },
    { name = "option 66", documented = "10.1.0.11", by = "1min", source = "document: note, exactly one",
      value = function(run) return tftp_servers(run, "stranger") end },
    { name = "unprovisioned phone", documented = "its own file is missing, XMLDefault.cnf.xml comes", by = "1min",
      source = "document: note to step 7",
      value = function(run)
        local asked = first(run, { kind = "STATE", node = "stranger", machine = "provisioning", event = "no-file",
                                   to = "default-configuration" })
        local got = first(run, { kind = "STATE", node = "stranger", machine = "provisioning",
                                 from = "default-configuration", event = "got-file" })
        return asked and got and "its own file is missing, XMLDefault.cnf.xml comes"
      end },
    { name = "unprovisioned phone registers", documented = 0, tolerance = 0, by = "9min",
      source = "document: a device must be added first",
      value = function(run)
        return count(run, { kind = "STATE", node = "stranger", machine = "registration", to = "registered" })
      end },
    { name = "REGISTERs of a phone without TFTP", documented = 0, tolerance = 0, by = "9min",
      source = "document: without TFTP the phone does not work",
      value = function(run)
        local n = 0
        for _, s in ipairs(run:segments { port = "orphan" }) do n = n + (s.text:find("^REGISTER ") and 1 or 0) end
        return n
      end },
    { name = "the provisioned phone is registered", documented = 1, tolerance = 0, by = "3min", source = "document: step 11",
      value = function(run)
        return count(run, { kind = "STATE", node = "phone", machine = "registration", to = "registered" })
      end },
  },
}
