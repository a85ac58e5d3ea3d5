import type { CommandEntry } from './commands.ts'

/** The list of all commands. */
export function overview(commands: Readonly<Record<string, CommandEntry>>): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  return `Usage: npm run stoa -- COMMAND [OPTION...]

${lines.join('\n')}

"npm run stoa -- COMMAND --help" says more about one. All take --data FOLDER (else STOA_HOME, else .stoa);
those that read take --json. Exit code 0: fine, 1: failed, 2: wrong usage.
`
}
