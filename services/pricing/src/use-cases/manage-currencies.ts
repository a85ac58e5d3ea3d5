import type { Handler } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { isCurrency } from '@stoa/kernel'
import { readPage } from '@stoa/service'
import { Type, type Static } from 'typebox'
import * as store from '../store/currencies.ts'

const noCurrency = 'No currency is set for this region and channel.'
const Pair = Type.Tuple([Type.String(), Type.String()])
type Pair = Static<typeof Pair>

export const listCurrencies: Handler<PricingService, 'listCurrencies'> = async ({ query, db }) => {
  const read = (after: Pair | undefined, limit: number) => store.listCurrencies(db, after, limit)
  return { status: 200, body: await readPage(query, Pair, read, ({ region, channel }): Pair => [region, channel]) }
}

export const setCurrency: Handler<PricingService, 'setCurrency'> = async ({ body, commit, refuse }) => {
  if (!isCurrency(body.currency)) {
    const fields = [{ pointer: '/currency', detail: 'is not a currency of ISO 4217' }]
    return refuse('request.invalid', 'The currency does not exist.', { fields })
  }
  return commit(async (tx) => {
    const currency = await store.saveCurrency(tx, body)
    return { status: 201, body: currency, version: currency.version }
  })
}

export const getCurrency: Handler<PricingService, 'getCurrency'> = async ({
  params: { region, channel },
  db,
  refuse,
}) => {
  const currency = await store.getCurrency(db, region, channel)
  if (currency === undefined) return refuse('pricing.currency_not_found', noCurrency)
  return { status: 200, body: currency, version: currency.version }
}

export const deleteCurrency: Handler<PricingService, 'deleteCurrency'> = async ({
  params: { region, channel },
  expectedVersion,
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    const change = await store.deleteCurrency(tx, region, channel, expectedVersion)
    if (change === 'not_found') return refuse('pricing.currency_not_found', noCurrency)
    return { status: 204 }
  })
