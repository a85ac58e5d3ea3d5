import type { Rate } from '@stoa/contracts/shipping/resources'

type Zone = 'home' | 'europe' | 'world'

const europe = 'AT BE BG CH CY CZ DK EE ES FI FR GB GR HR HU IE IT LI LT LU LV MT NL NO PL PT RO SE SI SK'.split(' ')
const world = 'AU CA JP NZ US'.split(' ')
const zones = new Map<string, Zone>([
  ['DE', 'home'],
  ...europe.map((country): [string, Zone] => [country, 'europe']),
  ...world.map((country): [string, Zone] => [country, 'world']),
])

/** Minor units: for the parcel, and for each kilogram begun beyond the first. */
const prices: Readonly<Record<Zone, Readonly<Record<'standard' | 'express', readonly [number, number]>>>> = {
  home: { standard: [499, 100], express: [999, 150] },
  europe: { standard: [999, 250], express: [1_999, 400] },
  world: { standard: [1_999, 900], express: [3_999, 1_500] },
}
const days: Readonly<Record<Zone, Readonly<Record<'standard' | 'express', number>>>> = {
  home: { standard: 2, express: 1 },
  europe: { standard: 4, express: 2 },
  world: { standard: 10, express: 4 },
}

/** Whether the sandbox carrier goes to this country. */
export function servesCountry(country: string): boolean {
  return zones.has(country)
}

/** What the sandbox carrier charges, by zone and weight; none when it does not go there. */
export function ratesOf(country: string, weightGrams: number): Rate[] {
  const zone = zones.get(country)
  if (zone === undefined) return []
  const kilogramsBeyondFirst = Math.max(0, Math.ceil(weightGrams / 1_000) - 1)
  return (['standard', 'express'] as const).map((method) => {
    const [first, next] = prices[zone][method]
    const charge = { amount: first + next * kilogramsBeyondFirst, currency: 'EUR' }
    return { carrier: 'sandbox', method, charge, days: days[zone][method] }
  })
}
