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

/** Code as it stays when it is only laid out anew. */
export function withoutLayout(code: string): string {
  return code.replaceAll(/\s+/g, '').replaceAll(/,(?=[)\]}>]|$)/g, '')
}
