import { UsageError } from './arguments.ts'

/** A subcommand (`saga ls`); returns the exit code. */
export type Subcommand = (args: readonly string[]) => Promise<number>

/** Runs the subcommand that the first argument names. @throws UsageError for a missing or unknown name */
export function runSubcommand(
  command: string,
  parts: Readonly<Record<string, Subcommand>>,
  args: readonly string[],
): Promise<number> {
  const [name, ...rest] = args
  const part = name === undefined ? undefined : parts[name]
  if (part === undefined)
    throw new UsageError(`${command} requires one of ${Object.keys(parts).join(', ')}; --help shows the usage`)
  return part(rest)
}

/** Returns the nth argument. @throws UsageError that names the missing argument */
export function requireArgument(positionals: readonly string[], index: number, what: string): string {
  const value = positionals[index]
  if (value === undefined) throw new UsageError(`${what} is missing; --help shows the usage`)
  return value
}
