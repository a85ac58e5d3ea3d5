import type { EventType } from '@stoa/contract'
import { newId } from '@stoa/kernel'
import { expect, onTestFinished, test } from 'vitest'
import { eventually, MissingStub, startTestService, type TestService, type TestServiceOptions } from '../src/index.ts'
import { dispatchingService, parcelLost, parcelPacked } from './dispatching.ts'

type Dispatching = Awaited<ReturnType<typeof dispatchingService>>['contract']

const sentenceOf = (method: string) =>
  `dispatching called courier.${method}, for which the test has no stub: ` +
  `add calls: { courier: { ${method}: async (request) => ({}) } } to the options of startTestService`

const start = async (calls: TestServiceOptions<Dispatching>['calls'] = {}) =>
  startTestService(await dispatchingService(), { access: { roles: {}, scopes: {} }, calls })

const dispatch = { body: {}, key: newId() }

test('a call without a stub fails the test at once and at the end, although the service hides it', async () => {
  const service = await start()
  await expect(service.request('POST', '/api/v1/parcels', dispatch)).rejects.toThrow(sentenceOf('book'))
  await expect(service.published()).rejects.toThrow(MissingStub)
  await expect(service.stop()).rejects.toThrow(sentenceOf('book'))
})

test('a call without a stub in the background ends a wait, and every such call is named at the end', async () => {
  const service = await start()
  await service.receive(parcelPacked, 'p', { parcelId: 'p' })
  const startMs = performance.now()
  await expect(eventually(() => expect(1).toBe(2))).rejects.toThrow(sentenceOf('cancel'))
  expect(performance.now() - startMs).toBeLessThan(25_000)
  await expect(service.stop()).rejects.toThrow(`${sentenceOf('cancel')}\n${sentenceOf('book')}`)
  await eventually(() => 'a service that has stopped ends no wait')
})

test('a stub receives a complete message, and its response is completed', async () => {
  const requests: string[] = []
  const service = await start({
    courier: {
      book: async ({ value }) => {
        requests.push(value)
        return {}
      },
      cancel: async () => ({}),
    },
  })
  onTestFinished(service.stop)
  const { body } = await service.request('POST', '/api/v1/parcels', dispatch)
  expect([requests, body]).toEqual([[''], { booked: 'booked ""' }])
})

test('only events that the contract consumes are received, with data that fits', async () => {
  const service = await start()
  onTestFinished(service.stop)
  const { receive }: TestService = service
  await expect(receive(parcelLost, 'p', { parcelId: 'p' })).rejects.toThrow(
    'dispatching does not consume parcel.lost 1.0.0: its contract declares parcel.packed 1.0.0',
  )
  await expect(receive<EventType>(parcelPacked, 'p', {})).rejects.toThrow(
    /^data of parcel.packed 1.0.0 does not fit its schema/,
  )
})

test('a task runs at once, and its outcome is known', async () => {
  const service = await start()
  onTestFinished(service.stop)
  expect(await service.runTask('sweep', { failing: false })).toEqual({ status: 'completed' })
  const error = { message: 'no broom' }
  expect(await service.runTask('sweep', { failing: true })).toMatchObject({ status: 'postponed', error })
  expect(await service.runTask('sweep-once', {})).toMatchObject({ status: 'failed', error })
  const { runTask }: TestService = service
  await expect(runTask('sweep', {})).rejects.toThrow('the payload of task sweep does not match')
})
