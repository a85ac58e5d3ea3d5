import { UsageError } from './arguments.ts'

/** A part of a command (`saga ls`); answers the exit code. */
export type Subcommand = (args: readonly string[]) => Promise<number>

/** Runs the part that the first argument names. @throws UsageError when it names none */
export function runSubcommand(
  command: string,
  parts: Readonly<Record<string, Subcommand>>,
  args: readonly string[],
): Promise<number> {
  const [name, ...rest] = args
  const part = name === undefined ? undefined : parts[name]
  if (part === undefined)
    throw new UsageError(`${command} needs one of ${Object.keys(parts).join(', ')}: --help shows the usage`)
  return part(rest)
}

/** The n-th argument. @throws UsageError that says what is missing */
export function requireArgument(positionals: readonly string[], index: number, what: string): string {
  const value = positionals[index]
  if (value === undefined) throw new UsageError(`${what} is missing: --help shows the usage`)
  return value
}
