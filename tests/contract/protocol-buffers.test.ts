import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const template = join(root, 'contracts/buf.gen.yaml')
const programs = join(root, 'node_modules/.bin')
const buf = join(programs, 'buf')

const without = 'buf is not installed: npm ci brings it'

describe.each(['contracts', 'examples'])('%s', (name) => {
  const folderOf = join(root, name)

  test('the interfaces pass buf lint', ({ skip }) => {
    skip(!existsSync(buf), without)
    const { status, stdout, stderr } = runBuf(folderOf, 'lint')
    expect(stdout + stderr).toBe('')
    expect(status).toBe(0)
  })

  // two compilers are started: on a busy machine that takes its time
  test('the generated code is what the interfaces generate', ({ skip }) => {
    skip(!existsSync(buf), without)
    const folder = mkdtempSync(join(tmpdir(), 'stoa-buf-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const { status, stderr } = runBuf(folderOf, 'generate', '--template', template, '--output', folder)
    expect(stderr).toBe('')
    expect(status).toBe(0)
    const committed = globSync('**/*_pb.{js,d.ts}', { cwd: folderOf }).sort()
    expect(committed).not.toEqual([])
    expect(globSync('**/*_pb.{js,d.ts}', { cwd: folder }).sort()).toEqual(committed)
    const read = (at: string) => committed.map((path) => [path, readFileSync(join(at, path), 'utf8')])
    expect(read(folderOf)).toEqual(read(folder))
  })
})

function runBuf(cwd: string, ...args: string[]) {
  const path = [programs, process.env['PATH']].join(delimiter)
  return spawnSync(buf, args, { cwd, encoding: 'utf8', env: { ...process.env, PATH: path } })
}
