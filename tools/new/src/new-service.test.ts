import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { system as shop } from '@stoa/systems/shop'
import { expect, test } from 'vitest'
import { appendToList, insertAfterLast } from './edit-source.ts'
import { lockWorkspace, recordLink, type LockFile } from './lock-file.ts'
import { planService } from './new-service.ts'
import { root } from './root.ts'

test('a new service listens where nobody does, and everything that must know of it does', () => {
  const { port, path, files } = planService(root, 'gift-card')
  expect(shop.services.map((each) => each.port)).not.toContain(port)
  expect(path).toBe('/api/v1/gift-cards')
  const textOf = (wanted: string) => files.find((each) => each.path === wanted)?.text
  expect(textOf('contracts/catalogue.ts')).toMatch(/, giftCard\]/)
  expect(textOf('systems/shop.ts')).toMatch(/ {4}service\('services', giftCard\),\n\n {4}\/\/ The one door/)
  expect(textOf('contracts/gift-card/permissions.ts')).toContain(
    "'gift-card:read': { description: 'read your gift cards',",
  )
  expect(textOf('contracts/gift-card/service.ts')).toContain(`port: ${port},`)
  expect(textOf('services/gift-card/migrations/0001-create-gift-cards.sql')).toContain('create table gift_cards (')
  expect(JSON.parse(textOf('package-lock.json') ?? '').packages).toHaveProperty(['services/gift-card'])
})

test.each([
  ['order', 'The service order already exists, in services/order.'],
  ['kernel', 'The name kernel is taken: node_modules/@stoa/kernel already exists.'],
  ['product', 'A service product would own the path /api/v1/products, which belongs to inventory.'],
  ['return', '"return" has another meaning in the generated code; choose another name.'],
  ['Gift', '"Gift" is not a valid name: use lower-case words joined by hyphens (gift-card).'],
  ['../gift', '"../gift" is not a valid name: use lower-case words joined by hyphens (gift-card).'],
  ['gift-helper', '"helper" does not describe the service; choose another name.'],
  ['g'.repeat(41), `"${'g'.repeat(41)}" is longer than 40 characters.`],
])('%s is refused in one sentence', (name, sentence) => {
  expect(() => planService(root, name)).toThrow(sentence)
})

test('the command answers a name that is taken with one sentence and 2', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'tools/new/src/main.ts'), 'service', 'order'],
    { encoding: 'utf8' },
  )
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: '',
    stderr: 'The service order already exists, in services/order.\n',
  })
})

test('the lock file of a workspace taken out and put in again is what npm wrote', () => {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const lock = JSON.parse(text) as LockFile
  const { 'services/shipping': _one, 'node_modules/@stoa/shipping': _other, ...packages } = lock.packages
  const manifest = JSON.parse(readFileSync(join(root, 'services/shipping/package.json'), 'utf8')) as { name: string }
  const again = lockWorkspace({ ...lock, packages }, 'services/shipping', manifest)
  expect(`${JSON.stringify(again, undefined, 2)}\n`).toBe(text)
  expect(recordLink({ packages: {} }, 'services/x', '@stoa/x').packages).toEqual({
    'node_modules/@stoa/x': { resolved: 'services/x', link: true },
  })
})

test('a line goes where it belongs, and nowhere when the place is not found', () => {
  expect(insertAfterLast('x1\nx2\ny', /^x/, 'x3')).toBe('x1\nx2\nx3\ny')
  expect(appendToList('const a = [\n  1,\n]', 'const a = [', '2')).toBe('const a = [1, 2]')
  expect(() => insertAfterLast('y', /^x/, 'x3')).toThrow('add this manually: x3')
})
