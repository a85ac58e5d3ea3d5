import { readFile } from 'node:fs/promises'
import { makeRandom } from '@stoa/inference/domain/random'

/** What was bought at once, and when. */
export interface DatedBasket {
  readonly orderId: string
  readonly at: Temporal.Instant
  readonly skus: readonly string[]
}

const dated = /,(\d{1,2})\/(\d{1,2})\/(\d{2,4}) (\d{1,2}):(\d{2}),[^,]*,[^,]*,[^,]*$/

/**
 * Reads the transactions of the Online Retail data set (Daqing Chen, 2015, UCI Machine Learning Repository, CC BY 4.0), in the order of the
 * file, without cancellations, returns, charges and samples.
 */
export async function readBaskets(path: string): Promise<DatedBasket[]> {
  const baskets = new Map<string, { at: Temporal.Instant; skus: Set<string> }>()
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const [, invoice, sku] = /^(\d{6}),(\d{5}[A-Za-z]{0,2}),/.exec(line) ?? []
    const [, month, day, year = '', hour, minute] = dated.exec(line) ?? []
    const quantity = Number(line.split(',').at(-5))
    if (invoice === undefined || sku === undefined || month === undefined || !(quantity > 0)) continue
    const two = (text = '') => text.padStart(2, '0')
    const date = `${year.padStart(4, '20')}-${two(month)}-${two(day)}T${two(hour)}:${minute}:00Z`
    const basket = baskets.get(invoice) ?? { at: Temporal.Instant.from(date), skus: new Set() }
    basket.skus.add(sku.toUpperCase())
    baskets.set(invoice, basket)
  }
  return [...baskets].map(([orderId, { at, skus }]) => ({ orderId, at, skus: [...skus] }))
}

/** Generates baskets around themes, with things that everyone buys; the same ones each time. */
export function generateBaskets(count: number): DatedBasket[] {
  const random = makeRandom(11)
  const start = Temporal.Instant.from('2026-01-01T00:00:00Z')
  return Array.from({ length: count }, (_, index) => {
    const theme = Math.floor(random() * 40)
    const size = 1 + Math.floor(-Math.log(1 - random()) * 4)
    const skus = Array.from({ length: size }, () =>
      random() < 0.6 ? `T${theme}-${Math.floor(12 * random() ** 2)}` : `S-${Math.floor(400 * random() ** 3)}`,
    )
    return { orderId: `generated-${index}`, at: start.add({ minutes: index }), skus: [...new Set(skus)] }
  })
}
