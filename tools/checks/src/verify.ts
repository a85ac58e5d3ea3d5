import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type Check, checks } from './checks.ts'
import { root } from './root.ts'

const args = process.argv.slice(2)
const skipsTests = args.includes('--skip-tests')
const failed = await runChecks(checks)

if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}.`)
  process.exitCode = 1
} else if (!skipsTests) {
  process.exitCode = await runTests(args)
}

/** Runs as many at once as there are cores and returns the names of those that found something. */
async function runChecks(all: readonly Check[]): Promise<string[]> {
  const waiting = [...all]
  const found: string[] = []
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      if (!(await runCheck(check))) found.push(check.name)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return found
}

async function runCheck({ name, run }: Check): Promise<boolean> {
  const startedAt = performance.now()
  const complaint = await run()
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${complaint === '' ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)`)
  if (complaint !== '') console.log(`${complaint.trimEnd()}\n`)
  return complaint === ''
}

function runTests(passedOn: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...passedOn], {
    cwd: root,
    stdio: 'inherit',
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
