import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dataFolderAt } from '@stoa/supervisor/data-folder'
import { expect, onTestFinished, test } from 'vitest'
import { examineOpenFiles, examineRegistry } from './examine-machine.ts'

test.each([
  [1_024, true, '1024 per process'],
  ['unlimited', true, 'unlimited per process'],
  [256, false, '256 per process: raise it with "ulimit -n 4096"'],
])('a limit of %s open files', (limit, isFine, detail) => {
  expect(examineOpenFiles(limit)).toEqual({ what: 'open files', isFine, detail })
})

test('a registry that cannot be asked is a finding', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-doctor-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  expect(await examineRegistry(dataFolderAt(folder))).toMatchObject({ what: 'registry', isFine: false })
})
