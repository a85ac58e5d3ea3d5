import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Service } from '@stoa/contract'
import { system as shop } from '@stoa/systems/shop'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** The code below a folder, in one text, without its tests and the declarations of its settings. */
async function codeOf(folder: string): Promise<string> {
  const files = await Array.fromAsync(glob(`${folder}/src/**/*.ts`, { cwd: root }))
  const code = files.filter((file) => !/\.test\.ts$|\/src\/config\.ts$/.test(file))
  return (await Promise.all(code.map((file) => readFile(join(root, file), 'utf8')))).join('\n')
}

const deployed = await Promise.all(shop.services.map(async (each) => ({ ...each, code: await codeOf(each.folder) })))
const contracts = deployed.flatMap(({ contract, code }) => (contract === undefined ? [] : [{ contract, code }]))

/** The calls that a contract declares, as `callee.method`. */
function callsOf({ calls }: Pick<Service, 'calls'>): string[] {
  return Object.entries(calls).flatMap(([callee, { methods }]) =>
    (methods as readonly string[]).map((method) => `${callee}.${method}`),
  )
}

/** The calls that a contract declares and the code of its service does not make. */
function unmadeCalls(contract: Pick<Service, 'calls'>, code: string): string[] {
  return callsOf(contract).filter((call) => !new RegExp(`\\bcalls\\s*\\.${call.replace('.', '\\s*\\.')}\\b`).test(code))
}

/** The settings that are declared and that the code does not read. */
function unreadSettings(names: readonly string[], code: string): string[] {
  return names.filter((name) => {
    const camelCase = name.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
    return !new RegExp(`(\\.|[{,]\\s*)${camelCase}\\b`).test(code)
  })
}

test('every call that a contract declares is made by its service', () => {
  expect(contracts.flatMap(({ contract }) => callsOf(contract)).length).toBeGreaterThan(20)
  const unmade = contracts.flatMap(({ contract, code }) =>
    unmadeCalls(contract, code).map((call) => `${contract.name} declares ${call}, and its code has no calls.${call}`),
  )
  expect(unmade).toEqual([])
})

/** RPC methods that no service calls yet, and why. */
const notYet: Readonly<Record<string, string>> = {
  'user.snapshotUsers': 'for services that keep copies of accounts',
}

test('every RPC method is declared as a call by some service', () => {
  const declared = new Set(contracts.flatMap(({ contract }) => callsOf(contract)))
  const offered = contracts.flatMap(({ contract: { name, rpc } }) =>
    Object.keys((rpc?.methods ?? {}) as object).map((method) => `${name}.${method}`),
  )
  expect(offered.filter((method) => !declared.has(method)).sort()).toEqual(Object.keys(notYet))
})

test('every setting is read by its service or by the platform', async () => {
  const platform = await codeOf('platform/*')
  const unread = await Promise.all(
    deployed.map(async ({ name, folder, code }) => {
      const exported = (await import(join(root, folder, 'src/config.ts'))) as object
      const names = Object.values(exported).flatMap((each: { readonly settings?: object }) =>
        Object.keys(each.settings ?? {}),
      )
      expect(names.length).toBeGreaterThan(5)
      return unreadSettings(names, code + platform).map((setting) => `${name} declares ${setting} and nothing reads it`)
    }),
  )
  expect(unread.flat()).toEqual([])
})

test('a call and a setting that nothing uses are found', () => {
  const calls = {
    hotel: { service: undefined, methods: ['book', 'cancel'] },
    flight: { service: undefined, methods: ['book'] },
  }
  expect(unmadeCalls({ calls } as never, 'await calls\n  .hotel.book({})\ncalls.hotel.cancelled')).toEqual([
    'hotel.cancel',
    'flight.book',
  ])
  expect(unreadSettings(['PAGE_SIZE', 'DAY_MS', 'DAY'], 'config.pageSize; const { dayMs } = config')).toEqual(['DAY'])
})
