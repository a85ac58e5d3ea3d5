import { randomUUID } from 'node:crypto'
import type { ShippingAddress } from '@stoa/contracts/order/resources'
import type { Chance } from './chance.ts'
import type { Ask } from './gateway.ts'
import { recordFact, type Tally } from './tally.ts'

/** A signed-in shopper. */
export interface Shopper {
  readonly name: string
  readonly token: string
  readonly address: ShippingAddress
}

interface ShopperParts {
  readonly ask: Ask
  readonly chance: Chance
  readonly tally: Tally
}

const names = [
  'Hedy Lamarr',
  'Alan Turing',
  'Katherine Johnson',
  'Konrad Zuse',
  'Radia Perlman',
  'Edsger Dijkstra',
  'Barbara Liskov',
  'Tony Hoare',
  'Frances Allen',
  'Niklaus Wirth',
  'Karen Jones',
  'Jim Gray',
]
const places = [
  { city: 'Wien', postalCode: '1080', country: 'AT' },
  { city: 'Berlin', postalCode: '10115', country: 'DE' },
  { city: 'Lyon', postalCode: '69001', country: 'FR' },
  { city: 'Milano', postalCode: '20121', country: 'IT' },
  { city: 'Utrecht', postalCode: '3511', country: 'NL' },
  { city: 'Sevilla', postalCode: '41001', country: 'ES' },
]
const password = 'shopping-is-fun-42'

/** Registers an account and signs in; undefined when either is refused. */
export async function register({ ask, chance, tally }: ShopperParts): Promise<Shopper | undefined> {
  const { name, email, address } = someone(chance)
  const made = await ask(undefined, (api) => api.registerUser({ body: { email, password, name } }))
  if (made === undefined) return undefined
  const tokens = await ask(undefined, (api) => api.authenticate({ body: { email, password } }))
  if (tokens === undefined) return undefined
  tally.shoppers += 1
  return { name, token: tokens.accessToken, address }
}

/** Comes in as a guest; undefined when that is refused. */
export async function visitAsGuest({ ask, chance, tally }: ShopperParts): Promise<Shopper | undefined> {
  const { name, email, address } = someone(chance)
  const tokens = await ask(undefined, (api) => api.createGuest({ body: { email } }))
  if (tokens === undefined) return undefined
  tally.shoppers += 1
  return { name, token: tokens.accessToken, address }
}

/** Registers, forgets the password twice, and then remembers it. */
export async function registerAndForget({ ask, chance, tally }: ShopperParts): Promise<Shopper | undefined> {
  const { name, email, address } = someone(chance)
  await ask(undefined, (api) => api.registerUser({ body: { email, password, name } }))
  const signIn = (secret: string) => ask(undefined, (api) => api.authenticate({ body: { email, password: secret } }))
  await signIn('was-it-this-one')
  await signIn('or-rather-that-one')
  const tokens = await signIn(password)
  if (tokens === undefined) return undefined
  tally.shoppers += 1
  recordFact(tally, `${name} has signed in at the third try`)
  return { name, token: tokens.accessToken, address }
}

function someone(chance: Chance) {
  const name = chance.pick(names)
  const email = `${name.toLowerCase().replaceAll(' ', '.')}.${randomUUID()}@shoppers.example`
  return { name, email, address: { name, line1: `Main Street ${chance.between(1, 99)}`, ...chance.pick(places) } }
}
