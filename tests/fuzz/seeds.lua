-- SPDX-License-Identifier: GPL-3.0-or-later
-- seeds.lua OUT: writes the fuzz targets' first inputs from what the tests hold: the corpus of every codec
-- (tests/wire), the printed messages (tests/seed), the files that phones fetch (tests/wire/cnf), and values as
-- scenarios write them.
local out = assert(arg[1], "usage: lua5.4 tests/fuzz/seeds.lua OUT")

local function write(target, name, text)
  os.execute(("mkdir -p '%s/%s'"):format(out, target))
  local f = assert(io.open(("%s/%s/%s"):format(out, target, name), "wb"))
  f:write(text)
  f:close()
end

local function names(command)
  local p, list = assert(io.popen(command)), {}
  for line in p:lines() do list[#list + 1] = line end
  p:close()
  return list
end

local function bytes_of(path)
  local parts = {}
  for line in io.lines(path) do
    if line == "canonical:" then break end
    if line:sub(1, 1) == ">" then
      parts[#parts + 1] = line:sub(3) .. "\r\n"
    elseif not line:find("^#") and not line:find("^%l+:") then
      parts[#parts + 1] = line:gsub("%s", ""):gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end)
    end
  end
  return table.concat(parts)
end

local index = 0
for line in io.lines("models/wire/wire.def") do
  local codec = line:match("^WIRE%((%w+)%)")
  if codec then
    for i, path in ipairs(names("ls tests/wire/" .. codec .. "/*.hex")) do
      write("wire", codec .. i, string.char(index) .. bytes_of(path))
    end
    index = index + 1
  end
end
for i, path in ipairs(names("ls tests/wire/http/*.hex")) do write("http", "message" .. i, bytes_of(path)) end
for i, path in ipairs(names("ls tests/wire/sdp/*.hex")) do
  write("sdp", "description" .. i, bytes_of(path))
  write("offer", "description" .. i, bytes_of(path))
end
for i, path in ipairs(names("ls tests/wire/sip/*.hex")) do
  local message = bytes_of(path)
  write("sip_value", "message" .. i, (message:match("\n(.-)\r\n\r\n") or message))
  write("sip_check", "message" .. i, message)
  write("frame", "udp" .. i, "\1\19\196\19\196" .. message) -- both ports are 5060
  write("frame", "tcp" .. i, "\2\19\196\19\196" .. message)
end
-- A call that came, or that was made, and then a message in it (steps: fuzz_sip_agent.c).
local came, made = "\65\0\0\17" .. "\64\5" .. "\65\1\0\0", "\68\0" .. "\66\1\0\0" .. "\66\3\0\17"
for mode = 0, 7 do
  for name, begin in pairs { came = came, made = made } do
    local rest = { bye = "\65\2\0\0", change = "\65\0\0\34\65\1\0\0", update = "\65\4\0\2", ours = "\68\66\66\3\0\33",
                   glare = "\68\66\1\0\0\17\66\12\0\0", refused = "\68\66\66\8\0\5", lasts = "\64\9\66\3\0\17\64\10" }
    for what, steps in pairs(rest) do write("sip_agent", name .. what .. mode, string.char(mode) .. begin .. steps) end
  end
end
for i, path in ipairs(names("ls tests/wire/sip/*.hex")) do
  local message = bytes_of(path)
  local say = "\67\0" .. string.pack(">s2", message)
  write("sip_agent", "in" .. i, string.char(i % 8) .. (i % 2 == 0 and came or made) .. say)
end
for codec, ports in pairs { rtp = "\64\0\64\0", tftp = "\195\80\0\69", dhcp = "\0\68\0\67", dns = "\195\80\0\53" } do
  for i, path in ipairs(names("ls tests/wire/" .. codec .. "/*.hex")) do write("frame", codec .. i, "\1" .. ports .. bytes_of(path)) end
end
for codec, ports in pairs { http = "\195\80\27\58", skinny = "\195\80\7\208" } do
  for i, path in ipairs(names("ls tests/wire/" .. codec .. "/*.hex")) do write("frame", codec .. i, "\2" .. ports .. bytes_of(path)) end
end
for _, codec in ipairs { "eth", "arp", "cdp", "lldp", "ip4" } do
  for i, path in ipairs(names("ls tests/wire/" .. codec .. "/*.hex")) do write("frame", codec .. i, "\0" .. bytes_of(path)) end
end
local before = ""
for i, path in ipairs(names("ls tests/wire/skinny/*.hex")) do
  local message = bytes_of(path)
  write("skinny", "message" .. i, message)
  write("skinny", "two" .. i, before .. message)
  before = message
end
for i, path in ipairs(names("ls tests/seed/*.sip")) do
  local f = assert(io.open(path, "rb"))
  local text = f:read("a")
  f:close()
  write("sip_stream", "one" .. i, string.char(i) .. text)
  write("sip_stream", "two" .. i, string.char(i) .. text .. text)
end
for _, path in ipairs(names("ls tests/wire/cnf/*.xml")) do
  local f = assert(io.open(path, "rb"))
  local text = f:read("a")
  f:close()
  for kind = 0, 4 do write("cnf_xml", path:match("([^/]+)%.xml$") .. kind, string.char(kind) .. text) end
end
write("cnf_xml", "trusted", "\4\1\0\2\1\0\4\0\4tftp")
write("cnf_xml", "signed", "\2SGN1\4\0\4tftp\14\0\9x.cnf.xml\12\0\8" .. ("\0"):rep(8) .. "<device/>")
for i, text in ipairs { "120s", "0.21s", "uniform(0s,120s)", "normal(5ms,1ms)", "choice(1ms, 2ms)", "exp(20ms)",
  "100Mbps", "1460B", "2KiB", "2.5%", "24", "on", "linux", "10.1.1.1", "00:24:14:2d:df:24" } do
  for kind = 0, 9 do write("value", ("v%d_%d"):format(i, kind), string.char(kind) .. text) end
end
for kind, texts in ipairs {
  { "SEP0024142DDF24 dn=5678 load=SIP75.9-4-2 protocol=SIP model=7975,SEPF029290A3C71 dn=1 protocol=SCCP" },
  { "cucm=10.1.1.2,cucm=10.1.1.3,tftp.example.com=10.1.1.4" },
  { "10.1.1.2,10.1.1.3", "sub=10.60.1.11,pub=10.60.1.12,srst=10.60.1.1" },
  { "(inside,outside) source static any any destination static 10.1.1.0/24 10.1.1.1-10.1.1.9 no-proxy-arp route-lookup;" ..
    "(any,outside) source static 10.0.0.1 10.0.0.2" },
  { "port=53006, seq=2991995217, ack=1953872619, call_id=a@b, from_tag=0024142ddf242c66, refresh_in=1s, branch=d451a4fa" },
  { "device=SEP0024142DDF24, peer=10.106.114.185:53006, seq=1, ack=2, call_id=a@b, cseq=11434, expires_in=115s, " ..
    "model=7975, dn=5678, to_tag=1202250155" },
  { "from_tag=0024142ddf242c66, call_id=a@b, branch=d451a4fa" },
  { "5=10.0.0.2, 55 = 10.0.0.4:5070/tcp,*=10.0.0.3/udp" },
} do
  for i, text in ipairs(texts) do write("text", ("t%d_%d"):format(kind, i), string.char(kind + 7) .. text) end
end
