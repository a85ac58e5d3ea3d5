import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { dataFolderAt, type DataFolder } from '@stoa/system/supervisor/data-folder'

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The command could not do what it was asked: exit code 1, the message alone is shown. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  /** Of the problem that a service answered with. */
  readonly code: string | undefined

  constructor(message: string, code?: string) {
    super(message)
    this.code = code
  }
}

const everywhere = { data: { type: 'string' } } as const satisfies ParseArgsOptionsConfig

/** Reads a command's arguments; every command takes `--data FOLDER`. @throws UsageError */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  { positionals: allowed = 0 }: { readonly positionals?: number } = {},
) {
  const read = parse(args, options)
  const surplus = read.positionals[allowed]
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is one argument too many: --help shows the usage`)
  const { data } = read.values as { readonly data?: string }
  return { ...read, folder: dataFolderAt(data) satisfies DataFolder }
}

function parse<const Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options: { ...options, ...everywhere }, allowPositionals: true, strict: true })
  } catch (error) {
    // What follows its first sentence is about Node's own parser.
    const [what = ''] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new UsageError(`${what}: --help shows the usage`)
  }
}
