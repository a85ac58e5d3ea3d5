import type { CommandEntry } from './commands.ts'

/** The list of all commands. */
export function overview(commands: Readonly<Record<string, CommandEntry>>): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  const reaching = Object.keys(commands).filter((name) => commands[name]?.isReaching === true)
  return `Usage: npm run stoa -- COMMAND [OPTION...]

${lines.join('\n')}

"npm run stoa -- COMMAND --help" describes a command, and "npm run stoa -- --version" prints the version. All commands accept --data FOLDER (default: STOA_HOME, or .stoa);
commands that read accept --json. These commands also work with a deployed system, with --url URL (default: STOA_URL):
${reaching.join(', ')}.
They use the token in STOA_TOKEN, or that of "stoa login"; its account needs the permission ops.
Exit codes: 0 success, 1 failure, 2 wrong usage.
`
}

/** The help of one command. */
export function helpOf({ isReaching }: CommandEntry, help: string): string {
  if (isReaching !== true) return help
  return `${help}
To work with a deployed system, set --url URL or STOA_URL to its gateway; the token is STOA_TOKEN, or that of "stoa login".
`
}
