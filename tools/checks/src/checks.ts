import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkErrorCodes } from './error-codes.ts'
import { checkFileNames } from './file-names.ts'
import { checkFolders } from './folders.ts'
import { checkImports } from './imports.ts'
import { checkLockFile, type LockFile } from './lock-file.ts'
import { checkMigrations } from './migrations.ts'
import { root } from './root.ts'
import { checkWords } from './words.ts'

export interface Check {
  readonly name: string
  /** What is wrong, ready to be printed; empty when nothing is. */
  readonly run: () => Promise<string>
}

const folders = [
  'platform',
  'contracts',
  'services',
  'control',
  'edge',
  'apps',
  'system',
  'systems',
  'supervisor',
  'cli',
  'tests',
  'bench',
  'tools',
  'examples',
]

/** Everything that is judged without running the product, slowest first. */
export const checks: readonly Check[] = [
  { name: 'types', run: () => runTool('typescript/bin/tsc', '-p', 'tsconfig.json') },
  { name: 'types of apps', run: async () => inLines(await Promise.all(appsOf(root).map(checkAppTypes))) },
  { name: 'lint', run: () => runTool('oxlint/bin/oxlint') },
  { name: 'unused and undeclared dependencies', run: () => runKnip('--strict', '--dependencies') },
  { name: 'unused files and exports', run: () => runKnip('--include', 'files,exports,types,duplicates') },
  { name: 'format', run: () => runTool('oxfmt/bin/oxfmt', '--check') },
  { name: 'imports', run: async () => inLines(await checkImports({ root, paths: folders })) },
  {
    name: 'protocol buffers',
    run: async () => inLines(await Promise.all(['contracts', 'examples'].map(lintBuffers))),
  },
  { name: 'made parts', run: () => runNode('tools/made/src/main.ts', '--check') },
  { name: 'file names', run: async () => inLines(await checkFileNames(root, folders)) },
  // What an operator names: folders of data, backups, outputs.
  { name: 'folders', run: async () => inLines(await checkFolders(root, ['supervisor', 'cli', 'system'])) },
  { name: 'migrations', run: async () => inLines(await checkMigrations(root, folders)) },
  { name: 'error codes', run: async () => inLines(await checkErrorCodes(root, folders)) },
  { name: 'words', run: async () => inLines(await checkWords(root, [...folders, 'docs', '*.md'])) },
  { name: 'lock file', run: async () => inLines(checkLockFile(await readLockFile())) },
]

const appsOf = (folder: string) => readdirSync(join(folder, 'apps'))

// browsers have other global names than Node
const checkAppTypes = (app: string) => runTool('typescript/bin/tsc', '-p', `apps/${app}/tsconfig.json`)

const runKnip = (...args: string[]) => runTool('knip/bin/knip.js', '--no-progress', '--no-config-hints', ...args)

const lintBuffers = (folder: string) => runTool('@bufbuild/buf/bin/buf', 'lint', folder)

const inLines = (lines: readonly string[]) => lines.filter((line) => line !== '').join('\n')

async function readLockFile(): Promise<LockFile> {
  return JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as LockFile
}

const runTool = (path: string, ...args: string[]) => runNode(`node_modules/${path}`, ...args)

/** What a program prints when it ends without success. */
function runNode(path: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, path), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code === 0 ? '' : output || `ended with ${signal ?? code} and no word`))
  })
}
