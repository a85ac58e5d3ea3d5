import { Sorry } from './sorry.ts'

/** Puts a line behind the last one that fits. @throws Sorry when none does */
export function insertAfterLast(text: string, fits: RegExp, line: string): string {
  const lines = text.split('\n')
  const at = lines.findLastIndex((each) => fits.test(each))
  if (at < 0) throw unlike(line)
  return lines.toSpliced(at + 1, 0, line).join('\n')
}

/** Puts an item at the end of a list that is written on one line or several. @throws Sorry when there is none */
export function appendToList(text: string, opening: string, item: string): string {
  const from = text.indexOf(opening)
  const to = from < 0 ? -1 : text.indexOf(']', from + opening.length)
  if (to < 0) throw unlike(item)
  const items = text
    .slice(from + opening.length, to)
    .trim()
    .replace(/,$/, '')
  return `${text.slice(0, from + opening.length)}${items}, ${item}${text.slice(to)}`
}

function unlike(what: string): Sorry {
  return new Sorry(`A file does not have the expected form, so add this manually: ${what.trim()}`)
}
