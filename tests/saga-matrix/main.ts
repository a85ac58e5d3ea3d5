import { parseArgs } from 'node:util'
import { learnTargets, type Target } from './call-cases.ts'
import { nameOf, points, sagas } from './definitions.ts'
import { groupsOf, type Selection } from './groups.ts'
import { unknownSagas } from './journeys.ts'
import { openWorld } from './open-world.ts'
import { tableOf } from './report.ts'
import { messageOf, runGroup, type Line } from './run-group.ts'
import { startSystem } from './running-system.ts'
import { seededRandom } from './seeded-random.ts'
import type { World } from './world.ts'

const usage = 'usage: npm run -s matrix -- [--case TEXT] [--small] [--replicas 1|2] [--seed NUMBER]'

type Run = Omit<Selection, 'replicas'> & { readonly seed: number }

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Runs the matrix over a system of its own with so many replicas of order. */
async function runWith(replicas: number, run: Run): Promise<Line[]> {
  const system = await startSystem(replicas)
  const interrupted = Promise.withResolvers<never>()
  const interrupt = () => interrupted.reject(new Error('interrupted'))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    const world = await openWorld(system, seededRandom(run.seed + replicas))
    return await Promise.race([runMatrix(world, run), interrupted.promise])
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    await system.stop()
  }
}

async function runMatrix(world: World, run: Run): Promise<Line[]> {
  const targets = new Map<string, Target>()
  for (const saga of Object.keys(sagas)) for (const entry of await learnTargets(world, saga)) targets.set(...entry)
  const lines: Line[] = []
  for (const group of groupsOf(targets, { ...run, replicas: world.replicas })) {
    const startedMs = performance.now()
    const ended = await runGroup(world, group)
    lines.push(...ended)
    const failed = ended.filter(({ isOk }) => !isOk)
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1)
    say(`order × ${world.replicas}: ${group.name}: ${ended.length - failed.length} of ${ended.length} in ${seconds} s`)
    for (const { saga, step, fault, outcome } of failed) say(`  NOT ${saga} ${step}, ${fault}: ${outcome}`)
  }
  const isWhole = run.pattern === undefined && (!run.isSmall || world.replicas === 1)
  return isWhole ? [...lines, ...neverTried(world)] : lines
}

/** A step that a saga has and that no case came to is a failure. */
function neverTried({ tried, replicas }: World): Line[] {
  return points
    .filter((point) => !tried.has(nameOf(point)))
    .map(({ saga, step, part }) => ({
      saga,
      step: `${step} ${part}`.trim(),
      fault: 'none',
      replicas,
      outcome: 'was never tried',
      isOk: false,
    }))
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      case: { type: 'string' },
      small: { type: 'boolean' },
      replicas: { type: 'string' },
      seed: { type: 'string' },
    },
  })
  const unknown = unknownSagas()
  if (unknown.length > 0) throw new Error(`tests/saga-matrix/journeys.ts does not fit the sagas: ${unknown.join(', ')}`)
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  const run = { pattern: values.case, isSmall: values.small === true, seed }
  const counts = ([1, 2] as const).filter((count) => values.replicas === undefined || values.replicas === String(count))
  const given = [values.small === true ? '--small' : '', values.replicas && `--replicas ${values.replicas}`]
  const options = [...given, values.case && `--case '${values.case}'`, `--seed ${seed}`].filter(Boolean).join(' ')
  const lines: Line[] = []
  for (const replicas of counts) lines.push(...(await runWith(replicas, run)))
  const failed = lines.filter(({ isOk }) => !isOk).length
  const date = new Date().toISOString().slice(0, 10)
  process.stdout.write(`# Saga matrix\n\n`)
  process.stdout.write(`\`npm run -s matrix -- ${options}\`, ${date}, Node ${process.version}.\n\n`)
  process.stdout.write(`${tableOf(lines)}\n\n${lines.length - failed} passed, ${failed} failed\n`)
  return failed === 0 && lines.length > 0 ? 0 : 1
}

process.exitCode = await main().catch((error: unknown) => {
  say(`${messageOf(error)}\n${usage}`)
  return 1
})
