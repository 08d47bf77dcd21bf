-- wrk's part of benchmarks/load.py: sends the requests of a file over one connection a thread, tells the
-- kinds' latencies as histograms, and the totals, as one line of JSON.
--
-- The file has a line a request: kind, path with query, media type, entity tag (or nothing), by tabs.
-- One connection a thread means that a request is only made when the answer before has been read, so
-- the latency of an answer is the time between two calls of request().
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long sec; long nsec; } timespec_t;
  int clock_gettime(int clock, timespec_t *now);
]]
local BUCKETS = 100 -- per factor of e: one per cent each
local KIND = 10000 -- histogram[kind * KIND + bucket]
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

local now_at = ffi.new("timespec_t[1]")
local function now(clock) -- microseconds; clock 1 is monotonic, 2 is this process's processor time
  ffi.C.clock_gettime(clock, now_at)
  return tonumber(now_at[0].sec) * 1e6 + tonumber(now_at[0].nsec) / 1e3
end

local requests, position, sent, before, kind = {}, 0, 0, nil, nil
local run = "" -- empty, or what makes the queries of this run unlike those of any other

function init(args)
  histogram, unchanged = {}, 0
  local share = tonumber(args[2])
  run = args[3] or ""
  if args[4] == "conditional" then
    function response(status)
      if status == 304 then unchanged = unchanged + 1 end
    end
  end
  for line in io.lines(args[1]) do
    local kind, path, accept, tag = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)")
    local rest = " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\nAccept: " .. accept .. "\r\n"
    if tag ~= "" then rest = rest .. "If-None-Match: " .. tag .. "\r\n" end
    table.insert(requests, { tonumber(kind), "GET " .. path, rest .. "\r\n" })
  end
  position = math.floor(#requests * number / share) -- each thread begins elsewhere in the list
  ready = now(2) -- what reading the list took is not the client's work
end

function request()
  local time = now(1)
  if sent > 1 then -- wrk makes one before it begins
    local place = kind * KIND + math.floor(math.log(math.max(time - before, 1)) * BUCKETS)
    histogram[place] = (histogram[place] or 0) + 1
  end
  position = position % #requests + 1
  sent = sent + 1
  local made = requests[position]
  kind, before = made[1], time
  if run ~= "" then -- a comment at the query's end, so that no server can have the answer
    return made[2] .. "%0A%23" .. run .. "." .. number .. "." .. sent .. made[3]
  end
  return made[2] .. made[3]
end

function done(summary, latency, all)
  local parts, unchanged, ready, spent = {}, 0, 0, now(2)
  for _, thread in ipairs(threads) do
    unchanged = unchanged + thread:get("unchanged")
    ready = math.max(ready, thread:get("ready"))
    for place, count in pairs(thread:get("histogram")) do
      table.insert(parts, string.format("[%d,%d,%d]", math.floor(place / KIND), place % KIND, count))
    end
  end
  local errors = summary.errors
  print(string.format('{"requests":%d,"microseconds":%d,"bytes":%d,"refused":%d,"broken":%d,"late":%d,"unchanged":%d,"client":%d,"histogram":[%s]}',
    summary.requests, summary.duration, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write, errors.timeout, unchanged, spent - ready, table.concat(parts, ",")))
end
