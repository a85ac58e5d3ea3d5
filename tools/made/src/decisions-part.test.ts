import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { decisionsPart } from './decisions-part.ts'

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'stoa-decisions-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

test('lists the decisions by number, each with its heading', async () => {
  await writeFile(join(folder, '0002-later.md'), '# 0002: Later\n\n## Context\n')
  await writeFile(join(folder, '0001-first.md'), '# 0001: First | with a bar\n')
  await writeFile(join(folder, 'README.md'), '# Decisions\n')
  const table = await decisionsPart(folder)
  expect(table.split('\n').slice(2)).toEqual([
    '| [0001](0001-first.md) | First \\| with a bar |',
    '| [0002](0002-later.md) | Later |',
  ])
})

test.each(['# 3. Other form\n', '# 0004: Another number\n', 'No heading\n'])(
  'refuses a page without its number and title: %j',
  async (text) => {
    await writeFile(join(folder, '0003-page.md'), text)
    await expect(decisionsPart(folder)).rejects.toThrow('0003-page.md does not begin with its number and title')
  },
)
