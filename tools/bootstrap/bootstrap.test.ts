import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const sources = import.meta.dirname
const fixtures = join(sources, 'fixtures')

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stoa-bootstrap-'))
  cpSync(sources, join(root, 'tools/bootstrap'), { recursive: true })
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/one': { version: '1.0.0' } } }),
  )
  writeFileSync(
    join(root, 'entry.mjs'),
    `process.on('SIGTERM', () => process.exit(7))
     console.log(JSON.stringify(process.argv.slice(2)))
     if (process.argv[2] === 'exit') process.exit(Number(process.argv[3]))
     if (process.argv[2] === 'die') process.kill(process.pid, 'SIGKILL')
     if (process.argv[2] === 'wait') setInterval(() => {}, 1000)`,
  )
})

afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

describe('installing', () => {
  test('brings the packages first, and keeps stdout for the command itself', async () => {
    const { code, stdout, stderr } = await start({ npm: 'install' }, 'exit', '0')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '["exit","0"]\n' })
    expect(stderr).toMatch(/^Installing 1 packages/)
  })

  test('calls npm only when the packages do not fit the lock file', async () => {
    await start({ npm: 'install' })
    await start({ npm: 'install' })
    expect(npmCalls()).toHaveLength(1)
    writeFileSync(
      join(root, 'package-lock.json'),
      JSON.stringify({ packages: { 'node_modules/one': { version: '1.0.1' } } }),
    )
    await start({ npm: 'install' })
    expect(npmCalls()).toHaveLength(2)
  })

  test('accepts what npm brought when called by hand', async () => {
    mkdirSync(join(root, 'node_modules/one'), { recursive: true })
    cpSync(join(root, 'package-lock.json'), join(root, 'node_modules/.package-lock.json'))
    expect(await start({ npm: 'install' })).toMatchObject({ code: 0, stderr: '' })
    expect(npmCalls()).toEqual([])
  })

  test('links a workspace that a commit has added without calling npm', async () => {
    mkdirSync(join(root, 'node_modules/one'), { recursive: true })
    cpSync(join(root, 'package-lock.json'), join(root, 'node_modules/.package-lock.json'))
    mkdirSync(join(root, 'parcels'))
    writeFileSync(join(root, 'parcels/name.txt'), 'parcels')
    const packages = {
      'node_modules/one': { version: '1.0.0' },
      'node_modules/parcels': { resolved: 'parcels', link: true },
      parcels: { version: '1.0.0' },
    }
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }))
    expect(await start({ npm: 'install' })).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(join(root, 'node_modules/parcels/name.txt'), 'utf8')).toBe('parcels')
    expect(await start({ npm: 'install' })).toMatchObject({ code: 0, stderr: '' })
    expect(npmCalls()).toEqual([])
  })

  test('notices that npm changed the packages since', async () => {
    await start({ npm: 'install' })
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: {} }))
    await start({ npm: 'install' })
    expect(npmCalls()).toHaveLength(2)
  })

  test('does not take half an install for a whole one', async () => {
    expect(await start({ npm: 'stop half-way' })).toMatchObject({ code: 1, stdout: '' })
    expect(await start({ npm: 'install' })).toMatchObject({ code: 0 })
    expect(npmCalls()).toHaveLength(2)
  })

  test('does not continue without a package that npm passed over', async () => {
    const { code, stderr } = await start({ npm: 'leave one out' })
    expect(code).toBe(1)
    expect(stderr).toContain('npm did not install one: run the same command again.')
  })

  test('of two starts at once one installs and the other waits for it', async () => {
    const outcomes = await Promise.all([start({ npm: 'install' }), start({ npm: 'install' })])
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0])
    expect(npmCalls()).toHaveLength(1)
  })

  test('takes over the lock of a start that was killed', async () => {
    const killed = spawn(process.execPath, ['-e', ''])
    await new Promise((resolve) => killed.on('exit', resolve))
    writeFileSync(join(root, '.install.lock'), `${killed.pid} 1`)
    expect(await start({ npm: 'install' })).toMatchObject({ code: 0 })
  })

  test('Ctrl-C stops npm, lets the lock go and leaves nothing that counts as installed', async () => {
    const child = spawnStart({ npm: 'hang' })
    while (npmCalls().length === 0) await sleep(20)
    child.kill('SIGINT')
    const { code, stderr } = await outcomeOf(child)
    expect(code).toBe(130)
    expect(stderr).toContain('The installation was interrupted')
    expect(existsSync(join(root, '.install.lock'))).toBe(false)
    expect(await start({ npm: 'install' })).toMatchObject({ code: 0 })
  })

  test.each([
    ['ENOTFOUND', 'The package registry cannot be reached (ENOTFOUND): check the network'],
    ['ENOSPC', 'The disk is full: free about 1 GB'],
    ['EACCES', 'This user cannot write here'],
    ['EUSAGE', 'package-lock.json does not match package.json'],
    ['ESOMETHING', 'The packages could not be installed (code ESOMETHING; something went wrong)'],
  ])('says in one line what to do about %s', async (npm, sentence) => {
    const { code, stderr } = await start({ npm })
    expect(code).toBe(1)
    const said = stderr.trimEnd().split('\n').slice(1)
    expect(said).toHaveLength(1)
    expect(said[0]).toContain(sentence)
  })
})

describe.each([
  ['becoming it', []],
  ['standing in for it, as Node 20 must', ['--require', join(fixtures, 'no-execve.cjs')]],
])("continuing with the project's Node by %s", (_how, flags) => {
  test('passes the exit code on', async () => {
    expect(await start({ npm: 'install', flags }, 'exit', '3')).toMatchObject({ code: 3 })
  })

  test('passes a death by signal on', async () => {
    expect(await start({ npm: 'install', flags }, 'die')).toMatchObject({ code: null, signal: 'SIGKILL' })
  })

  test('passes signals on', async () => {
    const child = spawnStart({ npm: 'install', flags }, 'wait')
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    child.kill('SIGTERM')
    expect(await outcomeOf(child)).toMatchObject({ code: 7 })
  })
})

test.each([
  [{ node: '16.20.2' }, 'Stoa needs Node 18 or newer to start'],
  [{ node: '8.17.0' }, 'Stoa needs Node 18 or newer to start'],
  [{ node: '24.3.0', bun: '1.3.0' }, 'Stoa runs on Node.js, not on Bun'],
])('tells %o in one line what is needed', async (versions, sentence) => {
  const env = { PRETENDED_VERSIONS: JSON.stringify(versions) }
  const { code, stderr } = await start({ npm: 'install', flags: ['--require', join(fixtures, 'old-node.cjs')], env })
  expect(code).toBe(1)
  expect(stderr).toContain(sentence)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
})

interface Setting {
  readonly npm: string
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

function start(setting: Setting, ...args: string[]): Promise<Outcome> {
  return outcomeOf(spawnStart(setting, ...args))
}

function spawnStart({ npm, flags = [], env = {} }: Setting, ...args: string[]): ChildProcess {
  const { npm_execpath: _, NODE_OPTIONS: __, ...inherited } = process.env
  const path = [fixtures, dirname(process.execPath), process.env.PATH].join(delimiter)
  return spawn(process.execPath, [...flags, 'tools/bootstrap/run.cjs', 'entry.mjs', ...args], {
    cwd: root,
    env: { ...inherited, ...env, PATH: path, FAKE_NPM: npm },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })))
}

function npmCalls(): string[] {
  const log = join(root, 'npm-calls.log')
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
}
