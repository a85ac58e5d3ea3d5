import { AppError } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { describeError, redacted, redactText, redactValue } from './redaction.ts'

const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'

test.each([
  ['password', 'hunter2-planted'],
  ['newPassword', 'hunter2-planted'],
  ['otp', 123456],
  ['token', 'tok-planted'],
  ['accessToken', 'tok-planted'],
  ['refresh_token', 'tok-planted'],
  ['Authorization', 'Bearer planted'],
  ['set-cookie', ['sid=planted']],
  ['cookie', 'sid=planted'],
  ['cardNumber', 4242424242424242],
  ['cvc', '123'],
  ['email', 'planted@example.org'],
  ['customerEmail', 'planted@example.org'],
  ['phone', '+49 30 1234'],
  ['line1', 'Planted Street 1'],
  ['postalCode', '10115'],
  ['clientSecret', 'planted'],
  ['apiKey', 'planted'],
  ['shippingAddress', { name: 'Planted', city: 'Berlin' }],
  ['recipient', { name: 'Planted' }],
])('hides what stands under %s, at the top, one level down and deeper', (key, value) => {
  expect(redactValue({ [key]: value })).toEqual({ [key]: redacted })
  expect(redactValue({ body: { [key]: value } })).toEqual({ body: { [key]: redacted } })
  expect(redactValue({ bodies: [{ inner: { [key]: value } }] })).toEqual({ bodies: [{ inner: { [key]: redacted } }] })
})

test('a text of a megabyte is looked through in one go', () => {
  for (const part of ['a', 'a.', 'a-b.']) {
    const long = `@ ${part.repeat(2 ** 20 / part.length)}`
    expect(redactText(long)).toBe(long)
    expect(redactText(`${long}@example.org`)).toBe(`@ ${redacted}`)
  }
})

test('leaves alone what only looks related', () => {
  const fields = {
    tokenType: 'Bearer',
    emailVerified: true,
    address: '127.0.0.1',
    name: 'order',
    paymentMethodId: '019a0000-1111-7000-8000-123456789012',
    traceId: '12345678123456781234567812345678',
    at: '2026-01-02T03:04:05.678Z',
    epochMs: '1760000000001',
    url: 'http://127.0.0.1:8002/api/v1/orders',
    peers: '10.0.0.12:5432, 10.0.0.13:5432, 10.0.0.14:5432, 10.0.0.15:5432, 10.0.0.16:5432',
    lines: '2026-11-29 02:20:01.123, 2026-11-29 02:20:02.456, 2026-11-29 02:20:03.789',
    ids: '00000000-4111-1111-1111-111111111111',
  }
  expect(redactValue(fields)).toEqual(fields)
})

test.each([
  ['postgres://order:planted@127.0.0.1:5432/order', `postgres://${redacted}@127.0.0.1:5432/order`],
  ['sent Authorization: Bearer planted.token-1', `sent Authorization: Bearer ${redacted}`],
  [`verified ${jwt} in time`, `verified ${redacted} in time`],
  ['Key (email)=(planted@example.org) exists', `Key (email)=(${redacted}) exists`],
  ['GET /callback?code=planted&state=1', `GET /callback?code=${redacted}&state=1`],
  ['PGPASSWORD=planted psql', `PGPASSWORD=${redacted} psql`],
  ['card 4242 4242 4242 4242 was declined', `card ${redacted} was declined`],
  ['card 4242424242424242', `card ${redacted}`],
  ['card 4242\u00a04242\u20114242.4242, 12/29', `card ${redacted}, 12/29`],
  ['card 4242\u200b4242\u200b4242\u200b4242', `card ${redacted}`],
  ['cards 4242·4242·4242·4242 and 3782 822463 10005', `cards ${redacted} and ${redacted}`],
])('hides what stands in the text %s', (text, shown) => {
  expect(redactText(text)).toBe(shown)
})

test('describes an error with its causes, leaking none of their secrets', () => {
  const driver = Object.assign(new Error('password=planted-1 for planted-2@example.org'), {
    code: '23505',
    constraint: 'users_email_key',
    detail: 'Key (line1)=(planted-3) already exists.',
    parameters: ['planted-4'],
  })
  const refusal = new AppError('conflict', 'user.email_taken', 'the address is taken', { cause: driver })
  const described = describeError(new Error('failed with Bearer planted-5', { cause: refusal }))
  expect(described).toMatchObject({
    type: 'Error',
    message: `failed with Bearer ${redacted}`,
    cause: { type: 'AppError', code: 'user.email_taken', cause: { code: '23505', constraint: 'users_email_key' } },
  })
  expect(JSON.stringify(described)).toContain('redaction.test.ts')
  expect(JSON.stringify(described)).not.toContain('planted')
})

test('describes the errors of an aggregate, and a cause that is no error', () => {
  const error = new AggregateError([new Error('first'), new Error('second', { cause: { password: 'planted' } })], 'all')
  expect(describeError(error)).toMatchObject({
    errors: [{ message: 'first' }, { message: 'second', cause: { password: redacted } }],
  })
})

test('comes to an end on a cycle', () => {
  const error = new Error('around')
  error.cause = error
  const loop: Record<string, unknown> = { password: 'planted' }
  loop['self'] = loop
  expect(JSON.stringify([describeError(error), redactValue(loop)])).not.toContain('planted')
})

test('turns what JSON does not know into what it does', () => {
  const value = { big: 12n, call: () => 1, bytes: new Uint8Array(3), map: new Map([['a', 1]]), at: new Date(0) }
  expect(redactValue(value)).toEqual({
    big: '12',
    call: undefined,
    bytes: '[3 bytes]',
    map: [['a', 1]],
    at: '1970-01-01T00:00:00.000Z',
  })
})
