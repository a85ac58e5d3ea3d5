import { utimes } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { median, rounded, type Bench, type BenchOptions, type Figure } from '../figure.ts'
import { descendantsOf, pssMegabytesOf } from '../process-tree.ts'
import { machineSettings, makeSystem, type SystemUnderTest } from '../system-under-test.ts'

/** How long the system takes to be ready, how much memory it holds when idle, and what one more process adds. */
export const start: Bench = {
  name: 'start',
  summary: 'first, warm and packed start, restart of a service, idle memory (PSS) with PostgreSQL, cost of one more',
  async run(options) {
    const system = await makeSystem()
    try {
      return await measure(system, options)
    } finally {
      await system.remove()
    }
  },
}

async function measure(system: SystemUnderTest, { isSmoke, note }: BenchOptions): Promise<Figure[]> {
  const runs = isSmoke ? 1 : 5
  // A start's memory is released after 15 s, and idle connections are closed after 20 s.
  const idleSeconds = isSmoke ? 25 : 60
  const added = isSmoke ? [1] : [2, 4, 8]
  const started = (options: readonly string[], count: number) =>
    startsOf(system, { options, runs: count, idleSeconds, note })
  note('first start')
  const first = await system.npmStart()
  await system.stop()
  await first.ended
  const warm = await started([], runs)
  const packed = await started(['--pack'], runs)
  const settings = { ...machineSettings(), runs, idleSeconds }
  const figure = (metric: string, ours: number, unit: string, atMost?: number): Figure => ({
    bench: 'start',
    metric,
    ours: rounded(ours),
    unit,
    ...(atMost === undefined ? {} : { target: { atMost } }),
    settings,
  })
  const figures = [
    figure('first start, seeded', first.seconds, 's'),
    figure('warm start', warm.seconds, 's', 8),
    figure('warm start, packed', packed.seconds, 's', 3),
    figure('idle memory', warm.megabytes, 'MB PSS', 1_500),
    figure('idle memory, packed', packed.megabytes, 'MB PSS', 600),
    figure('restart of one service', await restartSeconds(system, runs), 's', 3),
    figure('ready again after a saved file', await savedSeconds(system, runs), 's', 1),
  ]
  for (const count of added) {
    const more = await started(['--scale', `notification=${count + 1}`], isSmoke ? 1 : 3)
    figures.push(
      figure(`memory of one more service, at +${count}`, (more.megabytes - warm.megabytes) / count, 'MB PSS'),
      figure(`start of one more service, at +${count}`, (more.seconds - warm.seconds) / count, 's'),
    )
  }
  return figures
}

interface StartOptions extends Pick<BenchOptions, 'note'> {
  readonly options: readonly string[]
  readonly runs: number
  readonly idleSeconds: number
}

/** The median of some starts, and what the last of them holds when it has been idle. */
async function startsOf(system: SystemUnderTest, { options, runs, idleSeconds, note }: StartOptions) {
  const seconds: number[] = []
  let megabytes = 0
  for (let run = 1; run <= runs; run++) {
    note(`warm start ${[...options, ''].join(' ')}${run} of ${runs}`)
    const started = await system.npmStart(...options)
    seconds.push(started.seconds)
    if (run === runs) {
      await delay(idleSeconds * 1_000)
      megabytes = await pssMegabytesOf(await descendantsOf(started.pid))
    }
    await system.stop()
    await started.ended
  }
  return { seconds: median(seconds), megabytes }
}

/** From the command to ready again, the command included. */
async function restartSeconds(system: SystemUnderTest, runs: number): Promise<number> {
  const started = await system.npmStart()
  const seconds: number[] = []
  for (let run = 0; run < runs; run++) {
    const startedAt = performance.now()
    await system.stoa('restart', 'payment')
    seconds.push((performance.now() - startedAt) / 1_000)
  }
  await system.stop()
  await started.ended
  return median(seconds)
}

const savedFile = new URL('../../../services/payment/src/config.ts', import.meta.url)

/** From a file that is saved to the service that imports it ready again, as `--watch` says. */
async function savedSeconds(system: SystemUnderTest, runs: number): Promise<number> {
  const started = await system.npmStart('--watch')
  const seconds: number[] = []
  for (let run = 0; run < runs; run++) {
    const said = started.next(/payment ready again after ([\d.]+) s/)
    const now = new Date()
    await utimes(savedFile, now, now)
    seconds.push(Number((await said)[1]))
  }
  await system.stop()
  await started.ended
  return median(seconds)
}
