/** Where the runbook of an alert is: a page of the console, or an address outside of it. */
export type RunbookPlace =
  | { readonly kind: 'page'; readonly name: string; readonly section: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'text'; readonly text: string }

/** The place of a runbook: the rules of the system name files of the repository, those of others any address. */
export function placeOfRunbook(runbook: string): RunbookPlace {
  const [, name, section = ''] = /^docs\/runbooks\/([a-z0-9-]+)\.md(?:#([a-z0-9-]+))?$/.exec(runbook) ?? []
  if (name !== undefined) return { kind: 'page', name, section }
  if (/^https?:\/\//.test(runbook) && URL.canParse(runbook)) return { kind: 'url', url: runbook }
  return { kind: 'text', text: runbook }
}

/** A block of a runbook. */
export type Block =
  | { readonly kind: 'heading'; readonly depth: number; readonly id: string; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly text: string }

/** Reads the part of Markdown that runbooks are written in: headings, paragraphs, lists of one level, and code. */
export function blocksOf(source: string): Block[] {
  const blocks: Block[] = []
  const fenced = source.split(/^```.*\n([^]*?)^```$/m)
  fenced.forEach((part, index) => {
    if (index % 2 === 1) return void blocks.push({ kind: 'code', text: part.trimEnd() })
    // a heading needs no empty line behind it
    const texts = part.replaceAll(/^(#{1,4} .+)$/gm, '\n$1\n').split(/\n\s*\n/)
    for (const text of texts) if (text.trim() !== '') blocks.push(blockOf(text.trim()))
  })
  return blocks
}

function blockOf(text: string): Block {
  const heading = /^(#{1,4}) (.+)$/.exec(text)
  if (heading !== null) {
    const [, marks = '', title = ''] = heading
    return { kind: 'heading', depth: marks.length, id: slugOf(title), text: title }
  }
  if (!text.startsWith('- ')) return { kind: 'paragraph', text: text.replaceAll(/\s*\n\s*/g, ' ') }
  return {
    kind: 'list',
    items: text
      .slice(2)
      .split(/\n- /)
      .map((item) => item.replaceAll(/\s*\n\s*/g, ' ')),
  }
}

/** The anchor of a heading, as the sites that show repositories make it. */
function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
}

/** A part of a line. */
interface Span {
  readonly kind: 'text' | 'code' | 'strong'
  readonly text: string
}

/** The parts of a line: code, what stands out, and the words of a link without its address, which leads to a file. */
export function spansOf(line: string): Span[] {
  return line.split(/(`[^`]+`|\*\*[^*]+\*\*)/).flatMap((part): Span[] => {
    if (part === '') return []
    if (part.startsWith('`')) return [{ kind: 'code', text: part.slice(1, -1) }]
    if (part.startsWith('**')) return [{ kind: 'strong', text: part.slice(2, -2) }]
    return [{ kind: 'text', text: part.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1') }]
  })
}
