import { createTelemetry } from '@stoa/telemetry'
import { expect, test, vi } from 'vitest'
import type { EventLog, PartitionLag } from './event-log.ts'
import { startFollower } from './followers.ts'

const telemetry = createTelemetry({
  service: 'parcel',
  environment: 'test',
  version: '0',
  instance: 'test',
  logLevel: 'silent',
  sampleRatio: 0,
})

/** A log of which only the groups are known. */
function logWith(groups: readonly string[]) {
  const subscribed: string[] = []
  const log = {
    lag: async (group: string) =>
      groups.filter((each) => each === group).map((each) => ({ group: each }) as PartitionLag),
    subscribe({ group }: { readonly group: string }) {
      subscribed.push(group)
      return { stop: async () => {} }
    },
  }
  return { log: log as unknown as EventLog, subscribed }
}

function start(log: EventLog, isNeeded: () => Promise<boolean>) {
  const follower = { start() {}, take: async () => {}, trouble: () => undefined, close: async () => {} }
  return startFollower({ service: { name: 'parcel' }, log, telemetry }, { name: 'hooks', isNeeded, ...follower })
}

test('nothing is read for a follower before it needs events', async () => {
  let isNeeded = false
  let asked = 0
  const { log, subscribed } = logWith([])
  const running = start(log, async () => {
    asked += 1
    return isNeeded
  })
  await vi.waitFor(() => expect(asked).toBeGreaterThan(1), 10_000)
  expect(subscribed).toEqual([])
  isNeeded = true
  await vi.waitFor(() => expect(subscribed).toEqual(['parcel.hooks']), 10_000)
  await running.stop(1_000)
})

test('a follower whose group exists continues with it, or the log would keep what the group has not read', async () => {
  const { log, subscribed } = logWith(['parcel.hooks'])
  const running = start(log, async () => false)
  await vi.waitFor(() => expect(subscribed).toEqual(['parcel.hooks']), 10_000)
  await running.stop(1_000)
})

test('a follower that is stopped before it needs events never gets any', async () => {
  let isNeeded = false
  const { log, subscribed } = logWith([])
  const running = start(log, async () => isNeeded)
  await running.stop(1_000)
  isNeeded = true
  await new Promise((resolve) => void setTimeout(resolve, 1_500))
  expect(subscribed).toEqual([])
})
