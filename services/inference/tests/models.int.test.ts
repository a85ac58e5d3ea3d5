import { afterAll, beforeAll, expect, test } from 'vitest'
import { startInference, type InferenceApp } from './inference-app.ts'

let app: InferenceApp
beforeAll(async () => {
  app = await startInference()
})
afterAll(() => app.service.stop())

const analyst = { subject: '01920000-0000-7000-8000-0000000000a1', roles: ['analyst'] }
const predict = (model: string, inputs: unknown[], as = analyst) =>
  app.service.request('POST', `/api/v1/inference/${model}:predict`, { as, body: { inputs } })
const usual = { amountRatio: 0.02, countryMismatch: false, paymentsLastHour: 0 }

test('models are listed with their schemas, versions and figures', async () => {
  const { status, body } = await app.service.request('GET', '/api/v1/inference/models', { as: analyst })
  expect([status, body.items.map(({ name }: any) => name)]).toEqual([200, ['recommendations', 'fraud-score']])
  expect(body.items[1]).toMatchObject({
    version: '1.0.0',
    input: { required: ['amountRatio', 'countryMismatch', 'paymentsLastHour'] },
    metrics: { areaUnderCurve: expect.any(Number) },
  })
})

test('inputs are predicted in their order', async () => {
  const { status, body } = await predict('fraud-score', [usual, { ...usual, paymentsLastHour: 9 }])
  expect([status, body.model, body.version]).toEqual([200, 'fraud-score', '1.0.0'])
  expect(body.outputs[0].score).toBeLessThan(0.02)
  expect(body.outputs[1].score).toBeGreaterThan(0.3)
})

test('an input that does not match the manifest is refused with its fields', async () => {
  const { status, body } = await predict('fraud-score', [usual, { ...usual, paymentsLastHour: 1.5, more: true }])
  expect([status, body.code]).toEqual([422, 'inference.input_invalid'])
  expect(body.errors.map(({ pointer }: any) => pointer)).toEqual(
    expect.arrayContaining(['/inputs/1/paymentsLastHour', '/inputs/1/more']),
  )
})

test('an unknown model is not found, and a customer may apply none', async () => {
  const unknown = await predict('nothing', [usual])
  expect([unknown.status, unknown.body.code]).toEqual([404, 'inference.model_not_found'])
  expect((await predict('fraud-score', [usual], { ...analyst, roles: ['customer'] })).status).toBe(403)
})

test('recommendations are a model too, with figures of its tests before training', async () => {
  const [a, b] = [await app.product('M-A'), await app.product('M-B')]
  // an eighth of the orders is tested, by a hash of their ids
  let metrics: Record<string, number> = {}
  for (let orders = 0; orders < 200 && (metrics['hitRateAt10'] ?? 0) === 0; orders++) {
    await app.order(['M-A', 'M-B'])
    const { body } = await app.service.request('GET', '/api/v1/inference/models', { as: analyst })
    metrics = body.items[0].metrics
    expect(metrics['baskets']).toBe(orders + 1)
  }
  expect(metrics['hitRateAt10']).toBeGreaterThan(0)
  expect(metrics['tested']).toBeLessThan(metrics['baskets'] ?? 0)
  await app.order(['M-A', 'M-B'])
  const { body } = await predict('recommendations', [{ productIds: [a] }, { productIds: [], limit: 1 }])
  expect(body.outputs[0].items[0]).toMatchObject({ productId: b, reason: 'bought_together' })
  expect(body.outputs[1].items).toMatchObject([{ reason: 'popular' }])
})

test('payment gets the score of a payment', async () => {
  const input = { amountRatio: 0.02, countryMismatch: false, paymentsLastHour: 9 }
  const { body } = await app.service.call('ScorePayment', input)
  expect(body).toMatchObject({ modelVersion: '1.0.0' })
  expect(body.score).toBeGreaterThan(0.3)
})
