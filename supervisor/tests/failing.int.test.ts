import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lastErrorOf } from '../src/last-error.ts'
import { watchLogs } from '../src/log-watch.ts'
import { makeKeeper, type KeeperEvent } from '../src/keeper.ts'

/** Keeps a program running that does this, and counts as ready once it has started when it may. */
async function keep(source: string, isReady = false) {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-failing-'))
  const entry = join(folder, 'program.mjs')
  await writeFile(entry, source)
  const ends: string[] = []
  const onEvent = (event: KeeperEvent) => {
    if (event.kind === 'died') ends.push(lastErrorOf(logs.takeLast(keeper)) ?? event.how)
  }
  const program = {
    name: 'order',
    ports: [1],
    entry,
    flags: [],
    environment: {},
    logPath: join(folder, 'order.log'),
    stopTimeoutMs: 1_000,
  }
  const keeper = makeKeeper(program, { onEvent, isReady: async () => isReady })
  const logs = watchLogs([keeper], () => {})
  onTestFinished(async () => {
    await keeper.stop()
    keeper.log.close()
    await rm(folder, { recursive: true, force: true })
  })
  keeper.start()
  return { keeper, ends }
}

test.each([
  ['cannot start', false],
  ['is ready for a moment each time', true],
])('a process that %s is failing after three starts, with its last error, until it is stopped', async (_, isReady) => {
  const { keeper, ends } = await keep(
    `console.error('order cannot start: port 8002 is in use'); setTimeout(() => process.exit(1), ${isReady ? 150 : 0})`,
    isReady,
  )
  expect(keeper.failedStarts).toBe(0)
  await expect.poll(() => ends.length).toBe(2)
  expect(keeper.failedStarts).toBe(0)
  await expect.poll(() => ends.length).toBe(3)
  const seen = new Set<boolean>()
  await expect
    .poll(
      () => {
        seen.add(keeper.failedStarts >= 3)
        return ends.length
      },
      { interval: 5 },
    )
    .toBe(4)
  expect([...seen]).toEqual([true])
  expect(new Set(ends)).toEqual(new Set(['order cannot start: port 8002 is in use']))
  await keeper.stop()
  expect(keeper.failedStarts).toBe(0)
})

test('the last error of a process that is killed without a word is how it ended', async () => {
  const { ends } = await keep(`process.kill(process.pid, 'SIGKILL')`)
  await expect.poll(() => ends).toContain('SIGKILL')
})
