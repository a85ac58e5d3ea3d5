import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const version = '4.32.5'
const folder = fileURLToPath(new URL(`../../node_modules/.cache/schemathesis-${version}`, import.meta.url))

/** The path of Schemathesis, installed by pip into an environment of its own; undefined where Python or pip is missing. */
export async function installSchemathesis(): Promise<string | undefined> {
  const program = join(folder, 'bin/schemathesis')
  if (existsSync(program)) return program
  try {
    await run('python3', ['-m', 'venv', folder])
  } catch {
    await rm(folder, { recursive: true, force: true })
    return undefined
  }
  await run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', `schemathesis==${version}`])
  return program
}
