/** The notification channel for appends to a topic. */
export function channelOf(topic: string): string {
  return `events:${topic}`
}

/** The notification channel for new event types. */
export const typesChannel = 'event-types'

/** The notification channel for rebalances of a group. */
export function groupChannelOf(group: string): string {
  return `group:${group}`
}
