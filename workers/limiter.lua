-- The rules of domain/window.py, permit.py and telling.py, for all workers of all machines at once; a test
-- holds the two together.
-- KEYS: the account's window, then the app's where there is one.
-- ARGV: what to do (take, answer, give_back), permit, caller, told as JSON or "", windows as JSON or "",
-- the time or "" for the server's own. Returns seconds as text, or "unknown" where a window is not here.
local SHORT_S, LEASE_S, UNTOLD, UNTOLD_SHARE = 0.1, 45.0, 1, 8
local SHARING_S, HASTE, SPARE_S, LEAST_PAUSE_S, GRACE_S = 10.0, 0.5, 2.0, 0.05, 1.0
local SAME_S, UNKNOWN_WAIT_S, STEP_S, HAIR = 1.5, 60.0, 1.0, 1e-6
-- A window that nobody has asked for so long is forgotten; the longest lasts a day.
local KEPT_S = 93600

local what, permit, caller, told_text, known_text, time_text = unpack(ARGV)
local now = tonumber(time_text)
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end

local function shift(window, by)
  if window.began then window.began = window.began + by end
  window.next_slot = window.next_slot + by
  if window.reset then window.reset = window.reset + by end
  for _, each in pairs(window.leases) do each["until"] = each["until"] + by end
  for _, each in pairs(window.callers) do
    if each.since then each.since = each.since + by end
    each.wake = each.wake + by
  end
end

local function count(window)
  window.total = window.total + 1
  if window.remaining then window.remaining = math.max(0, window.remaining - window.cost) end
end

local function size(of)
  local found = 0
  for _ in pairs(of) do found = found + 1 end
  return found
end

local function turn(window)
  if now < window.clock then shift(window, now - window.clock) end
  window.clock = now
  for each, lease in pairs(window.leases) do
    if lease["until"] <= now then
      window.leases[each] = nil
      count(window)
    end
  end
  if window.reset and now >= window.reset then window.remaining, window.reset, window.began = nil, nil, nil end
  for each, known in pairs(window.callers) do
    if known.wake < now - SHARING_S then window.callers[each] = nil end
  end
end

local function left(window)
  if not window.remaining then return window.share and UNTOLD_SHARE or UNTOLD end
  local whole = math.floor(window.remaining / window.cost + HAIR)
  if not window.reset then return math.max(1, whole) end
  return whole
end

local function pause_of(window)
  local free = left(window) - size(window.leases)
  if not window.reset or size(window.callers) < 2 or free < 1 then return 0 end
  local pause = HASTE * (window.reset - SPARE_S - now) / free
  return pause >= LEAST_PAUSE_S and pause or 0
end

local function wait_of(window)
  local bears, held = left(window), size(window.leases)
  if bears < 1 then return math.max(HAIR, (window.reset or now) - now) end
  if bears <= held then return SHORT_S end
  local known = window.callers[caller]
  local since = known and known.since or now
  local ahead = 0
  for name, each in pairs(window.callers) do
    if name ~= caller and each.since and each.since < since
      and each.wake >= now - GRACE_S and each.wake <= now + SHORT_S then
      ahead = ahead + 1
    end
  end
  local pause = pause_of(window)
  local early = pause > 0 and math.max(0, window.next_slot - now) or 0
  if early > 0 or ahead >= (pause > 0 and 1 or bears - held) then
    return math.max(ahead > 0 and SHORT_S or HAIR, early + ahead * pause)
  end
  return 0
end

local function begin(window)
  if window.began then return end
  window.began = now
  if window.joint and window.limit and window.length > 0 then
    window.remaining, window.reset = window.limit, now + math.min(window.length, window.longest or 0) + STEP_S
    window.base, window.own = 0, window.total
  end
end

local function take(windows)
  local gates = {windows[1]}
  if windows[2] and windows[2].joint then gates[2] = windows[2] end
  for _, each in ipairs(windows) do
    turn(each)
    if each.leases[caller] then
      each.leases[caller] = nil
      count(each)
    end
  end
  local wait = 0
  for _, each in ipairs(gates) do wait = math.max(wait, wait_of(each)) end
  for _, each in ipairs(gates) do
    if wait > 0 then
      local known = each.callers[caller]
      each.callers[caller] = {since = known and known.since or now, wake = now + wait}
    else
      each.callers[caller] = {wake = now}
      local pause = pause_of(each)
      each.next_slot = pause > 0 and math.max(now, each.next_slot) + pause or now
    end
  end
  if wait == 0 then
    for _, each in ipairs(windows) do
      for _, other in pairs(each.leases) do other.alone = false end
      local alone = next(each.leases) == nil
      each.leases[caller] = {permit = permit, ["until"] = now + LEASE_S, alone = alone}
      begin(each)
    end
  end
  return wait
end

local function tell_share(window, told)
  local used, known = told.limit - told.remaining, window.remaining
  local overtaken = window.cost * (window.alone and 1 or size(window.leases) + UNTOLD_SHARE) + 1
  local fresh = not known or used < window.base or told.remaining > known + overtaken
  if fresh then
    window.base, window.own = used, window.total
  elseif window.total > window.own then
    window.cost = (used - window.base + 1) / (window.total - window.own)
  end
  window.share, window.limit = true, told.limit
  if told.refused then
    window.remaining = 0
  elseif fresh or window.alone then
    window.remaining = told.remaining
  else
    window.remaining = math.min(known, told.remaining)
  end
  window.reset = nil
  if window.remaining == 0 then
    window.reset = now + (told.reset_s > 0 and told.reset_s or UNKNOWN_WAIT_S)
  end
end

local function is_same(window, told)
  return window.limit == told.limit and window.reset ~= nil
    and math.abs(window.reset - (now + told.reset_s)) < SAME_S
end

local function tell(window, app, told)
  if told.share then return tell_share(window, told) end
  if told.reset_s <= 0 then
    window.limit, window.remaining, window.reset = told.limit, nil, nil
    return
  end
  local same, known = is_same(window, told), window.remaining
  if not same or not known then
    window.base, window.own = told.limit - told.remaining, window.total
    window.others = app and app.total - window.total or 0
  end
  if told.refused then
    window.remaining = 0
  elseif not same or not known or window.alone then
    window.remaining = told.remaining
  else
    window.remaining = math.min(known, told.remaining + size(window.leases))
  end
  if not same and window.reset then window.began = now end
  if window.limit ~= told.limit then window.limit, window.length = told.limit, 0 end
  window.reset = same and math.min(window.reset, now + told.reset_s) or now + told.reset_s
  if window.began then window.length = math.max(window.length, window.reset - window.began) end
end

local function others(account, app)
  return app.total - account.total - account.others
end

local function is_of_app(account, app, told)
  if told.share then return false end
  if app.joint then
    if app.limit ~= told.limit then return false end
    if account.limit and account.limit ~= told.limit then return true end
    if not app.remaining then return not account.remaining end
    return is_same(app, told) and told.remaining <= app.remaining + size(app.leases) + 1
  end
  local theirs = others(account, app)
  if account.remaining and account.limit ~= told.limit then return theirs > 0 end
  local excess = told.limit - told.remaining - account.base - (account.total - account.own)
  return is_same(account, told) and excess >= 1 and excess <= theirs + size(app.leases)
end

local function returned(window)
  for each, lease in pairs(window.leases) do
    if lease.permit == permit then
      window.leases[each] = nil
      return lease
    end
  end
end

local function answer(windows, told)
  local account, app = windows[1], windows[2]
  local sent = now
  for _, each in ipairs(windows) do
    turn(each)
    local lease = returned(each)
    each.alone = lease ~= nil and lease.alone
    if lease then
      count(each)
      sent = math.min(sent, lease["until"] - LEASE_S)
    end
  end
  if not told then return end
  for _, each in ipairs(windows) do
    each.longest = math.max(each.longest or 0, now + told.reset_s - sent)
  end
  if not app then return tell(account, nil, told) end
  if told.refused and not app.joint and (account.remaining or 0) >= 1 and others(account, app) > 0 then
    app.joint = true
    tell(app, nil, told)
  elseif is_of_app(account, app, told) then
    app.joint = true
    return tell(app, nil, told)
  end
  tell(account, app, told)
end

local given = known_text ~= '' and cjson.decode(known_text) or {}
local windows = {}
for place, key in ipairs(KEYS) do
  local text = redis.call('GET', key)
  if not text and not given[place] then return 'unknown' end
  windows[place] = text and cjson.decode(text) or given[place]
  if not text then
    -- What the database knows counts from now.
    windows[place].clock = now
    if windows[place].reset then windows[place].reset = windows[place].reset + now end
  end
end
local wait = 0
if what == 'take' then
  wait = take(windows)
elseif what == 'answer' then
  answer(windows, told_text ~= '' and cjson.decode(told_text) or nil)
else
  for _, each in ipairs(windows) do returned(each) end
end
for place, key in ipairs(KEYS) do
  redis.call('SET', key, cjson.encode(windows[place]), 'EX', KEPT_S)
end
return tostring(wait)
