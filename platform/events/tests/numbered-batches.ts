import type { AppendBatch } from '../src/index.ts'
import { parcelPacked } from './shop.ts'

/** Events in each batch, each about a key of its own; over the batches, each key has all steps in order. */
export const keysPerBatch = 20

/** The batch that has this number, the same whenever it is made. */
export function numberedBatch(topic: string, number: number): AppendBatch {
  const type = `${parcelPacked.type}-${topic}`
  const records = Array.from({ length: keysPerBatch }, (_, key) => {
    const id = `00000000-0000-4000-8000-${(number * keysPerBatch + key).toString(16).padStart(12, '0')}`
    return { id, type, key: `key ${key}`, event: JSON.stringify({ id, subject: `key ${key}`, data: { step: number } }) }
  })
  return { topic, producer: { name: topic, batch: number }, records }
}
