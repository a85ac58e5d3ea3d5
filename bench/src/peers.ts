import { execFile } from 'node:child_process'
import { mkdir, rename, rm, access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { peersFolder } from './config.ts'

const run = promisify(execFile)
const installWithinMs = 300_000

/**
 * The folder of npm packages that something is compared with, installed when first asked for; its `node_modules` has them.
 * They are no dependencies of this repository. @throws when they cannot be installed
 */
export function npmPeer(name: string, packages: Readonly<Record<string, string>>): Promise<string> {
  const versions = Object.values(packages).join('-')
  return installOnce(`${name}-${versions}`, async (folder) => {
    const manifest = { private: true, type: 'module', dependencies: packages }
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
    await run('npm', ['install', ...flags], { cwd: folder, timeout: installWithinMs })
  })
}

/** Installs into a folder of the peers that has its name only once the installation is complete. */
export async function installOnce(name: string, install: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(peersFolder(), name)
  if (await exists(folder)) return folder
  const unfinished = `${folder}.unfinished-${process.pid}`
  await mkdir(unfinished, { recursive: true })
  try {
    await install(unfinished)
    // Another bench may have been faster.
    await rename(unfinished, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error
    })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return folder
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
