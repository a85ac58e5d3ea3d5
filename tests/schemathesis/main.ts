import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { catalogue } from '@stoa/contracts/catalogue'
import { admin, demonstrationPassword, staff } from '@stoa/system/seed/accounts'
import { signIn } from '../requests/accounts.ts'
import { goTo } from '../requests/doors.ts'
import { bringUp } from '../whole-system.ts'
import { installSchemathesis } from './install.ts'

const help = `Usage: npm run schemathesis [-- --seed N] [--count N] [--only OPERATION] [--small]

Starts a separate system, and lets Schemathesis send requests to every operation of the gateway's OpenAPI document, as staff and
as admin.
  --seed N     repeat the requests of the run that printed this seed
  --count N    random requests to each operation, in addition to its examples and edge cases (default: 3)
  --only ID    only one operation, such as order.placeOrder
  --small      only as admin, without edge cases
`
const configuration = fileURLToPath(new URL('schemathesis.toml', import.meta.url))

/** These may end the session, the account or the keys of their caller, so they come last, with their own token. */
const ending = [
  'auth.endOwnSessions',
  'auth.endOwnSessionsAtAuth',
  'auth.endSession',
  'auth.endSessionAtAuth',
  'auth.rotateSigningKeys',
  'auth.signOut',
  'user.changePassword',
  'user.deleteUser',
  'user.setTier',
]

interface Run {
  readonly program: string
  readonly gatewayUrl: string
  readonly seed: number
  readonly count: number
  readonly isSmall: boolean
}

/** Streams and sockets end only with their client, and Schemathesis compares each event with the text that OpenAPI calls them: journeys drive them. */
const endless = catalogue.flatMap(({ name, operations }) =>
  Object.entries(operations).flatMap(([id, route]) =>
    route.kind === 'stream' || route.kind === 'socket' ? [`${name}.${id}`] : [],
  ),
)

/** Runs Schemathesis, showing its report; returns whether it found no error. */
async function check({ program, gatewayUrl, seed, count, isSmall }: Run, email: string, which: readonly string[]) {
  const token = await signIn(email, demonstrationPassword)
  const phases = isSmall ? 'fuzzing' : 'examples,coverage,fuzzing'
  const where = ['--url', gatewayUrl, '--header', `Authorization: Bearer ${token}`]
  const what = ['--phases', phases, '--checks', 'all', '--max-examples', String(count), '--seed', String(seed)]
  const options = ['--config-file', configuration, '--no-color', 'run', `${gatewayUrl}/openapi.json`]
  const child = spawn(program, [...options, ...where, ...what, '--workers', '2', '--no-shrink', ...which], {
    stdio: 'inherit',
  })
  return new Promise<boolean>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code === 0))
  })
}

async function main(args: string[]): Promise<void> {
  const options = { help: 'boolean', seed: 'string', count: 'string', only: 'string', small: 'boolean' } as const
  const { values } = parseArgs({
    args,
    options: Object.fromEntries(Object.entries(options).map(([name, type]) => [name, { type }])),
  })
  if (values['help'] === true) return console.log(help)
  const seed = Number(values['seed'] ?? randomInt(2 ** 31))
  const isSmall = values['small'] === true
  const program = await installSchemathesis()
  if (program === undefined) return console.log('skipped: Schemathesis needs python3 with venv and pip')
  console.log(`seed ${seed}`)
  const system = await bringUp({ name: 'schemathesis' })
  let failed = 0
  let passed = 0
  try {
    goTo(system)
    const run = { program, gatewayUrl: system.gatewayUrl, seed, count: Number(values['count'] ?? 3), isSmall }
    const named = (option: string, ids: readonly string[]) => ids.flatMap((id) => [option, id])
    const only = values['only']
    const parts =
      typeof only === 'string'
        ? [['--include-operation-id', only]]
        : [named('--exclude-operation-id', [...ending, ...endless]), named('--include-operation-id', ending)]
    for (const { email } of isSmall ? [admin] : [staff, admin]) {
      for (const part of parts) {
        if (await check(run, email, part)) passed += 1
        else failed += 1
      }
    }
  } finally {
    await system.stop()
  }
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

await main(process.argv.slice(2))
