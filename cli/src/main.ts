import { commands } from './commands.ts'
import { UsageError } from './arguments.ts'
import { overview } from './overview.ts'

const [name, ...args] = process.argv.slice(2)

// Whoever reads us has seen enough (| head).
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.exitCode = await run()

async function run(): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(overview(commands))
    return name === undefined ? 2 : 0
  }
  const command = commands[name]
  try {
    if (command === undefined) throw new UsageError(`there is no command ${name}: "npm run stoa -- help" lists them`)
    const { run: carryOut, help } = await command.load()
    if (args.includes('--help') || args.includes('-h')) {
      process.stdout.write(help)
      return 0
    }
    return await carryOut(args)
  } catch (error) {
    return explain(error)
  }
}

/** A refusal says what is wrong and how to mend it; anything else is a bug and shows where. */
function explain(error: unknown): number {
  const { name: kind, message, stack } = error instanceof Error ? error : new Error(String(error))
  const isRefusal = ['AppError', 'UsageError', 'CommandFailed', 'NotRunning', 'ControlRefused', 'ConfigError'].includes(
    kind,
  )
  process.stderr.write(`${isRefusal ? message : (stack ?? message)}\n`)
  return error instanceof UsageError ? 2 : 1
}
