import { expect, test } from 'vitest'
import { chainStart, checkChain, hashOfLink, linkObjects, type ChainFault, type ChainLink } from './audit-chain.ts'

const start = chainStart('user')
const links = linkObjects(
  start,
  Array.from({ length: 8 }, (_, index) => JSON.stringify({ id: `entry ${index + 1}` })),
)

function faultsOf(given: readonly ChainLink[], from = start): ChainFault[] {
  const check = checkChain(from)
  return given.flatMap((link) => check.take(link) ?? [])
}

function replace(sequence: number, change: Partial<ChainLink>): ChainLink[] {
  return links.map((link) => (link.sequence === sequence ? { ...link, ...change } : link))
}

test('an untouched chain has no fault', () => {
  expect(faultsOf(links)).toEqual([])
  expect(links[2]?.text).toBe('{"sequence":3,"id":"entry 3"}')
})

test('a changed text is named, and the links behind it are not', () => {
  expect(faultsOf(replace(4, { text: '{"sequence":4,"id":"entry x"}' }))).toEqual([{ kind: 'changed', sequence: 4 }])
})

test('a changed text with a hash that fits it is named by the link behind it', () => {
  const text = '{"sequence":4,"id":"entry x"}'
  const changed = replace(4, { text, hash: hashOfLink(links[2]?.hash ?? '', text) })
  expect(faultsOf(changed)).toEqual([{ kind: 'changed', sequence: 5 }])
})

test('removed links are named with their number', () => {
  const left = links.filter(({ sequence }) => sequence < 3 || sequence > 5)
  expect(faultsOf(left)).toEqual([{ kind: 'removed', sequence: 3, count: 3 }])
})

test('links that were exchanged are named with the numbers that they had', () => {
  const [third, fourth] = [links[2], links[3]]
  if (third === undefined || fourth === undefined) throw new Error('too few links')
  const exchanged = links.map((link) =>
    link === third ? { ...fourth, sequence: 3 } : link === fourth ? { ...third, sequence: 4 } : link,
  )
  expect(faultsOf(exchanged)).toEqual([
    { kind: 'moved', sequence: 3, from: 4 },
    { kind: 'moved', sequence: 4, from: 3 },
  ])
})

test('links that were renumbered behind a removed one are named', () => {
  const renumbered = links
    .filter(({ sequence }) => sequence !== 6)
    .map((link) => (link.sequence > 6 ? { ...link, sequence: link.sequence - 1 } : link))
  expect(faultsOf(renumbered)).toEqual([
    { kind: 'moved', sequence: 6, from: 7 },
    { kind: 'moved', sequence: 7, from: 8 },
  ])
})

test('the chain of one service does not verify as that of another', () => {
  expect(faultsOf(links, chainStart('auth'))).toEqual([{ kind: 'changed', sequence: 1 }])
})
