import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeKeeper } from '../src/keeper.ts'

/** A process that answers on two ports, as long as the test runs. */
async function keep(isReady: (port: number) => Promise<boolean>) {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-ready-'))
  const entry = join(folder, 'program.mjs')
  await writeFile(entry, 'setInterval(() => {}, 1_000)')
  const program = {
    name: 'packed',
    ports: [1, 2],
    entry,
    flags: [],
    environment: {},
    logPath: join(folder, 'packed.log'),
    stopTimeoutMs: 1_000,
  }
  const keeper = makeKeeper(program, { onEvent: () => {}, isReady })
  onTestFinished(async () => {
    await keeper.stop()
    keeper.log.close()
    await rm(folder, { recursive: true, force: true })
  })
  return keeper
}

test('a process is ready once each port has been, even if never all at one moment, and says which it waits for', async () => {
  let isSecondBusy = true
  let asked = 0
  const keeper = await keep(async (port) => (port === 1 ? asked++ === 0 : !isSecondBusy))
  keeper.start()
  await expect.poll(() => keeper.awaitedPorts).toEqual([2])
  expect(keeper.state).toBe('starting')
  isSecondBusy = false
  await expect.poll(() => keeper.state).toBe('ready')
})
