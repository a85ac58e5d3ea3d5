import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from '@stoa/testing'
import { describe, expect, test } from 'vitest'
import { stripeProvider } from '../../src/providers/stripe/stripe.ts'

const hasMock = spawnSync('stripe-mock', ['-version']).status === 0
if (!hasMock)
  console.warn(
    'skipped: the test of requests to Stripe needs stripe-mock (go install github.com/stripe/stripe-mock@v0.203.0)',
  )

/** Stripe's own mock: it checks every request against the description of the API, and always answers the same. */
async function startMock() {
  const mock = spawn('stripe-mock', ['-http-addr', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/' })
  let said = ''
  mock.stdout.on('data', (data) => {
    said += String(data)
  })
  const port = await eventually(async () => {
    const [, found] = /address: 127\.0\.0\.1:(\d+)/.exec(said) ?? []
    if (found === undefined) throw new Error(`stripe-mock is not ready: ${said}`)
    return found
  })
  return {
    url: `http://127.0.0.1:${port}`,
    /** Each request, with the status of its answer. */
    answers: () =>
      [...said.matchAll(/Request: (\S+ \S+)\n[^]*?status=(\d+)/g)].map(([, request, status]) => `${request} ${status}`),
    async stop() {
      mock.kill('SIGKILL')
      await once(mock, 'exit')
    },
  }
}

describe.runIf(hasMock)('the requests to Stripe', () => {
  test('are all as its API describes them', async () => {
    const mock = await startMock()
    try {
      const account = { secretKey: 'sk_test_123', apiUrl: mock.url, timeoutMs: 20_000, webhookSecret: undefined }
      const { signal } = new AbortController()
      const amount = { amount: 1_999, currency: 'EUR' }
      const reference = 'pi_1'
      for (const returnUrl of [undefined, 'https://shop.example/paid']) {
        const stripe = stripeProvider({ ...account, returnUrl })
        const request = { key: 'k', orderId: 'o', token: 'pm_1', amount, isCaptured: true, isReviewed: false }
        const known = { ...request, providerCustomer: 'cus_1', reference: undefined }
        // It knows no states, so that what comes of them is nothing that Stripe would decide.
        await Promise.allSettled([
          stripe.describeToken('pm_1', { customerId: 'c', reference: undefined }, signal),
          stripe.charge(known, signal),
          stripe.findCharge(known, signal),
          stripe.findCharge({ ...known, reference }, signal),
          stripe.capture(reference, signal),
          stripe.void(reference, signal),
          stripe.refund({ key: 'r', reference, amount }, signal),
          stripe.findRefund({ key: 'r', reference, amount }, signal),
          stripe.disputes.read('du_1', signal),
          stripe.disputes.respond('du_1', { kind: 'evidence', evidence: { shippingCarrier: 'DHL' }, key: 'e' }, signal),
          stripe.disputes.respond('du_1', { kind: 'accept', key: 'a' }, signal),
        ])
      }
      const answers = mock.answers()
      expect(answers.filter((answer) => !answer.endsWith(' 200'))).toEqual([])
      const asked = answers.map((answer) => answer.replace(/\/(pi|pm|du)_\w+/, '/*').replace(' 200', ''))
      expect([...new Set(asked)].toSorted()).toEqual([
        'GET /v1/disputes/*',
        'GET /v1/payment_intents/*',
        'GET /v1/payment_intents/search',
        'GET /v1/payment_methods/*',
        'GET /v1/refunds',
        'POST /v1/customers',
        'POST /v1/disputes/*',
        'POST /v1/disputes/*/close',
        'POST /v1/payment_intents',
        'POST /v1/payment_intents/*/cancel',
        'POST /v1/payment_intents/*/capture',
        'POST /v1/payment_methods/*/attach',
        'POST /v1/refunds',
      ])
    } finally {
      await mock.stop()
    }
  })
})
