import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkSystem } from '@stoa/system/check-topology'
import type { System } from '@stoa/system/define-system'
import { expect, onTestFinished, test } from 'vitest'
import { planSystem } from './new-system.ts'
import { root } from './root.ts'

test('a new system has accounts and a gateway, and fits together', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-new-system-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const { path, text } = planSystem(root, 'gift-office')
  expect(path).toBe('systems/gift-office.ts')
  writeFileSync(join(folder, 'gift-office.ts'), text)
  const { system } = (await import(join(folder, 'gift-office.ts'))) as { readonly system: System }
  expect(system.name).toBe('gift-office')
  expect(system.services.map(({ name }) => name)).toEqual(['registry', 'auth', 'user', 'gateway'])
  expect(checkSystem(system)).toEqual([])
})

test.each([
  ['shop', 'The system shop already exists, in systems/shop.ts.'],
  ['Office', '"Office" is not a valid name: use lower-case words joined by hyphens (gift-card).'],
])('the system %s is refused in one sentence', (name, sentence) => {
  expect(() => planSystem(root, name)).toThrow(sentence)
})
