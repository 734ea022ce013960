-- SPDX-License-Identifier: GPL-3.0-or-later
-- "Phone registration: SCCP and SIP" (Cisco support community, CUCM 8): IP Communicator as a SIP phone, as the traces
-- of TFTP and CCM show it: no CTL file, its configuration, the archive of its locale; 6.4 s later a REGISTER of 973
-- bytes, which tells why it lost its service the last time.

local primary, secondary = "10.10.210.10", "10.10.210.11"

local function header(text, name) return text:match("\r\n" .. name .. ": ([^\r]*)") end

local function first_register(run)
  for _, s in ipairs(run:segments { port = "phone", sent = true }) do
    if s.peer == primary and s.text:find("^REGISTER ") then return s end
  end
end

-- The read requests for files, in order: {t, name, len}; len is that of the datagram's payload.
local function requests(run)
  local out = {}
  for _, s in ipairs(run:datagrams { port = "phone", sent = true }) do
    local name = s.peer_port == 69 and s.text:match("^\0\1([^\0]+)\0octet\0$")
    if name then out[#out + 1] = { t = s.t, name = name, len = s.len } end
  end
  return out
end

local function request(run, pattern)
  for _, r in ipairs(requests(run)) do
    if r.name:find(pattern) then return r end
  end
end

local function between(a, b) return a and b and b.t - a.t end

local function header_value(name)
  return function(run)
    local m = first_register(run)
    return m and header(m.text, name)
  end
end

return {
  title = "A SIP soft phone registers; the traces of TFTP and CCM",
  source = "Cisco support community: phone registration for SCCP and SIP (IP Communicator 7.0.1, CUCM 8)",
  story = [[
IP Communicator, a SIP phone now, asks TFTP for its CTL file, which is not there, for its configuration and for the
archive of its locale; then it registers. It does not know the time yet, and its Reason header tells that CUCM had reset
its last connection.]],
  duration = "10min",
  wall_clock = "2011-01-14 16:24:05.547",

  parameters = {
    power_on_at = "1s",
    soft_cnf_wait = "51ms",
    soft_jar_wait = "380ms",
    soft_register_wait = "6.38s",
  },

  network = function(net, p)
    local devices = "SEP005056A1033D dn=5005 model=CIPC"
    local group = primary .. ", " .. secondary
    net:add("switch", "lan")
    net:add("sip-phone", "phone", {
      mac = "00:50:56:a1:03:3d", phone_model = "CIPC", load = "CIPC-7-0-1-0", firmware_boot_time = "0s",
      address = "10.10.210.200", gateway = "10.10.210.1", tftp_servers = primary, sip_local_port = 3311,
      contact_uuid = "9a9a2695-653d-b663-4961-0e780177d09a", last_out_of_service = "cm-reset-tcp",
      first_dialog = "from_tag=005056a1033d000200002720-0000571e, branch=00003855, " ..
        "call_id=005056a1-033d0003-000024a7-0000539c@10.10.210.200",
    })
    for i, address in ipairs { primary, secondary } do
      local name = "cucm-" .. i
      net:add("cucm", name, { mac = "00:50:56:01:00:1" .. i, address = address, gateway = "10.10.210.1",
                              node_id = address, cucm_group = group, devices = devices, itl = "off" })
      net:link(name, "lan:" .. name)
    end
    net:link("phone", "lan:phone")
    net:capture("phone", "the computer that IP Communicator runs on")
    net:capture("cucm-1", "the primary CUCM")
  end,

  documented = {
    { name = "files, then REGISTER", by = "1min", source = "document: TFTP and CCM traces",
      documented = "CTLSEP005056A1033D.tlv, SEP005056A1033D.cnf.xml, English_United_States/ipc-sip.jar, REGISTER",
      value = function(run)
        local words, register = {}, first_register(run)
        for i, r in ipairs(requests(run)) do words[i] = r.name end
        if #words == 0 or not register or request(run, "jar").t > register.t then return nil end
        words[#words + 1] = "REGISTER"
        return table.concat(words, ", ")
      end },
    { name = "CTL file", documented = "TFTP error 1, and the phone goes on", by = "1min", source = "document: sendNAK ... Error(1)",
      value = function(run)
        for _, r in ipairs(run:records { kind = "LOG", facility = "TFTP" }) do
          if r.line:find("File[CTLFile.tlv], Error(1)", 1, true) and first_register(run) then
            return "TFTP error 1, and the phone goes on"
          end
        end
      end },
    { name = "RRQ for the configuration", documented = "32B", tolerance = "0B", by = "1min",
      source = "document: nbytes(32)",
      value = function(run)
        local r = request(run, "cnf")
        return r and r.len
      end },
    { name = "RRQ for the locale", documented = "42B", tolerance = "0B", by = "1min", source = "document: nbytes(42)",
      value = function(run)
        local r = request(run, "jar")
        return r and r.len
      end },
    { name = "from CTL to configuration", documented = "51ms", tolerance = "10ms", by = "1min",
      source = "document: 16:24:06.547 and .598",
      value = function(run) return between(request(run, "^CTL"), request(run, "cnf")) end },
    { name = "from configuration to locale", documented = "380ms", tolerance = "10ms", by = "1min",
      source = "document: 16:24:06.598 and .978",
      value = function(run) return between(request(run, "cnf"), request(run, "jar")) end },
    { name = "from locale to REGISTER", documented = "6.382s", tolerance = "1s", by = "1min",
      source = "document: 16:24:06.978 and 13.360",
      value = function(run) return between(request(run, "jar"), first_register(run)) end },
    { name = "bytes of the first REGISTER", documented = "973B", tolerance = "0B", by = "1min", source = "document: with 973 bytes",
      value = function(run)
        local m = first_register(run)
        return m and m.len
      end },
    { name = "CSeq", documented = "101 REGISTER", by = "1min", source = "document: REGISTER", value = header_value "CSeq" },
    { name = "Expires", documented = 3600, tolerance = 0, by = "1min", source = "document: REGISTER",
      value = function(run) return tonumber(header_value "Expires"(run)) end },
    { name = "Date", documented = "Sun, 00 Jan 1900 00:00:00 GMT", by = "1min", source = "document: REGISTER",
      value = header_value "Date" },
    { name = "Reason", by = "1min", source = "document: REGISTER", value = header_value "Reason",
      documented = 'SIP;cause=200;text="cisco-alarm:12 Name=SEP005056A1033D Load=CIPC-7-0-1-0 Last=cm-reset-tcp"' },
    { name = "the answer", documented = "SIP/2.0 100 Trying, SIP/2.0 200 OK", by = "1min",
      source = "document: CUCM responds with 100 trying as follows",
      value = function(run)
        local words = {}
        for _, s in ipairs(run:segments { port = "phone", sent = false }) do
          if s.peer == primary and s.local_port == 3311 and s.text:find("^SIP/2.0") and #words < 2 then
            words[#words + 1] = s.text:match("^[^\r]*")
          end
        end
        return #words == 2 and table.concat(words, ", ") or nil
      end },
  },
}
