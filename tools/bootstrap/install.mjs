import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { basename, delimiter, join, sep } from 'node:path'
import { findMissing, isForThisMachine, isInstalled, removeStamp, writeStamp } from './installation.mjs'
import { withLock } from './lock.mjs'
import { causeOf } from './npm-errors.mjs'
import { findRuntime } from './runtime.mjs'
import { Sorry } from './sorry.mjs'

const progressEveryMs = 2000
const patienceWithNpmMs = 1500
const leastFreeBytes = 16 * 1024 * 1024

/** Runs `npm ci` unless another start did so meanwhile. Progress goes to stderr: stdout belongs to the command that follows. */
export async function install(root) {
  const path = join(root, '.install.lock')
  const onWait = (pid) => say(`Another start (process ${pid}) is installing the packages; waiting for it.`)
  try {
    await withLock(path, { onWait }, async () => {
      if (isInstalled(root)) return
      const seconds = await runNpm(root)
      proveWhole(root)
      say(`Installed in ${seconds} s.`)
      writeStamp(root)
    })
  } catch (error) {
    if (error.syscall === undefined) throw error
    throw new Sorry(causeOf(error.code, `${error.code} on ${error.path ?? path}`))
  }
}

async function runNpm(root) {
  const [command, ...prefix] = npmCommand(root)
  const paths = packagePaths(root)
  const startedAt = Date.now()
  const seconds = () => Math.round((Date.now() - startedAt) / 1000)
  say(`Installing ${paths.length} packages from package-lock.json (once, and after it changes) ...`)
  removeStamp(root)

  // No package here needs its install script, so none is run, whichever npm it is and whatever it allows.
  const flags = [
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const patience = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=10000']
  const child = spawn(command, [...prefix, 'ci', ...flags, ...patience], {
    cwd: root,
    env: environmentForNpm(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints = (complaints + text).slice(-20_000)))
  const progress = setInterval(() => {
    const present = paths.filter((path) => existsSync(join(root, path, 'package.json'))).length
    say(`  ${present} of ${paths.length} packages, ${seconds()} s`)
  }, progressEveryMs)

  const { code, signal } = await untilExit(child).finally(() => clearInterval(progress))
  if (signal) throw new Sorry('The installation was interrupted; run the same command again.', 130)
  if (code !== 0) throw new Sorry(causeOf(/npm (?:error|ERR!) code (\w+)/.exec(complaints)?.[1], complaints))
  return seconds()
}

/**
 * Ctrl-C reaches npm too; the lock is let go only when npm is gone, so that nobody installs beside a dying one. npm may be
 * killed hard: what it leaves does not count as installed.
 */
function untilExit(child) {
  let interruptedBy
  const pass = (signal) => {
    interruptedBy ??= signal
    child.kill(signal)
    setTimeout(() => child.kill('SIGKILL'), patienceWithNpmMs).unref()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass)
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Sorry(causeOf('ENPM', error.message))))
    child.on('close', (code, signal) => resolve({ code, signal: interruptedBy ?? signal }))
  }).finally(() => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, pass)
  })
}

/** npm passes over an optional package that it could not fetch and still succeeds: Node itself would then be missing. */
function proveWhole(root) {
  const missing = findMissing(root).map((path) => basename(path))
  if (missing.length > 0 && isDiskFull(root)) throw new Sorry(causeOf('ENOSPC', ''))
  if (missing.length > 0) {
    throw new Sorry(
      `npm did not install ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ' and more' : ''}: run the same command again.`,
    )
  }
  const runtime = findRuntime(root)
  const { status, stderr, error } = spawnSync(runtime, ['--version'], { encoding: 'utf8' })
  if (status !== 0) {
    const reason = (error?.message ?? stderr).trim().split('\n')[0]
    throw new Sorry(
      `The Node.js of the packages does not run on this machine (${reason}): install the missing library, or put Node 26 on the PATH, and run the same command again.`,
    )
  }
}

/** On a full disk npm may leave packages out and still call that a success. */
function isDiskFull(root) {
  const { bavail, bsize } = statfsSync(root)
  return bavail * bsize < leastFreeBytes
}

/** The npm that called us if there is one, run by a Node outside node_modules, because `npm ci` deletes the one inside. */
function npmCommand(root) {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env
  const isNpm =
    npm !== undefined && /^npm(-cli\.[cm]?js)?$/.test(basename(npm)) && !npm.startsWith(join(root, 'node_modules'))
  if (isNpm && node !== undefined && !node.startsWith(join(root, 'node_modules')) && existsSync(node))
    return [node, npm]
  return ['npm']
}

/** Settings of a calling `npm run` (its log level, a workspace) are not meant for this install. */
function environmentForNpm() {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(config_(loglevel|workspaces?|include_workspace_root|omit|json|dry_run)|lifecycle_|package_)/i.test(name),
  )
  const env = Object.fromEntries(kept)
  const inModules = `${sep}node_modules${sep}.bin`
  env.PATH = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.endsWith(inModules))
    .join(delimiter)
  return env
}

function packagePaths(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return Object.keys(packages).filter(
    (path) => path.includes('node_modules/') && !packages[path].link && isForThisMachine(packages[path]),
  )
}

function say(line) {
  process.stderr.write(`${line}\n`)
}
