-- SPDX-License-Identifier: GPL-3.0-or-later
-- The two captures of "Troubleshoot IP Phone Unregistration" (Cisco document 200410): three keepalives of a
-- healthy 7975, seen at CUCM, the last two of them also at the phone. The same bytes and the same absolute
-- TCP sequence numbers stand in both, so that a frame can be followed from end to end, across two clocks.
-- It starts mid-life: registration, dialog, ports and sequence numbers are those of the first row.

local call_id = "0024142d-df24000a-44da4e09-0de51424@10.106.114.185"
local phone_seq, cucm_seq = 2991995217, 1953872619 -- of the first REGISTER and of its first answer

local function at_seq(run, port, seq, sent)
  for _, s in ipairs(run:segments { port = port, seq = seq, sent = sent }) do
    if s.len > 0 then return s end
  end
end

-- How far the phone-side capture is behind CUCM's, at the REGISTER with this sequence number.
local function behind(seq)
  return function(run)
    local left, came = at_seq(run, "phone", seq, true), at_seq(run, "cucm", seq, false)
    return left and came and (left.clock_ns - came.clock_ns) / 1e9
  end
end

return {
  title = "Three keepalives of a 7975, captured at the phone and at CUCM",
  source = "Cisco document 200410, Troubleshoot IP Phone Unregistration: reading the captures",
  story = [[
A registered phone sends REGISTER 115 s after each 200 OK. The document follows one of them, sequence
number 2991996107, from the phone's capture into CUCM's. Three clocks are at work: the phone's own, in
its Date header; the capturing host's beside the phone; and CUCM's, by which the run counts.]],
  duration = "4min",
  -- A second before the first REGISTER reaches CUCM, by CUCM's clock; the captures are printed at UTC+5:30.
  wall_clock = "2015-07-15 18:12:58.366 +05:30",

  parameters = {
    tcp_ack_delay = "11.6ms",    -- the 7975 acknowledges 100 and 200 at once, 9.3 to 11.8 ms after the 200
    cseq_first = "11435",
    clock_offset = { type = "duration", default = "-2.9s", min = "-1d", max = "1d",
                     doc = "the phone's own clock against CUCM's: its Date says 12:42:56 where CUCM's says 12:42:59" },
    phone_capture_offset = { type = "duration", default = "-5.317s", min = "-1d", max = "1d",
                             doc = "the clock of the host that captures at the phone, against CUCM's, 116 s into the run" },
    phone_capture_drift_ppm = { type = "integer", default = "-48", min = "-100000", max = "100000",
                                doc = "what that clock gains, in millionths" },
    link_delay = { type = "duration", default = "0.1ms", min = "0s", max = "10s",
                   doc = "one-way delay of each of the two links" },
  },

  network = function(net, p)
    net:add("sip-phone", "phone", {
      starts = "configured", mac = "00:24:14:2d:df:24", phone_model = "7975", load = "9.3.1", dn = "5678",
      address = "10.106.114.185", prefix_len = 24, cucm_group = "10.106.114.161",
      contact_uuid = "9e9e1ffb-0206-4ea1-6d77-ba04a72017f7", tcp_window = "8192B",
      clock_offset = p.clock_offset,
      standing = ("port=53006, seq=%d, ack=%d, call_id=%s, refresh_in=1s, "):format(phone_seq, cucm_seq, call_id) ..
        "from_tag=0024142ddf242c6644b6e5d2-f01c795a, branch=d451a4fa",
    })
    net:add("switch", "switch")
    net:add("cucm", "cucm", {
      mac = "00:50:56:8a:22:61", address = "10.106.114.161", prefix_len = 24,
      cucm_tcp_ack_delay = "40ms", -- its ACK rides on the 100: the capture shows no bare one
      to_tag_digits = "10,10,10", -- all three answers are 637 bytes long
      standing = ("device=SEP0024142DDF24, model=437, dn=5678, peer=10.106.114.185:53006, " ..
        "seq=%d, ack=%d, call_id=%s, cseq=11434, expires_in=16s, to_tag=1708299782"):format(cucm_seq, phone_seq, call_id),
    })
    net:link("phone", "switch:Gi0/1", { link_delay = p.link_delay })
    net:link("cucm", "switch:Gi0/2", { link_delay = p.link_delay })
    net:capture("phone", "a host beside the phone, with its own clock", {
      clock_offset = p.phone_capture_offset, clock_offset_at = "116s", clock_drift_ppm = p.phone_capture_drift_ppm })
    net:capture("cucm", "CUCM's own capture")
  end,

  documented = {
    { name = "capture clocks at seq 2991996107", documented = "-5.317302s", tolerance = "1ms",
      source = "document: rows 200 and 5", value = behind(2991996107) },
    { name = "capture clocks one exchange later", documented = "-5.322809s", tolerance = "1ms",
      source = "document: rows 484 and 9", value = behind(2991996997) },
    { name = "registered throughout", documented = 0, tolerance = 0, source = "document",
      value = function(run) return run:count { kind = "ALARM" } end },
    { name = "segments at CUCM", documented = 12, tolerance = 0, source = "document: rows 1 to 12, without a gap",
      value = function(run) return #run:segments { port = "cucm" } end },
    rows { file = "data/keepalive-trace-phone.csv", port = "phone", source = "document: capture at the phone",
           gap = "50ms", times = "5ms" },
    rows { file = "data/keepalive-trace-cucm.csv", port = "cucm", at = "server", source = "document: capture at CUCM",
           gap = "50ms", times = "5ms" },
  },
}
