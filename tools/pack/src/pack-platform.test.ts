import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { removePackages } from './pack-platform.ts'

test('removes packages from before, and no other file of the folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-packed-'))
  try {
    mkdirSync(join(folder, 'src'))
    for (const file of ['stoa-kernel-0.1.0.tgz', 'thesis.txt', 'other-1.0.0.tgz', 'src/stoa-own.tgz'])
      writeFileSync(join(folder, file), '')
    removePackages(folder)
    expect(readdirSync(folder).toSorted()).toEqual(['other-1.0.0.tgz', 'src', 'thesis.txt'])
    expect(readdirSync(join(folder, 'src'))).toEqual(['stoa-own.tgz'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
