/** Puts `content` between `<!-- made: name -->` and the next `<!-- /made -->`; throws when the marks are not there. */
export function replaceMarkedPart(text: string, name: string, content: string): string {
  const opening = `<!-- made: ${name} -->`
  const closing = '<!-- /made -->'
  const from = text.indexOf(opening)
  const to = text.indexOf(closing, from)
  if (from < 0 || to < 0) throw new Error(`there is no ${opening} … ${closing}`)
  return `${text.slice(0, from + opening.length)}\n${content.trim()}\n${text.slice(to)}`
}
