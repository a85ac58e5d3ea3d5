import { help, readArguments, type Plan } from './arguments.ts'
import { runChaos } from './run.ts'
import { startSystem } from './system.ts'

const plan = readArguments(process.argv.slice(2))
if (plan === 'help') console.log(help)
else process.exitCode = await main(plan)

async function main(plan: Plan): Promise<number> {
  console.log(`seed ${plan.seed}`)
  const system = await startSystem()
  const interrupted = () => void system.stop().then(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  const outcome = { passed: 0, failed: 1 }
  try {
    Object.assign(outcome, await runChaos(system, plan, (line) => console.log(line)))
  } catch (error) {
    console.log(error)
  }
  if (outcome.failed > 0) console.log(`the same faults again: --seed ${plan.seed}`)
  if (plan.isKept) console.log(`the system runs on: STOA_HOME=${system.home}`)
  else await system.stop()
  console.log(`${outcome.passed} passed, ${outcome.failed} failed`)
  return outcome.failed === 0 ? 0 : 1
}
