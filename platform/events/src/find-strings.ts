const quote = 34
const comma = 44
const colon = 58
const openBracket = 91
const backslash = 92
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

/** Receives a string of a JSON text: it stands from `start` to before `end`, between its quotes. */
export type OnString = (start: number, end: number) => void

/**
 * Passes the strings of a CloudEvent's JSON text that it can be found by: the values of `id`, `subject` and `correlationid`
 * to `onAttribute`, and all values within `data` to `onData`. It goes over the text once and builds no objects; property names and other attributes are
 * skipped. The text must be valid JSON.
 */
export function findStrings(event: string, onAttribute: OnString, onData: OnString): void {
  const isArray = [false]
  let isName = false
  let attribute = ''
  for (let at = 0; at < event.length; at++) {
    const code = event.charCodeAt(at)
    if (code === quote) {
      const end = endOfString(event, at + 1)
      if (isName) {
        if (isArray.length === 2) attribute = event.slice(at + 1, end)
      } else if (attribute === 'data') onData(at + 1, end)
      else if (isArray.length === 2 && isSearchable(attribute)) onAttribute(at + 1, end)
      at = end
    } else if (code === comma) isName = isArray.at(-1) === false
    else if (code === colon) isName = false
    else if (code === openBrace || code === openBracket) {
      isArray.push(code === openBracket)
      isName = code === openBrace
    } else if (code === closeBrace || code === closeBracket) isArray.pop()
  }
}

function isSearchable(attribute: string): boolean {
  return attribute === 'id' || attribute === 'subject' || attribute === 'correlationid'
}

/** Where the quote is that ends the string which starts here. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start)
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++
  return backslashes % 2 === 1
}
