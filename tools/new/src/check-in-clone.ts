import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cloneTree } from './clone-tree.ts'

// Of two words, so that every way to write a name is put to the test, and with a plural that is not just an s.
const name = 'gift-box'

// Quick, and about every service there is; nothing of them starts the whole system.
const aboutAll = ['contracts/', 'system/src/', 'tests/contract/', 'tests/documents/']

/** Makes a service in a copy of the tree, verifies the copy, runs the service's tests; answers the exit code. */
export function checkInClone(root: string): number {
  const clone = realpathSync(mkdtempSync(join(tmpdir(), 'stoa-new-')))
  try {
    cloneTree(root, clone)
    const isMade =
      run(clone, 'tools/new/src/main.ts', 'service', name) &&
      run(clone, 'tools/new/src/main.ts', 'system', 'gift-office') &&
      namesOnlyItself(clone)
    const isSound =
      isMade &&
      run(clone, 'tools/checks/src/verify.ts', '--skip-tests') &&
      run(
        clone,
        'node_modules/vitest/vitest.mjs',
        'run',
        '--project=unit',
        '--project=int',
        `services/${name}`,
        ...aboutAll,
      )
    console.log(
      isSound
        ? 'A generated service and a generated system pass every check and their own tests.'
        : 'What was generated does not pass.',
    )
    return isSound ? 0 : 1
  } finally {
    rmSync(clone, { recursive: true, force: true })
  }
}

function namesOnlyItself(clone: string): boolean {
  const folders = [`contracts/${name}`, `services/${name}`]
  const files = folders.flatMap((folder) =>
    readdirSync(join(clone, folder), { recursive: true, withFileTypes: true }).filter((each) => each.isFile()),
  )
  const wrong = files.filter(({ name: file, parentPath }) =>
    /wish|\{\{/i.test(file + readFileSync(join(parentPath, file), 'utf8')),
  )
  for (const { name: file } of wrong) console.error(`${file} still contains a word of the template`)
  return wrong.length === 0 && files.length > 0
}

function run(clone: string, program: string, ...args: string[]): boolean {
  return spawnSync(process.execPath, [join(clone, program), ...args], { cwd: clone, stdio: 'inherit' }).status === 0
}
