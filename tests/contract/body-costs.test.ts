import { bodyLimitOf, largestJsonBytes } from '@stoa/contract'
import { makeValidator, parseBody, type Validator } from '@stoa/http'
import { isAppError, type FieldError } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { meanings } from '../requests/good-bodies.ts'
import { costlyBodies } from '../requests/costly-bodies.ts'
import { operations } from '../requests/declared-routes.ts'
import { wholeValueOf } from '../requests/valid-values.ts'

const withBody = operations.flatMap(({ at, route: { body } }) => (body === undefined ? [] : [{ at, body }]))

/** Bodies that others describe, and why they are not limited by a schema. */
const open: Readonly<Record<string, string>> = {
  'payment.receiveWebhook': 'the payment provider decides what an event contains',
  'registry.offerRoutes': 'it contains the contract of a service, which the registry reads once it knows the sender',
}

test('every body of every operation is limited by its schema, unless another program describes it', () => {
  const unlimited = withBody.filter(({ body }) => largestJsonBytes(body) === Infinity).map(({ at }) => at)
  expect(unlimited).toEqual(Object.keys(open))
})

const sizeBytes = 250_000
/** Milliseconds of CPU that explaining a body of that size may take, beside parsing it; on a slow machine. */
const maxCpuMs = 150
const maxExplanationBytes = 65_536

test.each(withBody)('$at explains a large body of mistakes without reading it whole', ({ body }) => {
  const validator = makeValidator(body)
  const good = wholeValueOf(body, meanings)
  expect(validator.errors(good)).toEqual([])
  // without the operation's own limit, which most of these bodies exceed
  for (const { what, text } of costlyBodies(body, good, sizeBytes)) {
    // the least of some attempts: other work on the core and the collector of garbage cost time, too
    const attempts = [1, 2, 3, 4, 5].values().map(() => explain(validator, Buffer.from(text)))
    const { errors, cpuMs } = attempts.find((each) => each.cpuMs < maxCpuMs) ?? explain(validator, Buffer.from(text))
    expect(JSON.stringify(errors).length, what).toBeLessThan(maxExplanationBytes)
    expect(cpuMs, what).toBeLessThan(maxCpuMs)
  }
})

interface Explained {
  readonly errors: readonly FieldError[]
  readonly cpuMs: number
}

function explain(validator: Validator, bytes: Buffer): Explained {
  try {
    const value = parseBody(bytes)
    const began = process.threadCpuUsage()
    const errors = validator.check(value) ? [] : validator.errors(value)
    const { user, system } = process.threadCpuUsage(began)
    return { errors, cpuMs: (user + system) / 1_000 }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { errors: error.fields, cpuMs: 0 }
  }
}

test('no operation reads more than its schema can need', () => {
  const limits = Object.fromEntries(operations.map(({ at, route }) => [at, bodyLimitOf(route)]))
  expect(limits).toMatchObject({
    'user.createGuest': 16_384,
    'user.authenticate': 16_384,
    'payment.receiveWebhook': 1_048_576,
  })
})
