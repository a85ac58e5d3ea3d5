import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join, resolve } from 'node:path'
import { Sorry } from './sorry.mjs'

const wantedMajor = 26
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGCONT']

/** Path of the Node that runs the project: the one from the registry, else the running one if it is new enough. */
export function findRuntime(root) {
  const machine = `${process.platform}-${process.arch}`
  const brought = [`node-${machine}`, `node-bin-${machine}`, 'node'].map((name) =>
    join(root, 'node_modules', name, 'bin', 'node'),
  )
  const found = brought.find((path) => existsSync(path))
  if (found !== undefined) return found
  if (Number(process.versions.node.split('.')[0]) >= wantedMajor) return process.execPath
  throw new Sorry(
    `Stoa runs on Node ${wantedMajor} and installs it on Linux and macOS on x64 and arm64, but not on ${machine}: install Node ${wantedMajor} and run this command with it.`,
  )
}

/** Never returns: the process becomes the runtime where the running Node can do that, else it stands in for its child. */
export async function goOnAs(runtime, root, entry, args) {
  const env = { ...process.env }
  env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'compile')
  const argv = [resolve(root, entry), ...args]
  if (process.execve) process.execve(runtime, [runtime, ...argv], env)

  const { spawn } = await import('node:child_process')
  const child = spawn(runtime, argv, { stdio: 'inherit', env })
  const pass = (signal) => child.kill(signal)
  for (const signal of passedOn) process.on(signal, pass)
  child.on('error', (error) => {
    console.error(
      `The project's Node did not start (${error.message}): remove node_modules and run the same command again.`,
    )
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    for (const name of passedOn) process.off(name, pass)
    if (signal === null) process.exit(code)
    // To the caller it must look as if the command itself had been killed.
    process.kill(process.pid, signal)
    setTimeout(() => process.exit(128 + constants.signals[signal]), 1000)
  })
}
