import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from './root.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stoa-knip-'))
  cpSync(join(root, 'tools/checks/fixtures/unused'), folder, { recursive: true })
  for (const settings of ['knip.json', 'tsconfig.json']) cpSync(join(root, settings), join(folder, settings))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('a dependency that only the root declares, or that nothing uses, is caught', () => {
  const said = knip('--strict', '--dependencies')
  expect(said).toMatch(/Unlisted dependencies[^]*\bpg\b.*services\/order\/src\/main\.ts/)
  expect(said).toMatch(/Unused dependencies[^]*\btypebox\b.*services\/order\/package\.json/)
})

test('a file that nothing uses is caught', () => {
  expect(knip('--include', 'files')).toContain('services/order/src/orphan.ts')
})

function knip(...args: string[]): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/knip/bin/knip.js'), '--no-progress', '--no-config-hints', ...args],
    { cwd: folder, encoding: 'utf8' },
  )
  return stdout + stderr
}
