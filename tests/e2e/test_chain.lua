-- SPDX-License-Identifier: GPL-3.0-or-later
-- dialtone chain: the simulation held to a Markov chain, and that it can fail: without Karn's rule it does. What the
-- command says of the chain is reckoned again here, by plain recursion; how often SCCP's normal detection errs when
-- answers jitter, by a closed form.
package.path = arg[2] .. "/tests/e2e/lib/?.lua;" .. package.path
local dt = require "dt"
local json = require "dkjson"

local function chain(words)
  local status, out, err = dt.run { "chain", "--json", table.unpack(words) }
  local doc = json.decode(out)
  if not doc then error(("no JSON (status %s): %s"):format(status, err)) end
  return status, doc
end

-- The probability to be given up within n keepalives, where losses are independent.
local function reckon(base, loss, patience, n)
  local law, ended = { [0] = 1 }, 0
  for _ = 1, n do
    local next_law = {}
    for e, weight in pairs(law) do
      local sent, rto, copy = 0, base * 2 ^ e, 0
      while sent <= patience do
        local to = copy == 0 and 0 or e + copy
        next_law[to] = (next_law[to] or 0) + weight * (1 - loss)
        weight, sent, rto, copy = weight * loss, sent + rto, math.min(2 * rto, 120), copy + 1
      end
      ended = ended + weight
    end
    law = next_law
  end
  return ended
end

-- Chain and simulation agree, row by row.
local status, doc = chain { "--phones", "150" }
local seen, bursts = {}, 0
dt.equal(status, 0, "exit status")
dt.equal(doc.failed, 0, "tests with p below 0.01")
for _, r in ipairs(doc.rows) do
  local name = ("%s %s %s %g %g s"):format(r.kind, r.protocol, r.profile, r.loss, r.wait_s)
  seen[r.kind .. r.protocol .. r.profile .. r.loss] = true
  local base = r.profile == "linux" and 0.21 or 1
  if r.good_s == 0 then
    dt.near(r.ends_chain, reckon(base, r.loss, r.wait_s - 0.005, r.within), 1e-9, name .. ": what the chain says")
  else
    bursts = bursts + 1
  end
  if r.kind == "ends" then
    dt.ok(r.ends_chain >= 0.005 and r.ends_chain <= 0.5, "%s: %g is too rare or too common", name, r.ends_chain)
    dt.ok(r.ends_p >= 0.01, "%s: p %g", name, r.ends_p)
  else
    dt.ok(r.copies_test.p >= 0.01 and r.rto_test.p >= 0.01, "%s: p %g, %g", name, r.copies_test.p, r.rto_test.p)
    dt.ok(r.loss < 0.05 and r.good_s == 0 or (r.copies_test.degrees >= 2 and r.rto_test.degrees >= 1), "%s: hardly a test", name)
  end
  -- Each phone that leaves was unregistered. (An SCCP phone's RST may be lost: then CUCM does not know it yet.)
  if r.protocol == "sip" then dt.equal(r.left, r.unregister_count, name .. ": alarms") end
end
dt.equal(bursts, 4, "rows with bursts")
for _, loss in ipairs { 0.01, 0.05, 0.1, 0.2, 0.3 } do
  for _, profile in ipairs { "linux", "rfc6298" } do
    dt.ok(seen["shapessip" .. profile .. loss], "no shapes of %s at %g", profile, loss)
    dt.ok(seen["endssip" .. profile .. loss], "no ends of %s at %g", profile, loss)
  end
end

-- Without Karn's rule they do not: the RTO comes back from each retransmission, too short or too long.
status, doc = chain { "--phones", "60", "--set", "tcp_karn=off" }
dt.equal(status, 1, "exit status without Karn's rule")
for _, r in ipairs(doc.rows) do
  if r.kind == "shapes" then dt.ok(r.rto_test.p < 0.01, "%s %g without Karn's rule: p %g", r.profile, r.loss, r.rto_test.p) end
end

-- A mistake is the user's, in one sentence.
for words, says in pairs {
  ["--phones 0"] = "--phones 0 is not a number from 1 to 1248",
  ["--phones 2000"] = "--phones 2000 is not",
  ["--set link_loss=5%"] = "--set link_loss: each row has its own",
  ["--set tcp_karm=off"] = "tcp_karn",
  ["--set tcp_karn=perhaps"] = "tcp_karn",
  ["case-study-2"] = "one word too many",
} do
  local list = { "chain" }
  for w in words:gmatch("%S+") do list[#list + 1] = w end
  local wrong, out, err = dt.run(list)
  dt.equal(wrong, 2, words .. ": exit status")
  dt.equal(out, "", words .. ": stdout")
  dt.ok(err:find(says, 1, true), "%s: %s", words, err)
end

-- SCCP's normal detection where answers jitter: both ways uniform over 0 to 100 ms, no ACK of its own from CUCM, and 4 ms
-- of fixed ways. A keepalive is given up with the probability that the sum of both exceeds the wait.
local function too_late(a, wait) return (2 * a - wait) ^ 2 / (2 * a * a) end
for _, floor in ipairs { 0.13, 0.16, 0.18 } do
  local d = dt.play(dt.src .. "/scenarios/studies/one-way-loss.lua",
    { "phones=96", "protocol=sccp", "link_loss=0%", "phone_jitter=uniform(0s,100ms)", "cucm_tcp_ack_delay=200ms",
      "failover_wait_factor=1", ("failover_wait_floor=%gms"):format(1000 * floor) }, { "--until", "1h" })
  local sent, left = dt.measure(d, "keepalives_sent"), dt.measure(d, "unregister_count")
  local p = too_late(0.1, floor - 0.00214)
  local sigma = math.sqrt(sent * p * (1 - p))
  dt.near((left - sent * p) / sigma, 0, 3, ("a floor of %g s: %d of %d, %.4f expected"):format(floor, left, sent, p))
end
dt.done()
