import { help, readArguments } from './arguments.ts'
import { fuzz } from './run.ts'

const plan = readArguments(process.argv.slice(2))
if (plan === 'help') console.log(help)
else {
  const { passed, failed } = await fuzz(plan, (line) => console.log(line))
  if (failed > 0) console.log(`the same requests again: --seed ${plan.seed} --count ${plan.count}`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}
