import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { EventLog, LoggedEvent, LogRecord, SubscribeOptions } from '../src/index.ts'
import { parcelPacked, parcelSent } from './shop.ts'

/** Makes a record of one event about a key. */
export function record(key: string, step: number, type: string = parcelPacked.type): LogRecord {
  const id = randomUUID()
  const event = {
    id,
    type,
    subject: key,
    correlationid: `about ${key}`,
    data: { step, 'a "quoted" name': 'with \\ and ünïcode' },
  }
  return { id, type, key, event: JSON.stringify(event) }
}

/** Makes the records of steps `from` to `to`, exclusive, of one key. */
export function steps(key: string, from: number, to: number): LogRecord[] {
  return Array.from({ length: to - from }, (_, index) => record(key, from + index))
}

/** Returns the step that an event of `record` is about. */
export const stepOf = ({ event }: LoggedEvent) => (JSON.parse(event) as { data: { step: number } }).data.step
/** Returns the key that an event of `record` is about. */
export const keyOf = ({ event }: LoggedEvent) => (JSON.parse(event) as { subject: string }).subject

/** Declares a topic with types of its own, which no other test uses; subscriptions end with the test. */
export async function topicOfItsOwn(log: EventLog) {
  const topic = `${randomUUID()}.events`
  // Types of their own, so that groups of other tests do not see these events.
  const [packed, sent] = [`parcel.packed-${topic}`, `parcel.sent-${topic}`]
  await log.declare(topic, [
    { ...parcelPacked, type: packed },
    { ...parcelSent, type: sent },
  ])
  const ofType = (records: readonly LogRecord[]) =>
    records.map((each) => ({ ...each, type: each.type === parcelPacked.type ? packed : sent }))
  const append = (...records: LogRecord[]) => log.append({ topic, records: ofType(records) })
  const subscribe = (options: Partial<SubscribeOptions>) => {
    const seen: LoggedEvent[] = []
    const handle = async (events: readonly LoggedEvent[]) => void seen.push(...events)
    const troubles: unknown[] = []
    const onTrouble = (error: unknown) => void troubles.push(error)
    const subscription = log.subscribe({ group: topic, types: [packed, sent], handle, onTrouble, ...options })
    let stopping: Promise<void> | undefined
    const stop = () => (stopping ??= subscription.stop())
    onTestFinished(stop)
    return { ...subscription, stop, seen, troubles }
  }
  return { topic, log, packed, sent, append, ofType, subscribe }
}
