import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { discardPostgres, startPostgres } from '@stoa/supervisor/postgres/start-postgres'
import type { Packed } from './pack-platform.ts'
import { run } from './run.ts'

const example = 'examples/06-outside'

// Started as its README describes it.
const program = `import { runFinance } from './finance.ts'

await runFinance(process.env['DATABASE_URL'] ?? '')
`

/**
 * Installs the packed packages in a project outside the repository, compiles the example 06-outside there against their declarations,
 * and runs it on a PostgreSQL server of its own. Returns the exit code.
 */
export async function checkOutside(root: string, packed: readonly Packed[]): Promise<number> {
  const project = mkdtempSync(join(tmpdir(), 'stoa-outside-'))
  try {
    install(root, project, packed)
    run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], { cwd: project })
    const printed = await runThere(project)
    const readme = readFileSync(join(root, example, 'README.md'), 'utf8')
    const expected = /^```text output\n([^]*?)^```$/m.exec(readme)?.[1]
    const isRight = printed === expected
    console.log(
      isRight
        ? `${packed.length} packages work outside this repository.`
        : `The packages do not work outside this repository; the example printed:\n${printed}`,
    )
    return isRight ? 0 : 1
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

function install(root: string, project: string, packed: readonly Packed[]): void {
  cpSync(join(root, example), project, { recursive: true })
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>
  }
  const files = Object.fromEntries(packed.map(({ name, file }) => [name, `file:${file}`]))
  const { typebox } = typeboxOf(root)
  writeFileSync(join(project, 'main.ts'), program)
  write(join(project, 'package.json'), {
    name: 'finance',
    private: true,
    type: 'module',
    dependencies: { ...files, typebox },
    devDependencies: { '@types/node': devDependencies['@types/node'] },
    // The packages depend on each other by version, and no registry has them.
    overrides: files,
  })
  write(join(project, 'tsconfig.json'), {
    compilerOptions: {
      target: 'esnext',
      module: 'nodenext',
      types: ['node'],
      noEmit: true,
      strict: true,
      allowImportingTsExtensions: true,
      exactOptionalPropertyTypes: true,
    },
  })
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: project })
}

function typeboxOf(root: string): { readonly typebox: string } {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'examples/package.json'), 'utf8')) as {
    readonly dependencies: { readonly typebox: string }
  }
  return dependencies
}

async function runThere(project: string): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'stoa-outside-postgres-'))
  const log = { info: () => {}, warn: (fields: object, message: string) => console.warn(message, fields) }
  const postgres = await startPostgres({ dataDir, port: 0, log })
  try {
    return run(process.execPath, ['main.ts'], { cwd: project, env: { DATABASE_URL: postgres.url } })
  } finally {
    await postgres.stop()
    await discardPostgres(dataDir)
  }
}

function write(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`)
}
