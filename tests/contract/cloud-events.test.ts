import { catalogue } from '@stoa/contracts/catalogue'
import { dataSchemaOf, type CloudEvent as OwnEvent } from '@stoa/events'
import { newId } from '@stoa/kernel'
import { CloudEvent, HTTP, type Message } from 'cloudevents'
import { expect, test } from 'vitest'
import { wholeValueOf } from '../requests/valid-values.ts'

const published = catalogue.flatMap(({ name, publishes }) =>
  Object.values(publishes).map((event): [string, OwnEvent] => [
    `${event.type} ${event.version}`,
    {
      specversion: '1.0',
      id: newId(),
      source: `/services/${name}`,
      type: event.type,
      subject: newId(),
      time: '2026-03-01T12:00:00.123456789Z',
      datacontenttype: 'application/json',
      dataschema: dataSchemaOf(event, 'https://shop.example/'),
      partitionkey: newId(),
      correlationid: newId(),
      causationid: newId(),
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      data: wholeValueOf(event.data),
    },
  ]),
)

/** What the SDK makes of a message; it writes times with milliseconds. */
function read(message: Message): Record<string, unknown> {
  const received = HTTP.toEvent<unknown>(message) as CloudEvent<unknown>
  expect(received.validate()).toBe(true)
  return received.toJSON()
}

test('there are events to hold to the standard', () => {
  expect(published.length).toBeGreaterThan(30)
})

test.each(published)('%s goes through the CloudEvents SDK in structured and in binary mode', (_, event) => {
  const expected = { ...event, time: '2026-03-01T12:00:00.123Z' }
  const ours = read({ headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify(event) })
  expect(ours).toEqual(expected)
  expect(read(HTTP.structured(new CloudEvent({ ...event })))).toEqual(expected)
  expect(read(HTTP.binary(new CloudEvent({ ...event })))).toEqual(expected)
})
