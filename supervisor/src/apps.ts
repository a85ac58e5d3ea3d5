import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { glob, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gateway } from '@stoa/contracts/gateway/service'
import { root } from '@stoa/system/root'
import { systemError } from '@stoa/system/system-errors'
import { makeFolder } from './make-folder.ts'

/** The folders of the built apps, by name. */
export type BuiltApps = ReadonlyMap<string, string>

// with what an app takes of the contracts and the clients
const sourcesOf = (app: string) => [
  `apps/${app}/{src,public}/**/*`,
  `apps/${app}/*.{html,json,ts}`,
  'contracts/*/*.ts',
  'platform/{contract,kernel,rest}/src/**/*.ts',
  'platform/*/src/endpoints.ts',
  // pages of the console
  'docs/runbooks/*.md',
  'package-lock.json',
]

const keptBuilds = 3

/** Builds the apps whose sources have changed; all data folders share the builds, which are in `dist` of each app. @throws AppError */
export async function ensureApps(onProgress: (text: string) => void): Promise<BuiltApps> {
  const names = Object.keys(gateway.apps)
  const folders = await Promise.all(names.map(async (name) => [name, await ensureApp(name, onProgress)] as const))
  return new Map(folders)
}

async function ensureApp(name: string, onProgress: (text: string) => void): Promise<string> {
  const builds = join(root, 'apps', name, 'dist')
  const folder = join(builds, await hashOf(sourcesOf(name)))
  if (await exists(folder)) {
    const now = new Date()
    await utimes(folder, now, now)
    return folder
  }
  onProgress(`Building the ${name}`)
  const unfinished = `${folder}.${process.pid}`
  await makeFolder(builds)
  try {
    await build(name, unfinished)
    await rename(unfinished, folder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    // another start may have built the same at the same time
    if (!(await exists(folder))) throw error
  }
  await dropOld(builds)
  return folder
}

/** Runs Vite as a process of its own, whose memory is free when it ends. */
async function build(name: string, outDir: string): Promise<void> {
  const cwd = join(root, 'apps', name)
  const args = [viteOf(cwd, name), 'build', '--outDir', outDir, '--logLevel', 'warn']
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw systemError('system.app_not_built', `the ${name} could not be built: ${output.trim()}`)
}

function viteOf(folder: string, name: string): string {
  try {
    return join(dirname(createRequire(join(folder, 'package.json')).resolve('vite/package.json')), 'bin/vite.js')
  } catch {
    const fix = 'run "npm ci" to install it'
    throw systemError('system.app_not_built', `the ${name} could not be built, because Vite is not installed: ${fix}`)
  }
}

async function hashOf(patterns: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  const files = await Array.fromAsync(glob([...patterns], { cwd: root, withFileTypes: true }))
  const paths = files
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const contents = await Promise.all(paths.map((path) => readFile(path)))
  paths.forEach((path, index) =>
    hash
      .update(path.slice(root.length))
      .update('\0')
      .update(contents[index] ?? ''),
  )
  return hash.digest('hex').slice(0, 16)
}

async function dropOld(folder: string): Promise<void> {
  const names = await Array.fromAsync(glob('*', { cwd: folder }))
  const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })))
  const old = aged.filter(({ name }) => !name.includes('.')).toSorted((a, b) => b.at - a.at)
  await Promise.all(old.slice(keptBuilds).map(({ name }) => rm(join(folder, name), { recursive: true, force: true })))
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
