import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogue } from '@stoa/contracts/catalogue'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const sources = ['control', 'edge', 'platform', 'services'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\/src\/.*(?<!\.test)\.ts$/.test(file) && !file.includes('node_modules'))
    .map((file) => ({ owner: file.split('/')[0], text: readFileSync(join(root, folder, file), 'utf8') })),
)
const isIn = (code: string, owner?: string) =>
  sources.some((file) => (owner === undefined || file.owner === owner) && file.text.includes(`'${code}'`))

test('every code of a catalogue is one that something refuses with', () => {
  const codes = catalogue.flatMap(({ errors }) => Object.keys(errors))
  expect(codes.length).toBeGreaterThan(80)
  const unused = codes.filter((code) => !isIn(code))
  expect(unused).toEqual([])
})

test('every code that a contract declares for an operation or method is one that its service refuses with', () => {
  const unused = catalogue.flatMap(({ name, operations, rpc }) => {
    const methods = Object.values((rpc?.methods ?? {}) as Record<string, { readonly refuses?: readonly string[] }>)
    const routes = Object.values(operations).map((route) => (route.kind === 'operation' ? route.refuses : []))
    const declared = new Set([...routes, ...methods.map(({ refuses = [] }) => refuses)].flat())
    return [...declared].filter((code) => !isIn(code, name))
  })
  expect(unused).toEqual([])
})
