import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { recordLink, type LockFile } from './lock-file.ts'
import type { PlannedFile, PlannedService } from './new-service.ts'
import { Sorry } from './sorry.ts'

/** Writes a planned service, links it where npm would, lays it out, and makes the parts that are made from contracts. */
export function writeService(root: string, { name, files }: PlannedService): void {
  writeFiles(root, files)
  link(root, `services/${name}`, `@stoa/${name}`)
  finish(root, files)
}

/** Writes planned files; one that was there is replaced whole. */
export function writeFiles(root: string, files: readonly PlannedFile[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    replaceFile(join(root, path), text)
  }
}

/** Lays files out, and makes the parts of documents again. */
export function finish(root: string, files: readonly PlannedFile[]): void {
  const code = files.map(({ path }) => path).filter((path) => path.endsWith('.ts'))
  run(root, 'node_modules/oxfmt/bin/oxfmt', ...code)
  run(root, 'tools/made/src/main.ts')
}

/** What `npm install` does for a workspace that depends on nothing new, without asking the network. */
function link(root: string, folder: string, name: string): void {
  const at = join(root, 'node_modules', name)
  if (!existsSync(at)) symlinkSync(`../../${folder}`, at, 'dir')
  const record = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(record)) return
  const installed = recordLink(JSON.parse(readFileSync(record, 'utf8')) as LockFile, folder, name)
  replaceFile(record, `${JSON.stringify(installed, undefined, 2)}\n`)
}

/** By a rename, so that half a file is never read. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

function run(root: string, program: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, program), ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Sorry(`${program} failed on the generated files:\n${stdout}${stderr}`)
}
