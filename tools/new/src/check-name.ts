import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Service } from '@stoa/contract'
import { permissions } from '@stoa/contracts/auth/roles'
import { system as shop } from '@stoa/systems/shop'
import { Sorry } from './sorry.ts'
import { isKebabCase, pluralOf, spellingsOf } from './words.ts'

const longest = 40

// Words of the language, and names that the files made around the word use for something else.
const spoken = new Set(
  `await break case catch class const continue debugger default delete do else enum export extends false finally for
  function if implements import in instanceof interface let new null package private protected public return static super
  switch this throw true try typeof var void while with yield arguments eval async of undefined
  admin answers app asked body caller catalogue closed commit config created data db decision deps errors event events
  expect expectation first found get handler health http id key owner path permission permissions personal-data post ready
  refuse response roles rpc schema service services some status stoa system test title told topology tx type`.split(
    /\s+/,
  ),
)
const bannedWords = ['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'manager', 'impl', 'base']

/** Refuses what cannot be the name of a new service. @throws Sorry */
export function checkServiceName(root: string, name: string): void {
  checkForm(name)
  const taken = shop.services.find((each) => each.name === name)
  if (taken !== undefined) throw new Sorry(`The service ${name} already exists, in ${taken.folder}.`)
  for (const folder of [`contracts/${name}`, `services/${name}`, `node_modules/@stoa/${name}`]) {
    if (existsSync(join(root, folder))) throw new Sorry(`The name ${name} is taken: ${folder} already exists.`)
  }
  const path = `/api/v1/${pluralOf(name)}`
  const contracts = shop.services.flatMap(({ contract }) => (contract === undefined ? [] : [contract]))
  for (const contract of contracts) {
    const what = whatIsTaken(contract, path, `${spellingsOf(name).snake}.created`)
    if (what !== undefined) throw new Sorry(`A service ${name} would own ${what}, which belongs to ${contract.name}.`)
  }
  const granted = permissions.find((each) => each.startsWith(`${name}:`))
  if (granted !== undefined) throw new Sorry(`A service ${name} would own the permission ${granted}, which is taken.`)
}

/** Refuses what cannot be the name of anything in code. @throws Sorry */
export function checkForm(name: string): void {
  if (!isKebabCase(name))
    throw new Sorry(`"${name}" is not a valid name: use lower-case words joined by hyphens (gift-card).`)
  if (name.length > longest) throw new Sorry(`"${name}" is longer than ${longest} characters.`)
  if (spoken.has(name)) throw new Sorry(`"${name}" has another meaning in the generated code; choose another name.`)
  const banned = name.split('-').find((word) => bannedWords.includes(word))
  if (banned !== undefined) throw new Sorry(`"${banned}" does not describe the service; choose another name.`)
}

function whatIsTaken({ operations, publishes }: Service, path: string, type: string): string | undefined {
  const isOwned = Object.values(operations).some((route) => route.path === path || route.path.startsWith(`${path}/`))
  if (isOwned) return `the path ${path}`
  return Object.values(publishes).some((event) => event.type === type) ? `the event ${type}` : undefined
}
