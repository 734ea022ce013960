-- SPDX-License-Identifier: GPL-3.0-or-later
-- SIP, session descriptions and RTP as Wireshark reads them. What is read here is what the codecs write: for each of
-- these samples the tests of the codecs hold that to be the same bytes. Wireshark learns from offer and answer alone
-- which datagrams are RTP.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"

local function bytes_of(codec, name)
  local t = {}
  for line in io.lines(("%s/tests/wire/%s/%s.hex"):format(dt.src, codec, name)) do
    dt.ok(line ~= "canonical:" and not line:find("^fails:"), "%s/%s is not what is written", codec, name)
    if line:find("^>") then
      t[#t + 1] = line:gsub("^> ?", "") .. "\r\n"
    elseif not line:find("^#") and not line:find("^%l+:") then
      t[#t + 1] = line:gsub("%s", ""):gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end)
    end
  end
  return table.concat(t)
end

local function address(text)
  return string.char(text:match("(%d+)%.(%d+)%.(%d+)%.(%d+)"))
end

-- A datagram from "10.0.0.1:5060" to another such place; a checksum of 0 says that there is none.
local function datagram(from, to, payload)
  local sport, dport = from:match(":(%d+)$"), to:match(":(%d+)$")
  local udp = string.pack(">I2I2I2I2", sport, dport, 8 + #payload, 0) .. payload
  local ip = string.pack(">I1I1I2I2I2I1I1I2", 0x45, 0, 20 + #udp, 7, 0, 64, 17, 0) .. address(from) .. address(to)
  return "\2\0\0\0\0\1\2\0\0\0\0\2\8\0" .. ip .. udp
end

-- The frames of a capture, and what tshark says of each: fields separated by bars.
local function dissect(frames, fields, options)
  local path = dt.tmp() .. "/calls.pcap"
  local f = assert(io.open(path, "wb"))
  f:write(string.pack("<I4I2I2I4I4I4I4", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
  for i, frame in ipairs(frames) do f:write(string.pack("<I4I4I4I4", i, 0, #frame, #frame), frame) end
  f:close()
  local _, out = dt.sh(("tshark -r %s %s -T fields -E separator='|' -e %s 2>/dev/null"):format(path, options or "",
                       table.concat(fields, " -e ")))
  local lines = {}
  for line in out:gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  return lines
end

local bob, alice = "10.0.0.1:5060", "10.0.0.2:5060"
local steps = {
  { "sip", "call-1-invite", bob, alice, "INVITE||101|1|16384|1800;refresher=uac|1800|10.0.0.1" },
  { "sip", "call-2-trying", alice, bob, "|100|101|||||" },
  { "sip", "call-3-too-small", alice, bob, "|422|101||||3600|" },
  { "sip", "call-4-ringing", alice, bob, "|180|102|||||" },
  { "sip", "call-5-ok", alice, bob, "|200|102|1|20000|3600;refresher=uac||10.0.0.2" },
  { "sip", "call-6-ack", bob, alice, "ACK||102|||||" },
  { "sip", "call-7-hold", bob, alice, "INVITE||103|2|16384|3600;refresher=uac|3600|10.0.0.1" },
  { "sip", "call-8-update", bob, alice, "UPDATE||104|||3600;refresher=uac|3600|" },
  { "sip", "call-9-bye", bob, alice, "BYE||105|||||" },
  { "sip", "call-busy", alice, bob, "|486|101|||||" },
  { "sip", "call-cancel", bob, alice, "CANCEL||101|||||" },
  { "sip", "call-compact", bob, alice, "INVITE||101|||1800|90|" },
}
local frames = {}
for i, s in ipairs(steps) do frames[i] = datagram(s[3], s[4], bytes_of(s[1], s[2])) end
local out = dissect(frames, { "_ws.malformed", "_ws.expert", "sip.Method", "sip.Status-Code", "sip.CSeq.seq",
  "sdp.owner.version", "sdp.media.port", "sip.Session-Expires", "sip.Min-SE", "sdp.connection_info.address" })
dt.equal(#out, #steps, "messages that tshark saw")
for i, s in ipairs(steps) do dt.equal(out[i], "||" .. s[5], "tshark of " .. s[2]) end

-- After offer and answer, what passes between their ports is RTP.
local packets = { { "pcmu", "0|1|4660|1000|0xdeadbeef" }, { "event", "101|0|65535|4294967295|0x00000001" },
  { "csrc", "8|0|1|2|0x00000003" }, { "extension", "18|0|1|2|0x00000003" }, { "extension-empty", "18|0|1|2|0x00000003" },
  { "padding", "0|0|1|2|0x00000003" } }
frames = { datagram(bob, alice, bytes_of("sip", "call-1-invite")), datagram(alice, bob, bytes_of("sip", "call-5-ok")) }
for _, p in ipairs(packets) do frames[#frames + 1] = datagram("10.0.0.1:16384", "10.0.0.2:20000", bytes_of("rtp", p[1])) end
out = dissect(frames, { "_ws.malformed", "rtp.setup-method", "rtp.p_type", "rtp.marker", "rtp.seq", "rtp.timestamp", "rtp.ssrc" },
              "-Y rtp")
dt.equal(#out, #packets, "datagrams that tshark takes for RTP")
for i, p in ipairs(packets) do dt.equal(out[i], "|SDP|" .. p[2], "tshark of rtp/" .. p[1]) end

-- Descriptions on their own, as bodies of a message.
local descriptions = {
  { "offer", "2000|1|10.1.1.50|audio|16384|rtpmap:0 PCMU/8000,ptime:20,rtpmap:18 G729/8000," ..
    "rtpmap:101 telephone-event/8000,fmtp:101 0-15" },
  { "rfc3264-hold", "1|2|10.0.0.1|audio|16384|sendonly" },
  { "refused", "5|5|10.0.0.2|audio,video|20000,0|" }, { "no-media", "0|18446744073709551615||||" },
}
frames = {}
for i, d in ipairs(descriptions) do
  local body = bytes_of("sdp", d[1])
  frames[i] = datagram(bob, alice, ("OPTIONS sip:a@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1\r\nCSeq: 1 OPTIONS\r\n" ..
    "Call-ID: 1\r\nFrom: <sip:b@10.0.0.1>;tag=1\r\nTo: <sip:a@10.0.0.2>\r\nMax-Forwards: 70\r\n" ..
    "Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n"):format(#body) .. body)
end
out = dissect(frames, { "_ws.malformed", "_ws.expert", "sdp.owner.sessionid", "sdp.owner.version",
  "sdp.connection_info.address", "sdp.media.media", "sdp.media.port", "sdp.media_attr" })
for i, d in ipairs(descriptions) do dt.equal(out[i], "||" .. d[2], "tshark of sdp/" .. d[1]) end

-- Two messages in one segment of TCP: each is as long as it says.
local both = bytes_of("sip", "call-5-ok") .. bytes_of("sip", "call-9-bye")
local tcp = string.pack(">I2I2I4I4I1I1I2I2I2", 5060, 50000, 1, 1, 0x50, 0x18, 8192, 0, 0) .. both
local ip = string.pack(">I1I1I2I2I2I1I1I2", 0x45, 0, 20 + #tcp, 7, 0, 64, 6, 0) .. address(bob) .. address(alice)
out = dissect({ "\2\0\0\0\0\1\2\0\0\0\0\2\8\0" .. ip .. tcp }, { "_ws.malformed", "_ws.expert", "sip.CSeq.seq", "sdp.media.port" })
dt.equal(out[1], "||102,105|20000", "tshark of two messages in a segment")
dt.done()
