import packageFile from '../package.json' with { type: 'json' }
import { commands } from './commands.ts'
import { UsageError } from './arguments.ts'
import { fileProblem } from './file-errors.ts'
import { note } from './output.ts'
import { helpOf, overview } from './overview.ts'

const [name, ...args] = process.argv.slice(2)

// The reader of our output has closed the pipe (| head).
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.exitCode = await run()

async function run(): Promise<number> {
  const [about] = args
  const isHelp = name === undefined || name === 'help' || name === '--help' || name === '-h'
  if (isHelp && about === undefined) {
    process.stdout.write(overview(commands))
    return name === undefined ? 2 : 0
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${packageFile.version}\n`)
    return 0
  }
  try {
    const called = isHelp ? about : name
    const command = called !== undefined && Object.hasOwn(commands, called) ? commands[called] : undefined
    if (command === undefined)
      throw new UsageError(`unknown command "${called}": "npm run stoa -- help" lists the commands`)
    const { run: carryOut, help } = await command.load()
    if (isHelp || args.includes('--help') || args.includes('-h')) {
      process.stdout.write(helpOf(command, help))
      return 0
    }
    return await carryOut(args)
  } catch (error) {
    return explain(error)
  }
}

/** An expected error is printed as a message with its fix; any other error is a bug and is printed with its stack. */
function explain(error: unknown): number {
  const { name: kind, message, stack } = error instanceof Error ? error : new Error(String(error))
  const isRefusal = ['AppError', 'UsageError', 'CommandFailed', 'NotRunning', 'ControlRefused', 'ConfigError'].includes(
    kind,
  )
  note(isRefusal ? message : (fileProblem(error) ?? stack ?? message))
  return error instanceof UsageError ? 2 : 1
}
