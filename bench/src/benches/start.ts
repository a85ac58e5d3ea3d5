import { setTimeout as delay } from 'node:timers/promises'
import { median, rounded, type Bench, type BenchOptions, type Figure } from '../figure.ts'
import { familyOf, pssMegabytesOf } from '../process-tree.ts'
import { machineSettings, makeSystem, type SystemUnderTest } from '../system-under-test.ts'

/** How long the system takes to be ready, and how much memory it holds when idle. */
export const start: Bench = {
  name: 'start',
  summary: 'first and warm start until ready, idle memory (PSS) of all processes with PostgreSQL',
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
  const idleSeconds = isSmoke ? 2 : 60
  note('first start')
  const firstSeconds = await system.start()
  await system.stop()
  const warm: number[] = []
  let pssMegabytes = 0
  for (let index = 0; index < runs; index++) {
    note(`warm start ${index + 1} of ${runs}`)
    warm.push(await system.start())
    if (index === runs - 1) {
      await delay(idleSeconds * 1_000)
      const pids = (await system.processes()).map(({ pid }) => pid)
      pssMegabytes = await pssMegabytesOf(await familyOf(pids))
    }
    await system.stop()
  }
  const settings = { ...machineSettings(), runs, idleSeconds }
  const figure = (metric: string, ours: number, unit: string): Figure => ({
    bench: 'start',
    metric,
    ours: rounded(ours),
    unit,
    settings,
  })
  return [
    figure('first start, seeded', firstSeconds, 's'),
    figure('warm start', median(warm), 's'),
    figure('idle memory', pssMegabytes, 'MB PSS'),
  ]
}
