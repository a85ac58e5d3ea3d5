/** A link to a file of the repository; one on a name in code says that the file has it. */
export interface Link {
  readonly target: string
  readonly name: string | undefined
}

/** Code that a document quotes from a file. */
export interface Quote {
  readonly file: string
  /** What stands between lines of `…`, each to be found in the file in one piece. */
  readonly parts: readonly string[]
}

const fence = /^```(.*)\n([^]*?)^```$/gm

/** The links of a document that point into the repository, without those in its code blocks. */
export function linksIn(markdown: string): Link[] {
  const prose = markdown.replaceAll(fence, '')
  return [...prose.matchAll(/\[([^\]]*)\]\(([^)\s]+)\)/g)].flatMap(([, text = '', target = '']) => {
    if (/^([a-z]+:|#)/.test(target)) return []
    return [{ target: target.replace(/#.*$/, ''), name: /^`([^`]+)`$/.exec(text)?.[1] }]
  })
}

/** The code blocks that name the file they are from: `ts file=services/order/src/main.ts`. */
export function quotesIn(markdown: string): Quote[] {
  return [...markdown.matchAll(fence)].flatMap(([, info = '', code = '']) => {
    const file = /\bfile=(\S+)/.exec(info)?.[1]
    if (file === undefined) return []
    const parts = code.split(/^\s*…\s*$/m).filter((part) => part.trim() !== '')
    return [{ file, parts }]
  })
}

/** A use of the command line that a document shows: `npm run NAME` or `stoa COMMAND`, with its options. */
export interface ShownCommand {
  readonly program: 'npm' | 'stoa'
  readonly name: string
  /** `show` of `stoa saga show`, when the next word is in lower case. */
  readonly next: string | undefined
  readonly options: readonly string[]
}

/** The commands in a document's code, in blocks of `sh` and between backticks. */
export function commandsIn(markdown: string): ShownCommand[] {
  const blocks = [...markdown.matchAll(fence)].flatMap(([, info = '', code = '']) =>
    info.startsWith('sh') ? code.split('\n') : [],
  )
  const inline = [...markdown.replaceAll(fence, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
  return [...blocks, ...inline].flatMap(shownIn)
}

function shownIn(line: string): ShownCommand[] {
  const command = line.replace(/\s#.*$/, '').replace(/npm run (-s )?stoa -- /, 'stoa ')
  const [, script] = /\bnpm run (?:-s )?([a-z]+)/.exec(command) ?? []
  if (script !== undefined) return [{ program: 'npm', name: script, next: undefined, options: [] }]
  const [, name, args = ''] = /(?:^|[ (/])stoa ([a-z]+)(.*)$/.exec(command) ?? []
  if (name === undefined) return []
  const options = [...args.matchAll(/\s(--?[a-z]+)/g)].map(([, option = '']) => option)
  return [{ program: 'stoa', name, next: /^ ([a-z]+)\b/.exec(args)?.[1], options }]
}

/** Blocks of code in a language of ours that do not name the file they are from. */
export function unsourcedIn(markdown: string): string[] {
  return [...markdown.matchAll(fence)].flatMap(([, info = '', code = '']) =>
    /^(ts|js|sql|proto|json)\b/.test(info) && !info.includes('file=') ? [code] : [],
  )
}

/** Code as it stays when it is only laid out again. */
export function withoutLayout(code: string): string {
  return code.replaceAll(/\s+/g, '').replaceAll(/,(?=[)\]}>]|$)/g, '')
}
