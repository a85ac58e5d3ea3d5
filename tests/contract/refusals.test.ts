import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { platformErrors } from '@stoa/contract'
import { catalogue } from '@stoa/contracts/catalogue'
import { gateway } from '@stoa/contracts/gateway/service'
import { registry } from '@stoa/contracts/registry/service'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const programs = ['apps', 'cli', 'control', 'edge', 'platform', 'services', 'supervisor', 'system'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)src\/.*(?<!\.test)\.tsx?$/.test(file) && !file.includes('node_modules'))
    .map((file) => ({
      folder,
      file: `${folder}/${file}`,
      owner: file.split('/')[0],
      text: readFileSync(join(root, folder, file), 'utf8'),
    })),
)
const sources = programs.filter(({ folder }) => ['control', 'edge', 'platform', 'services'].includes(folder))
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

test('every code that a saga declares to fail with is one of a service that its service calls', () => {
  const unknown = catalogue.flatMap(({ name, calls, sagas }) => {
    const known = catalogue
      .filter((each) => Object.hasOwn(calls, each.name))
      .flatMap(({ errors }) => Object.keys(errors))
    const declared = Object.values(sagas).flatMap(({ failsWith = [] }) => failsWith)
    return declared.filter((code) => !known.includes(code)).map((code) => `${name}: ${code}`)
  })
  expect(unknown).toEqual([])
})

test('every code that a program compares with is in a catalogue', () => {
  const known = new Set([
    ...Object.keys(platformErrors),
    ...[...catalogue, registry, gateway].flatMap(({ errors }) => Object.keys(errors)),
  ])
  const compared = programs.flatMap(({ file, text }) =>
    [...text.matchAll(/\bcode (?:===|!==) '([a-z_]+\.[a-z_]+)'|isAppError\([^()]*, '([^']+)'\)/g)].map((found) => ({
      file,
      code: found[1] ?? found[2] ?? '',
    })),
  )
  expect(compared.length).toBeGreaterThan(15)
  expect(compared.filter(({ code }) => !known.has(code))).toEqual([])
})
