import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { importRules } from './import-rules.ts'
import { checkImports, judgeReport, readImports } from './imports.ts'
import { root } from './root.ts'
import { sourceFiles } from './source-files.ts'

const fixtures = 'tools/checks/fixtures/imports'
const prefix = `${fixtures}/[^/]+/`

describe('import rules', async () => {
  const { forbidden } = await readImports({ root, paths: [fixtures], prefix })

  test.each(importRules().map(({ name }) => name))(
    '%s: the known-bad imports are caught, by value and by type',
    (name) => {
      const caught = forbidden.filter(({ rule, from }) => rule === name && from.startsWith(`${fixtures}/${name}/`))
      expect(caught.map(({ from }) => basename(from)).sort()).toEqual(['by-type.ts', 'by-value.ts'])
    },
  )

  test('a workspace import that leads nowhere fails the run', async () => {
    const lines = judgeReport([], await readImports({ root, paths: [`${fixtures}/every-import-resolves`], prefix }))
    expect(lines.join('\n')).toContain('@stoa/nowhere')
  })

  test('a run that found no source file fails', async () => {
    expect(await checkImports({ root, paths: ['no-such-folder'] })).toEqual(['no source file was found to read'])
  })

  test('a run that read no modules fails, for every file there is', async () => {
    const wanted = await sourceFiles(root, ['platform/kernel'])
    const lines = judgeReport(wanted, { read: [], forbidden: [] })
    expect(lines).toHaveLength(wanted.length)
    expect(lines).toContain('platform/kernel/src/index.ts: was not read')
  })
})
