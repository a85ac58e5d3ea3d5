/** How far the time of a webhook may be off, in either direction. */
export const webhookToleranceSeconds = 300

/** Whether a time in seconds since the epoch, as it stands in a header, is near enough to now. */
export function isFromToleratedTime(timestamp: string, now: Temporal.Instant): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false
  return Math.abs(Math.floor(now.epochMilliseconds / 1_000) - Number(timestamp)) <= webhookToleranceSeconds
}
