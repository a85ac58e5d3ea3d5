import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { dataFolderAt } from '@stoa/supervisor/data-folder'
import { systemUrl, type ReachedSystem } from './system-url.ts'
import { UsageError } from './usage-error.ts'

export { UsageError } from './usage-error.ts'

/** The command failed: exit code 1, and only the message is printed. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  /** The code of the problem that a service returned. */
  readonly code: string | undefined
  /** The same request may succeed soon: nothing answered, or a service is starting, overloaded or late. */
  readonly isTemporary: boolean

  constructor(message: string, code?: string, { isTemporary = false }: { readonly isTemporary?: boolean } = {}) {
    super(message)
    this.code = code
    this.isTemporary = isTemporary
  }
}

const everywhere = { data: { type: 'string' }, url: { type: 'string' } } as const satisfies ParseArgsOptionsConfig

interface Positionals {
  readonly positionals?: number
}

/** Parses the arguments of a command for the system on this machine, in the folder of `--data FOLDER`. @throws UsageError */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  { positionals = 0 }: Positionals = {},
) {
  const { system, ...read } = readReaching(args, options, { positionals })
  if (system.url !== undefined) {
    throw new UsageError(
      `this command works only with a system on this machine, not with ${system.url}: omit --url and unset STOA_URL`,
    )
  }
  return { ...read, folder: system.folder }
}

/** Parses the arguments of a command that also works with a deployed system, at `--url URL` or STOA_URL. @throws UsageError */
export function readReaching<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  { positionals: allowed = 0 }: Positionals = {},
) {
  const read = parse(args, options)
  const surplus = read.positionals[allowed]
  if (surplus !== undefined) throw new UsageError(`unexpected argument "${surplus}"; --help shows the usage`)
  const { data, url } = read.values as { readonly data?: string; readonly url?: string }
  return { ...read, system: { folder: dataFolderAt(data), url: systemUrl(url) } satisfies ReachedSystem }
}

/** Reads how many items to list. @throws UsageError */
export function readLimit(text: string | undefined): string | undefined {
  if (text === undefined || (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 200)) return text
  throw new UsageError(`--limit takes a whole number from 1 to 200, not "${text}"`)
}

/** Node's parser takes the value of `--rate -1` for an option; joined (`--rate=-1`), the command can say what is wrong with it. */
function joinNegatives(args: readonly string[], options: ParseArgsOptionsConfig): string[] {
  const takesValue = (arg: string | undefined) =>
    arg?.startsWith('--') === true && options[arg.slice(2)]?.type === 'string'
  const isJoined = (at: number) => /^-\.?\d/.test(args[at] ?? '') && takesValue(args[at - 1])
  return args.flatMap((arg, at) => (isJoined(at) ? [] : isJoined(at + 1) ? [`${arg}=${args[at + 1]}`] : [arg]))
}

function parse<const Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    return parseArgs({
      args: joinNegatives(args, { ...options, ...everywhere }),
      options: { ...options, ...everywhere },
      allowPositionals: true,
      strict: true,
    })
  } catch (error) {
    // The sentences after the first concern only Node's parser.
    const [what = ''] = (error instanceof Error ? error.message : String(error)).split(/\.\s/)
    throw new UsageError(`${what}; --help shows the usage`)
  }
}
