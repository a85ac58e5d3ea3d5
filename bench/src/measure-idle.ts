import type { BenchPostgres } from './bench-postgres.ts'
import type { Contender } from './contender.ts'
import { rounded, type BenchOptions, type Figure } from './figure.ts'
import { machineSettings } from './system-under-test.ts'

/** What a contender costs that has nothing to do. */
export async function measureIdle(
  bench: string,
  contenders: readonly Contender[],
  postgres: BenchPostgres,
  { isSmoke, note }: BenchOptions,
): Promise<Figure[]> {
  const idleMs = isSmoke ? 500 : 20_000
  const shares: { process: number; total: number }[] = []
  for (const contender of contenders) {
    note(`${contender.name}, idle for ${idleMs / 1_000} s`)
    const before = await postgres.cpuSeconds()
    const own = await contender.idle(idleMs)
    const share = (seconds: number) => (seconds / idleMs) * 100_000
    shares.push({ process: share(own), total: share(own + (await postgres.cpuSeconds()) - before) })
  }
  const settings = { ...machineSettings(), idleMs }
  return (['process', 'total'] as const).map((part) => {
    const [ours = Number.NaN, other] = shares.map((share) => share[part])
    return {
      bench,
      metric: part === 'process' ? 'idle CPU of the process' : 'idle CPU with PostgreSQL',
      ours: rounded(ours),
      unit: '% of a core',
      ...(other === undefined
        ? {}
        : { peer: contenders[1]?.name ?? '', peerValue: rounded(other), ratio: rounded(other / ours) }),
      settings,
    }
  })
}
