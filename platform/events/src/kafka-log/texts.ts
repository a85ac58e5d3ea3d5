import type { Row, Texts } from '../postgres-log/read.ts'
import type { KafkaClient } from './client.ts'
import { eventOf } from './codec.ts'
import { fetchSpans } from './fetch.ts'

const bytesPerFetch = 64 * 1_024

/** Fetches the texts of indexed events from Kafka. */
export function textsIn(client: KafkaClient, kafkaNameOf: (topic: string) => string): Texts {
  return {
    areElsewhere: true,
    async addTo(rows) {
      const texts = new Map<Row, string>()
      let waiting = [...Map.groupBy(rows, ({ topic, part }) => `${topic}/${part}`).values()].map((each) =>
        each.toSorted((a, b) => a.position - b.position),
      )
      while (waiting.length > 0) {
        const places = waiting.map(([first]) => ({
          topic: kafkaNameOf(first?.name ?? ''),
          part: first?.part ?? 0,
          offset: first?.kafka_offset ?? 0,
        }))
        const spans = await fetchSpans(client, places, bytesPerFetch)
        waiting = waiting.map((each, index) => {
          const place = places[index]
          const span = spans.find(({ topic, part }) => topic === place?.topic && part === place.part)
          const found = new Map(span?.records.map((record) => [record.offset, record]))
          for (const row of each) {
            const record = found.get(row.kafka_offset ?? -1)
            if (record !== undefined) texts.set(row, eventOf(record))
          }
          // What is not there behind the first one has been removed since it was looked up.
          const reached = Math.max(span?.next ?? 0, (place?.offset ?? 0) + 1)
          return each.filter((row) => (row.kafka_offset ?? 0) >= reached)
        })
        waiting = waiting.filter((each) => each.length > 0)
      }
      return rows.flatMap((row) => {
        const event = texts.get(row)
        return event === undefined ? [] : [{ ...row, event }]
      })
    },
  }
}
