import { checkInClone } from './check-in-clone.ts'
import { planService } from './new-service.ts'
import { planSystem } from './new-system.ts'
import { root } from './root.ts'
import { Sorry } from './sorry.ts'
import { spellingsOf } from './words.ts'
import { finish, writeFiles, writeService } from './write-service.ts'

const usage = `Usage: npm run new -- service NAME
       npm run new -- system NAME
       npm run new -- --check

service writes a whole service: contract, use cases, events, tables, tests, and its place in the shop.
system writes systems/NAME.ts: a system with accounts and a gateway, to which you add services.
  NAME      lower-case words joined by hyphens, for a service in the singular (gift-card)
  --check   does so in a copy of the tree, verifies it there, runs its tests, and throws the copy away
`

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Sorry)) throw error
  console.error(error.message)
  process.exitCode = 2
}

async function run(args: readonly string[]): Promise<number> {
  const [what, ...names] = args
  if (what === '--check' && names.length === 0) return checkInClone(root)
  if (what === 'service' && names.length === 1) return newService(names[0] ?? '')
  if (what === 'system' && names.length === 1) return newSystem(names[0] ?? '')
  const isAsked = args.includes('--help') || args.includes('-h')
  process[isAsked ? 'stdout' : 'stderr'].write(usage)
  return isAsked ? 0 : 2
}

function newService(name: string): number {
  const service = planService(root, name)
  writeService(root, service)
  const { camel, prose } = spellingsOf(name)
  console.log(`Created the service ${name} in contracts/${name} and services/${name}; it listens on port ${service.port}.

What to do next:
  npm test -- services/${name}              its tests pass
  npm run verify -- --skip-tests   so do the checks
  npm start -- --only ${name},auth,user,gateway     serves it: POST ${service.path}
  Say in contracts/${name}/http.ts what a ${prose} is and who may do what; ${camel} does not compile until it is bound.
  Say in contracts/${name}/permissions.ts who else may read it, and in services/${name}/README.md what always holds.
  docs/guides/ shows how to add a use case, an event, a step of a saga, a call.`)
  return 0
}

function newSystem(name: string): number {
  const file = planSystem(root, name)
  writeFiles(root, [file])
  finish(root, [file])
  console.log(`Created the system ${name} in ${file.path}.

What to do next:
  npm start -- --system ${name} --data .stoa-${name}     starts it, with data of its own
  npm test -- system/src/check-topology     checks that its services fit together
  Add your services to ${file.path}; docs/guides/own-system.md explains each field.`)
  return 0
}
