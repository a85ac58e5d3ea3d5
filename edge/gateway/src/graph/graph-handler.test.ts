import { catalogue } from '@stoa/contracts/catalogue'
import { expect, test } from 'vitest'
import { clientHasLeft } from '../upstream/slot.ts'
import { graphHandler, type GraphCall } from './graph-handler.ts'

const logger = { error: (message: string) => expect.unreachable(message) } as never
const handler = graphHandler({ services: catalogue, isIntrospected: false, logger })
const never = new Promise<never>(() => {})

/** A query whose reads and events do not come, of a client that can leave. */
function asked(query: string) {
  const left = new AbortController()
  const context = {
    load: () => never,
    follow: async () =>
      (async function* () {
        yield await never
      })(),
    callerId: undefined,
  }
  const shared = { query, context, signal: left.signal }
  const call = (mediaType: string): GraphCall => ({
    ...shared,
    method: 'POST',
    search: '',
    body: JSON.stringify({ query }),
    mediaType,
  })
  return { ...shared, variables: {}, call, leave: () => left.abort(clientHasLeft()) }
}

const gone = { code: 'request.deadline_exceeded', message: 'The client has disconnected.' }

test('a query of a client that leaves ends as one, and not as a bug', async () => {
  const query = asked('{ categories { items { name } } }')
  const answer = handler.answer(query.call('application/json'))
  query.leave()
  expect(JSON.parse(((await answer) as { readonly body: string }).body)).toMatchObject({
    errors: [{ message: gone.message, extensions: { code: gone.code } }],
  })

  const own = asked('{ categories { items { name } } }')
  const result = handler.run(own)
  own.leave()
  await expect(result).rejects.toMatchObject(gone)
})

test('so does a subscription', async () => {
  const { call, leave } = asked('subscription { orderEvents(id: "a") { status } }')
  const answer = await handler.answer(call('text/event-stream'))
  if (!('results' in answer)) throw new Error('no stream')
  const next = answer.results.next()
  leave()
  await expect(next).rejects.toMatchObject(gone)
})
