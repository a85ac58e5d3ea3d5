import { execFile } from 'node:child_process'
import { cp, glob, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from './root.ts'

interface Diagnostic {
  readonly code: string
  readonly filename: string
}

const fixtures = join(root, 'tools/checks/fixtures/lint')
const files = (await Array.fromAsync(glob('**/*.ts', { cwd: fixtures }))).sort()

let folder: string
let diagnostics: Diagnostic[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-lint-'))
  await cp(fixtures, folder, { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, '.oxlintrc.json'), await settingsThatReadFixtures())
  await cp(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'))
  diagnostics = await lint(folder)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test.each(files)('%s: the lint catches what its first line says', async (file) => {
  const [firstLine] = (await readFile(join(fixtures, file), 'utf8')).split('\n')
  const expected = /^\/\/ caught: (\S+)$/.exec(firstLine ?? '')?.[1]
  const caught = diagnostics.filter(({ filename }) => filename.endsWith(file)).map(({ code }) => code)
  expect([...new Set(caught)]).toEqual(expected === 'nothing' ? [] : [expected])
})

/** The settings of the tree, but for the line that keeps the fixtures out of it. */
async function settingsThatReadFixtures(): Promise<string> {
  const settings = JSON.parse(await readFile(join(root, '.oxlintrc.json'), 'utf8')) as Record<string, unknown>
  return JSON.stringify({ ...settings, ignorePatterns: ['node_modules'] })
}

function lint(cwd: string): Promise<Diagnostic[]> {
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [oxlint, '-f', 'json'], { cwd, maxBuffer: 64e6 }, (_failure, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr))
      else resolve((JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics)
    })
  })
}
