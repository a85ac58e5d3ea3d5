import type { AppendBatch } from '../event-log.ts'

const maxPayloadBytes = 7_000

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

/** What listeners to a topic are told about a batch: its types, or nothing if these are too many. */
export function typesIn({ records }: AppendBatch): string {
  const types = [...new Set(records.map(({ type }) => type))].join(',')
  return types.length > maxPayloadBytes ? '' : types
}
