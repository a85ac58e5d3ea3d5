/**
 * Takes tokens from the bucket of each key in turn, up to the first that has none. A bucket is what was spent, in tokens, and when,
 * by the clock of Redis; so the clocks of the gateways do not matter. It expires when it is full again. One that another release wrote,
 * and that this one cannot read, is full; one from before the clock of Redis was set back continues from now.
 * ARGV: the cost (0 only looks), then the size and the microseconds per token of each bucket.
 * Returns for each key whether it was allowed (1 or 0) and what is spent, as a string because Redis would cut off the fraction.
 */
export const bucketScript = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local cost = tonumber(ARGV[1])
local answer = {}
for i, key in ipairs(KEYS) do
  local size, microsPerToken = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local spent, isAhead = 0, false
  local kept = redis.call('GET', key)
  if kept then
    local was, at = kept:match('^(%S+) (%S+)$')
    was, at = tonumber(was), tonumber(at)
    if was and at then
      spent = math.max(0, was - math.max(0, now - at) / microsPerToken)
      isAhead = at > now
    end
  end
  local allowed = size - spent + ${1e-3} >= 1
  if allowed then spent = spent + cost end
  if isAhead or allowed and cost > 0 then
    local millis = math.max(1, math.ceil(spent * microsPerToken / 1000))
    redis.call('SET', key, string.format('%.17g %.0f', spent, now), 'PX', string.format('%.0f', millis))
  end
  answer[2 * i - 1] = allowed and 1 or 0
  answer[2 * i] = string.format('%.17g', spent)
  if not allowed then break end
end
return answer
`
