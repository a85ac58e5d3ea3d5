import { expect, test } from 'vitest'
import { signWebhook, verifiedWebhookId } from './signature.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const now = Temporal.Instant.fromEpochMilliseconds(1_614_265_330_000)
const body = Buffer.from('{"test": 2432232314}')
const headers = (signature: string, timestamp = '1614265330') => ({
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': timestamp,
  'webhook-signature': signature,
})
// the example of the specification
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='

test('a webhook signed as the specification has it is taken', () => {
  expect(signWebhook(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, body)).toBe(signature)
  expect(verifiedWebhookId(secret, { headers: headers(`v1,AAAA ${signature}`), body, now })).toBe(
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
  )
})

test('another body, secret, time or version is not', () => {
  const other = [
    { headers: headers(signature), body: Buffer.concat([body, Buffer.from(' ')]), now },
    { headers: headers(signature, '1614265331'), body, now },
    { headers: headers(signature.replace('v1,', 'v2,')), body, now },
    { headers: headers(signature), body, now: now.add({ minutes: 6 }) },
    { headers: {}, body, now },
  ]
  for (const webhook of other) expect(verifiedWebhookId(secret, webhook)).toBeUndefined()
  expect(verifiedWebhookId('whsec_AAAA', { headers: headers(signature), body, now })).toBeUndefined()
})
