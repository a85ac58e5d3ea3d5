import { AppError, money } from '@stoa/kernel'
import { expect, test } from 'vitest'
import type { ChargeOutcome } from '../domain/payment.ts'
import { askingProvider } from './ask-provider.ts'
import type { PaymentProvider } from './provider.ts'

const captured = { kind: 'captured', reference: 'ch_1' } as const

interface Script {
  /** What each attempt at the charge does; the last one is repeated. */
  readonly charge?: readonly ('answer' | 'fail' | 'hang' | 'break')[]
  readonly found?: ChargeOutcome
}

/** A provider that follows a script, and keeps what it was asked. */
function scripted({ charge = ['answer'], found }: Script) {
  const asked: string[] = []
  const unused = () => Promise.reject(new Error('not part of the script'))
  const provider: PaymentProvider = {
    name: 'scripted',
    checksVelocity: false,
    describeToken: unused,
    async charge() {
      const attempt = charge[Math.min(asked.filter((what) => what === 'charge').length, charge.length - 1)]
      asked.push('charge')
      if (attempt === 'hang') return new Promise<never>(() => {})
      if (attempt === 'fail') throw new AppError('unavailable', 'scripted.failing', 'fails')
      if (attempt === 'break') throw new TypeError('broken')
      return captured
    },
    async findCharge() {
      asked.push('find')
      return found
    },
    readCharge: unused,
    capture: unused,
    void: unused,
    refund: unused,
    findRefund: unused,
    disputes: { read: unused, respond: unused },
    readWebhook: async () => undefined,
  }
  const unknown = { providerCustomer: undefined, reference: undefined }
  const request = {
    ...unknown,
    key: 'k',
    orderId: 'o',
    token: 't',
    amount: money(1, 'EUR'),
    isCaptured: true,
    isReviewed: false,
  }
  const asking = askingProvider(provider, { timeoutMs: 20 })
  return { asked, charge: (isRepeat = false) => asking.charge(request, isRepeat) }
}

const unavailable = { kind: 'unavailable', code: 'payment.provider_unavailable' }

test('charges once when the provider answers', async () => {
  const { asked, charge } = scripted({})
  expect(await charge()).toEqual(captured)
  expect(asked).toEqual(['charge'])
})

test('asks what happened when no answer came, and never charges again', async () => {
  const { asked, charge } = scripted({ charge: ['hang'], found: captured })
  expect(await charge()).toEqual(captured)
  expect(asked).toEqual(['charge', 'find'])
})

test('says that nobody knows yet when the provider knows nothing of a charge it did not answer', async () => {
  const { asked, charge } = scripted({ charge: ['hang'] })
  await expect(charge()).rejects.toMatchObject(unavailable)
  expect(asked).toEqual(['charge', 'find'])
})

test('asks before it charges when it may have charged before', async () => {
  const known = scripted({ found: captured })
  expect(await known.charge(true)).toEqual(captured)
  expect(known.asked).toEqual(['find'])
  const unknown = scripted({})
  expect(await unknown.charge(true)).toEqual(captured)
  expect(unknown.asked).toEqual(['find', 'charge'])
})

test('tries a provider that says it failed three times', async () => {
  const { asked, charge } = scripted({ charge: ['fail', 'fail', 'answer'] })
  expect(await charge()).toEqual(captured)
  expect(asked).toEqual(['charge', 'charge', 'charge'])
  const { charge: chargeInVain } = scripted({ charge: ['fail'] })
  await expect(chargeInVain()).rejects.toMatchObject(unavailable)
})

test('takes a bug for a bug', async () => {
  await expect(scripted({ charge: ['break'] }).charge()).rejects.toThrow(TypeError)
})
