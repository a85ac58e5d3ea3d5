import { execFile } from 'node:child_process'
import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The folder of this release. */
export const thisTree = fileURLToPath(new URL('../..', import.meta.url))

/** The sources of another release, with its packages installed. */
export interface Sources {
  readonly root: string
  /** Deletes them, unless they were there before. */
  readonly remove: () => Promise<void>
}

/** The sources of a folder, or of a tag or commit, which is checked out and installed. @throws where there is none */
export async function sourcesOf(from: string): Promise<Sources> {
  // a name with a slash can be that of a branch
  const folder = resolve(from)
  if (await isTree(folder)) return { root: folder, remove: async () => {} }
  const root = await mkdtemp(join(tmpdir(), 'stoa-release-'))
  const remove = () => rm(root, { recursive: true, force: true })
  try {
    await run('git', ['clone', '--quiet', '--no-checkout', thisTree, root])
    // what this clone calls a release, its own clone may only know as a commit
    const { stdout: commit } = await run('git', ['rev-parse', `${from}^{commit}`], { cwd: thisTree })
    await run('git', ['checkout', '--quiet', commit.trim()], { cwd: root })
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, maxBuffer: 2 ** 26 })
    return { root, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function isTree(path: string): Promise<boolean> {
  return access(join(path, 'cli/src/main.ts')).then(
    () => true,
    () => false,
  )
}
