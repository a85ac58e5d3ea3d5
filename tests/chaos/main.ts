import { help, readArguments, type Plan } from './arguments.ts'
import { fuzz } from '../fuzz/run.ts'
import type { Outcome } from './checks/judge.ts'
import { runChaos } from './run.ts'
import { startSystem } from './system.ts'

type Print = (line: string) => void

const plan = readArguments(process.argv.slice(2))
if (plan === 'help') console.log(help)
else process.exitCode = await main(plan, (line) => console.log(line))

async function main(plan: Plan, print: Print): Promise<number> {
  print(`seed ${plan.seed}`)
  const outcomes = [await counted(() => chaos(plan, print))]
  if (plan.fuzz > 0)
    outcomes.push(await counted(() => fuzz({ ...plan, count: plan.fuzz, only: undefined, isBusy: false }, print)))
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0)
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0)
  if (failed > 0) print(`the same again: --seed ${plan.seed}`)
  print(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

async function counted(run: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await run()
  } catch (error) {
    console.log(error)
    return { passed: 0, failed: 1 }
  }
}

async function chaos(plan: Plan, print: Print): Promise<Outcome> {
  const system = await startSystem()
  const interrupted = () => void system.stop().then(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    return await runChaos(system, plan, print)
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    if (plan.isKept) print(`the system runs on: STOA_HOME=${system.home}`)
    else await system.stop()
  }
}
